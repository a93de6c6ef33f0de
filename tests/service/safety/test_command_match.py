"""`caveat match` and `caveat match pairs` as a user runs them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.commands.match import match
from service.commands.notices import notices

LISTINGS = [
    {"listing_id": "a", "title": "Lumen rattle LS-4711B", "brand": "Lumen", "model": "LS-4711B"},
    {"listing_id": "b", "title": "thing", "platform": "amazon", "item_id": "B0CH1PV2HV"},
    {"listing_id": "c", "title": "thing", "gtin": "4006381333931"},
    {"listing_id": "d", "title": "Garden hose 20 m", "brand": "Acme"},
]
FEED = {
    "report_date": "15/05/2026",
    "caseNumber": "SR/99999/26",
    "reference": "https://ec.europa.eu/safety-gate-alerts/screen/webReport/alertDetail/1",
    "category": "Toys",
    "product": "Wooden rattle",
    "brand": "Lumen",
    "type_numberOfModel": "LS-4711B",
    "barcode": "4006381333931",
    "riskType": "Choking",
    "onlineTrader": "Amazon(B0CH1PV2HV) /",
}
FLAT = {
    "notice_id": "test:1/26",
    "name": "Wooden rattle",
    "brand": "Lumen",
    "model": "LS-4711B",
    "gtin": ["4006381333931"],
    "platform": "amazon",
    "item_id": "B0CH1PV2HV",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAVEAT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CAVEAT_DATABASE_URL", raising=False)


def save(path: Path, *rows: object) -> Path:
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(match, [str(one) for one in arguments])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("notice", "number"), [(FEED, "eu-safety-gate:SR/99999/26"), (FLAT, "test:1/26")]
)
@pytest.mark.parametrize("name", ["notices.jsonl", "notices.jsonl.gz"])
def test_listings_beside_a_file_of_notices(
    tmp_path: Path, notice: dict[str, Any], number: str, name: str
) -> None:
    out = tmp_path / "out.jsonl"
    listings = save(tmp_path / "l.jsonl", *LISTINGS)
    done = run("--listings", listings, "--notices", save(tmp_path / name, notice), "--out", out)
    assert (done.exit_code, done.stderr) == (0, "read 4, taken 4, skipped 0\n")
    found = lines(out)
    assert [(one["listing_id"], one["notice_id"], one["tier"]) for one in found] == [
        ("a", number, 2),
        ("b", number, 0),
        ("c", number, 1),
    ]
    assert all(
        set(one) == {"listing_id", "notice_id", "tier", "confidence", "why"} for one in found
    )
    assert all(0.97 <= one["confidence"] <= 1 and one["why"] for one in found)
    scope = {"what": "scope: model", "listing": "", "notice": "LS-4711B"}
    assert all(scope in one["why"] for one in found)


def test_listings_beside_the_store(tmp_path: Path) -> None:
    saved = str(save(tmp_path / "n.jsonl", FEED))
    CliRunner().invoke(notices, [saved, "--source", "eu-safety-gate"], catch_exceptions=False)
    done = run("--listings", save(tmp_path / "l.jsonl", *LISTINGS))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["listing_id"], one["tier"]) for one in found] == [("a", 2), ("b", 0), ("c", 1)]


def test_pairs_are_answered_in_their_order(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    rows = [
        {"left": {"title": "sony dsc-t110"}, "right": {"title": "sony camera dsct110"}, "label": 1},
        {"left": {"title": "lg dishwasher"}, "right": {"title": "denon player"}, "label": 0},
        {"left": {"gtin": "4006381333931"}, "right": {"gtin": "4006381333931"}},
    ]
    done = run("pairs", save(tmp_path / "p.jsonl.gz", *rows), "--out", out)
    assert (done.exit_code, done.stderr) == (0, "read 3, taken 3, skipped 0\n")
    found = lines(out)
    assert [one["row"] for one in found] == [0, 1, 2]
    assert found[0]["confidence"] > found[1]["confidence"]
    assert (found[1]["tier"], found[2]["tier"]) == (None, 1)


def test_a_bad_pair_is_skipped_and_keeps_the_others_rows(tmp_path: Path) -> None:
    path = save(tmp_path / "p.jsonl", {"left": {}}, {"left": {}, "right": {}}, [1])
    out = tmp_path / "out.jsonl"
    done = run("pairs", path, "--out", out)
    assert done.exit_code == 0
    assert "p.jsonl, line 1: field right: no object" in done.stderr
    assert "p.jsonl, line 3: no JSON object" in done.stderr
    assert [one["row"] for one in lines(out)] == [1]
    out.unlink()
    assert run("pairs", path, "--out", out, "--strict").exit_code == 2
    assert not out.exists()


def test_a_listing_without_its_id_is_skipped(tmp_path: Path) -> None:
    listings = save(tmp_path / "l.jsonl", {"title": "x"}, *LISTINGS[:1])
    done = run("--listings", listings, "--notices", save(tmp_path / "n.jsonl", FLAT))
    assert "l.jsonl, line 1: field listing_id: missing or empty" in done.stderr
    assert done.stderr.endswith("read 2, taken 1, skipped 1\n")


def test_a_notice_without_its_id_is_named(tmp_path: Path) -> None:
    listings = save(tmp_path / "l.jsonl", *LISTINGS)
    broken = save(tmp_path / "n.jsonl", {"name": "x"}, FLAT)
    assert (
        "n.jsonl, line 1: field notice_id"
        in run("--listings", listings, "--notices", broken).stderr
    )
    assert run("--listings", listings, "--notices", broken, "--strict").exit_code == 2


def test_usage_errors_end_with_status_two(tmp_path: Path) -> None:
    assert run().exit_code == 2
    assert run("--listings", tmp_path / "none").exit_code == 2
    assert run("pairs").exit_code == 2
