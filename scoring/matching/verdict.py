"""From a listing to the official notices that may concern it, each with its tier, confidence and grounds.

No match means that none was found, nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scoring.matching import model, tiers
from scoring.matching.corpus import KIND, MODEL, NAME, Rows, Whole, one_row, token_kind
from scoring.matching.described import Scale, described
from scoring.matching.features import text_features, token_features
from scoring.matching.index import CANDIDATES, CandidateSource, Entry, Index
from scoring.matching.products import Product
from scoring.matching.tiers import CONFIDENT, Tier

POSSIBLE = 0.5
"""Least probability of the same product at which a notice is worth comparing."""
SHOWN = 5
"""Notices shown of those that are only alike in words."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for a match: what agrees, how the listing and how the notice puts it."""

    what: str
    listing: str
    notice: str


@dataclass(frozen=True, slots=True)
class Match:
    """A notice that may concern a listing; `product` holds the scope to be shown beside it."""

    notice_id: str
    tier: Tier
    confidence: float
    why: tuple[Ground, ...]
    product: Product


class Matcher:
    """Judges listings against one index; further candidate sources add to the words of the index."""

    def __init__(self, index: Index, sources: Sequence[CandidateSource] = ()) -> None:
        self.index = index
        self._sources = (index, *sources)

    def match(self, listing: Product) -> list[Match]:
        """Return the notices that may concern a listing, the most certain first, each once."""
        exact = {row for key in tiers.exact_keys(listing) for row in self.index.by_key(key)}
        rows = np.array(self._rows(listing, exact), dtype=np.int64)
        if not len(rows):
            return []
        told = self._by_tokens(listing, rows)
        kept = self._worth_reading(told, rows, exact)
        entries = [self.index.entry(row) for row in rows[kept].tolist()]
        chances = model.shipped(model.CANDIDATES).probability(
            _completed(told, kept, listing, entries)
        )
        found: dict[str, Match] = {}
        for row, entry, chance in zip(rows[kept].tolist(), entries, chances.tolist(), strict=True):
            tier = tiers.shared_keys(listing, entry.product) if row in exact else None
            match = judged(listing, entry, chance, tier)
            if match and _better(match, found.get(entry.notice_id)):
                found[entry.notice_id] = match
        return _shown(list(found.values()))

    def compared(self, listing: Product, rows: Sequence[int]) -> dict[str, np.ndarray]:
        """Return the features of a listing beside some rows of the index, the likeliest row first."""
        told = self._by_tokens(listing, np.array(rows, dtype=np.int64))
        entries = [self.index.entry(row) for row in rows]
        return _completed(told, np.arange(len(rows)), listing, entries)

    def _rows(self, listing: Product, exact: set[int]) -> list[int]:
        alike = [row for one in self._sources for row in one.candidates(listing, CANDIDATES)]
        return list(dict.fromkeys((*alike, *sorted(exact))))

    def _by_tokens(self, listing: Product, rows: Whole) -> "_Told":
        mine, theirs, scale = self._local(listing, rows)
        here, there = np.zeros(len(rows), np.int64), np.arange(len(rows))
        found = token_features(mine, theirs, here, there, scale)
        return _Told(mine, theirs, scale, found | {"place": np.log1p(there)})

    def _worth_reading(self, told: "_Told", rows: Whole, exact: set[int]) -> Whole:
        """Return which rows may match at all; reading the texts of the others would change nothing.

        Those that words alone cannot rule out, those with an exact key, and those that may mean a whole
        kind of product: no model, and nothing in their name that the listing does not say.
        """
        possible = model.shipped(model.CANDIDATES).at_most(told.features) >= POSSIBLE
        bits, known = told.theirs.bits, np.isin(told.theirs.ids, told.mine.ids)
        single = told.theirs.having(((bits & MODEL) > 0) | (((bits & (NAME | KIND)) > 0) & ~known))
        return np.flatnonzero(possible | ~single | np.isin(rows, list(exact)))

    def _local(self, listing: Product, rows: Whole) -> tuple[Rows, Rows, Scale]:
        """Return listing and candidates with tokens numbered anew, few and dense, and their scale."""
        index = self.index
        fresh: dict[str, int] = {}

        def number(word: str) -> int:
            known = index.numbers.get(word)
            return fresh.setdefault(word, len(index.words) + len(fresh)) if known is None else known

        mine, theirs = one_row(listing, number), index.rows.take(rows)
        tokens = np.unique(np.concatenate([mine.ids, theirs.ids]))
        known = tokens[tokens < len(index.words)]
        words = [index.words[token] for token in known.tolist()] + list(fresh)
        weight = np.concatenate([index.weight[known], np.ones(len(fresh), np.float32)])
        kind = np.array([token_kind(word) for word in words], dtype=np.uint8)
        scale = Scale(weight, kind, words.__getitem__, index.gram_weight)
        return mine.renumbered(tokens), theirs.renumbered(tokens), scale


