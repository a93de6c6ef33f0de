"""When to remind of a desk's next clock: pure, from dates."""

from collections.abc import Mapping
from datetime import date, timedelta

from service.complaints.channels import deadlines, registry
from service.complaints.channels.registry import Channel
from service.complaints.channels.router import CLOSING
from service.complaints.channels.situation import OPEN

PLANNED = "planned"
STEPS = {PLANNED: ("file",)} | dict.fromkeys(OPEN, ("escalate", "follow_up"))


def remind_on(channel: Channel, status: str, dates: Mapping[str, date], today: date) -> date | None:
    """Return the day to remind, not before today; None when no clock runs any more.

    A complainant's own clock is said some days ahead, a desk's answer the day after it was due.
    `dates` hold `filed` once the case was sent.
    """
    days = _days(channel, status, dates, today)
    return max(min(days), today) if days else None


def next_after(
    channel: Channel, status: str, dates: Mapping[str, date], today: date
) -> date | None:
    """Return the day of the reminder that comes after today's; None when there is none."""
    return min((day for day in _days(channel, status, dates, today) if day > today), default=None)


def _days(channel: Channel, status: str, dates: Mapping[str, date], today: date) -> list[date]:
    ahead = timedelta(days=registry.load().protection.reminder_days)
    own = [
        due.on - ahead
        for one in channel.deadlines
        if one.kind in CLOSING and one.step in STEPS.get(status, ())
        if (due := deadlines.due(one, dates)).on is not None and due.on >= today
    ]
    return [*own, *(_answers(channel, dates, today) if status in OPEN else ())]


def _answers(channel: Channel, dates: Mapping[str, date], today: date) -> list[date]:
    found = (deadlines.due(one, dates) for one in channel.answers)
    late = timedelta(days=1)
    return [one.on + late for one in found if one.exact and one.on is not None and one.on >= today]
