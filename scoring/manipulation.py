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
from scoring.voices import Flags, Floats, Whole

KNOWING = (0.05, 0.95)
"""Between these shares of verified reviews in the whole file, being verified says something."""
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
    columns = _Columns.of(found)
    alone = _votes(columns, numbers)
    logodds = alone + numbers.company * _company(columns.reviewer, alone, numbers.company_usual)
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
        + numbers.crowd * _crowd(c, numbers.crowd_days, numbers.crowd_verified)
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
    first, last = _span(c.t, c.merchant)
    near = _near(c, np.ones(len(c.t), dtype=bool), days)
    usual = _explained(c)[c.merchant] * 2 * days / np.maximum(SHORTEST_SPAN, last - first)
    return _excess(near, usual)


def _explained(c: _Columns) -> Floats:
    """Return the reviews of each merchant that its buyers explain: most ordered ones are by others."""
    everybody = np.asarray(np.bincount(c.merchant), dtype=np.float64)
    share = float(c.verified.mean())
    if share < KNOWING[0]:
        return everybody
    return np.minimum(everybody, np.bincount(c.merchant, c.verified) / share + 1)


def _crowd(c: _Columns, days: float, verified: float) -> Floats:
    """Return how far people not known to have bought outnumber, on this side, what buyers explain.

    A buyer's review among such a crowd takes `verified` of that.
    """
    share = float(c.verified.mean())
    if not KNOWING[0] < share < KNOWING[1]:
        return np.zeros(len(c.t))
    bought = c.verified > 0
    usual = (_near(c, bought, days) + 0.5) * (1 - share) / share
    excess = _excess(_near(c, ~bought, days), usual)
    return np.where(bought, verified * excess, excess)


def _near(c: _Columns, who: Flags, days: float) -> Floats:
    """Return how many reviews of `who` are within so many days, of the same merchant and side."""
    side = c.merchant * 2 + (c.rating >= GOOD_FROM)
    # Times shifted by merchant and side make one sorted axis on which no window meets another's.
    apart = (c.t.max() - c.t.min()) + 2 * days + 1
    axis = side * apart + (c.t - c.t.min())
    ordered = np.sort(axis[who])
    after, before = (
        np.searchsorted(ordered, axis + days, "right"),
        np.searchsorted(ordered, axis - days),
    )
    return np.asarray(after - before, dtype=np.float64)


def _excess(near: Floats, usual: Floats) -> Floats:
    """Return the share of those near that what is usual, with its chance, does not explain."""
    return np.asarray(
        np.maximum(0.0, (near - usual - 2 * np.sqrt(usual + 1)) / np.maximum(near, 1))
    )


def _company(reviewer: Whole, logodds: Floats, usual: float) -> Floats:
    """Return how suspicious the same person's other reviews are, above what is usual."""
    suspicion = 1 / (1 + np.exp(-logodds))
    others = np.bincount(reviewer)[reviewer] - 1
    total = np.bincount(reviewer, suspicion)[reviewer] - suspicion
    return np.asarray(np.maximum(0.0, total / np.maximum(others, 1) - usual) * (others > 0))


def _deviation(c: _Columns) -> Floats:
    """Return how far the rating is from the mean of the merchant's others, 0 to 1."""
    total = np.bincount(c.merchant, c.rating)[c.merchant]
    others = np.bincount(c.merchant)[c.merchant] - 1
    mean = np.where(others > 0, (total - c.rating) / np.maximum(others, 1), c.rating)
    return np.asarray(np.abs(c.rating - mean) / 4, dtype=np.float64)
