import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import main

REVIEW = {
    "type": "review",
    "t": 20000.5,
    "merchant": "web:domain:lantern.localhost",
    "id": "r1",
    "reviewer": "p1",
    "rating": 5,
    "verified": True,
    "text_id": "x1",
    "product": "lamp",
    "topic": "home",
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CAVEAT_HOME", str(tmp_path / "home"))

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return invoke


def lines(tmp_path: Path, *records: object) -> str:
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records))
    return str(path)


def test_events_are_stored_once_and_counted(run: Any, tmp_path: Path) -> None:
    file = lines(tmp_path, REVIEW, REVIEW | {"id": "r2"}, REVIEW)
    first, second = run("import", "events", file), run("import", "events", file)
    assert first.exit_code == 0, first.output
    assert "read 3, taken 3, skipped 0" in first.stderr
    assert "new 2, known already 1" in first.stderr
    assert "new 0, known already 3" in second.stderr


@pytest.mark.parametrize(
    ("record", "named"),
    [
        (REVIEW | {"rating": 9}, "rating"),
        (REVIEW | {"t": "yesterday"}, "t"),
        ({k: v for k, v in REVIEW.items() if k != "reviewer"}, "reviewer"),
        (REVIEW | {"type": "rumour"}, "type"),
        (REVIEW | {"merchant": "Lamp Shop"}, "merchant"),
        ("{broken", "line 1"),
        ("[1, 2]", "line 1"),
    ],
)
def test_a_bad_record_is_named_and_skipped_or_stops(
    run: Any, tmp_path: Path, record: object, named: str
) -> None:
    file = lines(tmp_path, record, REVIEW)
    lenient, strict = run("import", "events", file), run("import", "events", file, "--strict")
    assert lenient.exit_code == 0, lenient.output
    assert "read 2, taken 1, skipped 1" in lenient.stderr
    assert "line 1" in lenient.stderr
    assert named in lenient.stderr
    assert strict.exit_code == 2
    assert len(strict.stderr.strip().splitlines()) == 1


def test_nothing_is_stored_when_a_strict_import_stops(run: Any, tmp_path: Path) -> None:
    bad = lines(tmp_path, REVIEW, REVIEW | {"rating": 9})
    assert run("import", "events", bad, "--strict").exit_code == 2
    assert "new 1, known already 0" in run("import", "events", lines(tmp_path, REVIEW)).stderr


def test_a_truncated_gzip_is_named_and_stores_nothing(run: Any, tmp_path: Path) -> None:
    whole = gzip.compress(
        "\n".join(json.dumps(REVIEW | {"id": f"r{n}"}) for n in range(5000)).encode()
    )
    file = tmp_path / "events.jsonl.gz"
    file.write_bytes(whole[: len(whole) // 2])
    result = run("import", "events", str(file))
    assert result.exit_code == 2
    assert "events.jsonl.gz" in result.stderr
    assert "truncated" in result.stderr
    file.write_bytes(whole)
    assert "new 5000, known already 0" in run("import", "events", str(file)).stderr


def test_a_missing_file_is_named(run: Any, tmp_path: Path) -> None:
    result = run("import", "events", str(tmp_path / "none.jsonl"))
    assert result.exit_code == 2
    assert "none.jsonl" in result.stderr


def test_a_wrong_setting_is_named(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CAVEAT_PORT", "eighty")
    result = run("import", "events", lines(tmp_path, REVIEW))
    assert result.exit_code == 2
    assert "CAVEAT_PORT" in result.stderr


def test_a_file_without_a_single_event_is_no_success(run: Any, tmp_path: Path) -> None:
    result = run("import", "events", lines(tmp_path, REVIEW | {"rating": 9}, "{broken"))
    assert result.exit_code == 2
    assert "read 2, taken 0, skipped 2" in result.stderr
    assert "no record could be taken" in result.stderr
