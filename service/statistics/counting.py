"""From histories of cases to what happened in a month. Pure; a case counts once a month in each family."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from service.complaints.clusters.projection import Amount, History, Step
from service.statistics import measures
from service.statistics.measures import Move

DAY = timedelta(days=1)
MONEY, STAY = "money", "stay"
TAKEN_UP, CONCLUDED, REOPENED = "taken_up", "concluded", "reopened"
COHORT, ENDED, OPEN = "cohort", "ended", "open"
Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """One case in one family and month; with days for a stay, with its amount for money.

    `case` is its place in this reading, no id.
    """

    month: str
    family: str
    code: str
    place: Place
    case: int = 0
    days: float | None = None
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """What counting needs of the machine: who must act in which stage, and where the merchant is told."""

    turns: Mapping[str, tuple[str, str]]
    told: frozenset[str]


def month_of(moment: datetime) -> str:
    """Return a moment's month in UTC, such as 2026-03."""
    return f"{moment.year:04}-{moment.month:02}"


def counts(histories: Iterable[History], machine: Machine, *, since: str) -> Iterator[Count]:
    """Yield what happened from the month `since` on."""
    for number, history in enumerate(histories):
        moved = list(_moved(history, machine))
        found = [*moved, *_cohort(moved), *_stayed(history, machine), *_stated(history)]
        # The last one of a case in a family and month is the one that counts.
        last = {(one.month, one.family): one for one in found}
        yield from (replace(one, case=number) for one in last.values() if one.month >= since)


def _moved(history: History, machine: Machine) -> Iterator[Count]:
    rules, told, done = measures.load(), False, set()
    for step in history.steps:
        told = told or step.after in machine.told
        move = Move(step.event, step.before, step.after, step.cause)
        for family, code in measures.parts(move, told=told):
            if family in rules.once and family in done:
                continue
            done.add(family)
            yield Count(month_of(step.at), family, code, history.place)


def _cohort(moved: Iterable[Count]) -> Iterator[Count]:
    """Yield how a case that was taken up has ended so far, in the month in which it was taken up."""
    begun, outcome = None, OPEN
    for one in moved:
        if one.family == TAKEN_UP:
            begun = one
        elif one.family == CONCLUDED:
            outcome = one.code
        elif one.family == REOPENED:
            outcome = OPEN
    if begun is not None:
        yield replace(begun, family=COHORT, code=outcome)
        if outcome != OPEN:
            yield replace(begun, family=ENDED)


def _stayed(history: History, machine: Machine) -> Iterator[Count]:
    """Yield how long a party had the case, each time that it gave it away."""
    turn: tuple[str, str] | None = None
    began: Step | None = None
    for step in history.steps:
        now = machine.turns.get(step.after)
        if now == turn:
            continue
        if turn is not None and began is not None:
            days = (step.at - began.at) / DAY
            yield Count(month_of(step.at), f"{STAY}.{'.'.join(turn)}", "", history.place, days=days)
        turn, began = now, step


def _stated(history: History) -> Iterator[Count]:
    for one in history.amounts:
        yield Count(
            month_of(one.at), f"{MONEY}.{one.kind}", one.currency, history.place, amount=one
        )


def dominated(amounts: Iterable[Decimal]) -> bool:
    """Tell whether one amount is more than half of a sum: then the sum would give it away."""
    given = list(amounts)
    return 2 * max(given) > sum(given)
