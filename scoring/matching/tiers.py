"""How certain it is that a listing is the product of a notice, from keys alone; and what speaks against it.

0 the notice names the listing, 1 the same barcode, 2 the same brand and model number, 3 alike in words,
4 a notice about a whole category. Another model number, or the mark of a later revision, is a conflict.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from rapidfuzz import fuzz

from scoring.matching import keys, text
from scoring.matching.products import Product


class Tier(IntEnum):
    """Grounds of a match, the most certain first."""

    LISTED = 0
    GTIN = 1
    MODEL = 2
    TEXT = 3
    CATEGORY = 4


SAME = 0.5
"""Probability from which two records are taken for one product."""
CONFIDENT = {Tier.LISTED: 0.99, Tier.GTIN: 0.98, Tier.MODEL: 0.97}
"""Least confidence of a match by keys."""
CATEGORY_WORDS = 2
"""Words that a notice needs to name a kind of product."""
CODE_CHARS = 3
"""Shortest code that two products share by being alike, where both state longer ones than that."""
SAME_FORM = 60
"""Likeness in spelling (0 to 100) from which another code in a title is a sibling of the stated one."""


@dataclass(frozen=True, slots=True)
class _Codes:
    """Tokens with digits: as a whole without dashes, and the parts between the dashes."""

    whole: frozenset[str]
    parts: frozenset[str]

    def meets(self, other: "_Codes") -> bool:
        """Tell whether a whole code of one is a code of the other, whole or in part."""
        return bool(self.whole & (other.whole | other.parts) or self.parts & other.whole)

    def long(self) -> "_Codes":
        """Return the codes without those of one or two characters, which alone say no model."""
        return _Codes(*(frozenset(filter(_is_long, some)) for some in (self.whole, self.parts)))


def _is_long(code: str) -> bool:
    return len(code) >= CODE_CHARS


def exact_keys(product: Product) -> tuple[str, ...]:
    """Return the keys under which exactly this product is found, each once."""
    found = [f"{platform}:item:{item}" for platform, item in product.listing_ids]
    if product.gtin:
        found += [f"gtin:{code}" for code in gtins(product)]
    numbers = models(product) if product.brand else ()
    if numbers or product.model:
        brands = keys.brand_names(product.brand)
        found += [f"model:{brand}:{number}" for number in numbers for brand in brands]
        short = keys.short_models(product.model)
        found += [f"short:{brand}:{number}" for number in short for brand in brands]
    return tuple(dict.fromkeys(found))


def shared_keys(left: Product, right: Product) -> Tier | None:
    """Return the most certain kind of key that both products have, None for none."""
    if set(left.listing_ids) & set(right.listing_ids):
        return Tier.LISTED
    if left.gtin and right.gtin and gtins(left) & gtins(right):
        return Tier.GTIN
    return Tier.MODEL if _same_model(left, right) else None


def gtins(product: Product) -> set[str]:
    """Return the valid barcodes of a product, as 14 digits."""
    return set(keys.gtin14s(product.gtin)[0])


def models(product: Product) -> tuple[str, ...]:
    """Return the keys of a product's model numbers: those stated, else those in its name."""
    return keys.model_keys(product.model) or keys.model_keys(product.name)


def conflict(left: Product, right: Product) -> bool:
    """Tell whether two products cannot be the same: another revision, or another model number.

    Only stated model numbers speak against a product; a code in a title does where it is of their form.
    """
    if revisions(left) != revisions(right):
        return True
    mine, theirs = _codes(left.model), _codes(right.model)
    if mine.long().whole and theirs.long().whole:
        return not mine.long().meets(theirs.long())
    if mine.whole and theirs.whole:
        return not mine.meets(theirs)
    return _sibling(mine, _codes(right.name)) or _sibling(theirs, _codes(left.name))


def in_category(listing: Product, product: Product) -> bool:
    """Tell whether a notice without brand, model or number names a kind of product that the listing is.

    All its words, two at least, must stand in the listing's name.
    """
    if product.model or product.gtin or product.listing_ids or keys.brand_keys(product.brand):
        return False
    kind = _words(f"{product.name} {product.kind}")
    return len(kind) >= CATEGORY_WORDS and kind <= _words(f"{listing.name} {listing.kind}")


def revisions(product: Product) -> frozenset[str]:
    """Return the marks of a revision in a product's name and model: "v2", "mk2", "improved"."""
    return _revisions(f"{product.name} {product.model}")


def _same_model(left: Product, right: Product) -> bool:
    if not set(keys.brand_names(left.brand)) & set(keys.brand_names(right.brand)):
        return False
    if not set(models(left)) & set(models(right)) and not _same_short_model(left, right):
        return False
    return revisions(left) == revisions(right) and not _differ(left, right)


def _same_short_model(left: Product, right: Product) -> bool:
    """Tell whether both state one short model number, and both names say one thing besides the brand."""
    shared = set(keys.short_models(left.model)) & set(keys.short_models(right.model))
    if not shared:
        return False
    mine, theirs = (_words(f"{one.name} {one.kind}") - _words(one.brand) for one in (left, right))
    return any(word.isalpha() and len(word) >= CODE_CHARS for word in mine & theirs)


def _differ(left: Product, right: Product) -> bool:
    """Tell whether each side has a number that the other has not; further model numbers are a list."""
    mine, theirs = (_codes(f"{one.name} {one.model}") for one in (left, right))
    return bool(_lone(mine, theirs) and _lone(theirs, mine))


def _lone(one: _Codes, other: _Codes) -> list[str]:
    lone = one.whole - other.whole - other.parts
    return [code for code in lone if not keys.model_keys(code)]


def _sibling(stated: _Codes, titled: _Codes) -> bool:
    """Tell whether a title has a code of the same form as the stated ones, and none of them."""
    if not stated.whole or stated.meets(titled):
        return False
    return any(fuzz.ratio(one, two) >= SAME_FORM for one in stated.whole for two in titled.whole)


@lru_cache(maxsize=65536)
def _codes(line: str) -> _Codes:
    whole: set[str] = set()
    parts: set[str] = set()
    for first, *rest in filter(None, map(text.words, _rough(line))):
        whole.update(_with_digit([first]))
        parts.update(_with_digit(rest))
    return _Codes(frozenset(whole), frozenset(parts))


@lru_cache(maxsize=4096)
def _words(line: str) -> frozenset[str]:
    return frozenset(word for rough in _rough(line) for word in text.words(rough))


def _rough(line: str) -> list[str]:
    return text.rough_tokens(text.folded(text.unescaped(line)))


def _with_digit(words: Iterable[str]) -> list[str]:
    return [word for word in words if any(map(str.isdigit, word))]


@lru_cache(maxsize=65536)
def _revisions(line: str) -> frozenset[str]:
    found = _revision().findall(text.folded(text.unescaped(line)))
    return frozenset("".join(filter(str.isalnum, one)) for one in found)


@cache
def _revision() -> re.Pattern[str]:
    return re.compile(keys.revision_pattern())
