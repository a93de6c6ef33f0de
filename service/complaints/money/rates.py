"""Exchange rates into one reference currency: a dated file, the bundled one or the operator's own."""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from service.core.errors import Misconfigured

FILE = "rates.toml"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in the reference currency; without a known rate, everything but the currency is None."""

    currency: str
    amount: Decimal | None = None
    rate: Decimal | None = None
    rate_date: date | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """Dated tables, oldest first: units of each currency for one of the reference currency."""

    reference: str
    source: str
    dates: tuple[date, ...]
    tables: tuple[Mapping[str, Decimal], ...]

    def convert(self, amount: Decimal, currency: str, day: date) -> Converted:
        """Return an amount at the newest rate that is not later than a day; nothing is guessed."""
        place = bisect_right(self.dates, day) - 1
        if place < 0 or currency not in self.tables[place]:
            return Converted(self.reference)
        rate = self.tables[place][currency]
        return Converted(self.reference, (amount / rate).quantize(CENT), rate, self.dates[place])


def parse(text: str, where: str) -> Rates:
    """Read a file of rates; raise Misconfigured for one that is damaged or holds a rate of nothing."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
        rows = sorted(document["tables"], key=lambda row: row["date"])
        own = {document["reference"]: Decimal(1)}
        tables = tuple(own | _table(row["rates"]) for row in rows)
        dates = tuple(row["date"] for row in rows)
        return Rates(document["reference"], document["source"], dates, tables)
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise Misconfigured(f"is no file of exchange rates ({error})", where=where) from error


def _table(row: Mapping[str, Any]) -> dict[str, Decimal]:
    found = {currency: Decimal(rate) for currency, rate in row.items()}
    if wrong := [currency for currency, rate in found.items() if rate <= 0]:
        raise ValueError(f"{wrong[0]} is not above zero")
    return found


def of_home(home: Path) -> Rates:
    """Return the operator's own rates where there are any, else the bundled ones; a changed file counts at once."""
    own = home / FILE
    try:
        return _read(own, own.stat().st_mtime_ns)
    except FileNotFoundError:
        return _bundled()


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> Rates:
    return parse(path.read_text("utf-8"), str(path))


@cache
def _bundled() -> Rates:
    return parse(files(__package__).joinpath(FILE).read_text("utf-8"), FILE)
