"""What two descriptions of a product have in common, and what stands against it.

Every feature is a plain number with a name, symmetric in both sides, NaN where it cannot be told; many pairs
are compared at once.
"""

from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from scoring.matching.corpus import (
    BATCH,
    BRAND,
    CODE,
    KIND,
    MODEL,
    MODEL_CODE,
    NAME,
    NUMBER,
    PLAIN,
    TEXT,
    Bits,
    Ids,
    Rows,
    Whole,
)
from scoring.matching.described import Described, Scale

Numbers = np.ndarray

TITLE = NAME | BRAND | MODEL | KIND
WORDS = TITLE | TEXT
CODE_CHARS = 4
"""Shortest code or number that can stand inside another one."""
CONFLICT, MISSING, CONTAINED, EQUAL = 0, 1, 2, 3

VIEWS = {
    "title": (TITLE, ("cosine", "overlap", "rarest_alone_less")),
    "text": (TEXT, ("cosine", "overlap", "rarest_alone_less", "rarest_common")),
    "batch": (BATCH, ("rarest_alone_more", "rarest_common")),
    "all": (WORDS, ("cosine", "jaccard", "rarest_alone_more", "rarest_common")),
}
"""Fields that are compared with each other, as bits, and what is told of each."""
LIKENESS = (
    "cosine",
    "jaccard",
    "overlap",
    "rarest_common",
    "rarest_alone_less",
    "rarest_alone_more",
)
OWN = ("cosine", "jaccard", "overlap", "rarest_alone_less", "rarest_common")
COUNTED = {"number": (NUMBER,), "code": (CODE, MODEL_CODE), "model": (MODEL_CODE,)}
"""Sorts of tokens whose agreement is counted."""


@dataclass(frozen=True, slots=True)
class Side:
    """The tokens of one side of all pairs: pair number, token number, fields here and in the other."""

    pair: Whole
    ids: Ids
    bits: Bits
    other: Bits
    weight: Numbers
    """Of each token."""
    pairs: int

    def sum(self, which: Numbers, value: Numbers | None = None) -> Numbers:
        """Return of each pair the sum of a value over some tokens, without one their number."""
        picked = which if value is None else which * value
        return np.bincount(self.pair, picked, minlength=self.pairs)

    def most(self, which: Numbers) -> Numbers:
        """Return of each pair the greatest weight among some tokens, 0 without any."""
        most = np.zeros(self.pairs)
        if len(self.pair):
            first = np.flatnonzero(np.diff(self.pair, prepend=-1))
            picked = np.where(which, self.weight, 0)
            most[self.pair[first]] = np.maximum.reduceat(picked, first)
        return most


def features(
    left: Described, right: Described, lefts: Whole, rights: Whole, scale: Scale
) -> dict[str, Numbers]:
    """Return the features of the pairs (left row, right row), one array per name."""
    by_token = token_features(left.rows, right.rows, lefts, rights, scale)
    return by_token | text_features(left, right, lefts, rights, scale)


def token_features(
    left: Rows, right: Rows, lefts: Whole, rights: Whole, scale: Scale
) -> dict[str, Numbers]:
    """Return the features that follow from the tokens of the pairs alone."""
    mine, theirs = _sides(left, right, lefts, rights, scale.weight)
    found: dict[str, Numbers] = {}
    for name, (fields, wanted) in VIEWS.items():
        found |= _named(name, wanted, _view(mine, theirs, fields))
    found |= _named("own", OWN, _beside_brand(mine, theirs))
    found |= _across(mine, theirs)
    for name, kinds in COUNTED.items():
        found |= _counted(name, mine, theirs, np.isin(scale.kind, kinds))
    return found | _models(mine, theirs, scale)


