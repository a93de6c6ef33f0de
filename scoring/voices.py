"""Voices: how many statements by people become masses that no person and no crowd can inflate.

Three properties are kept by every function here, and the laws of the score rest on them:
adding a statement never lowers a mass (monotone); one person, and one group of copies, adds at most
1 (bounded); letting time pass multiplies every mass of a window by the same factor (common decay).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring import events as ev

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Whole = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
ALONE = -1


@dataclass(frozen=True, slots=True)
class Statements:
    """Events as statements by people: masses in [0, 1] before decay, ages in days.

    `person` numbers who speaks. Statements of one `group` (near-duplicate text, one source) share a
    bounded mass; ALONE is in none.
    """

    events: Sequence[ev.Event]
    mass: Floats
    age: Floats
    person: Whole
    group: Whole
    repeated: bool


def statements(
    found: Sequence[Any], masses: Sequence[float], as_of: float, groups: Sequence[Hashable]
) -> Statements:
    """Return events (sorted by when they were learnt) as statements of their `reviewer`.

    A person stays in the group of the statement that was learnt first: a later statement may make a
    voice heavier, never move it into a crowd, so that more evidence cannot weigh less.
    """
    persons: dict[str, int] = {}
    crowds: dict[Hashable, int] = {}
    belongs: dict[int, int] = {}
    person = np.empty(len(found), dtype=np.int64)
    group = np.empty(len(found), dtype=np.int64)
    for n, (event, name) in enumerate(zip(found, groups, strict=True)):
        own = persons.setdefault(event.reviewer, len(persons))
        crowd = ALONE if name is None else crowds.setdefault(name, len(crowds))
        person[n], group[n] = own, belongs.setdefault(own, crowd)
    age = as_of - np.array([event.t for event in found], dtype=np.float64)
    weights = np.array(masses, dtype=np.float64)
    return Statements(found, weights, age, person, group, len(persons) < len(found))


def first(both: Statements) -> Whole:
    """Return, for each statement, the place of the one learnt first from its group or, alone, its person.

    That one settles whether all of them are cheap: a later, cheap statement of the same people must not
    take the place of a costly one.
    """
    alone = both.group.max(initial=ALONE) + 1 + both.person
    source = np.where(both.group == ALONE, alone, both.group)
    _, place, index = np.unique(source, return_index=True, return_inverse=True)
    return np.asarray(place[index], dtype=np.int64)


def decayed(of: Statements, half_life: float) -> Floats:
    """Return the mass of every statement in a window; a person's lighter statements get 0."""
    decay = np.exp2(-of.age / half_life)
    weight = of.mass * decay
    if of.repeated:
        weight = np.where(_heaviest(weight, of.person), weight, 0.0)
    crowded = of.group != ALONE
    if crowded.any():
        weight[crowded] = _shared(weight[crowded], decay[crowded], of.group[crowded])
    return weight


def _heaviest(weight: Floats, person: Whole) -> Flags:
    order = np.lexsort((-weight, person))
    first = np.zeros(len(weight), dtype=bool)
    first[order[np.r_[True, np.diff(person[order]) != 0]]] = True
    return first


def _shared(weight: Floats, decay: Floats, group: Whole) -> Floats:
    """Let the n-th heaviest copy of a group add 1/n of itself, and a group at most its freshest decay."""
    shared = weight / ranks(weight, group)
    names, index = np.unique(group, return_inverse=True)
    total = np.bincount(index, shared, len(names))
    # The bound is the freshest member's decay, not 1, so that a group decays like everything else.
    freshest = np.zeros(len(names))
    np.maximum.at(freshest, index, decay)
    factor = np.minimum(1.0, freshest / np.maximum(total, 1e-300))
    return np.asarray(shared * factor[index])


def ranks(weight: Floats, group: Whole) -> Floats:
    """Return each weight's place in its group, the heaviest first, from 1."""
    order = np.lexsort((-weight, group))
    starts = np.r_[True, np.diff(group[order]) != 0]
    position = np.arange(len(order))
    rank = np.empty(len(order))
    rank[order] = position - np.maximum.accumulate(np.where(starts, position, 0)) + 1
    return rank


def by_week(of: Statements, weight: Floats, *, free: float, usual_weeks: int) -> float:
    """Return the mass where beyond what is usual the n-th voice of a week adds free/n of itself.

    What is usual is what `usual_weeks` weeks have reached, at least `free` voices: a flood becomes
    usual only by lasting.
    """
    counted = weight > 0
    if not counted.any():
        return 0.0
    # A person stays in the week of the first statement: a lighter one must not lead to a fuller week.
    first = np.unique(of.person, return_index=True)[1][of.person]
    weeks = np.array([int(event.t // 7) for event in of.events], dtype=np.int64)[first][counted]
    busiest = np.sort(np.unique(weeks, return_counts=True)[1])[::-1]
    usual = int(busiest[usual_weeks - 1]) if len(busiest) >= usual_weeks else 0
    rank = ranks(weight[counted], weeks)
    return float((weight[counted] * np.minimum(1.0, max(free, usual) / rank)).sum())


def heaviest(
    events: Sequence[ev.Event], weight: Floats, shown: Flags, limit: int
) -> tuple[str, ...]:
    """Return the evidence ids of the heaviest among the shown, then youngest, each once."""
    index = np.flatnonzero(shown)[::-1]
    order = index[np.argsort(-weight[index], kind="stable")[:limit]]
    return tuple(dict.fromkeys(evidence_id(events[n]) for n in order))


def evidence_id(event: ev.Event) -> str:
    """Return the id under which an event can be looked up: the store's, its own, or type@t."""
    own: str | None = event.evidence_id or getattr(event, "id", None)
    return own or f"{ev.tag(event)}@{event.t:g}"
