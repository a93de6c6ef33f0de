"""Programmes as data: complete, pinned by cases, and judged the same for everybody."""

import tomllib
from copy import deepcopy
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from service.complaints import queries
from service.complaints.course import eligibility, machine, programmes
from service.complaints.course.eligibility import Verdict
from service.complaints.intake.fields import BY_ID, CATEGORIES
from service.core.errors import Conflict, Misconfigured
from service.core.runtime import Runtime
from tests.conftest import NOW
from tests.service.complaints.cases import consumer, open_case, reading, walk

EXPRESS = programmes.get("express-platform@1")
MEDIATION = programmes.get("mediation@1")
ALL = programmes.load().values()
FACTS = {
    "country": "HK",
    "merchant_country": "CN",
    "purchase_date": "2026-06-01",
    "category": "not_delivered",
    "evidence": ["receipt"],
}
DAY = NOW.date()


def judge(
    change: dict[str, Any], *, participant: bool = True, programme: programmes.Programme = EXPRESS
) -> Verdict:
    facts = {name: value for name, value in (FACTS | change).items() if value is not None}
    return eligibility.judge(programme, facts, participant=participant, day=DAY)


@pytest.mark.parametrize(
    ("change", "broken", "unknown"),
    [
        ({}, (), ()),
        ({"country": "DE"}, ("consumer_country",), ()),
        ({"merchant_country": "KR"}, ("merchant_country",), ()),
        ({"merchant_country": None}, (), ("merchant_country",)),
        ({"purchase_date": "2024-11-20"}, (), ()),
        ({"purchase_date": "2024-11-19"}, ("purchased_within_days",), ()),
        ({"purchase_date": None}, (), ("purchased_within_days",)),
        ({"evidence": ["photo"]}, (), ("evidence",)),
        ({"evidence": None}, (), ("evidence",)),
    ],
)
def test_what_stands_against_a_case_and_what_has_to_be_asked(
    change: dict[str, Any], broken: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert judge(change) == Verdict(broken, unknown)


def test_a_merchant_that_takes_no_part_is_no_dead_end() -> None:
    assert judge({}, participant=False).broken == ("participant",)
    assert judge({}, participant=False, programme=MEDIATION).eligible
    facts = dict(FACTS)
    assert eligibility.programme_for(facts, joined=(), day=DAY) == "mediation@2"
    assert (
        eligibility.programme_for(facts, joined=["express-platform"], day=DAY)
        == "express-platform@2"
    )
    abroad = facts | {"country": "DE"}
    assert eligibility.programme_for(abroad, joined=["express-platform"], day=DAY) == "mediation@2"


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("programme", ALL, ids=lambda one: one.id)
def test_what_shows_a_complaint_stands_in_one_place(
    programme: programmes.Programme, category: str
) -> None:
    """One document of any kind that fields.json names for the category is enough; no other one is."""
    shows = CATEGORIES[category].evidence
    assert set(shows) < set(BY_ID["evidence"].options)
    for kind in BY_ID["evidence"].options:
        verdict = judge({"category": category, "evidence": [kind]}, programme=programme)
        assert ("evidence" in verdict.unknown) == (kind not in shows)


@pytest.mark.parametrize("programme", ALL, ids=lambda one: one.id)
def test_a_programme_says_how_long_it_keeps_and_where_it_comes_from(
    programme: programmes.Programme,
) -> None:
    assert set(programme.retention) == {"draft", "lapsed", "closed"}
    assert programme.source


def test_a_new_version_changes_no_case_of_the_old_one(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = open_case(runtime, programme="mediation@1")
    with reading(runtime, old) as row:
        due = row.due_at
    hasty = {state: replace(clock, days=1) for state, clock in MEDIATION.clocks.items()}
    newer = replace(MEDIATION, id="mediation@3", clocks=hasty)
    known = dict(programmes.load()) | {newer.id: newer}
    monkeypatch.setattr(programmes, "load", lambda: known)
    new = open_case(runtime, programme="mediation@3")
    assert eligibility.programme_for({}, joined=(), day=DAY) == "mediation@3"
    walk(runtime, old, "request_information", "supply")
    with reading(runtime, old) as row:
        assert (row.programme, row.due_at) == ("mediation@1", due)
    with reading(runtime, new) as row:
        assert row.due_at is not None
        assert due is not None
        assert row.due_at < due


def test_a_version_that_is_gone_is_named() -> None:
    with pytest.raises(Misconfigured, match="mediation@0"):
        programmes.get("mediation@0")


@pytest.mark.parametrize("change", ["missing", "closed", "unknown window"])
def test_a_file_without_a_clock_for_each_open_state_is_refused(change: str) -> None:
    path = files(programmes.__package__).joinpath("programmes", "mediation@1.toml")
    document = deepcopy(tomllib.loads(path.read_text()))
    if change == "missing":
        del document["clocks"]["uploaded"]
    elif change == "closed":
        document["clocks"]["resolved"] = {"days": 1}
    else:
        document["windows"]["uploaded"] = {"days": 1}
    with pytest.raises(Misconfigured, match="mine@1"):
        programmes.parse(document, "mine@1")


def test_states_that_pause_or_begin_a_limit_exist() -> None:
    states = machine.load().states
    for programme in ALL:
        for clock in programme.clocks.values():
            assert set(clock.pauses_in) <= set(states)
            assert clock.cap_since is None or clock.cap_since in states
            assert clock.extension_event is None or clock.extension_event in machine.load().events


def test_the_day_counts_where_a_purchase_is_dated() -> None:
    assert judge({"purchase_date": date(2024, 11, 20).isoformat()}).eligible


def test_a_refusal_is_appealed_against_as_often_as_the_programme_says(runtime: Runtime) -> None:
    """Once under the version that limits it; a case that pinned the version before keeps its rules."""
    for programme, times in (("mediation@1", 3), ("mediation@2", 1), ("express-platform@2", 1)):
        case = open_case(runtime, programme=programme)
        for _ in range(times):
            walk(runtime, case, "screen_fail", cause="unfounded")
            walk(runtime, case, "appeal")
        walk(runtime, case, "screen_fail", cause="unfounded")
        with runtime.reading() as session:
            able = queries.possible(session, consumer(case), case, now=runtime.clock())
        assert ("appeal" in {event.name for event in able}) == (programme == "mediation@1")
        if programme != "mediation@1":
            with pytest.raises(Conflict, match="done before"):
                walk(runtime, case, "appeal")
