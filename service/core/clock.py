"""Time enters the program here, so that tests and replays can set it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(tz=UTC)


def to_days(moment: datetime) -> float:
    """Return days since 1970-01-01 UTC, the time unit of scoring events."""
    return (moment - EPOCH) / DAY


def from_days(days: float) -> datetime:
    """Return the moment that lies `days` after 1970-01-01 UTC."""
    return EPOCH + days * DAY
