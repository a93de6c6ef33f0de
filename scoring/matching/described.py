"""Products prepared for comparing, and the scale on which their words are weighed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.matching import corpus, keys, text
from scoring.matching.corpus import Rows, Vocabulary
from scoring.matching.grams import BUCKETS, grams
from scoring.matching.products import Product

LEAST_WEIGHT = 0.02
"""Weight of a word that stands everywhere."""
_NOT_ALNUM = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Described:
    """Products as rows of tokens and of character runs, and what is compared as text."""

    rows: Rows
    grams: Rows
    prose: Rows
    """Character runs of titles and descriptions together; the same as `grams` without descriptions."""
    titles: Sequence[str]
    brand: Sequence[str | None]
    price: np.ndarray


@dataclass(frozen=True, slots=True)
class Scale:
    """How telling a token is: from LEAST_WEIGHT to 1, the rarer the more; what it is; how it reads."""

    weight: np.ndarray
    kind: np.ndarray
    word: Callable[[int], str]
    gram_weight: np.ndarray


def described(products: Sequence[Product], rows: Rows) -> Described:
    """Return products prepared for comparing; `rows` are their tokens."""
    titles = plain_lines([title(one) for one in products])
    price = [np.nan if one.price is None else one.price for one in products]
    brand = [keys.brand_key(one.brand) for one in products]
    runs = grams(titles)
    prose = runs
    if any(one.text for one in products):
        texts = plain_lines([one.text for one in products])
        prose = grams([f"{line} {more}" for line, more in zip(titles, texts, strict=True)])
    return Described(rows, runs, prose, titles, brand, np.array(price, dtype=np.float64))


def scale(vocabulary: Vocabulary, *parts: Described) -> Scale:
    """Return the scale of some products: words are weighed by how many of them have them."""
    words = list(vocabulary.numbers)
    total = sum(len(part.rows) for part in parts)
    seen = np.bincount(np.concatenate([part.rows.ids for part in parts]), minlength=len(words))
    runs = np.bincount(np.concatenate([part.prose.ids for part in parts]), minlength=BUCKETS)
    kind = np.array([corpus.token_kind(word) for word in words], dtype=np.uint8)
    return Scale(rarity(seen, total), kind, words.__getitem__, rarity(runs, total))


def rarity(seen: np.ndarray, total: int) -> np.ndarray:
    """Return the weights of tokens that `seen` of `total` products have, 1 for one that none has."""
    top = np.log((total + 1) / 0.5)
    return np.asarray(np.maximum(np.log((total + 1) / (seen + 0.5)) / top, LEAST_WEIGHT))


def title(product: Product) -> str:
    """Return brand, name and model in one line."""
    return f"{product.brand} {product.name} {product.model}"


def plain_lines(lines: Sequence[str]) -> list[str]:
    """Return lines folded, with nothing but words and single spaces."""
    whole = text.folded_lines(lines)
    return [_NOT_ALNUM.sub(" ", line).strip() for line in whole]
