"""From what happened in a month to the rows that are published: counts, amounts, times, rates. Pure."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from service.statistics import disclosure, measures, withholding
from service.statistics.counting import MONEY, STAY, Count, dominated
from service.statistics.disclosure import Atoms, Cell, K, Key, Table
from service.statistics.measures import ALL, DIMENSIONS, Rate
from service.statistics.withholding import Figures

RATE, INQUIRIES = "rate", "inquiries"
ENOUGH_FOR_P90 = 2 * K
"""Below this many the ninetieth percentile would be one case's own time."""
_TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One published line; fields that it has no value for are None, dimensions it is not by are "".

    `cases` is the numerator of a rate, `of` its denominator. Amounts have two significant digits.
    """

    month: str
    measure: str
    code: str
    by: str
    programme: str = ""
    platform: str = ""
    merchant: str = ""
    category: str = ""
    country: str = ""
    cases: int
    of: int | None = None
    amount: Decimal | None = None
    currency: str | None = None
    reference_amount: Decimal | None = None
    reference_currency: str | None = None
    rate: Decimal | None = None
    rate_from: date | None = None
    rate_to: date | None = None
    median_days: int | None = None
    p90_days: int | None = None


COLUMNS = tuple(Row.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Month:
    """The rows of one month, and how many cells were withheld."""

    rows: tuple[Row, ...]
    withheld: int


def of_month(month: str, counts: Iterable[Count], asked: Mapping[str, int]) -> Month:
    """Return what is published of a month; `asked` counts questions to the desk by what became of them."""
    cases: dict[int, Case] = {}
    for one in counts:
        cases.setdefault(one.case, {})[one.family] = one
    families, members = _families(cases.values())
    sizes = [len(each) for each in members]
    cells = [
        cell
        for family, leaves in families.items()
        for table in ([()] if _is_plain(family) else [(), (0,)])
        for cell in disclosure.cells_of(family, leaves, table, sizes)
    ]
    unfit = [cell.name for cell in cells if _is_dominated(_inside(cell, members))]
    shown = disclosure.published(cells, families, sizes, unfit=unfit)
    rows = [_row(month, cell, _inside(cell, members)) for cell in cells if cell.name in shown]
    depth = _depth({(row.measure, row.code) for row in rows})
    one_way = list(_one_way(month, cases, depth))
    rows += [row for row, open_ in one_way if open_]
    exact = {(cell.family, _code(cell), _TOTAL, ()) for cell in cells}
    rows += _rates(month, rows, exact)
    enough = [code for code in sorted(asked) if asked[code] >= K]
    rows += [
        Row(month=month, measure=INQUIRIES, code=code, by=_TOTAL, cases=asked[code])
        for code in enough
    ]
    withheld = sum(1 for _, open_ in one_way if not open_)
    return Month(tuple(rows), len(cells) - len(shown) + withheld + len(asked) - len(enough))


Case = dict[str, Count]
"""What happened to a case in a month, by family."""
Members = Sequence[Sequence[Case]]
"""The cases of each atom."""


def _families(cases: Iterable[Case]) -> tuple[dict[str, dict[Key, Atoms]], Members]:
    """Return the leaves of each family by code, and the cases behind each atom.

    An atom is a set of (family, code): what happened to cases that no total tells apart.
    """
    atoms: dict[object, list[Case]] = {}
    for case in cases:
        what = frozenset((family, one.code) for family, one in case.items())
        atoms.setdefault(what, []).append(case)
    families: dict[str, dict[Key, set[int]]] = {}
    for number, members in enumerate(atoms.values()):
        for family, one in members[0].items():
            key = () if _is_plain(family) else (one.code,)
            families.setdefault(family, {}).setdefault(key, set()).add(number)
    frozen = {
        family: {key: frozenset(inside) for key, inside in families[family].items()}
        for family in sorted(families)
    }
    return frozen, list(atoms.values())


def _depth(shown: Collection[tuple[str, str]]) -> int:
    """Return how many layers, from the first on, have a published total."""
    layers = measures.load().layers
    return next((at for at, one in enumerate(layers) if one not in shown), len(layers))


def _one_way(month: str, cases: Mapping[int, Case], depth: int) -> Iterator[tuple[Row, bool]]:
    """Yield the figures of the tables by a dimension, each with whether it is published."""
    depths: dict[tuple[Table, Key], int] = {((), ()): depth}
    for by, table in measures.load().tables.items():
        groups: dict[Key, dict[str, Figures]] = {}
        for key, figures in _figures(cases, table).items() if table else ():
            groups.setdefault(key[:-1], {})[key[-1]] = figures
        for parent, rows in sorted(groups.items()):
            found = withholding.depths(rows, depths[table[:-1], parent])
            for name, figures in sorted(rows.items()):
                depths[table, (*parent, name)] = found[name]
                yield from _layers(month, by, (*parent, name), figures, found[name])


def _figures(cases: Mapping[int, Case], table: Table) -> dict[Key, Figures]:
    """Return the cases behind each layer by the values of some dimensions."""
    layers = measures.load().layers
    found: dict[Key, list[set[int]]] = {}
    for number, case in cases.items():
        place = next(iter(case.values())).place
        row = found.setdefault(tuple(place[at] for at in table), [set() for _ in layers])
        for inside, (family, code) in zip(row, layers, strict=True):
            if family in case and code in (ALL, case[family].code):
                inside.add(number)
    return {key: [frozenset(one) for one in row] for key, row in found.items()}


def _layers(
    month: str, by: str, key: Key, figures: Figures, depth: int
) -> Iterator[tuple[Row, bool]]:
    table = measures.load().tables[by]
    at: dict[str, Any] = {DIMENSIONS[one]: key[n] for n, one in enumerate(table)}
    for number, (family, code) in enumerate(measures.load().layers):
        if many := len(figures[number]):
            row = Row(month=month, measure=family, code=code, by=by, cases=many, **at)
            yield row, number < depth


def _is_plain(family: str) -> bool:
    """Tell whether a family has no codes."""
    return family.startswith(STAY) or family in measures.load().plain


def _inside(cell: Cell, members: Members) -> list[Count]:
    return [case[cell.family] for atom in sorted(cell.atoms) for case in members[atom]]


def _is_dominated(counts: Sequence[Count]) -> bool:
    return counts[0].amount is not None and dominated(_reference(one) for one in counts)


def _reference(count: Count) -> Decimal:
    """Return an amount in a measure that sums compare by; without a rate its own number is all there is."""
    assert count.amount is not None  # noqa: S101 - the caller asks for counts of money only
    known = count.amount.reference_amount
    return count.amount.amount if known is None else known


def _code(cell: Cell) -> str:
    return cell.key[0] if cell.key else ALL


def _row(month: str, cell: Cell, counts: Sequence[Count]) -> Row:
    family, code = cell.family, _code(cell)
    more: dict[str, Any] = _times(counts) if family.startswith(STAY) else {}
    if family.startswith(MONEY):
        more = _money(code, counts)
    return Row(month=month, measure=family, code=code, by=_TOTAL, cases=len(counts), **more)


def _times(counts: Sequence[Count]) -> dict[str, int]:
    days = sorted(one.days for one in counts if one.days is not None)
    found = {"median_days": round(median(days))}
    if len(days) >= ENOUGH_FOR_P90:
        found["p90_days"] = round(days[math.ceil(0.9 * len(days)) - 1])
    return found


def _money(currency: str, counts: Sequence[Count]) -> dict[str, Any]:
    """Return the sums of some amounts; in the reference currency only if a rate was known for all."""
    amounts = [one.amount for one in counts if one.amount is not None]
    found: dict[str, Any] = {}
    known = [one.reference_amount for one in amounts if one.reference_amount is not None]
    total = sum((one.amount for one in amounts), Decimal())
    if currency:
        found |= {"amount": coarse(total), "currency": currency}
    if len(known) == len(amounts):
        dates = sorted(one.rate_date for one in amounts if one.rate_date)
        reference = sum(known, Decimal())
        found |= {
            "reference_amount": coarse(reference),
            "reference_currency": amounts[0].reference_currency,
            "rate_from": dates[0] if dates else None,
            "rate_to": dates[-1] if dates else None,
        }
        if currency and reference:
            found["rate"] = Decimal(f"{total / reference:.4g}")
    return found


def coarse(amount: Decimal) -> Decimal:
    """Return an amount to two significant digits."""
    return Decimal(f"{Decimal(f'{amount:.1e}'):f}")


def _rates(
    month: str, rows: Sequence[Row], exact: Collection[tuple[str, str, str, Key]]
) -> Iterator[Row]:
    """Yield the rates whose numerator and denominator are published; of the total also those of nothing."""
    shown = {(row.measure, row.code, row.by, _place(row)): row for row in rows}
    for rate in measures.load().rates:
        for (measure, code, by, place), row in list(shown.items()):
            if measure == rate.of and code == ALL:
                cases = _numerator(rate, by, place, shown, exact)
                if cases is not None:
                    yield _rate(month, rate, row, cases)


def _numerator(
    rate: Rate,
    by: str,
    place: Key,
    shown: Mapping[tuple[str, str, str, Key], Row],
    exact: Collection[tuple[str, str, str, Key]],
) -> int | None:
    total = 0
    for part in rate.over:
        family, _, code = part.partition(".")
        row = shown.get((family, code, by, place))
        if row is None and (by != _TOTAL or (family, code, by, ()) in exact):
            return None
        total += row.cases if row else 0
    return total


def _rate(month: str, rate: Rate, of: Row, cases: int) -> Row:
    at = {name: getattr(of, name) for name in DIMENSIONS}
    return Row(month=month, measure=RATE, code=rate.name, by=of.by, cases=cases, of=of.cases, **at)


def _place(row: Row) -> Key:
    return tuple(getattr(row, name) for name in DIMENSIONS)
