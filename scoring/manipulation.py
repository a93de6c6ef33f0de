"""How likely single reviews are part of a pattern: a bounded vote, computed over all merchants at once.

The result is a snapshot. It is frozen before scores are computed from it, so that one more review
never changes the weight of another within a snapshot.
"""

import bisect
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scoring.constants import Constants, Manipulation, latest
from scoring.events import Review

SHORTEST_SPAN = 30.0
"""Days over which a merchant's usual pace is taken at least: a new shop has no rhythm yet."""
GOOD_FROM = 4.0
LEAST_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class _Pace:
    """The times of one merchant's reviews of one side, sorted, and the span of all its reviews."""

    times: Sequence[float]
    span: float


@dataclass(frozen=True, slots=True)
class _Context:
    """Counts over all reviews that the votes are taken from."""

    writers: Mapping[str, int]
    reviews_by: Mapping[str, int]
    ratings: Mapping[str, tuple[float, int]]
    paces: Mapping[tuple[str, bool], _Pace]


def suspicions(reviews: Iterable[Review], constants: Constants | None = None) -> dict[str, float]:
    """Return the probability, by review id, that a review was bought, copied or ordered."""
    numbers = (constants or latest()).manipulation
    found = list({(r.merchant, r.id): r for r in reviews}.values())
    context = _context(found)
    return {review.id: _probability(review, context, numbers) for review in found}


def reliability(
    probabilities: Mapping[str, float], constants: Constants | None = None
) -> dict[str, float]:
    """Return the weights in [0.1, 1] that `score` takes as its snapshot."""
    lost = (constants or latest()).manipulation.weight_lost
    return {name: max(LEAST_WEIGHT, 1 - lost * p) for name, p in probabilities.items()}


def _context(reviews: Sequence[Review]) -> _Context:
    writers: dict[str, set[str]] = defaultdict(set)
    ratings: dict[str, list[float]] = defaultdict(list)
    for review in reviews:
        ratings[review.merchant].append(review.rating)
        if review.text_id:
            writers[review.text_id].add(review.reviewer)
    return _Context(
        writers={text: len(persons) for text, persons in writers.items()},
        reviews_by=Counter(review.reviewer for review in reviews),
        ratings={m: (math.fsum(values), len(values)) for m, values in ratings.items()},
        paces=_paces(reviews),
    )


def _paces(reviews: Sequence[Review]) -> dict[tuple[str, bool], _Pace]:
    times: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for review in reviews:
        times[review.merchant, _is_good(review)].append(review.t)
    paces = {}
    for (merchant, good), own in times.items():
        both = own + times.get((merchant, not good), [])
        paces[merchant, good] = _Pace(sorted(own), max(SHORTEST_SPAN, max(both) - min(both)))
    return paces


def _is_good(review: Review) -> bool:
    return review.rating >= GOOD_FROM


def _probability(review: Review, context: _Context, numbers: Manipulation) -> float:
    votes = (
        numbers.intercept
        + numbers.duplicate * _duplicate(review, context)
        + numbers.burst * _burst(review, context, numbers.burst_days)
        + numbers.singleton * (context.reviews_by[review.reviewer] == 1)
        + numbers.deviation * _deviation(review, context)
        + numbers.verified * review.verified
    )
    return round(min(numbers.most, max(numbers.least, 1 / (1 + math.exp(-votes)))), 4)


def _duplicate(review: Review, context: _Context) -> float:
    """Return 0 for a text of its own, towards 1 with the number of people who wrote it."""
    return 1 - 1 / context.writers.get(review.text_id or "", 1)


def _burst(review: Review, context: _Context, days: float) -> float:
    """Return the share of the same side's reviews around this one that the usual pace does not explain."""
    pace = context.paces[review.merchant, _is_good(review)]
    near = bisect.bisect_right(pace.times, review.t + days) - bisect.bisect_left(
        pace.times, review.t - days
    )
    usual = len(pace.times) * 2 * days / pace.span
    return max(0.0, (near - usual - 2 * math.sqrt(usual + 1)) / near)


def _deviation(review: Review, context: _Context) -> float:
    """Return how far the rating is from the mean of the others, 0 to 1."""
    total, count = context.ratings[review.merchant]
    if count == 1:
        return 0.0
    return abs(review.rating - (total - review.rating) / (count - 1)) / 4
