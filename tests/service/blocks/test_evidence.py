"""Looks at listings: what is found, what is kept of it, and that nobody can change it unseen."""

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from warcio.archiveiterator import ArchiveIterator

from scrapers.fetching import Snapshot, Unreachable
from service.blocks import checker, evidence, operations, queries, states, sweeps
from service.blocks.models import BlockOrder, EvidenceRecord, ListingCheck
from service.core import settings
from service.core.clock import Clock
from service.core.errors import InvalidInput, Misconfigured
from service.merchants import queries as merchants
from tests.conftest import NOW
from tests.service.blocks.world import ITEM, LISTING, World

URL = f"https://www.aliexpress.com/item/{ITEM}.html"
STATE = """<script>window.runParams = {"data": {"titleModule": {"subject": "Desk lamp LX-9000"},
"priceModule": {"minActivityAmount": {"value": 12.9, "currency": "EUR"}},
"actionModule": {"totalAvailQuantity": 7}, "storeModule": {"storeNum": 900000001},
"feedback": [{"name": "PRIVATE-NAME", "text": "PRIVATE-REVIEW"}]}};</script>"""
PAGE = f"""<!doctype html><html><head><title>Desk lamp LX-9000</title>
<meta property="og:title" content="Desk lamp LX-9000"><meta name="author" content="PRIVATE-NAME">
<link rel="canonical" href="{URL}?spm=PRIVATE-TOKEN">{STATE}</head>
<body><h1>Desk lamp LX-9000</h1><p>PRIVATE-NAME wrote: PRIVATE-REVIEW</p></body></html>"""


def snapshot(
    body: str = PAGE, *, status: int = 200, state: str = "page", final: str = URL
) -> Snapshot:
    headers = {
        "content-type": "text/html; charset=utf-8",
        "etag": '"1"',
        "x-visitor": "PRIVATE-TOKEN",
        "location": "https://x/?session=PRIVATE-TOKEN",
    }
    return Snapshot(f"{URL}?u=PRIVATE-TOKEN", final, status, headers, body.encode(), NOW, state)  # type: ignore[arg-type]


OTHER = f"https://www.aliexpress.com/item/{ITEM[:-1]}1.html"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (snapshot(), "live"),
        (snapshot(PAGE.replace('Quantity": 7', 'Quantity": 0')), "out_of_stock"),
        (snapshot("", status=404, state="gone"), "absent"),
        (snapshot("", status=403, state="blocked"), "unverifiable"),
        (snapshot("", status=503, state="unavailable"), "unverifiable"),
        (snapshot(final="https://www.aliexpress.com/"), "absent"),
        (snapshot(final=OTHER), "live_variant"),
        (snapshot("<title>Hello</title>"), "unverifiable"),
    ],
)
def test_an_answer_says_no_more_than_it_shows(answer: Snapshot, result: str) -> None:
    fields = checker._fields(answer)
    assert checker.judge(answer, fields, "aliexpress", ITEM)[0] == result


class Web:
    """Stands where the platform's site is: answers as told."""

    def __init__(self, clock: Clock, *answers: Snapshot | Exception) -> None:
        self.clock = clock
        self.answers = list(answers)

    def fetch(self, url: str, *, fresh: bool) -> Snapshot:
        assert url == URL
        assert fresh
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return replace(answer, fetched_at=self.clock())


def look(world: World, *answers: Snapshot | Exception) -> str:
    web = Web(world.runtime.clock, *answers)
    state = ""
    for _ in answers:
        with world.runtime.begin() as session:
            [due] = operations.claim_due(session, now=world.runtime.clock(), limit=5)
        state = sweeps.check(world.runtime, web, due)  # type: ignore[arg-type]
        world.runtime.clock.now += timedelta(days=1, minutes=1)  # type: ignore[attr-defined]
    return state


def folder(world: World) -> Path:
    return sweeps.folder(world.runtime)


def records(world: World) -> Iterator[tuple[str, str, bytes]]:
    for path in sorted((folder(world) / "files").rglob("*.warc.gz")):
        for record in ArchiveIterator(io.BytesIO(path.read_bytes())):
            uri = record.rec_headers.get_header("WARC-Target-URI")
            yield record.rec_type, uri, record.content_stream().read()


