"""Calendars of countries: when a day ends, and which days are business days.

Holidays and make-up working weekends come from the library `holidays`; years that an authority has not
announced yet are its estimates, so deadlines are computed anew before they take effect (sweeps.py).
"""

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from babel.core import get_global

from service.core.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 2000, 2060
WEEKEND = frozenset({5, 6})
WEEK = 7
ANYWHERE = "Etc/GMT+12"
"""Where a day ends last: the zone of a country that no source places."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A country's zone and its business days, as ordinals of dates in order."""

    zone: ZoneInfo
    business: Sequence[int]

    def day(self, moment: datetime) -> int:
        """Return the ordinal of the local date of a moment."""
        return moment.astimezone(self.zone).toordinal()

    def end(self, day: int) -> datetime:
        """Return the first moment after a local day, in UTC; right also where clocks change at midnight."""
        following = date.fromordinal(day + 1)
        return datetime.combine(following, time.min, tzinfo=self.zone).astimezone(UTC)

    def after(self, day: int, count: int, *, business: bool) -> int:
        """Return the day that lies `count` (business) days after a day; itself for none or less."""
        if count <= 0:
            return day
        if not business:
            return day + count
        place = bisect_right(self.business, day) + count - 1
        known = self.business
        return known[place] if place < len(known) else known[-1] + place - len(known) + 1

    def between(self, first: int, last: int, *, business: bool) -> int:
        """Return how many (business) days lie after `first` and before `last`."""
        if not business:
            return max(last - first - 1, 0)
        return max(bisect_left(self.business, last) - bisect_right(self.business, first), 0)


Calendars = Callable[[str], Calendar]
"""Finds the calendar of a country by its ISO 3166-1 code."""


@cache
def of(country: str) -> Calendar:
    """Return the calendar of a country; without known holidays it has weekends only."""
    own = _exceptions().get(country, {})
    found = _holidays(country)
    weekend = frozenset(own.get("weekend", WEEKEND if found is None else found.weekend))
    free: Collection[date] = () if found is None else found
    worked: Collection[date] = getattr(found, "weekend_workdays", ())
    return build(own.get("zone") or _westernmost(country), weekend, free, worked)


def business_deadline(start: datetime, days: int, country: str) -> datetime:
    """Return the end of the `days`-th business day after the day of `start`, in the country's own time.

    The day itself does not count (Regulation (EEC, Euratom) 1182/71, Article 3). Raises InvalidInput for a
    country whose holidays are not known.
    """
    if country not in _supported():
        what = f"no calendar of working days is known for {country!r}"
        raise InvalidInput(what, where="country")
    calendar = of(country)
    return calendar.end(calendar.after(calendar.day(start), days, business=True))


def build(
    zone: str, weekend: Collection[int], free: Collection[date], worked: Collection[date] = ()
) -> Calendar:
    """Make a calendar: `weekend` holds weekdays (Monday 0), `free` holidays, `worked` make-up days."""
    first, last = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()
    off = {day.toordinal() for day in free}
    on = {day.toordinal() for day in worked}
    days = (day for day in range(first, last + 1) if (day - 1) % WEEK not in weekend)
    business = sorted({*(day for day in days if day not in off), *on})
    return Calendar(ZoneInfo(zone), tuple(business))


@cache
def _exceptions() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("calendars.toml").read_text("utf-8"))


@cache
def _supported() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries())


def _holidays(country: str) -> holidays.HolidayBase | None:
    if country not in _supported():
        return None
    known: type[holidays.HolidayBase] = getattr(holidays, country)
    first, last = max(FIRST_YEAR, known.start_year), min(LAST_YEAR, known.end_year)
    return holidays.country_holidays(country, years=range(first, last + 1))


def _westernmost(country: str) -> str:
    zones = [zone for zone, owner in get_global("zone_territories").items() if owner == country]
    return min(zones, key=_offset, default=ANYWHERE)


def _offset(zone: str) -> timedelta:
    """Return the zone's mean offset from UTC over winter and summer."""
    place = ZoneInfo(zone)
    seasons = (datetime(LAST_YEAR, month, 1, tzinfo=place).utcoffset() for month in (1, 7))
    return sum((offset or timedelta() for offset in seasons), timedelta()) / 2
