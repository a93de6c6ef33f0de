"""How long blocked listings stay: a survival curve from times that are only known to lie in an interval.

The estimate is Turnbull's (lifelines); it keeps listings that are still live, which a mean of removal
times would drop. Its 95 % interval comes from resampling orders, with a fixed seed.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HORIZON = 60
"""Days that are drawn."""
RESAMPLED = 100
STEP = 0.25
"""Days to which times are rounded: looks are half a day apart at best."""
TINY = 1e-300
"""Stands for the mass of a kind of interval that a sample does not have."""
PRECISION, STEPS = 1e-4, 2_000
"""When the iteration ends: change of the likelihood, and at the latest."""
OPEN = 0.01
"""Keeps the ends of neighbouring intervals apart: a listing was seen at the lower end, so it went after it."""

Interval = tuple[float, float]
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of listings still up after each whole day from 0, with its interval.

    `median` is the first day after which at most half are up, None when that is not reached.
    """

    listings: int
    gone: int
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    median: float | None
    median_low: float | None
    median_high: float | None


def curve(intervals: Sequence[Interval]) -> Curve:
    """Return the curve of at least one interval (days; an infinite end: not gone yet)."""
    lower, upper = _rounded(intervals)
    days = np.arange(HORIZON + 1, dtype=np.float64)
    share, median = _estimate(lower, upper, days)
    curves, reached = _resampled(lower, upper, days)
    low, high = np.quantile(curves, [0.025, 0.975], axis=0)
    medians = np.quantile(reached, [0.025, 0.975], method="nearest")
    return Curve(
        listings=len(lower),
        gone=int(np.isfinite(upper).sum()),
        share=tuple(share.tolist()),
        low=tuple(np.minimum(low, share).tolist()),
        high=tuple(np.maximum(high, share).tolist()),
        median=_finite(median),
        median_low=_finite(medians[0]),
        median_high=_finite(medians[1]),
    )


def _rounded(intervals: Sequence[Interval]) -> tuple[_Floats, _Floats]:
    """Widen the intervals to the grid, outwards, so that nothing is claimed more closely than known."""
    both = np.array(intervals, dtype=np.float64)
    lower = np.floor(both[:, 0] / STEP) * STEP
    upper = np.ceil(both[:, 1] / STEP) * STEP
    return lower, np.maximum(upper, lower + STEP)


def _estimate(lower: _Floats, upper: _Floats, days: _Floats) -> tuple[_Floats, float]:
    """Return the share still up after each day, and the median."""
    if not np.isfinite(upper).any():
        return np.ones_like(days), math.inf
    from lifelines import KaplanMeierFitter  # noqa: PLC0415 - a second of imports only reports need

    with np.errstate(all="ignore"), warnings.catch_warnings():
        # Where intervals hardly overlap the last digits of the shares keep moving; they are not shown.
        warnings.simplefilter("ignore")
        fitted = KaplanMeierFitter().fit_interval_censoring(
            lower + OPEN, upper, tol=PRECISION, max_iter=STEPS
        )
    # This column falls at the end of each interval, so within one a listing still counts as up.
    found = fitted.survival_function_["NPMLE_estimate_lower"]
    place = np.searchsorted(found.index.to_numpy(), days, side="right") - 1
    shares = found.to_numpy()
    below = np.flatnonzero(shares <= 0.5)  # noqa: PLR2004 - half
    median = float(found.index[below[0]]) if len(below) else math.inf
    return np.where(place >= 0, shares[np.maximum(place, 0)], 1.0), median


def _resampled(lower: _Floats, upper: _Floats, days: _Floats) -> tuple[_Floats, _Floats]:
    """Return the shares still up and the medians of RESAMPLED samples of the orders, all at once.

    The same estimate as `_estimate` by the plain iteration of Turnbull (1976): mass lies at upper ends only.
    """
    kinds, count = np.unique(np.stack([lower, upper]), axis=1, return_counts=True)
    ends = np.unique(upper)
    within = ((kinds[0][:, None] < ends) & (ends <= kinds[1][:, None])).astype(np.float64)
    random = np.random.default_rng(0)
    weight = random.multinomial(len(lower), count / len(lower), RESAMPLED) / len(lower)
    mass = np.full((RESAMPLED, len(ends)), 1 / len(ends))
    for _ in range(STEPS):
        before = mass
        mass = mass * ((weight / np.maximum(mass @ within.T, TINY)) @ within)
        if np.abs(mass - before).max() < PRECISION * STEP:
            break
    gone = np.concatenate([np.zeros((RESAMPLED, 1)), mass.cumsum(axis=1)], axis=1)
    shares = 1 - gone[:, np.searchsorted(ends, days, side="right")]
    reached = gone[:, 1:] >= 0.5 - PRECISION  # half
    medians = np.where(reached.any(axis=1), ends[reached.argmax(axis=1)], math.inf)
    return shares, medians


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
