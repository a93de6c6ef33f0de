"""When a clock of the registry ends, from the dates that are known.

A length in days ends on the last day on which the step is in time; one in business days counts the
business days of the desk's country after the start, make-up working weekends included; months and
years end on the same day of the month, or its last day. Hours are rounded up to whole days, and a
"not before" in hours takes one day more, because the hour of its start is not known.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from service.complaints.channels.registry import Deadline, Number, Unit
from service.core import calendars

Basis = Literal["exact", "stand_in", "earliest"]

HOURS_A_DAY = 24
MONTHS_A_YEAR = 12
DAYS = {"days": 1, "weeks": 7}
BEFORE_ALL = ("filed", "purchase", "payment")
"""Events that no later clock starts before: at a desk its filing, before that the purchase."""


@dataclass(frozen=True, slots=True)
class Due:
    """The end of one clock.

    `on` is its last day (for a "not before": the first day), None when nothing tells it. `basis` says
    how it was counted: from the right event, from one that stands in for it, or from one that lies
    before it, so that it can only end later. `missing` names the date that would tell.
    """

    id: str
    kind: str
    step: str
    on: date | None
    basis: Basis
    verified: bool
    missing: str | None = None

    @property
    def exact(self) -> bool:
        """Whether it was counted from the right event."""
        return self.basis == "exact"


def due(number: Number, dates: Mapping[str, date]) -> Due:
    """Compute a clock from dates by start event.

    Where the start is not known but an earlier event is, the end is the earliest that it can be.
    """
    start, missing = _start(number, dates)
    earliest = start or _bound(dates)
    kind = number.kind if isinstance(number, Deadline) else "answer"
    on = None if earliest is None else _end(earliest, number, kind)
    step = number.step if isinstance(number, Deadline) else "answer"
    basis: Basis = "exact" if missing is None else "stand_in" if start else "earliest"
    return Due(number.id, kind, step, on, basis, number.verified, missing)


def after(start: date, value: int, unit: Unit, country: str | None = None) -> date:
    """Return the day that lies a length after a day; `country` gives the business days."""
    if unit == "business_days":
        calendar = calendars.of(country or "")
        return date.fromordinal(calendar.after(start.toordinal(), value, business=True))
    if unit in DAYS:
        return start + timedelta(days=value * DAYS[unit])
    if unit == "hours":
        return start + timedelta(days=-(-value // HOURS_A_DAY))
    return _months(start, value * (MONTHS_A_YEAR if unit == "years" else 1))


def allowed_from(start: date, value: int, unit: Unit, country: str | None = None) -> date:
    """Return the first day on which so much time has surely passed."""
    return after(start, value, unit, country) + timedelta(days=unit == "hours")


def _end(start: date, number: Number, kind: str) -> date:
    count = allowed_from if kind == "not_before" else after
    return count(start, number.value, number.unit, number.calendar)


def _start(number: Number, dates: Mapping[str, date]) -> tuple[date | None, str | None]:
    """Return the start as far as it is known, and the date that is missing to be sure."""
    known = [dates[name] for name in number.start if name in dates]
    if not known:
        return None, number.start[0]
    if number.take == "first_known":
        return known[0], None if number.start[0] in dates else number.start[0]
    return (min if number.take == "earliest" else max)(known), None


def _bound(dates: Mapping[str, date]) -> date | None:
    return next((dates[name] for name in BEFORE_ALL if name in dates), None)


def _months(start: date, count: int) -> date:
    years, month = divmod(start.month - 1 + count, MONTHS_A_YEAR)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