def test_two_misses_a_day_apart_make_a_listing_gone_and_a_wall_does_not(world: World) -> None:
    world.issue()
    gone = snapshot("", status=404, state="gone")
    wall = snapshot("", status=403, state="blocked")
    assert look(world, snapshot(), wall) == "live"
    assert look(world, gone, wall) == "live"
    assert look(world, gone) == "gone"


def test_evidence_says_what_was_offered_and_nothing_about_people(world: World) -> None:
    world.issue()
    look(world, snapshot())
    kept = list(records(world))
    assert [kind for kind, _, _ in kept] == ["response", "metadata"]
    assert {uri for _, uri, _ in kept} == {URL}
    raw = b"".join(gzip.decompress(path.read_bytes()) for path in folder(world).rglob("*.warc.gz"))
    assert b"Desk lamp LX-9000" in raw
    assert b"PRIVATE" not in raw
    said = json.loads(kept[1][2])
    assert said["fields"]["price"] is not None
    assert (said["result"], said["locale"], said["status"]) == ("live", "ko-KR", 200)
    assert len(said["body"]["sha256"]) == 64
    assert said["notice"]["id"] == "KR-kats:10022792"
    with world.runtime.reading() as session:
        [check] = queries.checks(session, LISTING)
        assert check.evidence is not None
        assert evidence.path_of(folder(world), check.evidence).is_file()


def test_no_answer_is_a_look_without_evidence(world: World) -> None:
    world.issue()
    assert look(world, Unreachable("no answer", URL)) == "unverifiable"
    with world.runtime.reading() as session:
        assert [one.evidence for one in queries.checks(session, LISTING)] == [None]


def three_days(world: World) -> None:
    world.issue()
    look(
        world,
        snapshot(),
        snapshot(PAGE.replace("12.9", "13.5")),
        snapshot("", status=404, state="gone"),
    )
    with world.runtime.reading() as session:
        evidence.write_manifests(session, folder(world), now=world.runtime.clock())


def audit(world: World) -> evidence.Audit:
    with world.runtime.reading() as session:
        return evidence.audit(session, folder(world), now=world.runtime.clock())


def test_untouched_evidence_holds(world: World) -> None:
    three_days(world)
    found = audit(world)
    assert (found.days, found.records, found.broken) == (3, 3, None)
    manifests = sorted((folder(world) / "days").iterdir())
    said = [json.loads(path.read_bytes()) for path in manifests]
    assert [one["previous"] for one in said[1:]] == [one["chain"] for one in said[:-1]]
    assert said[0]["previous"] == evidence.START


def second(world: World) -> EvidenceRecord:
    with world.runtime.reading() as session:
        return session.scalars(select(EvidenceRecord).order_by(EvidenceRecord.id)).all()[1]


def test_a_changed_or_missing_file_is_named_with_its_day(world: World) -> None:
    three_days(world)
    row = second(world)
    path = evidence.path_of(folder(world), row.sha256)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    broken = audit(world).broken
    assert broken == evidence.Broken(row.day, row.sha256, "its file was changed")
    path.unlink()
    broken = audit(world).broken
    assert broken is not None
    assert (broken.day, broken.what) == (row.day, "its file is missing")


def tamper(world: World, statement: str) -> None:
    """Do what only who owns the database can do."""
    with world.runtime.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                session.execute(text(f"DROP TRIGGER IF EXISTS block_evidence_no_{verb}"))
        else:
            session.execute(text("ALTER TABLE block_evidence DISABLE TRIGGER USER"))
        session.execute(text(statement))


@pytest.fixture
def guarded_again(world: World) -> Iterator[None]:
    yield
    with world.runtime.begin() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ALTER TABLE block_evidence ENABLE TRIGGER USER"))


@pytest.mark.usefixtures("guarded_again")
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "UPDATE block_evidence SET at = '2026-01-01T00:00:00+00:00' WHERE id = :id",
            "says something else",
        ),
        ("DELETE FROM block_evidence WHERE id = :id", "does not continue"),
        ("DELETE FROM block_evidence WHERE id > :id", "a check cites it"),
    ],
)
def test_a_changed_record_is_found(world: World, statement: str, what: str) -> None:
    three_days(world)
    with pytest.raises(DBAPIError, match="append-only"), world.runtime.begin() as session:
        session.execute(text("UPDATE block_evidence SET size = 1"))
    tamper(world, statement.replace(":id", str(second(world).id)))
    broken = audit(world).broken
    assert broken is not None
    assert what in broken.what
    assert broken.day >= "2026-11-21"