def text_features(
    left: Described, right: Described, lefts: Whole, rights: Whole, scale: Scale
) -> dict[str, Numbers]:
    """Return the features that need the texts of the pairs: character runs, brands, prices."""
    found = {"chars": _chars(left.grams, right.grams, lefts, rights, scale.gram_weight)}
    found["chars_all"] = found["chars"]
    if left.prose is not left.grams or right.prose is not right.grams:
        found["chars_all"] = _chars(left.prose, right.prose, lefts, rights, scale.gram_weight)
    return found | _stated(left, right, lefts, rights)


def _named(prefix: str, wanted: tuple[str, ...], values: dict[str, Numbers]) -> dict[str, Numbers]:
    return {f"{prefix}_{name}": values[name] for name in wanted}


def _sides(
    left: Rows, right: Rows, lefts: Whole, rights: Whole, weight: Numbers
) -> tuple[Side, Side]:
    pair, ids, bits = left.gather(lefts)
    pair2, ids2, bits2 = right.gather(rights)
    key, key2 = pair * len(weight) + ids, pair2 * len(weight) + ids2
    return (
        Side(pair, ids, bits, _bits_of(key, key2, bits2), weight[ids], len(lefts)),
        Side(pair2, ids2, bits2, _bits_of(key2, key, bits), weight[ids2], len(lefts)),
    )


def _bits_of(keys: Whole, among: Whole, bits: Bits) -> Bits:
    """Return the bits of each key among sorted keys, 0 where it is not there."""
    if not len(among):
        return np.zeros(len(keys), np.uint8)
    at = np.searchsorted(among, keys)
    at[at == len(among)] = 0
    return np.where(among[at] == keys, bits[at], 0).astype(np.uint8)


def _view(mine: Side, theirs: Side, fields: int) -> dict[str, Numbers]:
    """Compare the tokens of some fields with those of the same fields on the other side."""
    here, there = (mine.bits & fields) > 0, (theirs.bits & fields) > 0
    both, both2 = here & ((mine.other & fields) > 0), there & ((theirs.other & fields) > 0)
    return _likeness((mine, here, both), (theirs, there, both2))


def _beside_brand(mine: Side, theirs: Side) -> dict[str, Numbers]:
    """Compare names and models without the words that either side has as its brand."""
    parts = []
    for side in (mine, theirs):
        here = ((side.bits & (NAME | MODEL)) > 0) & (((side.bits | side.other) & BRAND) == 0)
        parts.append((side, here, here & ((side.other & (NAME | MODEL)) > 0)))
    return _likeness(parts[0], parts[1])


def _likeness(
    mine: tuple[Side, Numbers, Numbers], theirs: tuple[Side, Numbers, Numbers]
) -> dict[str, Numbers]:
    """Compare two sides, each given as (tokens, those looked at, those of them that both have)."""
    (one, here, both), (two, there, both2) = mine, theirs
    if not (here.any() and there.any()):
        return dict.fromkeys(LIKENESS, np.full(one.pairs, np.nan))
    left, right = one.sum(here, one.weight), two.sum(there, two.weight)
    common = one.sum(both, one.weight)
    square, square2 = one.weight * one.weight, two.weight * two.weight
    norm = np.sqrt(one.sum(here, square) * two.sum(there, square2))
    lone, lone2 = one.most(here & ~both), two.most(there & ~both2)
    values = {
        "cosine": one.sum(both, square) / np.maximum(norm, 1e-9),
        "jaccard": common / np.maximum(left + right - common, 1e-9),
        "overlap": common / np.maximum(np.minimum(left, right), 1e-9),
        "rarest_common": one.most(both),
        "rarest_alone_less": np.minimum(lone, lone2),
        "rarest_alone_more": np.maximum(lone, lone2),
    }
    told = (left > 0) & (right > 0)
    return {what: np.where(told, value, np.nan) for what, value in values.items()}


def _across(mine: Side, theirs: Side) -> dict[str, Numbers]:
    """Return the share of each title that stands anywhere in the other description."""
    shares = []
    for side in (mine, theirs):
        here = (side.bits & TITLE) > 0
        whole = side.sum(here, side.weight)
        part = side.sum(here & ((side.other & WORDS) > 0), side.weight)
        shares.append(np.where(whole > 0, part / np.maximum(whole, 1e-9), np.nan))
    return {"across_less": np.fmin(*shares), "across_more": np.fmax(*shares)}


