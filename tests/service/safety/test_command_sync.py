"""`caveat sync` and `caveat sources` as an operator meets them, against stand-ins on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from tests.scrapers.notices import payloads
from tests.scrapers.notices.replay import Authorities, authorities

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("world")]
CANADA = "ca-health-canada"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authorities]:
    with authorities() as running:
        monkeypatch.setenv("CAVEAT_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("CAVEAT_DATABASE_URL", raising=False)
        monkeypatch.setenv("CAVEAT_NOTICE_MIRROR", running.origin)
        yield running


def caveat(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_sync_prints_what_it_did() -> None:
    result = caveat("sync", CANADA, "au-accc")
    assert result.exit_code == 0, result.output
    first, second = lines(result)
    assert (first["source"], first["new"], first["state"]) == (CANADA, 3, "done")
    assert (second["source"], second["new"]) == ("au-accc", 1)
    assert lines(caveat("sync", CANADA))[0]["unchanged"] == 3


def test_nothing_is_enabled_at_first(world: Authorities) -> None:
    result = caveat("sync")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no source is enabled" in result.stderr
    assert world.asked == []


def test_an_enabled_source_is_fetched_with_all_others() -> None:
    assert caveat("sources", "enable", CANADA).exit_code == 0
    assert [line["source"] for line in lines(caveat("sync"))] == [CANADA]
    assert caveat("sources", "disable", CANADA).exit_code == 0
    assert lines(caveat("sync")) == []


def test_one_failure_does_not_stop_the_others(world: Authorities) -> None:
    world.pages[payloads.CANADA] = b'{"error": "Too many requests"}'
    result = caveat("sync", CANADA, "oecd-globalrecalls", "au-accc")
    assert result.exit_code == 2
    assert [line["source"] for line in lines(result)] == ["au-accc"]
    assert "no record is a notice of this source" in result.stderr
    assert "robots.txt disallows everything" in result.stderr
    resting = caveat("sync", CANADA)
    assert "left alone until" in resting.stderr
    world.pages[payloads.CANADA] = payloads.canada(1)
    assert lines(caveat("sync", CANADA, "--force"))[0]["new"] == 1


def test_quarantine_release_and_replay(world: Authorities) -> None:
    world.pages[payloads.CANADA] = payloads.canada(*range(10))
    caveat("sync", CANADA)
    world.pages[payloads.CANADA] = payloads.canada(1)
    held = caveat("sync", CANADA)
    assert held.exit_code == 2
    assert "--release" in held.stderr
    (listed,) = [line for line in lines(caveat("sources")) if line["id"] == CANADA]
    assert "90%" in str(listed["quarantined"])
    assert lines(caveat("sync", CANADA, "--release"))[0]["records"] == 1
    assert lines(caveat("sync", CANADA, "--replay"))[0]["unchanged"] == 1
    assert caveat("sync", CANADA, "--replay", "--full").exit_code == 2


def test_every_source_is_listed_with_its_terms() -> None:
    listed = {str(line["id"]): line for line in lines(caveat("sources"))}
    assert len(listed) == 15
    assert all(line["licence"] and line["home"] for line in listed.values())
    assert listed["uk-opss"]["seen_live"] is False
    assert listed["eu-safety-gate"]["seen_live"] is True
    assert listed["kr-safetykorea"]["key"] == ["CAVEAT_KEY_SAFETYKOREA"]
    assert listed["oecd-globalrecalls"]["off"]
    assert not any(line["enabled"] for line in listed.values())


def test_links_are_printed_with_their_evidence() -> None:
    caveat("sync", "fr-rappelconso", "eu-safety-gate")
    links = lines(caveat("sources", "links", "fr-rappelconso:SR/09999/26"))
    assert ("eu-safety-gate:SR/09999/26", "case") in {
        (link["notice_id"], link["kind"]) for link in links
    }


def test_certificates_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = caveat("sources", "certificate", "CB999A999-9999")
    assert missing.exit_code == 2
    assert "CAVEAT_KEY_SAFETYKOREA" in missing.stderr
    monkeypatch.setenv("CAVEAT_KEY_SAFETYKOREA", "k")
    known, unknown = lines(caveat("sources", "certificate", "cb999a999-9999", "CB000A000-0000"))
    assert known["certification"]["state"] == "적합"  # type: ignore[index]
    assert unknown["certification"] is None


def test_an_unknown_source() -> None:
    for command in (("sync", "nowhere"), ("sources", "enable", "nowhere")):
        result = caveat(*command)
        assert result.exit_code == 2
        assert "nowhere" in result.stderr


def test_a_terminal_sees_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    result = caveat("sync", "us-nhtsa")
    assert result.exit_code == 0
    assert "us-nhtsa taken" in result.stderr
    assert "2/2" in result.stderr
