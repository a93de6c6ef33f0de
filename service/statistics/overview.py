"""What the public page shows of a release: sums of published rows, and the geometry of its charts. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.statistics.counting import MONEY, STAY
from service.statistics.measures import ALL, load
from service.statistics.tables import INQUIRIES, RATE, Row

KINDS = ("claimed", "offered", "agreed", "paid", "received")
FULL = 100.0
SHOWN = 15
"""Lines of a table by merchant, platform, category or country; the files hold all."""


@dataclass(frozen=True, slots=True)
class Share:
    """A rate over all months that show it."""

    name: str
    cases: int
    of: int

    @property
    def percent(self) -> float:
        """Return it in percent."""
        return FULL * self.cases / self.of


@dataclass(frozen=True, slots=True)
class Bar:
    """An amount with the length of its bar in percent of the longest."""

    name: str
    value: int | Decimal
    width: float


@dataclass(frozen=True, slots=True)
class Column:
    """A month of the chart over time: x and width from the left, height from zero, in percent."""

    month: str
    filed: int | None
    concluded: int | None
    x: float
    width: float
    filed_height: float
    concluded_height: float


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a party had cases in a stage, in the newest month that shows it."""

    stage: str
    actor: str
    month: str
    cases: int
    median_days: int
    p90_days: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page; `amounts` are in `currency`, each sum of months whose rates were known."""

    months: tuple[str, ...]
    filed: int
    shares: tuple[Share, ...]
    columns: tuple[Column, ...]
    highest: int
    codes: dict[str, tuple[Bar, ...]]
    amounts: tuple[Bar, ...]
    currency: str
    by_currency: tuple[tuple[str, str, int, Decimal], ...]
    stays: tuple[Stay, ...]
    tables: dict[str, tuple[Bar, ...]]
    inquiries: tuple[Bar, ...]

    def height(self, value: int) -> float:
        """Return how high a number stands on the chart over time, in percent."""
        return FULL * value / self.highest if self.highest else 0.0


CODES = (
    "screened",
    "prevented",
    "answered",
    "results",
    "reactions",
    "referred_back",
    "mediated",
    "concluded",
    "closed",
    "lost",
    "reopened",
)
SINGLE = ("platform", "merchant", "category", "country", "programme")


def of(rows: Iterable[Row]) -> Overview:
    """Return the page of a release from the rows by nothing and by one dimension."""
    given = list(rows)
    total = [row for row in given if row.by == "total"]
    money = [row for row in total if row.measure.startswith(f"{MONEY}.")]
    columns, highest = _columns(total)
    return Overview(
        months=tuple(sorted({row.month for row in given})),
        filed=sum(row.cases for row in total if row.measure == "filed"),
        shares=_shares(total),
        columns=columns,
        highest=highest,
        codes={name: bars for name in CODES if (bars := _coded(total, name))},
        amounts=_amounts(money),
        currency=next((row.reference_currency for row in money if row.reference_currency), ""),
        by_currency=_by_currency(money),
        stays=_stays(total),
        tables={by: bars for by in SINGLE if (bars := _filed_by(given, by))},
        inquiries=_coded(total, INQUIRIES),
    )


def _shares(rows: Sequence[Row]) -> tuple[Share, ...]:
    """Return the rates over the months that show all of them, so that they have one denominator."""
    rates = [rate.name for rate in load().rates]
    found = {(row.month, row.code): row for row in rows if row.measure == RATE}
    months = {month for month, _ in found}
    whole = [month for month in months if all((month, name) in found for name in rates)]
    of = sum(found[month, rates[0]].of or 0 for month in whole)
    if not whole:
        return ()
    return tuple(
        Share(name, sum(found[month, name].cases for month in whole), of) for name in rates
    )


def _columns(rows: Sequence[Row]) -> tuple[tuple[Column, ...], int]:
    """Lay out filed and concluded cases side by side, month by month; what is withheld is a gap."""
    known = {
        (row.month, row.measure): row.cases
        for row in rows
        if row.measure in ("filed", "concluded") and row.code == ALL
    }
    months = sorted({month for month, _ in known})
    highest = _round_up(max(known.values(), default=0))
    step = FULL / max(len(months), 1)
    columns = []
    for number, month in enumerate(months):
        filed, concluded = (known.get((month, name)) for name in ("filed", "concluded"))
        columns.append(
            Column(
                month=month,
                filed=filed,
                concluded=concluded,
                x=step * number + 0.12 * step,
                width=0.36 * step,
                filed_height=FULL * (filed or 0) / highest,
                concluded_height=FULL * (concluded or 0) / highest,
            )
        )
    return tuple(columns), highest


def _round_up(value: int) -> int:
    """Return the next of 1, 2, 4, 5, 10, 20, 40, 50 … that is not below a value."""
    scale = 1
    while True:
        for step in (1, 2, 4, 5):
            if step * scale >= value:
                return step * scale
        scale *= 10


def _coded(rows: Sequence[Row], family: str) -> tuple[Bar, ...]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.measure == family and row.code != ALL:
            sums[row.code] += row.cases
    return _bars(sums)


def _filed_by(rows: Sequence[Row], by: str) -> tuple[Bar, ...]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.measure == "filed" and row.by == by:
            sums[getattr(row, by)] += row.cases
    return _bars(sums)


def _bars(sums: dict[str, int]) -> tuple[Bar, ...]:
    longest = max(sums.values(), default=0)
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Bar(name, value, FULL * value / longest) for name, value in ordered)


def _amounts(rows: Sequence[Row]) -> tuple[Bar, ...]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.code == ALL and row.reference_amount is not None:
            kind = row.measure.partition(".")[2]
            sums[kind] = sums.get(kind, Decimal()) + row.reference_amount
    longest = max(sums.values(), default=Decimal())
    return tuple(
        Bar(kind, sums[kind], float(FULL * float(sums[kind] / longest)) if longest else 0.0)
        for kind in KINDS
        if kind in sums
    )


def _by_currency(rows: Sequence[Row]) -> tuple[tuple[str, str, int, Decimal], ...]:
    sums: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for row in rows:
        if row.code != ALL and row.amount is not None:
            key = (row.measure.partition(".")[2], row.code)
            cases, amount = sums.get(key, (0, Decimal()))
            sums[key] = (cases + row.cases, amount + row.amount)
    ordered = sorted(sums, key=lambda key: (KINDS.index(key[0]), key[1]))
    return tuple((*key, *sums[key]) for key in ordered)


def _stays(rows: Sequence[Row]) -> tuple[Stay, ...]:
    newest = {row.measure: row for row in rows if row.measure.startswith(f"{STAY}.")}
    found = []
    for row in newest.values():
        _, stage, actor = row.measure.split(".")
        days = row.median_days or 0
        found.append(Stay(stage, actor, row.month, row.cases, days, row.p90_days))
    return tuple(found)
