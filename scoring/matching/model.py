"""From features to the probability of the same product: sums of small tables, one per feature.

A generalised additive model: every feature adds the weight of the interval its value lies in, and the
logistic function of the sum is the probability. The tables stand in `weights.json`, fitted by
`scripts/fit_matching.py`; each profile serves pairs of one shape (two notices state what kind of product they
mean, offers do not).
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

import msgspec
import numpy as np

OFFERS, NOTICES, CANDIDATES = "offers", "notices", "candidates"
"""Pairs of offers; pairs that both state a kind of product; a listing and what the index found for it."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of one feature: `weights[i]` below `edges[i]`, the last one above all; `missing` for NaN."""

    edges: tuple[float, ...]
    weights: tuple[float, ...]
    missing: float


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The additive model of pairs of one shape."""

    intercept: float
    tables: dict[str, Table]


class _Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    profiles: dict[str, Profile]


def probability(features: Mapping[str, np.ndarray], profile: str) -> np.ndarray:
    """Return the probability of the same product for each pair, as pairs of `profile` are judged."""
    return _logistic(_total(_weights().profiles[profile], features))


def pair_probability(features: Mapping[str, np.ndarray], kinds: np.ndarray) -> np.ndarray:
    """Return the probability for pairs of which `kinds` tells whether both sides state their kind."""
    return np.where(kinds, probability(features, NOTICES), probability(features, OFFERS))


def _total(profile: Profile, features: Mapping[str, np.ndarray]) -> np.ndarray:
    total = np.full(len(next(iter(features.values()))), profile.intercept)
    for name, table in profile.tables.items():
        total += _added(table, features[name])
    return total


def _added(table: Table, value: np.ndarray) -> np.ndarray:
    edges, weights = _arrays(table)
    # NaN sorts behind every edge and gets the last weight, that of a missing value.
    at = np.searchsorted(edges, value, side="left")
    at[np.isnan(value)] = len(weights) - 1
    return np.asarray(weights[at])


@lru_cache(maxsize=1024)
def _arrays(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges, and the weights with that of a missing value behind them."""
    return np.array(table.edges), np.array((*table.weights, table.missing))


def _logistic(total: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(total, -30, 30))))


@cache
def _weights() -> _Weights:
    file = resources.files(__package__).joinpath("weights.json")
    return msgspec.json.decode(file.read_bytes(), type=_Weights)
