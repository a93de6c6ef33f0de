"""No sum or difference of published cells gives a small one away, whatever the cases are."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from service.statistics import disclosure
from service.statistics.disclosure import K
from tests.service.statistics.attack import Key, Knowledge, every_cell

Table = tuple[int, ...]
TABLES: list[Table] = [(), (0,), (1,), (2,), (0, 1), (0, 1, 2)]
LEAVES = st.dictionaries(
    st.tuples(*(st.sampled_from("abcd") for _ in range(3))),
    st.integers(1, 14),
    min_size=1,
    max_size=14,
)


def published(
    leaves: dict[Key, int], tables: list[Table], unfit: tuple[Table, Key] | None = None
) -> set[tuple[Table, Key]]:
    """Ask for one family whose every combination is an atom."""
    atoms = {key: frozenset({number}) for number, key in enumerate(leaves)}
    sizes = list(leaves.values())
    cells = [one for table in tables for one in disclosure.cells_of("f", atoms, table, sizes)]
    marked = [] if unfit is None else [("f", *unfit)]
    shown = disclosure.published(cells, {"f": atoms}, sizes, unfit=marked)
    return {(table, key) for _, table, key in shown}


def members(leaves: dict[Key, int], table: tuple[int, ...], key: Key) -> set[Key]:
    return {leaf for leaf in leaves if tuple(leaf[at] for at in table) == key}


def attacker(leaves: dict[Key, int], tables: list[tuple[int, ...]]) -> Knowledge:
    mind = Knowledge(list(leaves))
    for table, key in published(leaves, tables):
        mind.learn(members(leaves, table, key))
    return mind


@settings(max_examples=150, deadline=None)
@given(LEAVES)
def test_no_small_cell_of_any_table_follows_from_what_is_published(leaves: dict[Key, int]) -> None:
    mind = attacker(leaves, TABLES)
    for cell, cases in every_cell(leaves).items():
        assert cases >= K or not mind.knows(cell)


@settings(max_examples=150, deadline=None)
@given(LEAVES)
def test_published_cells_are_large_and_leave_no_small_rest(leaves: dict[Key, int]) -> None:
    shown = published(leaves, TABLES)
    cells = {one: members(leaves, *one) for one in shown}
    size = {one: sum(leaves[leaf] for leaf in inside) for one, inside in cells.items()}
    assert all(cases >= K for cases in size.values())
    for (coarse, key), whole in cells.items():
        for fine in TABLES:
            inside = [one for one in shown if one[0] == fine and cells[one] < whole]
            if set(coarse) < set(fine):
                assert not 0 < size[coarse, key] - sum(size[one] for one in inside) < K


@settings(max_examples=60, deadline=None)
@given(LEAVES, st.integers(0, 5))
def test_an_unfit_cell_is_withheld_and_guarded(leaves: dict[Key, int], pick: int) -> None:
    cells = sorted(
        {(table, tuple(leaf[at] for at in table)) for table in TABLES for leaf in leaves}
    )
    unfit = cells[pick % len(cells)]
    mind = Knowledge(list(leaves))
    shown = published(leaves, TABLES, unfit)
    for one in shown:
        mind.learn(members(leaves, *one))
    assert unfit not in shown
    assert not mind.knows(members(leaves, *unfit))


def test_one_small_cell_takes_another_with_it() -> None:
    leaves = {("a",): 3, ("b",): 6, ("c",): 9}
    assert published(leaves, [(), (0,)]) == {((), ()), ((0,), ("c",))}


def test_a_ring_of_sums_is_broken() -> None:
    # Rows and columns are published and one corner is large: without the audit the others follow.
    leaves = {("a", "x"): 20, ("a", "y"): 3, ("b", "x"): 4, ("b", "y"): 20}
    mind = Knowledge(list(leaves))
    naive = [((0,), ("a",)), ((0,), ("b",)), ((1,), ("x",)), ((0, 1), ("a", "x"))]
    for one in naive:
        mind.learn(members(leaves, *one))
    assert mind.knows({("a", "y")})
    kept = attacker(leaves, [(), (0,), (1,), (0, 1)])
    assert not kept.knows({("a", "y")})
    assert not kept.knows({("b", "x")})


def test_a_platform_with_two_merchants_does_not_tell_of_the_small_one() -> None:
    leaves = {("p", "big"): 12, ("p", "small"): 2, ("q", "other"): 9}
    shown = published(leaves, [(), (0,), (0, 1)])
    assert ((0, 1), ("p", "big")) not in shown
    assert {((), ()), ((0,), ("p",)), ((0, 1), ("q", "other"))} <= shown


def test_many_cases_lose_little() -> None:
    leaves = Counter({("a", str(n)): 40 + n for n in range(20)}) | Counter({("b", "0"): 2})
    shown = published(dict(leaves), [(), (0,), (1,), (0, 1)])
    every = {
        (table, tuple(leaf[at] for at in table))
        for leaf in leaves
        for table in [(), (0,), (1,), (0, 1)]
    }
    assert len(every - shown) <= 6


def test_the_attacker_finds_what_naive_suppression_gives_away() -> None:
    leaves = {("a", "x"): 7, ("a", "y"): 2, ("b", "x"): 8, ("b", "y"): 9}
    mind = Knowledge(list(leaves))
    tables = [(), (0,), (1,), (0, 1)]
    for table in tables:
        for key in {tuple(leaf[at] for at in table) for leaf in leaves}:
            inside = members(leaves, table, key)
            if sum(leaves[leaf] for leaf in inside) >= K:
                mind.learn(inside)
    assert any(cases < K and mind.knows(cell) for cell, cases in every_cell(leaves).items())
