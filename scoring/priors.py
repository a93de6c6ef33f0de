"""What is expected before a merchant's own evidence: from the constants, or from a file's own events.

Nothing here knows which purchases truly went bad. The rates of reviews, deliveries and complaints over
all merchants of a file only settle how often each kind of evidence is seen per bad purchase there.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from scoring import risk
from scoring.constants import Constants
from scoring.voices import Floats

WORTH = 2.0
"""Purchases for which one happy review stands at most, so that no voice moves the score too far."""


@dataclass(frozen=True, slots=True)
class Priors:
    """What one purchase at an unknown merchant is expected to be, and to leave behind.

    `rate` is the share that goes bad, `rates` the same by category; `eagerness` how many times as
    often the unhappy review, `lost` the deliveries gone wrong and `told` the mass of complaints per
    bad purchase, `per_review` the purchases per review. `shift` is the mean log-odds of
    disclosures. `spread` is how probable each of `risk.SHARES` is of a merchant.
    """

    rate: float
    eagerness: float
    lost: float
    told: float
    per_review: float
    spread: tuple[float, ...]
    shift: float = 0.0
    rates: Mapping[str, float] = field(default_factory=dict)

    @property
    def worth(self) -> float:
        """Return the purchases that went well for which one happy review stands in the score."""
        return min(self.eagerness, WORTH)

    def table(self, constants: Constants) -> risk.Table:
        """Return what one of each kind of evidence adds to the logarithm of the likelihood."""
        return risk.table_of(self.eagerness, self.lost, self.told, constants)

    def of(self, category: str) -> float:
        """Return the share of purchases expected to go bad in a category."""
        return self.rates.get(category, self.rate)


def default(constants: Constants) -> Priors:
    """Return what the constants say."""
    base = constants.base
    return Priors(
        rate=base.rate,
        eagerness=base.eagerness,
        lost=base.lost,
        told=base.told,
        per_review=base.purchases_per_review,
        spread=risk.usual(base.rate, base.spread),
        rates=base.rates,
    )


@dataclass(frozen=True, slots=True)
class Observed:
    """What one merchant's costly evidence sums up to, `shift` that of its disclosures."""

    bad_reviews: float
    good_reviews: float
    lost: float
    deliveries: float
    complaints: float
    sales: float
    shift: float
    claims: float = 0.0

    def counts(self, usual: "Priors", constants: Constants) -> Floats:
        """Return the counts of `risk.KINDS`."""
        sold = self.sales or self.good_reviews * usual.per_review
        told = self.complaints * constants.complaints.weight
        bad, good, arrived = self.bad_reviews, self.good_reviews, self.deliveries - self.lost
        return np.array([bad, good, self.lost, arrived, told, sold, self.claims])


REACH = 4.0
"""How many times larger or smaller than the constants an estimate may become."""
MOST_LOST = 0.95
"""Part of the bad purchases that may be lost on the way at most: some always arrive."""
DOUBT = 20.0
"""Reviews, deliveries or sales at which a merchant's own rate counts half."""


def estimate(observed: Sequence[Observed], constants: Constants) -> Priors:
    """Return the priors of a market from what all its merchants' costly evidence sums up to.

    Each kind of evidence, read with the constants, gives a rate of bad purchases; the rate is their
    geometric mean, weighted by how many merchants show the kind, with the constants' own rate as one
    more. How often each kind is seen per bad purchase then follows from the rate.
    """
    usual = default(constants)
    if not observed:
        return usual
    reviews = _pooled([(o.bad_reviews, o.bad_reviews + o.good_reviews) for o in observed])
    lost = _pooled([(o.lost, o.deliveries) for o in observed])
    told = _pooled([(o.complaints, o.sales) for o in observed if o.sales])
    rates = [(math.log(usual.rate), DOUBT)]
    if reviews:
        share, weight = reviews
        odds = share / (1 - share) / usual.eagerness
        rates.append((math.log(odds / (1 + odds)), weight))
    if lost:
        rates.append((math.log(lost[0] / usual.lost), lost[1]))
    if told:
        rates.append((math.log(told[0] / usual.told), told[1]))
    rate = math.exp(sum(r * w for r, w in rates) / sum(w for _, w in rates))
    rate = _near(rate, usual.rate)
    eagerness = (
        _near(_odds(reviews[0]) / _odds(rate), usual.eagerness) if reviews else usual.eagerness
    )
    found = Priors(
        rate=rate,
        spread=risk.usual(rate, constants.base.spread),
        eagerness=eagerness,
        lost=min(MOST_LOST, _near(lost[0] / rate, usual.lost)) if lost else usual.lost,
        told=_near(told[0] / rate, usual.told) if told else usual.told,
        per_review=_per_review(observed, usual.per_review),
        shift=math.fsum(o.shift for o in observed) / len(observed),
    )
    seen = [one.counts(found, constants) for one in observed]
    table, weight = found.table(constants), constants.base.likeness
    return replace(found, spread=risk.likeness(seen, found.spread, table, weight))


def _pooled(pairs: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the mean share over merchants, those with little counting little, and the weight behind it."""
    seen = [(part / whole, whole / (whole + DOUBT)) for part, whole in pairs if whole > 0]
    weight = math.fsum(w for _, w in seen)
    share = math.fsum(s * w for s, w in seen) / weight if weight else 0.0
    return (min(share, 0.9), weight) if share > 0 else None


def _per_review(observed: Sequence[Observed], usual: float) -> float:
    both = [(o.sales, o.good_reviews) for o in observed if o.sales and o.good_reviews]
    sold, reviewed = (math.fsum(side) for side in zip(*both, strict=True)) if both else (0, 0)
    return _near((sold + usual * DOUBT) / (reviewed + DOUBT), usual)


def _odds(share: float) -> float:
    return share / (1 - share)


def _near(value: float, usual: float) -> float:
    """Keep an estimate within reach of what the constants say: a file may hold anything."""
    return min(max(value, usual / REACH), usual * REACH)
