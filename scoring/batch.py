"""All merchants of an event file on several days, as `caveat score` writes them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from scoring import manipulation
from scoring.constants import Constants, latest
from scoring.events import Closed, Event, Open, Review
from scoring.history import view
from scoring.model import score

Record = dict[str, dict[str, object]]


def score_all(
    events: Iterable[Event], days: Sequence[float], constants: Constants | None = None
) -> dict[str, Record | dict[str, float]]:
    """Return {day: {merchant: score record}} for each day, and {"reviews": {id: probability}}.

    A day covers the merchants opened by then and not closed; a merchant without an `open` event
    counts as opened by its first event. The reviews' probabilities of manipulation are those of the
    last day, and each day's scores rest on that day's.
    """
    numbers = constants or latest()
    by_merchant: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_merchant[event.merchant].append(event)
    result: dict[str, Record | dict[str, float]] = {}
    suspicions: dict[str, float] = {}
    for day in sorted(set(days)):
        suspicions = manipulation.suspicions(_reviews(by_merchant, day), numbers)
        result[_name(day)] = _scores(by_merchant, day, numbers, suspicions)
    return {**result, "reviews": suspicions}


def _scores(
    by_merchant: dict[str, list[Event]],
    day: float,
    constants: Constants,
    suspicions: dict[str, float],
) -> Record:
    weights = manipulation.reliability(suspicions, constants)
    return {
        merchant: score(own, as_of=day, constants=constants, reliability=weights).record()
        for merchant, own in sorted(by_merchant.items())
        if _is_open(own, day)
    }


def _name(day: float) -> str:
    return str(int(day)) if day == int(day) else repr(day)


def _reviews(by_merchant: dict[str, list[Event]], day: float) -> list[Review]:
    return [r for own in by_merchant.values() for r in view(own, day).of(Review)]


def _is_open(events: Sequence[Event], day: float) -> bool:
    """Return the latest of opening and closing; at equal times, open."""
    known = [e for e in events if e.learnt <= day]
    turns = [(e.t, isinstance(e, Open)) for e in known if isinstance(e, Open | Closed)]
    if not any(isinstance(e, Open) for e in events):
        turns += [(min(e.t for e in known), True)] if known else []
    return max(turns)[1] if turns else False
