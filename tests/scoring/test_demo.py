"""The bundled sample: committed as its script writes it, and showing every state there is."""

import json
import runpy
from collections import defaultdict
from typing import Any

import pytest

import scoring
from tests.conftest import ROOT

DEMO = ROOT / "service" / "demo"


@pytest.fixture(scope="module")
def scores() -> dict[str, scoring.Score]:
    by_merchant: dict[str, list[scoring.Event]] = defaultdict(list)
    with (DEMO / "events.jsonl").open("rb") as lines:
        for event in scoring.read(lines):
            assert isinstance(event, scoring.Event), event
            assert event.t < 0
            by_merchant[event.merchant].append(event)
    return {merchant: scoring.score(own, as_of=0.0) for merchant, own in by_merchant.items()}


def of(scores: dict[str, scoring.Score], slug: str) -> scoring.Score:
    return scores[f"web:domain:{slug}.localhost"]


def test_merchants_and_events_are_about_the_same_invented_shops(
    scores: dict[str, scoring.Score],
) -> None:
    rows: list[dict[str, Any]] = json.loads((DEMO / "merchants.json").read_text(encoding="utf-8"))
    assert {row["key"] for row in rows} == set(scores)
    assert all(key.endswith(".localhost") for key in scores)


def test_every_state_is_shown(scores: dict[str, scoring.Score]) -> None:
    assert of(scores, "lantern-goods").grade == "A"
    assert of(scores, "dalbit-mungu").grade in {"A", "B"}
    assert of(scores, "qingshan-kitchen").grade == "B"
    assert of(scores, "harbour-cables").grade == "C"
    assert of(scores, "new-leaf").grade is None
    assert [key for key, found in scores.items() if found.warn] == [
        "web:domain:brightdeal-outlet.localhost"
    ]
    blocked = of(scores, "copper-kettle")
    assert (blocked.score, blocked.reasons[-1].code) == (50.0, "safety.blocked")


def test_the_files_are_what_the_script_writes(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "demo_events.py"))
    monkeypatch.setitem(script["main"].__globals__, "DEMO", tmp_path)
    script["main"]()
    for name in ("merchants.json", "events.jsonl"):
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes()
        assert (DEMO / name).stat().st_size < 300_000
