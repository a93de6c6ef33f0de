"""How reliable raters are and how good those whom they rate, from the ratings alone.

A fixpoint in the manner of REV2 (Kumar et al., WSDM 2018): the goodness of a ratee is the mean of the
ratings, weighted by how reliable their raters are; a rater is reliable who was active for a while,
agrees with what the others say, and is well thought of where others rate the rater too. No labels are
used. Each round is a few passes over the ratings; a few rounds suffice.
"""

from dataclasses import dataclass

import numpy as np

from scoring.voices import Floats, Whole

ROUNDS = 20
CLOSE = 1e-3
"""Change of every goodness below which the fixpoint is reached."""
NEUTRAL = 0.2
"""Reliable ratings of "neither good nor bad" that everybody starts with."""
KNOWN = 0.5
"""Reliable ratings at which the others' opinion counts half."""
BRIEF_DAYS = 14.0
"""Span of activity at which a rater counts half."""
LEAST = 0.02
START = 0.5
PRIOR_AGREEMENT = 0.7


@dataclass(frozen=True, slots=True)
class Standing:
    """Of each id: reliability in [0, 1] as a rater, goodness in [-1, 1] as a ratee; NaN where it is none."""

    reliability: Floats
    goodness: Floats
    rounds: int


def fixpoint(rater: Whole, ratee: Whole, rating: Floats, day: Floats, people: int) -> Standing:
    """Return the standing of `people` ids (0 to people - 1) from parallel columns of ratings.

    `rating` is in [-1, 1] (see `scaled`), `day` in days. Ratings of one's own are left out.
    """
    others = rater != ratee
    # Sorted by rater, every pass reads one side of the graph in order.
    order = np.flatnonzero(others)[np.argsort(rater[others], kind="stable")]
    rater, ratee, day = rater[order], ratee[order], day[order]
    # A ten is not ten times as telling as a one.
    value = np.sign(rating[order]) * np.sqrt(np.abs(rating[order]))
    given = np.bincount(rater, minlength=people)
    experience = _experience(rater, day, people)
    reliability = np.full(people, START)
    goodness, done = np.zeros(people), 0
    for rounds in range(1, ROUNDS + 1):
        before, done = goodness, rounds
        weight = reliability[rater]
        told = weight * value
        total = _sums(ratee, told, people)
        heard = _sums(ratee, weight, people)
        goodness = total / (heard + NEUTRAL)
        agreement = _agreement(ratee, value, weight, told, (total, heard))
        mean = (np.bincount(rater, agreement, people) + PRIOR_AGREEMENT) / (given + 1)
        standing = (1 + total / (heard + KNOWN)) / 2
        reliability = np.maximum(LEAST, experience * mean * standing**2)
        if np.abs(goodness - before).max(initial=0.0) < CLOSE:
            break
    rated = np.bincount(ratee, minlength=people) > 0
    return Standing(
        np.where(given > 0, reliability, np.nan), np.where(rated, goodness, np.nan), done
    )


def scaled(ratings: Floats) -> Floats:
    """Return ratings in [-1, 1]: signed ones by the largest, others from the middle of their range.

    Values that lie within 1 to 5 are taken as stars.
    """
    if not ratings.size:
        return ratings
    low, high = float(ratings.min()), float(ratings.max())
    if low < 0:
        return ratings / max(-low, high)
    low, high = (1.0, 5.0) if low >= 1 and high <= 5 else (low, high)  # noqa: PLR2004 -- five stars
    return (ratings - (low + high) / 2) / ((high - low) / 2 or 1.0)


def _sums(index: Whole, values: Floats, people: int) -> Floats:
    return np.asarray(np.bincount(index, values, people), dtype=np.float64)


def _experience(rater: Whole, day: Floats, people: int) -> Floats:
    """Return the span of each rater's activity, from 0 (one rating or one day) towards 1."""
    first, last = np.full(people, np.inf), np.full(people, -np.inf)
    np.minimum.at(first, rater, day)
    np.maximum.at(last, rater, day)
    span = np.where(last >= first, last - first, 0.0)
    return np.asarray(span / (span + BRIEF_DAYS))


def _agreement(
    ratee: Whole, value: Floats, weight: Floats, told: Floats, sums: tuple[Floats, Floats]
) -> Floats:
    """Return how far each rating agrees with the ratee's others, 1 where there are none to compare."""
    total, heard = sums
    rest = heard[ratee] - weight
    opinion = (total[ratee] - told) / (rest + NEUTRAL / 2)
    return np.asarray(1 - rest / (rest + KNOWN) * np.abs(value - opinion) / 2)
