"""The risk: how probable each share of bad purchases is, after what was seen.

Bayes on a grid. Every kind of evidence adds its logarithm of likelihood for each share p: of the
reviews after a purchase, p * eagerness to 1 - p come from the unhappy; of the parcels p * lost get
lost; complaints come at a rate that grows with p, and purchases without one speak for a small p. Each
window is judged by itself, with what merchants of the market are like in the place of the past.
Every factor rises or falls with p throughout, so that praise never raises the risk.
"""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from scoring.constants import Constants
from scoring.terms import LONG, Masses, Part, mass
from scoring.voices import Floats

if TYPE_CHECKING:
    from scoring.priors import Priors

LOGODDS = np.linspace(-5.5, 3.0, 70)
SHARES = 1 / (1 + np.exp(-LOGODDS))
KINDS = ("bad reviews", "good reviews", "lost", "arrived", "complaints", "sold", "claims")
_TINY = 1e-12
_ROUNDS = 5

Counts = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""Windows by KINDS."""
Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""KINDS by SHARES: what one of a kind adds to the logarithm of the likelihood."""


def counts(parts: Sequence[Part], sold: Masses, priors: "Priors", constants: Constants) -> Counts:
    """Return what was seen as counts: reviews, parcels, complaints, purchases and statements."""
    windows = range(len(sold))
    by_code = {part.code: np.array(part.mass) for part in parts}
    none = np.zeros(len(sold))
    made = np.where([w == windows[LONG] for w in windows], 1.0, constants.complaints.early)
    complaints = [p for p in parts if p.against and p.code.startswith("complaints.")]
    columns = (
        by_code.get("reviews.bad", none),
        by_code.get("reviews.good", none) / priors.worth,
        by_code.get("deliveries.bad", none),
        by_code.get("deliveries.good", none) / priors.lost,
        np.array([mass(complaints, w, against=True) for w in windows]),
        np.array(sold) * made,
        by_code.get("safety.claims", none),
    )
    return np.stack(columns, axis=1)


def posterior(seen: Counts, prior: Floats, table: Table) -> Table:
    """Return the probability of each of SHARES in each window."""
    return _normal(seen @ table + np.log(prior + _TINY))


def moved(spread: Sequence[float], logodds: float) -> Floats:
    """Return the prior where the expectation is higher by so many log-odds."""
    return np.interp(LOGODDS - logodds, LOGODDS, spread, left=0.0, right=0.0)


@functools.lru_cache(maxsize=64)
def usual(rate: float, strength: float) -> tuple[float, ...]:
    """Return the Beta distribution of mean `rate` that counts as `strength` purchases, on SHARES."""

    def beta(bad: float) -> Floats:
        logs = bad * np.log(SHARES) + (strength - bad) * np.log1p(-SHARES)
        return np.asarray(_normal(logs[None])[0])

    # SHARES end above 0, so that the mean there is a little higher than the parameters say.
    bad = brentq(lambda bad: float(beta(bad) @ SHARES) - rate, -strength, strength, xtol=_TINY)
    return tuple(beta(float(bad)).tolist())


def likeness(
    seen: Sequence[Floats], spread: Sequence[float], table: Table, weight: float
) -> tuple[float, ...]:
    """Return what the merchants of a market are like: `spread`, counted as `weight` of them, and they.

    `seen` are the long run's counts of each; rounds of expectation and maximisation.
    """
    if not seen:
        return tuple(spread)
    explained = np.array(seen) @ table
    start = now = np.array(spread)
    for _ in range(_ROUNDS):
        merchants = _normal(explained + np.log(now + _TINY)).sum(axis=0)
        now = (weight * start + merchants) / (weight + len(seen))
    return tuple(now.round(9).tolist())


def table_of(eagerness: float, lost: float, told: float, constants: Constants) -> Table:
    """Return the logarithms of likelihood of one of each kind at each share."""
    reviews = (eagerness, constants.reviews.heard, constants.reviews.noise)
    parcels = (lost, constants.deliveries.noise)
    return _table(reviews, parcels, (constants.complaints.weight * told, constants.base.groundless))


@functools.lru_cache(maxsize=64)
def _table(
    reviews: tuple[float, float, float],
    parcels: tuple[float, float],
    complaints: tuple[float, float],
) -> Table:
    """Return the table of (eagerness, heard, noise), (lost, noise) and (told, groundless)."""
    p, q = SHARES, 1 - SHARES
    eagerness, heard, noise = reviews
    written = p * eagerness + q
    gone = p * parcels[0] + q * parcels[1]
    rate = complaints[0] * (p + q * complaints[1])
    rows = (
        np.log((p * eagerness * heard + q * noise) / written),
        np.log((p * eagerness * (1 - heard) + q * (1 - noise)) / written),
        np.log(gone),
        np.log1p(-gone),
        np.log(rate),
        -rate,
        np.log(p),
    )
    return np.stack(rows)


def _normal(logs: Table) -> Table:
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
