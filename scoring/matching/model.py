"""From features to the probability of the same product: sums of small tables, one per feature.

A generalised additive model: every feature adds the weight of the interval its value lies in, and the
logistic function of the sum is the probability. The tables stand in `weights.json`, fitted by
`scripts/fit_matching.py`; each profile serves pairs of one shape (two notices state what kind of product they
mean, offers do not).
"""

from collections.abc import Iterable, Mapping
from functools import cache
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


class Model:
    """The tables of a profile, ready to be read for many pairs at once."""

    def __init__(self, profile: Profile) -> None:
        self._intercept = profile.intercept
        # NaN sorts behind every edge and gets the last weight, that of a missing value.
        self._tables = {
            name: (np.array(table.edges), np.array((*table.weights, table.missing)))
            for name, table in profile.tables.items()
        }

    def probability(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the probability of the same product for each pair."""
        return _logistic(self._total(features, self._tables))

    def at_most(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the greatest probability that each pair can have, whatever the features left out say."""
        known = self._tables.keys() & features
        most = sum(self._tables[name][1].max() for name in self._tables.keys() - known)
        return _logistic(self._total(features, known) + most)

    def _total(self, features: Mapping[str, np.ndarray], names: Iterable[str]) -> np.ndarray:
        total = np.full(len(next(iter(features.values()))), self._intercept)
        for name in names:
            edges, weights = self._tables[name]
            at = np.searchsorted(edges, features[name], side="left")
            at[np.isnan(features[name])] = len(weights) - 1
            total += weights[at]
        return total


@cache
def shipped(profile: str) -> Model:
    """Return the model of a profile as it is fitted in `weights.json`."""
    file = resources.files(__package__).joinpath("weights.json")
    return Model(msgspec.json.decode(file.read_bytes(), type=_Weights).profiles[profile])


def pair_probability(features: Mapping[str, np.ndarray], kinds: np.ndarray) -> np.ndarray:
    """Return the probability for pairs of which `kinds` tells whether both sides state their kind."""
    notices, offers = (shipped(name).probability(features) for name in (NOTICES, OFFERS))
    return np.where(kinds, notices, offers)


def _logistic(total: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(total, -30, 30))))
