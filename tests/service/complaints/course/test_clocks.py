"""Deadlines against an oracle that counts days one by one, and by hand where calendars are awkward."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from service.complaints.course import clocks, machine, programmes
from service.complaints.course.clocks import Step
from service.complaints.course.machine import CLOCK
from service.complaints.course.programmes import Clock, Places, Programme
from service.core import calendars
from service.core.calendars import Calendar
from tests.service.complaints.course import oracle
from tests.service.complaints.course.oracle import Land

MACHINE = machine.load()
EXPRESS = programmes.get("express-platform@1")
HONG_KONG = Places("HK", "CN", "HK")
# Zones whose clocks change at or around midnight, by half an hour, never, or early in the day.
ZONES = (
    "Africa/Cairo",
    "America/Havana",
    "America/New_York",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Hong_Kong",
    "Asia/Kathmandu",
    "Asia/Seoul",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Etc/GMT+12",
    "Europe/Berlin",
    "Pacific/Kiritimati",
)
WEEKENDS = (frozenset({5, 6}), frozenset({4, 5}), frozenset({6}))
VARIANTS = 3
RARE = frozenset({"request_information", "acknowledge", "request_extension", "overdue"})


@cache
def land(name: str) -> tuple[Land, Calendar]:
    """Return an invented country "zone number" with holidays and working weekends of its own."""
    zone, number = name.split()
    chance = random.Random(f"land {name}")  # noqa: S311 - cases, not secrets
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(3 * 365)]
    weekend = WEEKENDS[int(number)]
    free = frozenset(chance.sample(days, 60))
    worked = frozenset(day for day in chance.sample(days, 40) if day.weekday() in weekend)
    known = Land(zone, weekend, free, worked)
    return known, calendars.build(zone, weekend, free, worked)


def moment(chance: random.Random, since: datetime, most: float) -> datetime:
    return since + timedelta(seconds=chance.randrange(int(most * 86_400) + 1))


def walk(chance: random.Random) -> list[Step]:
    """Return a random history: any path of the machine, at any pace, alarms included."""
    at = moment(chance, datetime(2026, 1, 1, tzinfo=UTC), 365)
    steps = [
        Step(at, "submit", None, chance.choice(["draft", "submitted", "uploaded", "uploaded"]))
    ]
    for _ in range(chance.randrange(14)):
        moves = MACHINE.leaving(steps[-1].after)
        going = [move for move in moves if not MACHINE.states[move.target].closed]
        if not moves:
            break
        going = going if going and chance.random() < 0.9 else moves
        [move] = chance.choices(going, [5 if move.event.name in RARE else 1 for move in going])
        at = moment(chance, at, chance.choice([0, 0.1, 1, 5, 20]))
        steps.append(Step(at, move.event.name, move.source, move.target))
    return steps


def clock(chance: random.Random, state: str) -> Clock:
    """Return a random clock that a programme could have for a state."""
    known = EXPRESS.clocks[state]
    return replace(
        known,
        days=chance.randrange(1, 25),
        business=chance.random() < 0.5,
        extension=chance.randrange(1, 15) if known.extension else 0,
        cap=chance.randrange(5, 70) if known.cap else None,
    )


def random_case(seed: int) -> tuple[list[Step], Programme, Places]:
    chance = random.Random(seed)  # noqa: S311 - cases, not secrets
    programme = EXPRESS
    if chance.random() < 0.8:
        own = {state: clock(chance, state) for state in MACHINE.open_states}
        programme = replace(EXPRESS, clocks=own)
    places = Places(*(f"{chance.choice(ZONES)} {chance.randrange(VARIANTS)}" for _ in range(3)))
    return walk(chance), programme, places


def differences(seeds: range) -> Iterator[str]:
    owners = {name: state.actor for name, state in MACHINE.states.items()}
    alarms = {
        move.source: move.event.name
        for move in MACHINE.moves.values()
        if move.event.actor == CLOCK and move.stays
    }
    for seed in seeds:
        steps, programme, places = random_case(seed)
        found = clocks.due_at(steps, programme, places, lambda name: land(name)[1])
        lands = {actor: land(places.of(actor))[0] for actor in ("consumer", "trader", "council")}
        expected = oracle.due_at(steps, programme.clocks, lands, owners, alarms)
        if found != expected:
            yield f"seed {seed}: {found} is not {expected}"


def test_deadlines_are_those_of_the_oracle() -> None:
    assert list(differences(range(400))) == []


@pytest.mark.slow
def test_deadlines_are_those_of_the_oracle_in_a_hundred_thousand_cases() -> None:
    assert list(differences(range(400, 100_400))) == []


def test_the_random_cases_are_of_every_kind() -> None:
    """Guard the guard: every open state ends a history, and pauses, alarms and extensions occur."""
    cases = [random_case(seed)[0] for seed in range(400)]
    assert {steps[-1].after for steps in cases} >= set(MACHINE.open_states)
    events = [step.event for steps in cases for step in steps]
    for event in ("overdue", "supply", "grant_once", "refuse", "ask_consumer"):
        assert events.count(event) > 10, event


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def due(steps: list[Step], programme: Programme = EXPRESS, places: Places = HONG_KONG) -> datetime:
    found = clocks.due_at(steps, programme, places)
    assert found is not None
    return found


def first(state: str, when: str) -> Step:
    return Step(at(when), "submit", None, state)


@pytest.mark.parametrize(
    ("state", "entered", "expected"),
    [
        # Screening, 2 business days in Hong Kong: Friday, then Lunar New Year 17 to 19 February 2026.
        ("submitted", "2026-02-13T10:00+08:00", "2026-02-21T00:00+08:00"),
        # The trader acknowledges within 3 business days of the mainland: holidays from 15 to 23
        # February, but Saturday 14 and Saturday 28 February are worked.
        ("uploaded", "2026-02-13T10:00+08:00", "2026-02-26T00:00+08:00"),
        ("uploaded", "2026-02-25T23:59+08:00", "2026-03-01T00:00+08:00"),
        # Calendar days of the complainant, whatever the weekday.
        ("result_uploaded", "2026-02-13T10:00+08:00", "2026-03-06T00:00+08:00"),
        # A moment before midnight and one after are different days.
        ("needs_information", "2026-06-01T23:59:59+08:00", "2026-06-16T00:00+08:00"),
        ("needs_information", "2026-06-02T00:00:00+08:00", "2026-06-17T00:00+08:00"),
    ],
)
def test_by_hand_in_hong_kong_and_on_the_mainland(state: str, entered: str, expected: str) -> None:
    assert due([first(state, entered)]) == at(expected)


def test_the_day_is_that_of_the_party_who_must_act() -> None:
    """A complainant in the United States has until the day ends in Hawaii."""
    steps = [first("result_uploaded", "2026-06-01T12:00+00:00")]
    assert due(steps, places=Places("US", "CN", "HK")) == at("2026-06-22T00:00-10:00")


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        # 14 days over the change to summer time on 29 March 2026, and back on 25 October.
        ("2026-03-20T12:00+01:00", "2026-04-04T00:00+02:00"),
        ("2026-10-20T12:00+02:00", "2026-11-04T00:00+01:00"),
    ],
)
def test_a_day_is_a_day_when_clocks_change(entered: str, expected: str) -> None:
    steps = [first("needs_information", entered)]
    assert due(steps, places=Places("DE", "CN", "HK")) == at(expected)


def test_a_question_to_the_complainant_pauses_the_councils_clock() -> None:
    steps = [
        first("submitted", "2026-06-01T10:00+08:00"),  # Monday
        Step(at("2026-06-03T09:00+08:00"), "request_information", "submitted", "needs_information"),
        Step(at("2026-06-10T09:00+08:00"), "supply", "needs_information", "submitted"),
    ]
    # Tuesday was used; one business day is left after Wednesday the tenth.
    assert due(steps) == at("2026-06-12T00:00+08:00")


def test_an_extension_adds_days_once_and_nothing_goes_past_the_cap() -> None:
    talk = [
        Step(at("2026-06-01T10:00+08:00"), "upload", None, "uploaded"),
        Step(at("2026-06-02T10:00+08:00"), "acknowledge", "uploaded", "in_conciliation"),
    ]
    plain = due(talk)
    asked = [
        *talk,
        Step(
            at("2026-06-04T10:00+08:00"),
            "request_extension",
            "in_conciliation",
            "extension_requested",
        ),
    ]
    granted = [
        *asked,
        Step(at("2026-06-04T15:00+08:00"), "grant_once", "extension_requested", "in_conciliation"),
    ]
    refused = [*granted[:-1], granted[-1]._replace(event="refuse")]
    assert plain == at("2026-06-17T00:00+08:00")
    # A day on which the trader waited for the answer does not count.
    assert due(refused) == at("2026-06-18T00:00+08:00")
    # Ten business days more; 19 June is the Dragon Boat Festival.
    assert due(granted) == at("2026-07-03T00:00+08:00")
    hasty = replace(EXPRESS.clocks["in_conciliation"], extension=200)
    programme = replace(EXPRESS, clocks=dict(EXPRESS.clocks) | {"in_conciliation": hasty})
    assert due(granted, programme) == at("2026-08-01T00:00+08:00")


def test_questions_do_not_give_the_trader_more_time() -> None:
    talk = [
        Step(at("2026-06-01T10:00+08:00"), "upload", None, "uploaded"),
        Step(at("2026-06-02T10:00+08:00"), "acknowledge", "uploaded", "in_conciliation"),
    ]
    asked = Step(at("2026-06-09T10:00+08:00"), "ask_consumer", "in_conciliation", "in_conciliation")
    assert due([*talk, asked]) == due(talk)


def test_an_alarm_repeats_each_period_until_somebody_acts() -> None:
    steps = [first("submitted", "2026-06-01T10:00+08:00")]
    seen = []
    for late in (0, 0, 3):
        seen.append(due(steps))
        steps.append(Step(seen[-1] + timedelta(days=late), "overdue", "submitted", "submitted"))
    assert seen == [at(f"2026-06-{day:02}T00:00+08:00") for day in (4, 6, 10)]
    # A worker that was away for three days raises one alarm, not one for each period that it missed.
    assert due(steps) == at("2026-06-17T00:00+08:00")


def test_a_closed_case_has_no_deadline_but_some_have_a_window() -> None:
    closed = [
        Step(at("2026-06-01T10:00+08:00"), "silence", "result_uploaded", "closed_unconfirmed")
    ]
    assert clocks.due_at(closed, EXPRESS, HONG_KONG) is None
    assert clocks.window_end(closed, EXPRESS, HONG_KONG) == at("2026-08-31T00:00+08:00")
    done = [Step(at("2026-06-01T10:00+08:00"), "accept_nothing_due", "result_uploaded", "resolved")]
    assert clocks.window_end(done, EXPRESS, HONG_KONG) is None


@pytest.mark.parametrize("programme", programmes.load().values(), ids=lambda one: one.id)
def test_every_programme_keeps_the_limits_of_the_design(programme: Programme) -> None:
    triage = programme.clocks["submitted"], programme.clocks["eligible"]
    assert all(clock.business for clock in triage)
    assert sum(clock.days for clock in triage) <= 3
    assert programme.clocks["in_conciliation"].cap == 60
    assert programme.clocks["mediation"].days <= 45


def test_every_country_has_a_calendar() -> None:
    from service.complaints.intake.values import COUNTRIES

    some = [*COUNTRIES[::12], "XK", "BV", "SA", "CN"]
    for country in some:
        known = calendars.of(country)
        assert len(known.business) > 10_000, country
