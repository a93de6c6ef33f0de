"""An attacker who adds and subtracts published figures, written apart from the code it attacks.

Exact arithmetic: what lies in the space of the published cells is found by elimination over fractions.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

Key = tuple[str, ...]


class Knowledge:
    """What follows from published sums over known combinations ("leaves")."""

    def __init__(self, leaves: Sequence[Key]) -> None:
        self.leaves = list(leaves)
        self.rows: dict[int, list[Fraction]] = {}

    def learn(self, members: Iterable[Key]) -> None:
        """Take in that the sum over some leaves is known."""
        rest = self._reduced(set(members))
        pivot = next((at for at, value in enumerate(rest) if value), None)
        if pivot is None:
            return
        rest = [value / rest[pivot] for value in rest]
        for at, row in self.rows.items():
            if row[pivot]:
                self.rows[at] = [a - row[pivot] * b for a, b in zip(row, rest, strict=True)]
        self.rows[pivot] = rest

    def knows(self, members: Iterable[Key]) -> bool:
        """Tell whether the sum over some leaves follows."""
        return not any(self._reduced(set(members)))

    def _reduced(self, members: set[Key]) -> list[Fraction]:
        vector = [Fraction(leaf in members) for leaf in self.leaves]
        for pivot, row in self.rows.items():
            if vector[pivot]:
                vector = [a - vector[pivot] * b for a, b in zip(vector, row, strict=True)]
        return vector


def every_cell(leaves: Mapping[Key, int]) -> dict[frozenset[Key], int]:
    """Return the cells of every table that the dimensions allow, with their cases."""
    wide = len(next(iter(leaves)))
    found: dict[frozenset[Key], int] = {}
    for size in range(wide + 1):
        for table in combinations(range(wide), size):
            groups: dict[Key, set[Key]] = {}
            for leaf in leaves:
                groups.setdefault(tuple(leaf[at] for at in table), set()).add(leaf)
            for group in groups.values():
                found[frozenset(group)] = sum(leaves[leaf] for leaf in group)
    return found