class _Told(NamedTuple):
    """A listing beside rows of the index: the tokens of both, their scale, the features that follow."""

    mine: Rows
    theirs: Rows
    scale: Scale
    features: dict[str, np.ndarray]


def _completed(
    told: _Told, kept: Whole, listing: Product, entries: Sequence[Entry]
) -> dict[str, np.ndarray]:
    """Return all features of the kept rows; `entries` are theirs."""
    left = described([listing], told.mine)
    right = described([one.product for one in entries], told.theirs.take(kept))
    here, there = np.zeros(len(kept), np.int64), np.arange(len(kept))
    found = {name: values[kept] for name, values in told.features.items()}
    return found | text_features(left, right, here, there, told.scale)


def judged(listing: Product, entry: Entry, chance: float, tier: Tier | None) -> Match | None:
    """Return the match of a listing with one product of a notice, None when there is none.

    `tier` is that of the keys they share, `chance` the probability of the same product by all features.
    """
    product = entry.product
    if tier is None:
        tier = _by_words(listing, product, chance)
    if tier is None:
        return None
    confidence = max(chance, CONFIDENT.get(tier, 0.0))
    return Match(entry.notice_id, tier, confidence, grounds(listing, product, tier), product)


def _by_words(listing: Product, product: Product, chance: float) -> Tier | None:
    """Return TEXT where words make the same product likely, CATEGORY for a notice about its whole kind."""
    if chance >= POSSIBLE and not tiers.conflict(listing, product):
        return Tier.TEXT
    return Tier.CATEGORY if tiers.in_category(listing, product) else None


def grounds(listing: Product, product: Product, tier: Tier) -> tuple[Ground, ...]:
    """Return what agrees between a listing and a notice's product."""
    if tier is Tier.LISTED:
        shared = sorted(set(listing.listing_ids) & set(product.listing_ids))
        return tuple(Ground("listing id", item, f"{platform} {item}") for platform, item in shared)
    if tier is Tier.GTIN:
        codes = sorted(tiers.gtins(listing) & tiers.gtins(product))
        return tuple(Ground("gtin", code, product.gtin) for code in codes)
    if tier is Tier.MODEL:
        shared_models = sorted(set(tiers.models(listing)) & set(tiers.models(product)))
        brand = Ground("brand", listing.brand, product.brand)
        return (brand, *(Ground("model", code, product.model) for code in shared_models))
    return (Ground("words", listing.name, " ".join(filter(None, (product.brand, product.name)))),)


def scope(match: Match) -> tuple[Ground, ...]:
    """Return which products the notice of a match means: its models, batches, dates and mark of revision.

    A listing hardly ever says its batch, so that its side is empty: the buyer has to compare.
    """
    product = match.product
    marks = " ; ".join(sorted(tiers.revisions(product)))
    stated = {
        "scope: model": product.model,
        "scope: batch": product.batch,
        "scope: revision": marks,
    }
    return tuple(Ground(what, "", said) for what, said in stated.items() if said)


def _better(one: Match, other: Match | None) -> bool:
    return other is None or (one.tier, -one.confidence) < (other.tier, -other.confidence)


def _shown(found: list[Match]) -> list[Match]:
    """Return all certain matches, and the first few of the best tier below."""
    found.sort(key=lambda one: (one.tier, -one.confidence, one.notice_id))
    certain = [one for one in found if one.tier < Tier.TEXT]
    alike = [one for one in found if one.tier is Tier.TEXT]
    general = [] if certain or alike else found
    return [*certain, *alike[:SHOWN], *general[:SHOWN]]
