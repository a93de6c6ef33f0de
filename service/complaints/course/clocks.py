"""Deadlines: a pure function of what happened, the programme's clocks and the calendars.

Nothing is counted up or down: after any change a deadline is computed anew from the case's history.
A period of n (business) days does not count the day on which it began, and ends with the n-th day
after it, in the country of the party who must act. A day on which a clock was paused does not count.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from service.complaints.course import machine
from service.complaints.course.programmes import Clock, Places, Programme
from service.core import calendars
from service.core.calendars import Calendar, Calendars


class Step(NamedTuple):
    """One move of a case; `before` is None for the first."""

    at: datetime
    event: str
    before: str | None
    after: str


class _Stay(NamedTuple):
    """One stretch in a state; an alarm begins one whose first day is the alarm's own."""

    began: datetime
    left: datetime | None
    alarmed: bool

    def day(self, calendar: Calendar) -> int:
        """Return the day that does not count, after which counting begins."""
        return calendar.day(self.began) - self.alarmed


def due_at(
    history: Sequence[Step],
    programme: Programme,
    places: Places,
    find: Calendars = calendars.of,
) -> datetime | None:
    """Return when the clock acts next, in UTC; None for a closed case.

    An alarm starts the next period, which its own day belongs to: alarms repeat until somebody acts.
    """
    state = machine.load().states[history[-1].after]
    if state.actor is None:
        return None
    clock = programme.clocks[state.name]
    calendar = find(places.of(state.actor))
    last = _last_day(history, clock, calendar)
    if clock.cap is not None:
        last = min(last, _began(history, clock.cap_since, calendar) + clock.cap)
    return calendar.end(last)


def window_end(
    history: Sequence[Step],
    programme: Programme,
    places: Places,
    find: Calendars = calendars.of,
) -> datetime | None:
    """Return until when the consumer can open a closed case again; None when the programme has no limit."""
    clock = programme.windows.get(history[-1].after)
    if clock is None:
        return None
    calendar = find(places.consumer)
    began = _began(history, history[-1].after, calendar)
    return calendar.end(calendar.after(began, clock.days, business=clock.business))


def _last_day(history: Sequence[Step], clock: Clock, calendar: Calendar) -> int:
    (present, *earlier), extensions = _turn(history, clock)
    used = sum(
        calendar.between(stay.day(calendar), calendar.day(stay.left), business=clock.business)
        for stay in earlier
        if stay.left is not None
    )
    granted = clock.days + clock.extension * extensions
    return calendar.after(present.day(calendar), granted - used, business=clock.business)


def _turn(history: Sequence[Step], clock: Clock) -> tuple[list[_Stay], int]:
    """Read the history backwards as far as the present turn goes: its stays, newest first, and extensions."""
    state, stays, extensions = history[-1].after, [], 0
    left: datetime | None = None
    for step in reversed(history):
        stayed = step.before == step.after
        if stayed and (step.after, step.event) not in _alarms():
            continue
        if step.after == state:
            stays.append(_Stay(step.at, left, stayed))
            extensions += step.event == clock.extension_event
        elif step.after not in clock.pauses_in:
            break
        if stayed and step.after == state:
            break
        left = step.at
    return stays, extensions


@cache
def _alarms() -> frozenset[tuple[str, str]]:
    """Return the moves of the clock that leave a case where it is."""
    moves = machine.load().moves.values()
    return frozenset(
        (move.source, move.event.name)
        for move in moves
        if move.stays and move.event.actor == machine.CLOCK
    )


def _began(history: Sequence[Step], state: str | None, calendar: Calendar) -> int:
    """Return the day on which a state was entered last."""
    found = (step for step in reversed(history) if step.after == state != step.before)
    return calendar.day(next(found).at)
