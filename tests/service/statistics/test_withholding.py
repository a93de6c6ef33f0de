"""Everything that is published of a month together, under attack: all families, tables and releases at once.

The attacker knows every total and row, that a case has a place and a set of figures, which platform a
merchant is on, and which values occur; not which combinations do.
"""

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.statistics import tables, withholding
from service.statistics.counting import Count
from service.statistics.disclosure import K
from service.statistics.measures import DIMENSIONS, load
from tests.service.statistics.attack import Key, Knowledge

KINDS = (
    {"filed": ""},
    {"filed": "", "cohort": "open"},
    {"cohort": "confirmed", "ended": ""},
    {"filed": "", "cohort": "escalated", "ended": "", "closed": "escalated.none"},
    {"closed": "withdrawn", "lost": "evidence"},
)
PLACES = tuple(
    ("program", merchant[0], merchant, category, "HK")
    for merchant, category in product(("p:a", "p:b", "p:c", "q:d"), ("x", "y", "z"))
)
WORLDS = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.integers(0, len(KINDS) - 1)),
    st.integers(1, 12),
    min_size=1,
    max_size=16,
)
World = dict[tuple[tuple[str, ...], int], int]


def counts(world: World, month: str) -> list[Count]:
    found, number = [], 0
    for (place, kind), many in world.items():
        for _ in range(many):
            number += 1
            found += [Count(month, f, code, place, case=number) for f, code in KINDS[kind].items()]
    return found


def leaves(world: World, month: str) -> list[Key]:
    """Return what an attacker can think of: every value with every other, by month."""
    kinds = sorted({str(kind) for _, kind in world})
    merchants = sorted({place[2] for place, _ in world})
    categories = sorted({place[3] for place, _ in world})
    return [
        (month, "program", merchant[0], merchant, category, "HK", kind)
        for merchant, category, kind in product(merchants, categories, kinds)
    ]


def behind(row: tables.Row, every: list[Key]) -> set[Key]:
    """Return the combinations that a published count sums up."""
    return {
        leaf
        for leaf in every
        if leaf[0] == row.month
        and all(getattr(row, name) in ("", leaf[1 + at]) for at, name in enumerate(DIMENSIONS))
        and row.measure in KINDS[int(leaf[-1])]
        and row.code in ("", KINDS[int(leaf[-1])][row.measure])
    }


def cases(world: World, month: str, cell: set[Key]) -> int:
    return sum(many for (place, kind), many in world.items() if (month, *place, str(kind)) in cell)


def cells(world: World, every: list[Key], month: str) -> list[set[Key]]:
    """Return every cell of every family: in total, and by each of the published tables."""
    figures = {(f, c) for kind in KINDS for f, code in kind.items() for c in {"", code}}
    found = []
    for family, code in figures:
        for by in load().tables.values():
            for key in {tuple(place[at] for at in by) for place, _ in world}:
                at: dict[str, Any] = {
                    DIMENSIONS[one]: value for one, value in zip(by, key, strict=True)
                }
                row = tables.Row(month=month, measure=family, code=code, by="", cases=0, **at)
                found.append(behind(row, every))
    return found


@settings(max_examples=120, deadline=None)
@given(st.lists(WORLDS, min_size=1, max_size=2))
def test_nothing_small_follows_from_all_releases_together(worlds: list[World]) -> None:
    months = [f"2026-0{number}" for number in range(1, 1 + len(worlds))]
    every = [
        leaf for world, month in zip(worlds, months, strict=True) for leaf in leaves(world, month)
    ]
    mind = Knowledge(every)
    for world, month in zip(worlds, months, strict=True):
        for row in tables.of_month(month, counts(world, month), {}).rows:
            if row.measure != "rate":
                inside = behind(row, every)
                assert row.cases == cases(world, month, inside) >= K
                mind.learn(inside)
    for world, month in zip(worlds, months, strict=True):
        for cell in cells(world, every, month):
            assert not 0 < cases(world, month, cell) < K or not mind.knows(cell)


ROWS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12)),
    min_size=1,
)


@settings(max_examples=300, deadline=None)
@given(ROWS, st.integers(0, 3))
def test_what_is_withheld_is_never_one_row_nor_small(
    many: dict[str, tuple[int, int, int]], depth: int
) -> None:
    rows = {
        name: [frozenset((name, n) for n in range(size)) for size in sizes]
        for name, sizes in many.items()
    }
    found = withholding.depths(rows, depth)  # type: ignore[arg-type]
    for layer in range(depth):
        stopped = [len(rows[name][layer]) for name in rows if found[name] <= layer]
        held = [size for size in stopped if size]
        shown = [len(rows[name][layer]) for name in rows if found[name] > layer]
        assert all(size == 0 or size >= K for size in shown)
        assert not any(shown) or (len(held) != 1 and not 0 < sum(held) < K)


def test_a_single_small_row_takes_the_smallest_other_one_with_it() -> None:
    rows = {
        name: [frozenset(range(at, at + many))]
        for name, at, many in (("a", 0, 3), ("b", 10, 6), ("c", 20, 9))
    }
    assert withholding.depths(rows, 1) == {"a": 0, "b": 0, "c": 1}


def test_a_row_that_leaves_a_small_rest_shows_the_figures_before() -> None:
    whole = {name: frozenset(range(at, at + 20)) for name, at in (("a", 0), ("b", 50), ("c", 100))}
    rows = {name: [inside, inside] for name, inside in whole.items()}
    rows["a"] = [whole["a"], whole["a"] - {0}]
    # Of "a" and "b" together one case is left as well, so "c" cannot stay either.
    assert withholding.depths(rows, 2) == {"a": 1, "b": 1, "c": 1}


def test_rates_of_a_month_share_a_denominator_and_stay_below_one() -> None:
    world: World = {(PLACES[0], kind): 20 for kind in range(4)}
    rates = [
        row
        for row in tables.of_month("2026-01", counts(world, "2026-01"), {}).rows
        if row.measure == "rate" and row.by == "total"
    ]
    assert {row.code: (row.cases, row.of) for row in rates} == {
        "confirmed_resolved": (20, 60),
        "closed": (40, 60),
        "resolved_if_silence_counted": (20, 60),
    }
