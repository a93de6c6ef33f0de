"""Business days of countries, and the moment at which a country's day ends."""

from datetime import UTC, date, datetime

import pytest

from service.core import calendars
from service.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("start", "country", "end"),
    [
        ("2026-11-18T09:00", "DE", "2026-11-20T23:00"),  # Wednesday: Thursday, Friday
        ("2026-11-20T09:00", "DE", "2026-11-24T23:00"),  # Friday: Monday, Tuesday
        ("2026-11-21T09:00", "DE", "2026-11-24T23:00"),  # Saturday: Monday, Tuesday
        ("2026-09-23T09:00", "KR", "2026-09-29T15:00"),  # Chuseok from the 24th to the 26th
        ("2026-11-18T16:00", "KR", "2026-11-23T15:00"),  # Thursday already in Seoul
        ("2026-12-24T09:00", "DE", "2026-12-29T23:00"),  # Christmas days on Friday and Saturday
        ("2026-10-23T09:00", "DE", "2026-10-27T23:00"),  # Summer time ends in between
    ],
)
def test_a_deadline_ends_with_the_country_s_own_day(start: str, country: str, end: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=UTC)
    found = calendars.business_deadline(begun, 2, country)
    assert found == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_a_deadline_in_a_country_without_a_calendar_is_refused() -> None:
    with pytest.raises(InvalidInput, match="country"):
        calendars.business_deadline(datetime(2026, 1, 1, tzinfo=UTC), 2, "XX")


def test_make_up_weekends_of_china_are_worked() -> None:
    """The State Council has Saturday 28 February 2026 worked after the Spring Festival."""
    china = calendars.of("CN")
    friday = date(2026, 2, 27).toordinal()
    assert china.after(friday, 1, business=True) == friday + 1
