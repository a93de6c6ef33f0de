from datetime import UTC, datetime

import pytest

from service.blocks import workdays
from service.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("start", "country", "end"),
    [
        ("2026-11-18T09:00", "DE", "2026-11-21"),  # Wednesday: Thursday, Friday
        ("2026-11-20T09:00", "DE", "2026-11-25"),  # Friday: Monday, Tuesday
        ("2026-11-21T09:00", "DE", "2026-11-25"),  # Saturday: Monday, Tuesday
        ("2026-09-23T09:00", "KR", "2026-09-30"),  # Chuseok from the 24th to the 26th
        ("2026-12-24T09:00", "DE", "2026-12-30"),  # Christmas days on Friday and Saturday
    ],
)
def test_weekends_and_holidays_of_the_country_do_not_count(
    start: str, country: str, end: str
) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert workdays.add(begun, 2, country).date().isoformat() == end


def test_a_country_without_a_calendar_is_refused() -> None:
    with pytest.raises(InvalidInput, match="country"):
        workdays.add(datetime(2026, 1, 1, tzinfo=UTC), 2, "XX")
