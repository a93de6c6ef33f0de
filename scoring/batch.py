"""All merchants of an event file on several days, as `caveat score` writes them."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from scoring import families, identity, manipulation, priors
from scoring.constants import Constants, latest
from scoring.events import Closed, Event, Open, Review, Sales
from scoring.families import disclosures
from scoring.history import History, view
from scoring.model import score
from scoring.priors import Observed, Priors
from scoring.terms import LONG, Part

Record = dict[str, dict[str, object]]
ByMerchant = Mapping[str, Sequence[Event]]


def score_all(
    events: Iterable[Event],
    days: Sequence[float],
    constants: Constants | None = None,
    only: Collection[str] | None = None,
) -> dict[str, Record | dict[str, float]]:
    """Return {day: {merchant: score record}} for each day, and {"reviews": {id: probability}}.

    A day covers the merchants opened by then and not closed (of `only`, where given); a merchant
    without an `open` event counts as opened by its first event. The reviews' probabilities of
    manipulation are those of the last day; each day's scores rest on that day's, and on what is usual
    among all merchants of the file on that day.
    """
    numbers = constants or latest()
    by_merchant: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_merchant[event.merchant].append(event)
    result: dict[str, Record | dict[str, float]] = {}
    suspicions: dict[str, float] = {}
    for day in sorted(set(days)):
        suspicions = manipulation.suspicions(_reviews(by_merchant, day), numbers)
        weights = manipulation.reliability(suspicions, numbers)
        result[_name(day)] = _scores(by_merchant, day, numbers, weights, only)
    return {**result, "reviews": suspicions}


def _scores(
    by_merchant: ByMerchant,
    day: float,
    constants: Constants,
    weights: Mapping[str, float],
    only: Collection[str] | None,
) -> Record:
    market = usual(by_merchant, day, constants, weights)
    before = identity.predecessors(by_merchant, day, constants.identity)
    return {
        merchant: score(
            own,
            as_of=day,
            constants=constants,
            reliability=weights,
            expected=market,
            predecessors=[by_merchant[old] for old in before.get(merchant, ())],
        ).record()
        for merchant, own in sorted(by_merchant.items())
        if (only is None or merchant in only) and _is_open(own, day)
    }


def usual(
    by_merchant: ByMerchant, day: float, constants: Constants, weights: Mapping[str, float]
) -> Priors:
    """Return what is usual among merchants on a day, from their own events by then."""
    start = priors.default(constants)
    observed = (
        _observed(view(own, day, weights, constants.windows.most), constants, start)
        for _, own in sorted(by_merchant.items())
        if any(event.learnt <= day for event in own)
    )
    return priors.estimate(list(observed), constants)


def _observed(history: History, constants: Constants, start: Priors) -> Observed:
    """Return a merchant's costly evidence in the long run, as counts."""
    parts, _ = families.assess(history, constants, start)
    long = constants.windows.half_lives[LONG]
    good = _mass(parts, "deliveries.good") / start.lost
    lost = _mass(parts, "deliveries.bad")
    complaints = [part for part in parts if part.against and part.code.startswith("complaints")]
    return Observed(
        bad_reviews=_mass(parts, "reviews.bad"),
        good_reviews=_mass(parts, "reviews.good") / start.worth,
        lost=lost,
        deliveries=lost + good,
        complaints=math.fsum(p.mass[LONG] for p in complaints) / constants.complaints.weight,
        sales=math.fsum(s.count * history.decay(s, long) for s in history.of(Sales)),
        shift=math.fsum(s.logodds for s in disclosures.assess(history, constants)),
        claims=_mass(parts, "safety.claims"),
    )


def _mass(parts: Iterable[Part], code: str) -> float:
    return math.fsum(part.mass[LONG] for part in parts if part.code == code)


def _name(day: float) -> str:
    return str(int(day)) if day == int(day) else repr(day)


def _reviews(by_merchant: ByMerchant, day: float) -> list[Review]:
    return [r for own in by_merchant.values() for r in view(own, day).of(Review)]


def _is_open(events: Sequence[Event], day: float) -> bool:
    """Return the latest of opening and closing; at equal times, open."""
    known = [e for e in events if e.learnt <= day]
    turns = [(e.t, isinstance(e, Open)) for e in known if isinstance(e, Open | Closed)]
    if not any(isinstance(e, Open) for e in events):
        turns += [(min(e.t for e in known), True)] if known else []
    return max(turns)[1] if turns else False
