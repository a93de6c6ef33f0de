"""Which figures of a family can be published together: exact, for the totals of a month. Pure.

A cell of fewer than K cases is withheld, and with it as many others as it takes that no sum or
difference of published cells gives it away. What is guarded are the cells of every table that the
dimensions allow, published or not: none that is small can be computed from what is published, even by
somebody who knows which combinations occur. Families (what happened to a case) are looked at together,
for the same case stands in several. What is left of a published cell beside its published parts is
never small either.

The method is cell suppression with an audit by linear algebra (Hundepool and others, Statistical
Disclosure Control, 2012, chapter 4): a cell is given away when it lies in the space that the published
cells span. Cases that nothing tells apart are one unknown, an atom.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, count

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

K = 5
"""The fewest cases of a cell that is published."""
CHUNK = 2_000
PATIENCE, MANY = 12, 400
"""Rounds in which single cells of more than MANY are withheld; then all of the finest that a way needs."""
EXACT = 1e-6
"""A squared distance from the published space below this is none: true ones are ratios of small numbers."""

Key = tuple[str, ...]
Table = tuple[int, ...]
Atoms = frozenset[int]
Leaves = Mapping[Key, Atoms]
"""The atoms of a family by every dimension it has."""
Name = tuple[str, Table, Key]
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a family's table by some dimensions: its values there, its atoms, its cases."""

    family: str
    table: Table
    key: Key
    atoms: Atoms
    cases: int

    @property
    def name(self) -> Name:
        """Return which cell it is."""
        return self.family, self.table, self.key


def cells_of(family: str, leaves: Leaves, table: Table, sizes: Sequence[int]) -> Iterator[Cell]:
    """Yield the cells of the table by some dimensions; `sizes` are the cases of each atom."""
    found: dict[Key, set[int]] = {}
    for key, atoms in leaves.items():
        found.setdefault(tuple(key[at] for at in table), set()).update(atoms)
    for key, inside in found.items():
        yield Cell(family, table, key, frozenset(inside), sum(sizes[at] for at in inside))


def published(
    cells: Collection[Cell],
    families: Mapping[str, Leaves],
    sizes: Sequence[int],
    *,
    unfit: Collection[Name] = (),
) -> set[Name]:
    """Return the names of the cells that can be published together.

    `families`: everything that there is to guard; `unfit`: cells that are withheld whatever their
    size, and guarded as small ones are.
    """
    marked = set(unfit)
    guarded = list(sensitive(families, sizes, marked))
    shown = {cell for cell in cells if cell.cases >= K and cell.name not in marked}
    for turn in count():
        _leave_no_small_rest(shown)
        widely = turn >= PATIENCE and len(shown) > MANY
        given_away = _given_away(shown, guarded, len(sizes), widely=widely)
        if not given_away:
            return {cell.name for cell in shown}
        shown -= given_away
    raise AssertionError


def sensitive(
    families: Mapping[str, Leaves], sizes: Sequence[int], unfit: Collection[Name] = ()
) -> Iterator[Atoms]:
    """Yield, once each, the atoms of every cell to guard, of every table that the dimensions allow."""
    seen: set[Atoms] = set()
    for family, leaves in families.items():
        wide = len(next(iter(leaves), ()))
        for table in (one for n in range(wide + 1) for one in combinations(range(wide), n)):
            for cell in cells_of(family, leaves, table, sizes):
                if (cell.cases < K or cell.name in unfit) and cell.atoms not in seen:
                    seen.add(cell.atoms)
                    yield cell.atoms


def _leave_no_small_rest(shown: set[Cell]) -> None:
    """Withhold parts until what a published cell has beside them is nothing or at least K."""
    changed = True
    while changed:
        changed = False
        # The narrowest whole first: what is withheld for it may be enough for the wider ones.
        for whole, parts in sorted(_parts(shown), key=lambda pair: _worth(pair[0])):
            inner = [part for part in parts if part in shown]
            rest = whole.cases - sum(part.cases for part in inner)
            if whole in shown and inner and 0 < rest < K:
                shown.discard(min(inner, key=_worth))
                changed = True


def _parts(shown: set[Cell]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Yield each cell with its published parts, one finer table after the other."""
    by_table: dict[tuple[str, Table], list[Cell]] = {}
    for cell in shown:
        by_table.setdefault((cell.family, cell.table), []).append(cell)
    for (family, coarse), wholes in by_table.items():
        for (other, fine), cells in by_table.items():
            if family == other and set(coarse) < set(fine):
                inner = _grouped(cells, [fine.index(at) for at in coarse])
                yield from ((one, inner[one.key]) for one in wholes if one.key in inner)


def _grouped(cells: Collection[Cell], places: Sequence[int]) -> dict[Key, list[Cell]]:
    found: dict[Key, list[Cell]] = {}
    for cell in cells:
        found.setdefault(tuple(cell.key[at] for at in places), []).append(cell)
    return found


def _given_away(
    shown: set[Cell], guarded: Sequence[Atoms], atoms: int, *, widely: bool
) -> set[Cell]:
    """Return cells to withhold: for each guarded cell the finest of those that give it away, or all of the finest."""
    rows = sorted({cell.atoms: cell for cell in sorted(shown, key=_worth)}.values(), key=_worth)
    twins = _twins(rows, atoms)
    sizes = Counter(twins)
    targets = [found for one in guarded if (found := _whole(one, twins, sizes)) is not None]
    matrix = np.zeros((len(rows), len(sizes)))
    for number, cell in enumerate(rows):
        matrix[number, [twins[atom] for atom in cell.atoms]] = 1.0
    doomed: set[int] = set()
    for used in _ways(matrix, targets):
        finest = len(rows[min(used)].table)
        doomed |= {at for at in used if len(rows[at].table) == finest} if widely else {min(used)}
    withheld = {rows[at].atoms for at in doomed}
    return {cell for cell in shown if cell.atoms in withheld}


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
        for number in np.flatnonzero(left < EXACT).tolist():
            by_known = wanted[known, number] - shares[:, number] @ matrix[np.ix_(others, known)]
            yield [
                *others[np.abs(shares[:, number]) > EXACT].tolist(),
                *singles[np.abs(by_known) > EXACT].tolist(),
            ]


def _twins(rows: Sequence[Cell], atoms: int) -> list[int]:
    """Return a number for each atom, the same for those that no published cell tells apart."""
    within: list[list[int]] = [[] for _ in range(atoms)]
    for number, cell in enumerate(rows):
        for atom in cell.atoms:
            within[atom].append(number)
    numbers: dict[tuple[int, ...], int] = {}
    return [numbers.setdefault(tuple(one), len(numbers)) for one in within]


def _whole(target: Atoms, twins: Sequence[int], sizes: Mapping[int, int]) -> list[int] | None:
    """Return the groups of twins that a cell consists of; None when it holds a part of one only.

    What published cells span has one value for twins, so such a cell is not given away.
    """
    inside = Counter(twins[atom] for atom in target)
    return list(inside) if all(sizes[one] == many for one, many in inside.items()) else None


def _inverse(gram: _Floats) -> _Floats:
    """Return the pseudo-inverse of the cells' products with each other; many cells are sums of others."""
    if not gram.size:
        return gram
    # Many small steps: threads of the linear algebra would wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        values, vectors = np.linalg.eigh(gram)
    kept = values > values[-1] * 1e-10
    result: _Floats = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return result


def _worth(cell: Cell) -> tuple[int, int, Name]:
    """Return an order in which finer, then smaller cells are withheld first."""
    return -len(cell.table), cell.cases, cell.name
