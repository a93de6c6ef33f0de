"""Which cells of many tables about the same cases can be published. Pure.

A cell of fewer than K cases is withheld, and with it as many others as it takes that no sum or
difference of published cells gives it away. What is guarded are the cells of every table that the
dimensions allow, published or not: none that is small can be computed from what is published, even by
somebody who knows which combinations occur. What is left of a published cell beside its published
parts is never small either.

The method is cell suppression with an audit by linear algebra (Hundepool and others, Statistical
Disclosure Control, 2012, chapter 4): a cell is given away when it lies in the space that the published
cells span.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

K = 5
"""The fewest cases of a cell that is published."""
CHUNK = 2_000
EXACT = 1e-6
"""A squared distance from the published space below this is none: true ones are ratios of small numbers."""

Key = tuple[str, ...]
Table = tuple[int, ...]
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table by some dimensions: its values there, its leaves, its cases."""

    table: Table
    key: Key
    leaves: frozenset[int]
    cases: int


def published(
    leaves: Mapping[Key, int],
    tables: Collection[Table],
    *,
    unfit: Collection[tuple[Table, Key]] = (),
) -> set[tuple[Table, Key]]:
    """Return the cells (table, key) that can be published together.

    `leaves`: cases by every dimension, at least one each; `tables`: by which dimensions there are
    tables; `unfit`: cells that are withheld whatever their size, and guarded as small ones are.
    """
    cells = [cell for table in tables for cell in cells_of(leaves, table)]
    marked = set(unfit)
    guarded = list(sensitive(leaves, marked))
    shown = {
        cell for cell in cells if cell.cases >= K and (cell.table, cell.key) not in marked
    }
    while True:
        _leave_no_small_rest(shown)
        given_away = _given_away(shown, guarded, len(leaves))
        if not given_away:
            return {(cell.table, cell.key) for cell in shown}
        shown -= given_away


def cells_of(leaves: Mapping[Key, int], table: Table) -> Iterator[Cell]:
    """Yield the cells of the table by some dimensions."""
    found: dict[Key, list[tuple[int, int]]] = {}
    for number, (key, cases) in enumerate(leaves.items()):
        found.setdefault(tuple(key[at] for at in table), []).append((number, cases))
    for key, parts in found.items():
        yield Cell(table, key, frozenset(at for at, _ in parts), sum(n for _, n in parts))


def sensitive(
    leaves: Mapping[Key, int], unfit: Collection[tuple[Table, Key]] = ()
) -> Iterator[frozenset[int]]:
    """Yield, once each, the leaves of every cell to guard, of every table that the dimensions allow."""
    wide = len(next(iter(leaves), ()))
    every = [table for size in range(wide + 1) for table in combinations(range(wide), size)]
    seen: set[frozenset[int]] = set()
    for table in every:
        for cell in cells_of(leaves, table):
            if (cell.cases < K or (table, cell.key) in unfit) and cell.leaves not in seen:
                seen.add(cell.leaves)
                yield cell.leaves


def _leave_no_small_rest(shown: set[Cell]) -> None:
    """Withhold parts until what a published cell has beside them is nothing or at least K."""
    while True:
        parts = _parts(shown)
        small = [
            min(inner, key=_worth)
            for whole, inner in parts
            if 0 < whole.cases - sum(part.cases for part in inner) < K
        ]
        if not small:
            return
        shown.difference_update(small)


def _parts(shown: set[Cell]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Yield each cell with its published parts, one finer table after the other."""
    by_table: dict[Table, list[Cell]] = {}
    for cell in shown:
        by_table.setdefault(cell.table, []).append(cell)
    for coarse, fine in ((one, two) for one in by_table for two in by_table if set(one) < set(two)):
        places = [fine.index(at) for at in coarse]
        inner: dict[Key, list[Cell]] = {}
        for cell in by_table[fine]:
            inner.setdefault(tuple(cell.key[at] for at in places), []).append(cell)
        yield from (
            (whole, inner[whole.key]) for whole in by_table[coarse] if whole.key in inner
        )


def _given_away(shown: set[Cell], guarded: Sequence[frozenset[int]], leaves: int) -> set[Cell]:
    """Return cells to withhold: one of those that together give a guarded cell away, for each of them."""
    rows = sorted({cell.leaves: cell for cell in sorted(shown, key=_worth)}.values(), key=_worth)
    twins = _twins(rows, leaves)
    sizes = Counter(twins)
    targets = [found for one in guarded if (found := _whole(one, twins, sizes)) is not None]
    matrix = np.zeros((len(rows), len(sizes)))
    for number, cell in enumerate(rows):
        matrix[number, [twins[leaf] for leaf in cell.leaves]] = 1.0
    doomed: set[int] = set()
    for used in _ways(matrix, targets):
        if doomed.isdisjoint(used):
            doomed.add(min(used))
    withheld = {rows[at].leaves for at in doomed}
    return {cell for cell in shown if cell.leaves in withheld}


def _ways(matrix: _Floats, targets: Sequence[list[int]]) -> Iterator[list[int]]:
    """Yield for each target that the rows (0 or 1 a column) add up to which rows that takes."""
    single = matrix.sum(axis=1) == 1
    known = matrix[single].argmax(axis=1)
    rest = matrix[~single].copy()
    rest[:, known] = 0.0
    singles, others = np.flatnonzero(single), np.flatnonzero(~single)
    inverse = _inverse(rest @ rest.T)
    for start in range(0, len(targets), CHUNK):
        wanted = np.zeros((matrix.shape[1], len(targets[start : start + CHUNK])))
        for number, target in enumerate(targets[start : start + CHUNK]):
            wanted[target, number] = 1.0
        open_part = wanted.copy()
        open_part[known] = 0.0
        seen = rest @ open_part
        shares = inverse @ seen
        left = open_part.sum(axis=0) - (seen * shares).sum(axis=0)
        for number in np.flatnonzero(left < EXACT):
            by_known = wanted[known, number] - shares[:, number] @ matrix[np.ix_(others, known)]
            yield [
                *others[np.abs(shares[:, number]) > EXACT].tolist(),
                *singles[np.abs(by_known) > EXACT].tolist(),
            ]


def _twins(rows: Sequence[Cell], leaves: int) -> list[int]:
    """Return a number for each leaf, the same for those that no published cell tells apart."""
    within: list[list[int]] = [[] for _ in range(leaves)]
    for number, cell in enumerate(rows):
        for leaf in cell.leaves:
            within[leaf].append(number)
    numbers: dict[tuple[int, ...], int] = {}
    return [numbers.setdefault(tuple(one), len(numbers)) for one in within]


def _whole(
    target: frozenset[int], twins: Sequence[int], sizes: Mapping[int, int]
) -> list[int] | None:
    """Return the groups of twins that a cell consists of; None when it holds a part of one only.

    What published cells span has one value for twins, so such a cell is not given away.
    """
    inside = Counter(twins[leaf] for leaf in target)
    return list(inside) if all(sizes[one] == many for one, many in inside.items()) else None


def _inverse(gram: _Floats) -> _Floats:
    """Return the pseudo-inverse of the cells' products with each other; many cells are sums of others."""
    if not gram.size:
        return gram
    values, vectors = np.linalg.eigh(gram)
    kept = values > values[-1] * 1e-10
    result: _Floats = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return result


def _worth(cell: Cell) -> tuple[int, int, Table, Key]:
    """Return an order in which finer, then smaller cells are withheld first."""
    return -len(cell.table), cell.cases, cell.table, cell.key
