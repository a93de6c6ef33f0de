"""Deadlines in working days of a country: weekends and public holidays do not count."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from service.core.errors import InvalidInput


@lru_cache(maxsize=300)
def _calendar(country: str) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(country)
    except NotImplementedError as error:
        raise InvalidInput(
            f"no calendar of working days is known for {country!r}", where="country"
        ) from error


def add(start: datetime, days: int, country: str) -> datetime:
    """Return the end (UTC midnight) of the `days`-th working day after the day of `start`.

    The day itself does not count (Regulation (EEC, Euratom) 1182/71, Article 3). Raises InvalidInput
    for a country without a calendar.
    """
    calendar = _calendar(country)
    last: date = calendar.get_nth_working_day(start.astimezone(UTC).date(), days)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
