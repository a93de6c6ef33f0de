"""Which steps destroy which rights, looked at from both sides."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from service.complaints.channels import registry
from service.complaints.channels.registry import Conflict
from service.complaints.channels.situation import OPEN, Situation, Status

Direction = Literal["destroys", "destroyed_by"]

TAKEN: frozenset[Status] = frozenset({"accepted", "ended"})
TRIED: frozenset[Status] = TAKEN | {"filed", "withdrawn"}


@dataclass(frozen=True, slots=True)
class Caution:
    """What must be known before a step: it destroys the `other`, or the `other` step destroys it."""

    direction: Direction
    other: str
    effect: str
    verified: bool


@functools.cache
def steps_of(name: str) -> frozenset[str]:
    """Return a step with the weaker ones it includes; one at a court is also a step to court."""
    known = registry.load()
    rules = known.protection
    found = known.channels.get(name)
    kind = rules.counts_as.get(found.kind, ()) if found else ()
    return frozenset({name, *kind, *rules.includes.get(name, ())})


def done(situation: Situation) -> dict[str, Status]:
    """Return every step that counts as taken, with how it stands."""
    return {
        step: tried.status for name, tried in situation.tried.items() for step in steps_of(name)
    }


def lost_by(channel_id: str, situation: Situation) -> Conflict | None:
    """Return the conflict that a step already taken has set off against a channel."""
    taken = done(situation)
    return next((one for one in _against(channel_id) if _holds(one, taken)), None)


def awaits(channel_id: str, situation: Situation) -> Conflict | None:
    """Return the conflict that hangs on a body which has not yet said whether it takes the case."""
    taken = done(situation)
    hanging = (one for one in _against(channel_id) if one.from_ == "accepted")
    return next((one for one in hanging if taken.get(one.after) == "filed"), None)


def would_break(channel_id: str, situation: Situation) -> Conflict | None:
    """Return the right now being used that a step to this channel would destroy."""
    running = {name for name, tried in situation.tried.items() if tried.status in OPEN}
    serious = (one for one in _by(channel_id) if one.effect != "refuses")
    return next((one for one in serious if one.loses in running), None)


def warnings(channel_id: str, alive: frozenset[str]) -> tuple[Caution, ...]:
    """Return what to know before going to a channel; `alive` are the channels still to be lost.

    A destroying step that is no channel, such as going to court, is always worth knowing.
    """
    channels = registry.load().channels
    forward = [_as_warning("destroys", c.loses, c) for c in _by(channel_id) if c.loses in alive]
    backward = [
        _as_warning("destroyed_by", c.after, c)
        for c in _against(channel_id)
        if c.after in alive or c.after not in channels
    ]
    return (*forward, *backward)


def _holds(conflict: Conflict, taken: dict[str, Status]) -> bool:
    return taken.get(conflict.after) in (TRIED if conflict.from_ == "filed" else TAKEN)


def _against(channel_id: str) -> Iterator[Conflict]:
    return (one for one in registry.load().conflicts if one.loses == channel_id)


def _by(channel_id: str) -> Iterator[Conflict]:
    steps = steps_of(channel_id)
    return (one for one in registry.load().conflicts if one.after in steps)


def _as_warning(direction: Direction, other: str, conflict: Conflict) -> Caution:
    return Caution(direction, other, conflict.effect, conflict.verified)
