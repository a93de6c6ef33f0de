"""`caveat score` as a user runs it: files in, one file out."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.commands.score import score

GOOD = [
    {"type": "open", "t": 0, "merchant": "m"},
    *(
        {
            "type": "review",
            "t": 10 + n,
            "merchant": "m",
            "id": f"r{n}",
            "reviewer": f"p{n}",
            "rating": 5,
            "verified": True,
        }
        for n in range(20)
    ),
]
BAD = {**GOOD[1], "id": "bad", "rating": 7}


def written(path: Path, records: list[Any]) -> Path:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def run(events: Path, out: Path, *more: str, days: str = "5,40") -> Result:
    arguments = ["--events", str(events), "--days", days, "--out", str(out), *more]
    return CliRunner().invoke(score, arguments)


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz"])
def test_one_file_with_every_day_and_the_reviews(tmp_path: Path, name: str) -> None:
    done = run(written(tmp_path / name, GOOD), tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_bytes())
    assert done.exit_code == 0
    assert done.stderr == "read 21, taken 21, skipped 0\n"
    assert set(found) == {"5", "40", "reviews"}
    assert found["5"]["m"]["score"] is None
    rated = found["40"]["m"]
    assert {
        "score",
        "risk",
        "warn",
        "grade",
        "interval",
        "confidence",
        "reasons",
    } <= set(rated)
    assert set(rated["reasons"][0]) == {"code", "family", "points", "numbers", "evidence"}
    assert round(sum(reason["points"] for reason in rated["reasons"]), 2) == rated["score"]
    assert rated["interval"][0] <= rated["score"] <= rated["interval"][1]
    assert set(found["reviews"]) == {f"r{n}" for n in range(20)}
    assert all(0 < p < 1 for p in found["reviews"].values())


def test_a_bad_record_is_reported_and_skipped(tmp_path: Path) -> None:
    records = [*GOOD, BAD, {**GOOD[1], "paid": 1}]
    events = written(tmp_path / "events.jsonl", records)
    done = run(events, tmp_path / "out.json")
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        f"skipped: {events}, line 22, field rating: Expected `float` <= 5.0",
        f"ignored: {events}, line 23, field paid: unknown field, ignored",
        "read 23, taken 22, skipped 1",
    ]
    clean = run(written(tmp_path / "clean.jsonl", GOOD), tmp_path / "clean.json")
    assert clean.exit_code == 0
    assert (tmp_path / "clean.json").read_bytes() == (tmp_path / "out.json").read_bytes()


def test_strict_stops_and_writes_nothing(tmp_path: Path) -> None:
    events = written(tmp_path / "events.jsonl", [*GOOD, BAD])
    done = run(events, tmp_path / "out.json", "--strict")
    assert done.exit_code == 2
    assert f"{events}, line 22, field rating" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]


@pytest.mark.parametrize("days", ["", "5,x", "nan", "1e99"])
def test_a_day_that_is_no_day_is_refused(tmp_path: Path, days: str) -> None:
    done = run(written(tmp_path / "events.jsonl", GOOD), tmp_path / "out.json", days=days)
    assert done.exit_code == 2
    assert "--days" in done.stderr


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    missing = run(tmp_path / "none.jsonl", tmp_path / "out.json")
    assert missing.exit_code == 2
    assert "none.jsonl" in missing.stderr
    cut = written(tmp_path / "cut.jsonl.gz", GOOD)
    cut.write_bytes(cut.read_bytes()[:-12])
    damaged = run(cut, tmp_path / "out.json")
    assert damaged.exit_code == 2
    assert "cut.jsonl.gz" in damaged.stderr
    assert not (tmp_path / "out.json").exists()


def test_a_day_before_the_first_event_is_remarked_on(tmp_path: Path) -> None:
    done = run(written(tmp_path / "events.jsonl", GOOD), tmp_path / "out.json", days="-5,40")
    assert done.exit_code == 0
    assert "day -5: no merchant had opened by then" in done.stderr
    assert "day 40" not in done.stderr
