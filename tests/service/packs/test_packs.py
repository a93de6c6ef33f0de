"""Building, serving and looking into packs."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session
from werkzeug.test import Client

from scrapers.notices import AffectedProduct, Notice
from scrapers.notices.model import ListingId
from scrapers.notices.sample import SOURCE
from service import app
from service.core.runtime import Runtime
from service.merchants import operations as merchants
from service.packs import operations, queries, sweeps
from service.packs.changes import Copy
from service.packs.errors import PackError
from service.packs.format import Pack, decode
from service.packs.header import Changes, Publisher
from service.packs.keys import fingerprint, key_bytes
from service.safety import operations as safety
from service.scores.models import Score
from tests.conftest import NOW

SHOP = "aliexpress:shop:9900000001"
OTHER = "web:domain:lantern.example"
LISTING = "amazon:item:B0EXAMPLE1"
GTIN = "gtin:09501101530003"


def score(session: Session, key: str, grade: str | None, *, warning: bool = False) -> None:
    merchants.ensure(session, key, now=NOW)
    session.flush()
    reason = "complaints.unresolved" if warning else None
    row = Score(merchant_key=key, as_of=NOW, version="test", digest="", score=None, grade=grade)
    row.warning, row.top_reason, row.body, row.etag = warning, reason, b"{}", "x"
    session.add(row)
    session.flush()


def notice(native: str, **change: Any) -> Notice:
    listing = ListingId("amazon", "B0EXAMPLE1", "asin", "description", "ASIN B0EXAMPLE1")
    product = AffectedProduct(name="Lantern", barcodes=("9501101530003",), listing_ids=(listing,))
    facts: dict[str, Any] = {
        "notice_id": f"xx-office:{native}",
        "source": SOURCE.id,
        "native_id": native,
        "authority": "Example Office",
        "jurisdiction": "XX",
        "record_type": "recall",
        "status": "active",
        "published": "2026-03-05",
        "updated": "2026-03-05",
        "title": "Lantern " + "l" * 500,
        "language": "en",
        "url": "https://office.example/a1",
        "licence": "none",
        "hazards": ("fire",),
        "products": (product,),
    }
    return Notice(**facts | change)


def take(session: Session, *notices: Notice) -> None:
    safety.import_notices(session, SOURCE, notices, now=NOW, run_label="test")


@pytest.fixture
def stocked(runtime: Runtime) -> Runtime:
    with runtime.begin() as session:
        score(session, SHOP, "E", warning=True)
        score(session, OTHER, None)
        take(session, notice("A/1"))
    return runtime


def build(runtime: Runtime, **later: float) -> tuple[queries.BuiltPack, Pack]:
    folder = queries.folder(runtime.settings)
    with runtime.begin() as session:
        built = operations.build(
            session,
            signing_key=runtime.publisher_key(),
            publisher=Publisher("test", "Test"),
            folder=folder,
            now=NOW + timedelta(**later),
        )
    key = runtime.publisher_key().public_key().public_bytes_raw()
    return built, decode((folder / built.path).read_bytes(), public_key=key)


def test_a_pack_says_what_the_database_says(stocked: Runtime) -> None:
    built, pack = build(stocked)
    assert pack.rating(SHOP) == ("E", True, "complaints.unresolved")
    assert pack.rating(OTHER) == ("none", False, None)
    assert [(match.tier, match.notice.id) for match in pack.matches(LISTING)] == [
        (0, "xx-office:A/1")
    ]
    (match,) = pack.matches(GTIN)
    assert (match.tier, match.notice.hazards, match.notice.url) == (
        1,
        ("fire",),
        "https://office.example/a1",
    )
    assert len(match.notice.words) == operations.WORDS_CHARS
    assert (built.merchants, built.notices, built.issued_at) == (2, 1, NOW)
    assert pack.header.version == built.version


def test_the_next_pack_is_newer_and_names_what_was_withdrawn(stocked: Runtime) -> None:
    first, _ = build(stocked)
    with stocked.begin() as session:
        row = session.get(Score, OTHER)
        session.delete(row)
    second, pack = build(stocked)
    third, _ = build(stocked, days=1)
    assert first.version < second.version < third.version
    assert pack.rating(OTHER) is None
    assert pack.withdrawn(OTHER)
    assert not pack.withdrawn(SHOP)
    with stocked.reading() as session:
        assert queries.latest(session) == third


def test_numbers_stay_above_those_issued_before_a_restored_backup(stocked: Runtime) -> None:
    lost, _ = build(stocked)
    with stocked.begin() as session:
        session.delete(session.get(operations.PackRow, lost.version))
    again, _ = build(stocked, minutes=1)
    assert again.version > lost.version


def test_a_lost_file_of_the_pack_before_stops_nothing(stocked: Runtime) -> None:
    first, _ = build(stocked)
    (queries.folder(stocked.settings) / first.path).write_bytes(b"damaged")
    _, pack = build(stocked)
    assert pack.rating(SHOP)


def test_one_notice_that_breaks_the_format_does_not_stop_the_others(
    stocked: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    with stocked.begin() as session:
        take(session, notice("A/2", url="ftp://office.example/a2"))
    _, pack = build(stocked)
    assert [match.notice.id for match in pack.matches(GTIN)] == ["xx-office:A/1"]
    assert "xx-office:A/2.url" in caplog.text


def test_nothing_is_half_written_when_the_pack_cannot_be_issued(stocked: Runtime) -> None:
    built, _ = build(stocked)
    with stocked.begin() as session:
        session.get_one(Score, SHOP).top_reason = "A broken lamp"
    with pytest.raises(PackError, match=r"header\.reasons\[0\]"):
        build(stocked)
    folder = queries.folder(stocked.settings)
    beside = {queries.changes_file(built.version, part) for part in queries.PARTS}
    assert {path.name for path in folder.iterdir()} == {built.path, *beside}
    with stocked.reading() as session:
        assert queries.latest(session) == built


@pytest.fixture
def client(stocked: Runtime) -> Client:
    return Client(app.create(stocked))


def test_the_newest_pack_is_served_with_its_tag_and_then_not_again(
    stocked: Runtime, client: Client
) -> None:
    build(stocked)
    built, _ = build(stocked)
    first = client.get("/v1/packs/latest")
    again = client.get("/v1/packs/latest", headers={"If-None-Match": first.headers["ETag"]})
    assert decode(first.data).rating(SHOP)
    assert first.mimetype == "application/octet-stream"
    assert first.headers["X-Pack-Version"] == str(built.version)
    assert first.headers["ETag"] == f'"{built.digest}"'
    assert "max-age=300" in first.headers["Cache-Control"]
    assert "no-cache" not in first.headers["Cache-Control"]
    assert (again.status_code, again.data) == (304, b"")


def test_changes_stand_beside_the_newest_pack_only(stocked: Runtime, client: Client) -> None:
    first, _ = build(stocked)
    served = client.get(f"/v1/packs/{first.version}/merchants")
    assert decode(served.data).header.changes == Changes("merchants", first.version)
    again = client.get(served.request.path, headers={"If-None-Match": served.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    build(stocked)
    for part in ("merchants", "safety"):
        gone = client.get(f"/v1/packs/{first.version}/{part}")
        assert (gone.status_code, gone.mimetype) == (404, "application/problem+json")
    assert client.get(f"/v1/packs/{first.version}/people").status_code == 404


def kept(runtime: Runtime) -> Copy:
    """Return what a browser holds that has taken the newest pack and its changes."""
    folder = queries.folder(runtime.settings)
    with runtime.reading() as session:
        newest = queries.latest(session)
    assert newest is not None
    copy = Copy(decode((folder / newest.path).read_bytes()))
    for part in queries.PARTS:
        copy = copy.take(decode((folder / queries.changes_file(newest.version, part)).read_bytes()))
    return copy


def test_the_worker_keeps_notices_hourly_merchants_daily_and_everything_weekly(
    stocked: Runtime,
) -> None:
    assert sweeps.sweep(stocked) == 0  # nobody has published anything yet
    first, _ = build(stocked)
    assert sweeps.sweep(stocked) == 0
    with stocked.begin() as session:
        take(session, notice("A/2"))
        session.get_one(Score, SHOP).grade = "D"
        session.delete(session.get_one(Score, OTHER))
    stocked.clock = lambda: NOW + timedelta(minutes=61)
    assert sweeps.sweep(stocked) == 1
    assert {match.notice.id for match in kept(stocked).matches(GTIN)} == {
        "xx-office:A/1",
        "xx-office:A/2",
    }
    assert kept(stocked).rating(SHOP) == ("E", True, "complaints.unresolved")
    stocked.clock = lambda: NOW + timedelta(days=1, minutes=5)
    assert sweeps.sweep(stocked) == 2
    assert sweeps.sweep(stocked) == 0
    assert kept(stocked).rating(SHOP) == ("D", True, "complaints.unresolved")
    assert kept(stocked).withdrawn(OTHER)
    changes = kept(stocked).merchants
    stocked.clock = lambda: NOW + timedelta(days=7)
    assert sweeps.sweep(stocked) == 1
    copy = kept(stocked)
    assert changes is not None
    assert copy.base.header.version > changes.header.version > first.version
    assert copy.base.rating(SHOP) == ("D", True, "complaints.unresolved")


def test_without_a_pack_the_answer_is_a_problem(client: Client) -> None:
    answer = client.get("/v1/packs/latest")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_pack_whose_file_is_gone_is_a_problem(stocked: Runtime, client: Client) -> None:
    built, _ = build(stocked)
    (queries.folder(stocked.settings) / built.path).unlink()
    assert client.get("/v1/packs/latest").status_code == 404


def test_the_publisher_is_named_with_the_key_that_signs(stocked: Runtime, client: Client) -> None:
    _, pack = build(stocked)
    publisher = client.get("/v1/packs/publisher").json
    key = key_bytes(publisher["public_key"], "public_key")
    assert publisher["public_key"] == pack.header.public_key
    assert publisher["fingerprint"] == fingerprint(key)
    assert publisher["id"] == stocked.settings.publisher_id


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CAVEAT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CAVEAT_DATABASE_URL", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    from service.cli import main

    return CliRunner().invoke(main, ["pack", *arguments])


@pytest.fixture
def built_file(home: Path) -> Path:
    result = run("build", "--out", str(home / "out"))
    assert result.exit_code == 0, result.output
    return Path(json.loads(result.stdout)["path"])


def test_commands_build_verify_and_look_up(home: Path, built_file: Path) -> None:
    assert built_file.parent == home / "out"
    verified = run("verify", str(built_file))
    about = json.loads(verified.stdout)
    assert about["merchants"] == {}
    assert run("verify", str(built_file), "--key", about["public_key"]).exit_code == 0
    found = json.loads(run("lookup", str(built_file), SHOP).stdout)
    assert found == {"key": SHOP, "merchant": None, "safety": [], "withdrawn": False}


def test_lookup_prints_what_the_vectors_hold(tmp_path: Path, vectors: Any) -> None:
    import base64

    packs = json.loads(vectors("pack").read_bytes())["packs"]
    file = tmp_path / "vectors.pack"
    file.write_bytes(base64.b64decode(packs["8"]))
    found = json.loads(run("lookup", str(file), OTHER).stdout)
    assert found["merchant"] == {"band": "B", "warning": False, "reason": "disclosures.verified"}
    matched = json.loads(run("lookup", str(file), LISTING).stdout)["safety"]
    assert [(match["tier"], match["notice"]["id"]) for match in matched] == [(0, "xx-office:A/1")]
    assert json.loads(run("lookup", str(file), "web:domain:gone.example").stdout)["withdrawn"]


@pytest.mark.parametrize(
    ("damage", "arguments", "said"),
    [
        (lambda data: data[:-1] + b"\0\0", [], "signature"),
        (lambda data: b"PK" + data[2:], [], "magic"),
        (lambda data: data[:50], [], "length"),
        (lambda data: data, ["--key", "A" * 43 + "="], "public_key"),
        (lambda data: data, ["--key", "short"], "--key"),
    ],
)
def test_a_bad_file_ends_with_status_2_and_one_clear_line(
    built_file: Path, damage: Any, arguments: list[str], said: str
) -> None:
    built_file.write_bytes(damage(built_file.read_bytes()))
    result = run("verify", str(built_file), *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert said == "--key" or str(built_file) in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_file_that_is_not_there_ends_with_status_2() -> None:
    assert run("verify", "nowhere.pack").exit_code == 2
