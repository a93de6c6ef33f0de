"""What is known of a listing: a table of histories, and laws that hold for all."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.blocks import states
from service.blocks.states import Check, state_of

START = datetime(2026, 11, 1, tzinfo=UTC)


def at(hours: float, result: str, locale: str = "ko-KR", source: str = "fetcher") -> Check:
    return Check(START + timedelta(hours=hours), locale, result, source)


TABLE = {
    "nobody looked": ([], "unchecked"),
    "a wall only": ([at(0, "unverifiable"), at(30, "unverifiable")], "unverifiable"),
    "seen": ([at(0, "live")], "live"),
    "one miss confirms nothing": ([at(0, "absent")], "unchecked"),
    "one miss after a sight": ([at(0, "live"), at(30, "absent")], "live"),
    "two misses within a day": ([at(0, "absent"), at(23.9, "absent")], "unchecked"),
    "two misses a day apart": ([at(0, "absent"), at(24, "absent")], "gone"),
    "a sight between misses": ([at(0, "absent"), at(12, "live"), at(24, "absent")], "live"),
    "a wall between misses": ([at(0, "absent"), at(12, "unverifiable"), at(24, "absent")], "gone"),
    "a miss and a wall": ([at(0, "absent"), at(24, "unverifiable")], "unchecked"),
    "misses of two countries": ([at(0, "absent"), at(24, "absent", "de-DE")], "unchecked"),
    "same country, other language": ([at(0, "absent"), at(24, "absent", "en-KR")], "gone"),
    "hidden in one country": (
        [at(0, "absent"), at(24, "absent"), at(25, "live", "de-DE")],
        "geo_blocked",
    ),
    "an old sight elsewhere": (
        [at(0, "live", "de-DE"), at(400, "absent"), at(424, "absent")],
        "gone",
    ),
    "out of stock": ([at(0, "live"), at(30, "out_of_stock")], "out_of_stock"),
    "gone here, out of stock there": (
        [at(0, "absent"), at(24, "absent"), at(25, "out_of_stock", "de-DE")],
        "out_of_stock",
    ),
    "another variant": ([at(0, "live_variant")], "live_variant"),
    "back again": ([at(0, "absent"), at(24, "absent"), at(60, "live")], "relisted"),
    "a sighting counts": ([at(0, "live", source="sighting")], "live"),
    "a sighting overrules no miss": (
        [at(0, "absent"), at(10, "live", source="sighting"), at(24, "absent")],
        "gone",
    ),
    "a sighting brings nothing back": (
        [at(0, "absent"), at(24, "absent"), at(60, "live", source="sighting")],
        "gone",
    ),
}


@pytest.mark.parametrize(("checks", "state"), TABLE.values(), ids=TABLE.keys())
def test_the_state_of_a_listing(checks: list[Check], state: str) -> None:
    assert state_of(checks) == state


def test_the_table_reaches_every_state() -> None:
    assert {state for _, state in TABLE.values()} == set(states.STATES)


one_check = st.builds(
    at,
    st.integers(0, 24 * 40).map(float),
    st.sampled_from(states.RESULTS),
    st.sampled_from(["ko-KR", "en-KR", "de-DE", "US"]),
    st.sampled_from(states.SOURCES),
)
histories = st.lists(one_check, max_size=14)


@given(histories, st.randoms())
def test_the_order_of_telling_does_not_matter(checks: list[Check], random: object) -> None:
    shuffled = list(checks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert state_of(shuffled) == state_of(checks)
    assert states.absences(shuffled) == states.absences(checks)


@given(histories)
def test_walls_never_change_what_is_known(checks: list[Check]) -> None:
    known = [one for one in checks if one.result != "unverifiable"]
    if known:
        assert state_of(checks) == state_of(known)
    else:
        assert state_of(checks) in ("unchecked", "unverifiable")


@given(histories)
def test_gone_rests_on_two_misses_a_day_apart_without_a_sight(checks: list[Check]) -> None:
    for absence in states.absences(checks):
        mine = [one for one in checks if one.place == absence.place]
        misses = {one.at for one in mine if one.result == "absent"}
        assert {absence.first, absence.confirmed} <= misses
        assert absence.confirmed - absence.first >= timedelta(hours=24)
        sights = [one for one in mine if one.result in ("live", "live_variant", "out_of_stock")]
        assert not any(
            absence.first < one.at < absence.confirmed and one.source != "sighting"
            for one in sights
        )
    if state_of(checks) in ("gone", "geo_blocked", "relisted"):
        assert states.absences(checks)


@given(histories)
def test_hidden_in_one_country_takes_looks_from_two(checks: list[Check]) -> None:
    if state_of(checks) == "geo_blocked":
        assert len({one.place for one in checks}) >= 2


@given(histories, st.integers(0, 960).map(float))
def test_a_sighting_never_makes_a_listing_blocked(checks: list[Check], hour: float) -> None:
    blocked = ("gone", "geo_blocked", "out_of_stock")
    more = [*checks, at(hour, "live", source="sighting")]
    if state_of(checks) not in blocked:
        assert state_of(more) not in ("gone", "out_of_stock")


@given(histories)
def test_changes_end_at_the_present_state(checks: list[Check]) -> None:
    found = states.changes(checks)
    assert (found[-1][1] if found else "unchecked") == state_of(checks)
    assert [when for when, _ in found] == sorted({when for when, _ in found})
