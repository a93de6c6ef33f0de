"""`caveat import notices` as a user meets it: counts, differences, clear errors with status 2."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.commands.notices import notices
from service.core import settings
from service.core.runtime import Runtime
from service.safety import queries
from service.safety.views import Counts

ROW: dict[str, Any] = {
    "report_date": "15/05/2026",
    "caseNumber": "SR/99999/26",
    "reference": "https://ec.europa.eu/safety-gate-alerts/screen/webReport/alertDetail/1",
    "category": "Toys",
    "product": "Wooden rattle",
    "riskType": "Choking",
    "onlineTrader": "Amazon(B0CH1PV2HV) /",
}
XML = (
    "<Safety-Gate><report_date>22/05/2026</report_date><notifications>"
    "<caseNumber>SR/3/26</caseNumber><reference>https://ec.europa.eu/3</reference>"
    "<category>Toys</category></notifications></Safety-Gate>"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAVEAT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CAVEAT_DATABASE_URL", raising=False)


def eu(*files: Path, more: tuple[str, ...] = ()) -> Result:
    arguments = [*map(str, files), "--source", "eu-safety-gate", *more]
    return CliRunner().invoke(notices, arguments, catch_exceptions=False)


def save(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    return path


def counts() -> Counts:
    runtime = Runtime(settings.load())
    with runtime.reading() as session:
        found = queries.counts(session)
    runtime.close()
    return found


def test_lines_gzip_and_xml_in_one_run(tmp_path: Path) -> None:
    lines = save(tmp_path / "a.jsonl", ROW, ROW | {"caseNumber": "SR/2/26"})
    packed = tmp_path / "b.jsonl"
    packed.write_bytes(gzip.compress(lines.read_bytes()))
    xml = tmp_path / "c.xml"
    xml.write_text(XML)
    result = eu(lines, packed, xml)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert result.stderr == "read 5, taken 5 (new 3, changed 0, unchanged 2), skipped 0\n"
    assert (counts().notices, counts().runs) == (3, 3)


def test_a_bad_record_is_named_skipped_and_kept(tmp_path: Path) -> None:
    file = save(tmp_path / "a.jsonl", ROW, ROW | {"report_date": "tomorrow"})
    result = eu(file)
    assert result.exit_code == 0
    named, closing = result.stderr.splitlines()
    assert named == f"skipped: {file}, line 2: report_date 'tomorrow' is no date"
    assert closing == "read 2, taken 1 (new 1, changed 0, unchanged 0), skipped 1"
    assert (counts().notices, counts().rejected) == (1, 1)


def test_many_bad_records_do_not_flood_the_terminal(tmp_path: Path) -> None:
    bad = [ROW | {"caseNumber": "", "order": str(number)} for number in range(30)]
    result = eu(save(tmp_path / "a.jsonl", ROW, *bad))
    assert len(result.stderr.splitlines()) == 22
    assert f"skipped: 10 more of {tmp_path / 'a.jsonl'}" in result.stderr


def test_strict_stops_and_stores_nothing_of_the_file(tmp_path: Path) -> None:
    file = save(tmp_path / "a.jsonl", ROW, ROW | {"report_date": "tomorrow"})
    result = eu(file, more=("--strict",))
    assert result.exit_code == 2
    assert f"{file}, line 2: report_date" in result.stderr
    assert counts().notices == 0


def test_dry_run_prints_the_difference_and_stores_nothing(tmp_path: Path) -> None:
    eu(save(tmp_path / "a.jsonl", ROW))
    changed = ROW | {"riskType": "Fire", "danger": "It burns."}
    result = eu(
        save(tmp_path / "b.jsonl", changed, ROW | {"caseNumber": "SR/2/26"}), more=("--dry-run",)
    )
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {
            "change": "new",
            "notice_id": "eu-safety-gate:SR/2/26",
            "title": "Wooden rattle",
            "fields": [],
        },
        {
            "change": "changed",
            "notice_id": "eu-safety-gate:SR/99999/26",
            "title": "Wooden rattle",
            "fields": ["hazards", "hazard_text"],
        },
    ]
    assert result.stderr.endswith("skipped 0; nothing stored\n")
    assert (counts().notices, counts().runs) == (1, 1)


def truncated_gzip() -> bytes:
    return gzip.compress(json.dumps(ROW).encode() * 50)[:-20]


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (truncated_gzip(), "", "gzip file is truncated"),
        (b"\x1f\x8bnonsense that is no gzip at all", "", "gzip file is damaged"),
        (XML.replace("</category>", "</kategorie>").encode(), ", line 1, column", "malformed XML"),
        (XML[:-30].encode(), ", line 1, column", "malformed XML"),
        (b"<!DOCTYPE html><html></html>", ", line 1", "web page"),
        (b'{"error": "Too many requests"}', ", line 1", "no record is a notice"),
        (b"", ", line 1", "empty"),
        (b'{"caseNumber": "\xff\xfe"}\n', ", line 1", "UTF-8"),
    ],
)
def test_what_is_no_feed_ends_with_one_line_and_status_2(
    tmp_path: Path, data: bytes, where: str, what: str
) -> None:
    file = tmp_path / "feed"
    file.write_bytes(data)
    result = eu(file)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert f"{file}{where}" in result.stderr
    assert what in result.stderr
    assert counts().notices == 0


def test_files_before_a_damaged_one_stay(tmp_path: Path) -> None:
    good, bad = save(tmp_path / "a.jsonl", ROW), tmp_path / "b.xml"
    bad.write_text(XML[:-30])
    assert eu(good, bad).exit_code == 2
    assert counts().notices == 1


def test_a_missing_file_and_an_unknown_source(tmp_path: Path) -> None:
    missing = eu(tmp_path / "absent.xml")
    assert missing.exit_code == 2
    assert "absent.xml" in missing.stderr
    unknown = CliRunner().invoke(notices, [str(tmp_path / "a"), "--source", "nowhere"])
    assert unknown.exit_code == 2
    assert "eu-safety-gate" in unknown.stderr


def test_a_terminal_sees_a_progress_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    result = eu(save(tmp_path / "week.jsonl", ROW))
    assert result.exit_code == 0
    assert "week.jsonl" in result.stderr
    assert "1/1" in result.stderr
