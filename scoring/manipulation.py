"""How likely single reviews are part of a pattern: bounded votes, computed over all merchants at once.

The result is a snapshot. It is frozen before scores are computed from it, so that one more review
never changes the weight of another within a snapshot. No vote looks at words: texts are compared only
for being copies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.constants import Constants, Manipulation, latest
from scoring.events import Review
from scoring.voices import Floats, Whole

SHORTEST_SPAN = 30.0
"""Days over which a merchant's usual pace is taken at least: a new shop has no rhythm yet."""
GOOD_FROM = 4.0
LEAST_WEIGHT = 0.1


def suspicions(reviews: Iterable[Review], constants: Constants | None = None) -> dict[str, float]:
    """Return the probability, by review id, that a review was bought, copied or ordered."""
    numbers = (constants or latest()).manipulation
    found = list({(r.merchant, r.id): r for r in reviews}.values())
    if not found:
        return {}
    logodds = _votes(_Columns.of(found), numbers)
    probabilities = (1 / (1 + np.exp(-logodds))).clip(numbers.least, numbers.most).round(4)
    return {r.id: float(p) for r, p in zip(found, probabilities, strict=True)}


def reliability(
    probabilities: Mapping[str, float], constants: Constants | None = None
) -> dict[str, float]:
    """Return the weights in [0.1, 1] that `score` takes as its snapshot."""
    lost = (constants or latest()).manipulation.weight_lost
    return {name: max(LEAST_WEIGHT, 1 - lost * p) for name, p in probabilities.items()}


@dataclass(frozen=True, slots=True)
class _Columns:
    """All reviews as columns; merchants, reviewers and texts are numbered, -1 is no text."""

    t: Floats
    rating: Floats
    verified: Floats
    merchant: Whole
    reviewer: Whole
    text: Whole

    @staticmethod
    def of(found: Sequence[Review]) -> "_Columns":
        text = _numbered([r.text_id or "" for r in found])
        return _Columns(
            t=np.array([r.t for r in found]),
            rating=np.array([r.rating for r in found]),
            verified=np.array([float(r.verified) for r in found]),
            merchant=_numbered([r.merchant for r in found]),
            reviewer=_numbered([r.reviewer for r in found]),
            text=np.where([bool(r.text_id) for r in found], text, -1),
        )


def _numbered(names: Sequence[str]) -> Whole:
    index: dict[str, int] = {}
    return np.array([index.setdefault(name, len(index)) for name in names], dtype=np.int64)


def _votes(c: _Columns, numbers: Manipulation) -> Floats:
    count = np.bincount(c.reviewer)[c.reviewer]
    single = (count == 1).astype(float)
    first, last = _span(c.t, c.reviewer)
    # Where most accounts are seen once or briefly, being so says nothing: a vote is worth its rarity.
    brief = (count > 1) * ((last - first) < numbers.brief_days)
    young = (count > 1) * (c.t - first < numbers.young_days)
    return np.asarray(
        numbers.intercept
        + numbers.duplicate * _duplicate(c)
        + numbers.burst * _burst(c, numbers.burst_days)
        + numbers.singleton * single * (1 - single.mean())
        + numbers.brief * brief * (1 - brief.mean())
        + numbers.young * young * (1 - young.mean())
        + numbers.deviation * _deviation(c)
        + numbers.verified * c.verified
    )


def _span(t: Floats, group: Whole) -> tuple[Floats, Floats]:
    first = np.full(group.max() + 1, np.inf)
    last = np.full(group.max() + 1, -np.inf)
    np.minimum.at(first, group, t)
    np.maximum.at(last, group, t)
    return first[group], last[group]


def _duplicate(c: _Columns) -> Floats:
    """Return 0 for a text of its own, towards 1 with the number of people who wrote it."""
    pairs = np.unique(np.stack([c.text + 1, c.reviewer]), axis=1)[0]
    writers = np.bincount(pairs, minlength=c.text.max() + 2)[c.text + 1]
    return np.where(c.text < 0, 0.0, 1 - 1 / writers)


def _burst(c: _Columns, days: float) -> Floats:
    """Return the share of the same side's reviews around this one that the usual pace does not explain.

    What is usual is the merchant's pace of all reviews: one that turns bad gets no more of them than
    before, only worse ones, while an order of praise or blame comes on top.
    """
    side = c.merchant * 2 + (c.rating >= GOOD_FROM)
    first, last = _span(c.t, c.merchant)
    # Times shifted by merchant and side make one sorted axis on which no window meets another's.
    apart = (c.t.max() - c.t.min()) + 2 * days + 1
    axis = side * apart + (c.t - c.t.min())
    ordered = np.sort(axis)
    near = np.searchsorted(ordered, axis + days, "right") - np.searchsorted(ordered, axis - days)
    usual = np.bincount(c.merchant)[c.merchant] * 2 * days / np.maximum(SHORTEST_SPAN, last - first)
    return np.asarray(np.maximum(0.0, (near - usual - 2 * np.sqrt(usual + 1)) / near))


def _deviation(c: _Columns) -> Floats:
    """Return how far the rating is from the mean of the merchant's others, 0 to 1."""
    total = np.bincount(c.merchant, c.rating)[c.merchant]
    others = np.bincount(c.merchant)[c.merchant] - 1
    mean = np.where(others > 0, (total - c.rating) / np.maximum(others, 1), c.rating)
    return np.asarray(np.abs(c.rating - mean) / 4, dtype=np.float64)