def test_a_changed_manifest_is_found(world: World) -> None:
    three_days(world)
    row = second(world)
    path = evidence.manifest_path(folder(world), row.day)
    path.write_bytes(path.read_bytes().replace(b'"bytes": ', b'"bytes": 1'))
    broken = audit(world).broken
    assert broken is not None
    assert (broken.day, "manifest" in broken.what) == (row.day, True)


def test_the_command_names_the_first_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.cli import main

    three_days(world)
    settings = world.runtime.settings
    monkeypatch.setenv("CAVEAT_HOME", str(settings.home))
    monkeypatch.setenv("CAVEAT_DATABASE_URL", settings.database_url)
    good = CliRunner().invoke(main, ["blocks", "audit"])
    assert good.exit_code == 0, good.output
    row = second(world)
    evidence.path_of(folder(world), row.sha256).unlink()
    bad = CliRunner().invoke(main, ["blocks", "audit"])
    assert bad.exit_code == 2
    assert f"{row.day}, record {row.sha256}: its file is missing" in bad.stderr


def test_a_sighting_keeps_the_listing_the_hour_and_the_locale(world: World) -> None:
    world.issue()
    world.runtime.clock.now = NOW + timedelta(minutes=47)  # type: ignore[attr-defined]
    for item in (ITEM, ITEM, ITEM[:-1] + "9"):
        with world.runtime.begin() as session:
            operations.record_sighting(
                session,
                world.watcher,
                platform="aliexpress",
                item_id=item,
                locale="ko-KR",
                now=world.runtime.clock(),
            )
    with world.runtime.reading() as session:
        [row] = session.scalars(select(ListingCheck)).all()
        kept = {name: getattr(row, name) for name in ListingCheck.__table__.columns.keys()}  # noqa: SIM118
        assert kept == {
            "id": row.id,
            "listing_key": LISTING,
            "at": NOW,
            "source": "sighting",
            "result": "live",
            "locale": "ko-KR",
            "organisation_id": None,
            "evidence": None,
            "detail": {},
        }
        assert (
            session.scalar(text("SELECT count(*) FROM audit WHERE action = 'check.sighting'")) == 0
        )


def test_a_person_checks_only_listings_that_are_to_be_blocked(world: World) -> None:
    with pytest.raises(InvalidInput, match="item_id"):
        world.check("live")
    world.issue()
    assert world.check("live") == "live"
    for result, locale in (("gone", "ko-KR"), ("live", "somewhere over there")):
        with pytest.raises(InvalidInput):
            world.check(result, locale)


def test_a_seller_seen_on_the_page_is_kept(world: World) -> None:
    world.issue()
    found = checker.Look("live", NOW, snapshot(), {}, "aliexpress:shop:1", "offered")
    with world.runtime.begin() as session:
        [due] = operations.claim_due(session, now=NOW, limit=5)
    monkey = pytest.MonkeyPatch()
    monkey.setattr(checker, "look", lambda *_, **__: found)
    sweeps.check(world.runtime, None, due)  # type: ignore[arg-type]
    monkey.undo()
    with world.runtime.reading() as session:
        seller = merchants.last_seller(session, LISTING)
        assert seller is not None
        assert (seller.merchant_key, seller.source) == ("aliexpress:shop:1", "caveat-check")


def test_looks_are_dense_at_first_then_end(world: World) -> None:
    from service.blocks.checks import next_look

    waits = [next_look(NOW, waits=False, now=NOW + timedelta(days=age)) for age in (1, 10, 60, 200)]
    gaps = [
        at - NOW - timedelta(days=age) if at else None
        for at, age in zip(waits, (1, 10, 60, 200), strict=True)
    ]
    assert gaps == [timedelta(hours=12), timedelta(days=1), timedelta(days=7), None]
    assert next_look(NOW, waits=True, now=NOW) == NOW + states.APART
    order = world.issue()
    world.decide(order, "lifted")
    with world.runtime.reading() as session:
        assert session.get_one(BlockOrder, order).next_check is None


def test_nothing_is_fetched_without_a_contact(world: World) -> None:
    world.issue()
    assert sweeps.check_listings(world.runtime) == 0
    with pytest.raises(Misconfigured, match="LOCALE"):
        settings.load({"CAVEAT_CHECKS_CONTACT": "x@example.org"})
    with pytest.raises(Misconfigured, match="NETWORKS"):
        settings.load({"CAVEAT_PRIVATE_NETWORKS": "127.0.0.1/8, home"})