def _counted(name: str, mine: Side, theirs: Side, wanted: Numbers) -> dict[str, Numbers]:
    """Count tokens of one sort that the other side has, and those it has not."""
    counts = []
    for side in (mine, theirs):
        here = wanted[side.ids] & ((side.bits & TITLE) > 0)
        met = here & ((side.other & WORDS) > 0)
        counts.append((side.sum(here), side.sum(met)))
    (left, met), (right, met2) = counts
    shared = (met + met2) / np.maximum(left + right, 1)
    return {
        f"{name}_jaccard": np.where((left > 0) & (right > 0), shared, np.nan),
        f"{name}_alone_less": np.minimum(left - met, right - met2),
    }


def _models(mine: Side, theirs: Side, scale: Scale) -> dict[str, Numbers]:
    """Return how the model numbers of a pair agree, and how alike the nearest two are spelt."""
    state, alike = np.full(mine.pairs, float(MISSING)), np.full(mine.pairs, np.nan)
    left, right = _codes(mine, scale), _codes(theirs, scale)
    for pair in left.keys() & right.keys():
        state[pair], alike[pair] = _agreement(left[pair], right[pair])
    return {"model_state": state, "model_alike": alike}


def _codes(side: Side, scale: Scale) -> dict[int, list[tuple[str, bool]]]:
    """Return (code, also on the other side) of each pair that has codes in its title."""
    wanted = (scale.kind[side.ids] != PLAIN) & ((side.bits & TITLE) > 0)
    found: dict[int, list[tuple[str, bool]]] = {}
    columns = side.pair[wanted].tolist(), side.ids[wanted].tolist(), side.other[wanted].tolist()
    for pair, token, other in zip(*columns, strict=True):
        word = scale.word(token)
        if len(word) >= CODE_CHARS:
            found.setdefault(pair, []).append((word, other > 0))
    return found


def _agreement(left: list[tuple[str, bool]], right: list[tuple[str, bool]]) -> tuple[int, float]:
    if any(met for _, met in left):
        return EQUAL, 1.0
    state, alike = CONFLICT, 0.0
    for one, _ in left:
        for two, _ in right:
            if one in two or two in one:
                state = CONTAINED
            alike = max(alike, fuzz.ratio(one, two) / 100)
    return state, alike


def _chars(left: Rows, right: Rows, lefts: Whole, rights: Whole, weight: Numbers) -> Numbers:
    """Return the cosine of the character runs of each pair."""
    mine, theirs = _sides(left, right, lefts, rights, weight)
    square, square2 = mine.weight * mine.weight, theirs.weight * theirs.weight
    norm = mine.sum(mine.bits > 0, square) * theirs.sum(theirs.bits > 0, square2)
    return np.asarray(mine.sum(mine.other > 0, square) / np.maximum(np.sqrt(norm), 1e-9))


def _stated(left: Described, right: Described, lefts: Whole, rights: Whole) -> dict[str, Numbers]:
    """Compare brands and prices, where they are stated."""
    brand = np.array(
        [
            _brand(left, one, right, two)
            for one, two in zip(lefts.tolist(), rights.tolist(), strict=True)
        ]
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        price = np.abs(np.log(left.price[lefts] / right.price[rights]))
    return {"brand": brand, "price": price}


def _brand(left: Described, one: int, right: Described, two: int) -> float:
    """Return how alike two brands are, or whether the only one stated stands in the other's title."""
    mine, theirs = left.brand[one], right.brand[two]
    if mine and theirs:
        return 1.0 if mine in theirs or theirs in mine else fuzz.ratio(mine, theirs) / 100
    if mine:
        return float(mine in right.titles[two].replace(" ", ""))
    if theirs:
        return float(theirs in left.titles[one].replace(" ", ""))
    return float("nan")
