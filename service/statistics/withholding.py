"""Which rows of a table by one dimension are published, and how many of their figures. Pure.

The figures of a row have one order (`layers` of measures.toml); a row shows the first so many of them.
A row stops before a figure that is small, or that leaves less than K beside another that holds it.
When one row stops, so does the smallest other one, and more until all that stopped are together fit to
be known as well, for the total minus the other rows gives their sum.

Why nothing small follows by adding and subtracting: a total counts alike in all rows. What is computed
about one row from totals must cancel in every other one, so also in one that shows no more than it:
there only the figures that both rows show can cancel it, and those are fit.
"""

from collections.abc import Iterator, Mapping, Sequence

from service.statistics.disclosure import K

Cases = frozenset[int]
Figures = Sequence[Cases]
"""The cases behind each figure of a row, in the order of the layers."""


def depths(rows: Mapping[str, Figures], depth: int) -> dict[str, int]:
    """Return how many figures each row shows; `depth`: how many of their total are published."""
    found = dict.fromkeys(rows, 0)
    shown = set(rows)
    for layer in range(depth):
        shown -= set(_stopped(rows, shown, layer))
        found |= dict.fromkeys(shown, layer + 1)
    return found


def fits(figures: Figures, layer: int) -> bool:
    """Tell whether a figure and what it leaves of the ones before are nothing or at least K."""
    this = figures[layer]
    rests = [one - this for one in figures[:layer] if this <= one]
    rests += [this - one for one in figures[:layer] if one <= this]
    return not any(0 < len(one) < K for one in (this, *rests))


def _stopped(rows: Mapping[str, Figures], shown: set[str], layer: int) -> Iterator[str]:
    """Yield the rows that do not show a figure although they show those before it."""
    yield from (unfit := [name for name in shown if not fits(rows[name], layer)])
    inside = [name for name in rows if name not in shown or name in set(unfit)]
    sums = [_union(rows, inside, at) for at in range(layer + 1)]
    several = sum(1 for name in inside if rows[name][layer])
    held = {name for name in shown if rows[name][layer]} - set(unfit)
    for name in sorted(held, key=lambda one: (len(rows[one][layer]), one)):
        if not inside or (several != 1 and fits(sums, layer)):
            return
        yield name
        several += 1
        sums = [whole | rows[name][at] for at, whole in enumerate(sums)]


def _union(rows: Mapping[str, Figures], names: Sequence[str], at: int) -> Cases:
    return frozenset().union(*(rows[name][at] for name in names))
