"""The state machine of a case, read from machine.toml: which event leads from where to where, by whom."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from service.core.errors import Conflict, InvalidInput, Misconfigured

FILE = "machine.toml"
CONSUMER, TRADER, COUNCIL, CLOCK = ACTORS = ("consumer", "trader", "council", "clock")


@dataclass(frozen=True, slots=True)
class State:
    """One state; `actor` is who must act, None once the case is closed."""

    name: str
    stage: str
    actor: str | None = None

    @property
    def closed(self) -> bool:
        """Tell whether nobody has to act any more."""
        return self.actor is None


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody does, or what the clock does when a deadline passes.

    `causes`: one must be given; `money`: the kind of amounts that come with it; `tells`: who hears of
    it; `in_person`: an officer cannot enter it on the complainant's word; `releases`: the trader leaves the case.
    """

    name: str
    actor: str
    causes: tuple[str, ...] = ()
    money: str | None = None
    tells: tuple[str, ...] = ()
    in_person: bool = False
    releases: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One move; `guard` names a condition of guards.py."""

    source: str
    event: Event
    target: str
    guard: str | None = None

    @property
    def stays(self) -> bool:
        """Tell whether the case remains where it is: such a move never starts a clock anew."""
        return self.source == self.target


@dataclass(frozen=True)
class Machine:
    """The whole table; `moves` maps (state, event) to the one transition."""

    initial: str
    states: Mapping[str, State]
    events: Mapping[str, Event]
    moves: Mapping[tuple[str, str], Transition]

    def event(self, name: str) -> Event:
        """Return an event; raise InvalidInput when there is none of that name."""
        try:
            return self.events[name]
        except KeyError:
            raise InvalidInput(f"{name!r} is no event of a case", where="event") from None

    def next(self, state: str, event: str) -> Transition:
        """Return the move; raise InvalidInput for an unknown event, Conflict when the state has it not."""
        found = self.moves.get((state, self.event(event).name))
        if found is None:
            raise Conflict(f"{event} is not possible while the case is {state}", where="event")
        return found

    def leaving(self, state: str) -> list[Transition]:
        """Return every move from a state, in the order of the file."""
        return list(self._leaving.get(state, ()))

    def clock_move(self, state: str) -> Transition | None:
        """Return what happens when the state's deadline passes, None for closed states."""
        return next((move for move in self.leaving(state) if move.event.actor == CLOCK), None)

    @cached_property
    def open_states(self) -> tuple[str, ...]:
        """Return the names of the states in which somebody must act."""
        return tuple(name for name, state in self.states.items() if not state.closed)

    @cached_property
    def closed_states(self) -> tuple[str, ...]:
        """Return the names of the states in which nobody must act."""
        return tuple(name for name, state in self.states.items() if state.closed)

    @cached_property
    def _leaving(self) -> Mapping[str, tuple[Transition, ...]]:
        found: dict[str, list[Transition]] = {}
        for move in self.moves.values():
            found.setdefault(move.source, []).append(move)
        return {source: tuple(moves) for source, moves in found.items()}


@cache
def load() -> Machine:
    """Return the machine, read once and checked."""
    return parse(tomllib.loads(files(__package__).joinpath(FILE).read_text("utf-8")))


def parse(document: Mapping[str, Any]) -> Machine:
    """Read a machine; raise Misconfigured for an undefined name or a second move by one event."""
    states = {name: State(name, **row) for name, row in document["states"].items()}
    events = {name: _event(name, row) for name, row in document["events"].items()}
    moves: dict[tuple[str, str], Transition] = {}
    for move in _transitions(document["transitions"], states, events):
        if moves.setdefault((move.source, move.event.name), move) is not move:
            raise _wrong(f"leads {move.source} by {move.event.name} to two states")
    return Machine(_known(document["initial"], states), states, events, moves)


def _event(name: str, row: Mapping[str, Any]) -> Event:
    return Event(
        name,
        _known(row["actor"], ACTORS),
        causes=tuple(row.get("cause", ())),
        money=row.get("money"),
        tells=tuple(row.get("tells", ())),
        **{mark: row.get(mark, False) for mark in ("in_person", "releases")},
    )


def _transitions(
    rows: list[Mapping[str, Any]], states: Mapping[str, State], events: Mapping[str, Event]
) -> Iterator[Transition]:
    for row in rows:
        guards = row.get("guard", {})
        for source in [row["from"]] if isinstance(row["from"], str) else row["from"]:
            for event, target in row["to"].items():
                yield Transition(
                    _known(source, states),
                    events[_known(event, events)],
                    _known(target, states),
                    guards.get(event),
                )


def _known(name: str, names: Any) -> str:
    if name not in names:
        raise _wrong(f"does not define {name!r}")
    return name


def _wrong(what: str) -> Misconfigured:
    return Misconfigured(what, where=FILE)
