"""What a deadline is, said a second time: days are counted one by one as their last minute passes.

Where days end is found by stepping through a zone minute by minute; nothing of the code under test is
used but its data classes.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.complaints.course.clocks import Step
from service.complaints.course.programmes import Clock

FIRST, LAST = datetime(2025, 12, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Land(NamedTuple):
    """A country as the oracle knows it."""

    zone: str
    weekend: frozenset[int]
    free: frozenset[date]
    worked: frozenset[date]

    def works(self, day: date) -> bool:
        return day in self.worked or (day.weekday() not in self.weekend and day not in self.free)


class Midnight(NamedTuple):
    """The minute at which a local day has just ended."""

    at: datetime
    ended: date


@cache
def midnights(zone: str) -> list[Midnight]:
    """Step through a zone minute by minute and keep where the date moves on."""
    place, found = ZoneInfo(zone), []
    moment, today = FIRST, FIRST.astimezone(place).date()
    while moment < LAST:
        moment += MINUTE
        now = moment.astimezone(place).date()
        if now > today:
            found.append(Midnight(moment, today))
            today = now
    return found


class _Count:
    """The clock of one state as its days pass."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.left = 0

    def start(self) -> None:
        self.left = self.clock.days

    def day_passes(self, day: date, entered: date, land: Land) -> bool:
        """Count a day that has ended; tell whether the time is over."""
        if day != entered and (not self.clock.business or land.works(day)):
            self.left -= 1
        return self.left <= 0


def due_at(
    history: Sequence[Step],
    clocks: Mapping[str, Clock],
    lands: Mapping[str, Land],
    owners: Mapping[str, str | None],
    alarms: Mapping[str, str],
) -> datetime | None:
    """Return when the time of the last state is over, walking from the first step to the end."""
    state = history[-1].after
    owner = owners[state]
    if owner is None:
        return None
    clock, land = clocks[state], lands[owner]
    count, running, over = _Count(clock), False, None
    for step, following in zip(history, [*history[1:], None], strict=True):
        if step.after == state and step.before != state:
            if not running:
                count.start()
                running = True
            if step.event == clock.extension_event:
                count.left += clock.extension
            entered, over = step.at.astimezone(ZoneInfo(land.zone)).date(), None
        elif step.after == state and step.event == alarms.get(state):
            count.start()
            # The alarm's own day counts.
            entered = step.at.astimezone(ZoneInfo(land.zone)).date() - timedelta(days=1)
            over = None
        elif step.after != state and step.after not in clock.pauses_in:
            running = False
        if step.after != state:
            continue
        until = following.at if following is not None else LAST
        passed = _pass_days(count, step.at, until, entered, land)
        over = over or passed
        if following is None:
            return _capped(over, history, clock, land)
    raise AssertionError


def _pass_days(
    count: _Count, since: datetime, until: datetime, entered: date, land: Land
) -> datetime | None:
    """Let days pass; return when the time was over first. A lapse that nobody acted upon does not stop."""
    over = None
    known = midnights(land.zone)
    for midnight in known[bisect_right(known, since, key=lambda one: one.at) :]:
        if midnight.at > until:
            break
        if count.day_passes(midnight.ended, entered, land) and over is None:
            over = midnight.at
            if until == LAST:
                break
    return over


def _capped(
    over: datetime | None, history: Sequence[Step], clock: Clock, land: Land
) -> datetime | None:
    if clock.cap is None:
        return over
    began = next(
        step.at
        for step in reversed(history)
        if step.after == clock.cap_since and step.before != clock.cap_since
    )
    last = began.astimezone(ZoneInfo(land.zone)).date() + timedelta(days=clock.cap)
    end = next(midnight.at for midnight in midnights(land.zone) if midnight.ended == last)
    return end if over is None else min(over, end)
