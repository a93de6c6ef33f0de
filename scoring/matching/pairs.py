"""Pairs of records, and whether both mean the same product.

The records of one file are its domain: how telling a word is follows from them, without labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from scoring.matching import model
from scoring.matching.corpus import Vocabulary, rows
from scoring.matching.described import described, scale
from scoring.matching.features import features
from scoring.matching.products import Product, product
from scoring.matching.tiers import CONFIDENT, SAME, Tier, shared_keys

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The probability that both records mean one product, and the best ground for saying so."""

    confidence: float
    tier: Tier | None


@dataclass(frozen=True, slots=True)
class Examined:
    """The features of pairs, and the two products of each."""

    features: dict[str, np.ndarray]
    kinds: np.ndarray
    """Of each pair, whether both sides state what kind of product they mean."""
    products: list[tuple[Product, Product]]


def judge(pairs: Sequence[tuple[Record, Record]]) -> list[Judgement]:
    """Return a judgement for each (left, right) pair of records, in order.

    A shared listing id or barcode decides by itself; `tier` is None below even odds.
    """
    seen = examine(pairs)
    chances = model.pair_probability(seen.features, seen.kinds)
    return [
        _judgement(left, right, chance)
        for (left, right), chance in zip(seen.products, chances.tolist(), strict=True)
    ]


def examine(pairs: Sequence[tuple[Record, Record]]) -> Examined:
    """Return the features of (left, right) pairs of records, in order."""
    lefts, left = _distinct([one for one, _ in pairs])
    rights, right = _distinct([two for _, two in pairs])
    vocabulary = Vocabulary()
    mine = described(left, rows(left, vocabulary))
    theirs = described(right, rows(right, vocabulary))
    found = features(mine, theirs, lefts, rights, scale(vocabulary, mine, theirs))
    products = [(left[one], right[two]) for one, two in zip(lefts, rights, strict=True)]
    kinds = np.array([bool(one.kind and two.kind) for one, two in products], dtype=bool)
    return Examined(found, kinds, products)


def _distinct(records: Sequence[Record]) -> tuple[np.ndarray, list[Product]]:
    """Return the distinct products and which of them each record is."""
    seen: dict[bytes, int] = {}
    products: list[Product] = []
    at = np.empty(len(records), dtype=np.int64)
    for place, record in enumerate(records):
        key = msgspec.json.encode(record, order="sorted")
        number = seen.setdefault(key, len(products))
        if number == len(products):
            products.append(product(record))
        at[place] = number
    return at, products


def _judgement(left: Product, right: Product, chance: float) -> Judgement:
    tier = shared_keys(left, right)
    if tier in CONFIDENT:
        return Judgement(max(chance, CONFIDENT[tier]), tier)
    if chance < SAME:
        return Judgement(chance, None)
    return Judgement(chance, Tier.TEXT if tier is None else tier)
