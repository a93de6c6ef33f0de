"""Which desks take a case, until when, and what to know before: pure, from a situation and a day.

A desk that is closed, that does not take such a case, or whose part is over is not returned. The
others come in the order in which remedies protect (protection.yaml), desks of one's own country first
and, among equals, what is lost first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from service.complaints.channels import canonical, conditions, conflicts, deadlines, registry
from service.complaints.channels.conflicts import Caution
from service.complaints.channels.deadlines import Due
from service.complaints.channels.registry import Channel, Deadline, Need
from service.complaints.channels.situation import OPEN, Situation

State = Literal["eligible", "under_way", "not_yet", "unknown", "lost"]

GROUPS: tuple[frozenset[State], ...] = (
    frozenset({"eligible", "under_way"}),
    frozenset({"not_yet"}),
    frozenset({"unknown"}),
    frozenset({"lost"}),
)
CLOSING = ("file_by", "outer_limit")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an option is not open: a code, and the step, channel or clock that it is about."""

    code: Literal["need", "wait", "opens", "hold", "awaits", "conflict", "deadline", "missing"]
    about: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One desk for a situation.

    `deadline` is the clock that ends first, `opens_on` the first day of a desk that is not open yet,
    `lost_since` the first day on which it was too late. `missing_facts` decide on eligibility,
    `missing_fields` are what the desk asks for and the complaint does not hold.
    """

    channel: str
    tier: str
    state: State
    reasons: tuple[Reason, ...] = ()
    deadline: Due | None = None
    opens_on: date | None = None
    lost_since: date | None = None
    missing_facts: tuple[str, ...] = ()
    missing_fields: tuple[str, ...] = ()
    clocks: tuple[Due, ...] = ()
    warnings: tuple[Caution, ...] = field(default=())

    @property
    def offered(self) -> bool:
        """Whether it is worth looking at still."""
        return self.state != "lost"


def route(situation: Situation, as_of: date) -> tuple[Option, ...]:
    """Return the options of a situation on a day, best protection first."""
    found = [
        option
        for channel in registry.load().channels.values()
        if (option := _option(channel, situation, as_of)) is not None
    ]
    alive = frozenset(one.channel for one in found if one.offered)
    warned = [replace(one, warnings=_warnings(one, alive)) for one in found]
    return tuple(sorted(warned, key=lambda one: _order(one, situation)))


def by_loss(options: Iterable[Option]) -> tuple[tuple[str, Due], ...]:
    """Return the clocks of offered options as (channel, clock), what is lost first in front."""
    running = [(one.channel, one.deadline) for one in options if one.offered and one.deadline]
    return tuple(sorted(running, key=lambda row: (row[1].on or date.max, row[0])))


def _option(channel: Channel, situation: Situation, as_of: date) -> Option | None:
    if channel.status == "closed" or conditions.refused(channel, situation):
        return None
    accepted = conditions.check_all(channel.accepts, situation, channel)
    if accepted.holds is False:
        return None
    tried = situation.tried.get(channel.id)
    if tried is not None:
        return _under_way(channel, situation, as_of) if tried.status in OPEN else None
    return _untried(channel, situation, as_of, accepted.missing)


def _under_way(channel: Channel, situation: Situation, as_of: date) -> Option:
    """Follow a desk that has the case: its next clock, or that a step to go on was missed."""
    filed = situation.tried[channel.id].on
    dates = {**situation.dates, **({} if filed is None else {"filed": filed})}
    clocks = _clocks(channel, situation, dates, steps=("escalate", "follow_up"))
    missed = next((c for c in clocks if c.step == "escalate" and _passed(c, as_of)), None)
    if missed is not None:
        return _lost(channel, "deadline", missed.id, missed.on, clocks)
    return Option(
        channel.id,
        registry.tier(channel),
        "under_way",
        deadline=_first_closing(_running(clocks, as_of)),
        clocks=clocks,
    )


def _untried(
    channel: Channel, situation: Situation, as_of: date, missing: frozenset[str]
) -> Option:
    clocks = _clocks(channel, situation, situation.dates, steps=("file",))
    conflict = conflicts.lost_by(channel.id, situation)
    if conflict is not None:
        return _lost(
            channel, "conflict", conflict.after, _day_of(conflict.after, situation), clocks
        )
    passed = next((one for one in clocks if _passed(one, as_of)), None)
    if passed is not None:
        return _lost(channel, "deadline", passed.id, passed.on, clocks)
    facts = sorted(missing | _undecided(clocks, as_of))
    waits = _waits(channel, situation, clocks, as_of)
    return Option(
        channel.id,
        registry.tier(channel),
        "unknown" if facts else "not_yet" if waits else "eligible",
        reasons=(*(Reason("missing", name) for name in facts), *waits),
        deadline=_first_closing(_running(clocks, as_of)),
        opens_on=_opening(waits),
        missing_facts=tuple(facts),
        missing_fields=canonical.missing(channel, situation.have),
        clocks=clocks,
    )


def _lost(
    channel: Channel,
    code: Literal["conflict", "deadline"],
    about: str,
    on: date | None,
    clocks: tuple[Due, ...],
) -> Option:
    """Describe a right that is gone: by a deadline since the day after it, by a step since that day."""
    since = on + timedelta(days=1) if on and code == "deadline" else on
    reason = Reason(code, about, since)
    return Option(
        channel.id, registry.tier(channel), "lost", (reason,), lost_since=since, clocks=clocks
    )


def _clocks(
    channel: Channel, situation: Situation, dates: Mapping[str, date], *, steps: tuple[str, ...]
) -> tuple[Due, ...]:
    return tuple(
        deadlines.due(one, dates)
        for one in channel.deadlines
        if one.step in steps and _runs(one, channel, situation)
    )


def _runs(deadline: Deadline, channel: Channel, situation: Situation) -> bool:
    if deadline.only_without is not None and deadline.only_without in situation.dates:
        return False
    return deadline.only_if is None or bool(
        conditions.check(deadline.only_if, situation, channel).holds
    )


def _passed(clock: Due, as_of: date) -> bool:
    """Tell whether it is surely too late: a number that nobody verified takes no right away."""
    sure = clock.exact and clock.verified and clock.kind in CLOSING
    return sure and clock.on is not None and clock.on < as_of


def _undecided(clocks: Iterable[Due], as_of: date) -> set[str]:
    """Return what is missing to tell whether a desk is open today."""
    return {_wanted(one) for one in clocks if _doubtful(one, as_of)}


def _doubtful(clock: Due, as_of: date) -> bool:
    """Tell whether a right may be lost already. To come too early costs nothing, so that is no doubt."""
    return clock.on is None or (clock.kind in CLOSING and clock.on < as_of)


def _wanted(clock: Due) -> str:
    return f"date.{clock.missing}" if clock.missing else f"deadline.{clock.id}"


def _waits(
    channel: Channel, situation: Situation, clocks: Iterable[Due], as_of: date
) -> tuple[Reason, ...]:
    needs = (_need(one, situation, as_of) for one in channel.needs)
    opens = (
        Reason("opens", one.id, one.on)
        for one in clocks
        if one.kind == "not_before" and one.on is not None and one.on > as_of
    )
    held = conflicts.would_break(channel.id, situation)
    hanging = conflicts.awaits(channel.id, situation)
    return (
        *(one for one in needs if one is not None),
        *opens,
        *((Reason("hold", held.loses),) if held else ()),
        *((Reason("awaits", hanging.after),) if hanging else ()),
    )


def _need(need: Need, situation: Situation, as_of: date) -> Reason | None:
    taken = [
        tried for name, tried in situation.tried.items() if need.step in conflicts.steps_of(name)
    ]
    if not taken:
        return Reason("need", need.step)
    if need.wait is None:
        return None
    days = [one.on for one in taken if one.on is not None]
    if not days:
        return Reason("wait", need.step)
    free = deadlines.allowed_from(min(days), need.wait.value, need.wait.unit)
    return Reason("wait", need.step, free) if free > as_of else None


def _opening(waits: Iterable[Reason]) -> date | None:
    """Return the first day that all waits allow; None while one of them names no day."""
    days = [one.on for one in waits]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _running(clocks: Iterable[Due], as_of: date) -> list[Due]:
    return [one for one in clocks if one.on is not None and one.on >= as_of]


def _first_closing(clocks: Iterable[Due]) -> Due | None:
    closing = [one for one in clocks if one.kind in CLOSING and one.on is not None]
    return min(closing, key=lambda one: one.on or date.max, default=None)


def _day_of(step: str, situation: Situation) -> date | None:
    days = [
        t.on for name, t in situation.tried.items() if step in conflicts.steps_of(name) and t.on
    ]
    return min(days, default=None)


def _warnings(option: Option, alive: frozenset[str]) -> tuple[Caution, ...]:
    return conflicts.warnings(option.channel, alive) if option.offered else ()


def _order(option: Option, situation: Situation) -> tuple[int, int, bool, date, str]:
    known = registry.load()
    tiers = known.protection.orders["deceived" if situation.deceived else "usual"]
    group = next(place for place, states in enumerate(GROUPS) if option.state in states)
    ends = option.deadline.on if option.deadline and option.deadline.on else date.max
    abroad = known.places[option.channel] != situation.residence
    return group, tiers.index(option.tier), abroad, ends, option.channel
