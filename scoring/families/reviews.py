"""Reviews: each stands for a purchase that went well or badly, as far as its rating says so.

A suspicious review only loses mass. It never counts for the other side, or praise bought for a rival
would harm the rival.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from scoring import voices
from scoring.constants import Constants
from scoring.events import ListingChange, Review
from scoring.history import History
from scoring.priors import Priors
from scoring.terms import EVIDENCE_SHOWN, LONG, Masses, Part
from scoring.voices import Flags, Floats, Statements

LEAST_RELIABILITY = 0.1
DOUBTED = 0.5


def assess(history: History, constants: Constants, priors: Priors) -> list[Part]:
    """Return `reviews.bad` and `reviews.good`; people who are not known to have bought are cheap."""
    found = [r for r in history.of(Review) if r.phase == "after"]
    if not found:
        return []
    both = voices.statements(
        found,
        _weights(history, found, constants),
        history.as_of,
        [r.text_id or None for r in found],
    )
    badness = _badness(found, constants)
    told, e = constants.reviews.told, priors.worth
    costly = np.array([_is_costly(review, history) for review in found])[voices.first(both)]
    return [
        _part("reviews.bad", both, badness, badness >= told, costly, 1.0, constants),
        _part("reviews.good", both, 1 - badness, badness <= 1 - told, costly, e, constants),
    ]


def _part(
    code: str,
    both: Statements,
    side: Floats,
    named: Flags,
    costly: Flags,
    worth: float,
    constants: Constants,
) -> Part:
    one_sided = replace(both, mass=both.mass * side * worth)
    windows = [voices.decayed(one_sided, h) for h in constants.windows.half_lives]
    days = [constants.windows.shown * h for h in constants.windows.half_lives]
    shown = [both.age <= d for d in days]
    return Part(
        code,
        against=code == "reviews.bad",
        mass=_sums(windows, costly),
        cheap=_sums(windows, ~costly),
        voices=float(windows[LONG].sum()) / worth,
        numbers=tuple(
            {"count": int((named & s).sum()), "total": int(s.sum()), "days": d}
            for s, d in zip(shown, days, strict=True)
        ),
        evidence=tuple(
            voices.heaviest(both.events, w, s & named, EVIDENCE_SHOWN)
            for w, s in zip(windows, shown, strict=True)
        ),
    )


def _is_costly(review: Review, history: History) -> bool:
    """Return whether a purchase stands behind the review, and no pattern speaks against it."""
    return review.verified and history.reliability.get(review.id, 1.0) >= DOUBTED


def _sums(windows: Sequence[Floats], who: Flags) -> Masses:
    return tuple(float(window[who].sum()) for window in windows)


def _badness(found: Sequence[Review], constants: Constants) -> Floats:
    """Return how bad each rating is in [0, 1], between two stars by the straight line."""
    ratings = [review.rating for review in found]
    return np.interp(ratings, range(1, 6), constants.reviews.badness)


def _weights(history: History, found: Sequence[Review], constants: Constants) -> list[float]:
    changed: dict[str, float] = {}
    for change in history.of(ListingChange):
        changed[change.product] = max(change.t, changed.get(change.product, -math.inf))
    return [_weight(review, changed, history.reliability, constants) for review in found]


def _weight(
    review: Review,
    changed: Mapping[str, float],
    reliability: Mapping[str, float],
    constants: Constants,
) -> float:
    numbers = constants.reviews
    weight = numbers.verified if review.verified else numbers.unverified
    if review.incentivised:
        weight *= numbers.incentivised
    if review.t < changed.get(review.product or "", -math.inf):
        weight *= numbers.swapped
    return weight * max(LEAST_RELIABILITY, min(1.0, reliability.get(review.id, 1.0)))
