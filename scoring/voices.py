"""Voices: how many statements by people become one bounded mass, and two masses become log-odds.

Three properties are kept by every function here, and the laws of the score rest on them:
adding a statement never lowers a mass (monotone); one person, and one group of copies, adds at most
1 (bounded); letting time pass multiplies every mass of a window by the same factor (common decay).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scoring import events as ev
from scoring.constants import Constants


@dataclass(frozen=True, slots=True)
class Statement:
    """One event as a statement by a person: its mass in [0, 1] before decay, and its age in days.

    Statements of one `group` (near-duplicate text, one source) share a bounded mass; None is alone.
    """

    event: ev.Event
    person: str
    group: str | None
    mass: float
    age: float


@dataclass(frozen=True, slots=True)
class Voice:
    """One person's heaviest statement in a window; the group is that of the first statement learnt."""

    first: Statement
    weight: float
    fresh: float


@dataclass(frozen=True, slots=True)
class Odds:
    """Log-odds of two masses in the window that is worse: `against` >= 0 >= `favour`."""

    half_life: float
    against: float
    favour: float

    @property
    def total(self) -> float:
        """Return the sum of both sides."""
        return self.against + self.favour


def voices(statements: Iterable[Statement], half_life: float) -> list[Voice]:
    """Return one voice a person.

    The group is fixed by the statement that was learnt first: a later statement may make a voice
    heavier, never move it into a crowd, so that more evidence cannot weigh less.
    """
    persons: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        persons[statement.person].append(statement)
    return [_voice(own, half_life) for own in persons.values()]


def _voice(own: Sequence[Statement], half_life: float) -> Voice:
    if len(own) == 1:
        decay = math.exp2(-own[0].age / half_life)
        return Voice(own[0], own[0].mass * decay, decay)
    decays = [math.exp2(-s.age / half_life) for s in own]
    return Voice(
        first=min(own, key=lambda s: (s.event.learnt, s.event.t, ev.identity(s.event))),
        weight=max(s.mass * decay for s, decay in zip(own, decays, strict=True)),
        fresh=max(decays),
    )


def mass_by_group(persons: Iterable[Voice]) -> float:
    """Return the mass of all groups: the n-th heaviest copy adds 1/n of itself, a group at most 1."""
    groups: dict[str, list[Voice]] = defaultdict(list)
    alone = []
    for voice in persons:
        if voice.first.group is None:
            alone.append(voice.weight)
        else:
            groups[voice.first.group].append(voice)
    return math.fsum(alone + [_shared(group) for group in groups.values()])


def _shared(group: Sequence[Voice]) -> float:
    if len(group) == 1:
        return group[0].weight
    # The bound is the freshest member's decay, not 1, so that a group decays like everything else.
    return min(falling([v.weight for v in group], free=1), max(v.fresh for v in group))


def mass_by_week(persons: Iterable[Voice], *, free: int, usual_weeks: int) -> float:
    """Return the mass of all weeks: beyond what is usual, the n-th voice of a week adds free/n of itself.

    What is usual is what `usual_weeks` weeks have reached, at least `free` voices: a flood becomes
    usual only by lasting.
    """
    weeks: dict[int, list[float]] = defaultdict(list)
    for voice in persons:
        if voice.weight > 0:
            weeks[math.floor(voice.first.event.t / 7)].append(voice.weight)
    busiest = sorted((len(week) for week in weeks.values()), reverse=True)
    usual = busiest[usual_weeks - 1] if len(busiest) >= usual_weeks else 0
    return math.fsum(falling(week, free=max(free, usual)) for week in weeks.values())


def falling(weights: Iterable[float], free: int) -> float:
    """Sum weights, heaviest first, the n-th beyond `free` multiplied by free/n: about free * log n."""
    ranked = sorted(weights, reverse=True)
    return math.fsum(w * min(1.0, free / n) for n, w in enumerate(ranked, 1))


def worse_window(
    masses: Callable[[float], tuple[float, float]], constants: Constants, prior: tuple[float, float]
) -> Odds:
    """Return the log-odds of the worse window.

    `masses(half_life)` gives (bad, good), and `prior` the masses that count as 1 in log-odds. The
    shorter window takes good mass at its pace, scaled to the longest window, never so far that one
    good voice weighs more than a bad one: it is worse exactly where conduct got worse.
    """
    half_lives = constants.windows.half_lives
    prior_bad, prior_good = prior
    found = []
    for half_life in half_lives:
        bad, good = masses(half_life)
        pace = max(1.0, min(max(half_lives) / half_life, prior_good / prior_bad))
        found.append(
            Odds(half_life, bounded_log(bad / prior_bad), -bounded_log(good * pace / prior_good))
        )
    return max(found, key=lambda odds: odds.total)


def bounded_log(ratio: float) -> float:
    """Return `ratio` up to 1 and 1 + ln(ratio) beyond: a logarithm without its steep start.

    The log-odds of a Beta posterior are ln(bad + a) - ln(good + b), whose slope 1/a lets the first
    voices move a score by tens of points. This keeps the difference of logarithms where there is
    much evidence, and a slope of at most 1 everywhere.
    """
    return ratio if ratio < 1 else 1 + math.log(ratio)


def prior_masses(prior_bad: float, rate: float, eagerness: float = 1.0) -> tuple[float, float]:
    """Return (bad, good) at the rate where bad cases are reported `eagerness` times as often."""
    return prior_bad, prior_bad * (1 - rate) / (rate * eagerness)


def heaviest(statements: Iterable[Statement], limit: int) -> tuple[str, ...]:
    """Return the evidence ids of the heaviest, then youngest statements, each once."""
    ranked = sorted(statements, key=lambda s: (-s.mass, s.age, evidence_id(s.event)))
    return tuple(dict.fromkeys(evidence_id(s.event) for s in ranked[:limit]))


def evidence_id(event: ev.Event) -> str:
    """Return the id under which an event can be looked up: the store's, its own, or type@t."""
    own: str | None = event.evidence_id or getattr(event, "id", None)
    return own or f"{ev.tag(event)}@{event.t:g}"
