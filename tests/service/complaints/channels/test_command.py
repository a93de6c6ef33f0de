"""caveat channels list, route and check."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.complaints.channels import registry


def run(*args: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["channels", *args], input=text)


def test_list_prints_a_line_for_each_desk() -> None:
    rows = [json.loads(line) for line in run("list").stdout.splitlines()]
    assert "eu_odr" not in {row["id"] for row in rows}
    rows = [json.loads(line) for line in run("list", "--all").stdout.splitlines()]
    assert len(rows) == len(registry.load().channels)
    assert {
        json.loads(x)["jurisdiction"]
        for x in run("list", "--jurisdiction", "JP").stdout.splitlines()
    } == {"JP"}


def test_route_reads_a_situation(tmp_path: Path) -> None:
    asked = json.dumps(
        {"as_of": "2026-11-20", "platform": "temu", "dates": {"purchase": "2026-11-01"}}
    )
    file = tmp_path / "case.json"
    file.write_text(asked)
    found = json.loads(run("route", str(file)).stdout)
    assert found["as_of"] == "2026-11-20"
    temu = next(one for one in found["options"] if one["channel"] == "pf_temu")
    assert temu["deadline"]["on"] == "2027-01-30"
    assert run("route", "-", text=asked).stdout == run("route", str(file)).stdout


@pytest.mark.parametrize("text", ["", "[]", "{", '{"residence": "Germany"}', '{"name": "Zoë"}'])
def test_route_refuses_what_is_no_situation(text: str) -> None:
    answer = run("route", "-", text=text)
    assert answer.exit_code == 2
    assert len(answer.stderr.strip().splitlines()) == 1


def test_check_rings_when_facts_grow_old() -> None:
    fresh = run("check", "--as-of", "2026-11-21")
    assert fresh.exit_code == 0
    assert "pf_aliexpress: open_dispute_earliest: kept 11 days" in fresh.stdout
    old = run("check", "--as-of", "2028-01-01")
    assert old.exit_code == 1
    assert "stale: hk_cc: channel, checked 2026-11-21" in old.stdout
