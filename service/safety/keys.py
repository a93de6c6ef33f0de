"""The safety keys of a notice: what a listing must show to be matched with it.

`<platform>:item:<id>` (tier 0, named by the authority), `gtin:<14 digits>` (tier 1),
`model:<brand key>:<model key>` (tier 2). A model without a brand makes no key.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from scoring.matching import keys
from scrapers.notices import AffectedProduct, Notice
from service.safety.models import KEY_CHARS

LISTED, GTIN, MODEL = 0, 1, 2
MAKER_ROLES = ("recaller",)
"""Firms that stand for the brand where a notice states none."""


class DerivedKey(NamedTuple):
    """A key, how certain a match by it is, which product of the notice has it, and where it was read."""

    key: str
    tier: int
    position: int
    found_in: str


def derive(notice: Notice) -> tuple[DerivedKey, ...]:
    """Return the keys of a notice, each once, the most certain reading of each."""
    found: dict[str, DerivedKey] = {}
    makers = tuple(firm.name for firm in notice.firms if firm.role in MAKER_ROLES)
    for position, product in enumerate(notice.products):
        for key, tier, found_in in _of_product(product, makers):
            one = DerivedKey(key, tier, position, found_in)
            if len(key) <= KEY_CHARS and one.tier <= found.get(key, one).tier:
                found.setdefault(key, one)
    return tuple(found.values())


def _of_product(
    product: AffectedProduct, makers: tuple[str, ...]
) -> Iterator[tuple[str, int, str]]:
    for one in product.listing_ids:
        yield f"{one.platform}:item:{one.item_id}", LISTED, f"{one.field}: {one.raw}"
    for text, found_in in _texts(product.barcodes, product, "barcode"):
        for gtin in keys.gtin14s(text)[0]:
            yield f"gtin:{gtin}", GTIN, found_in
    brands = dict.fromkeys(key for text in product.brands or makers for key in _brand_keys(text))
    for text, found_in in _texts(product.models, product, "model"):
        for model in keys.model_keys(text):
            for brand in brands:
                yield f"model:{brand}:{model}", MODEL, found_in


@lru_cache(maxsize=16384)
def _brand_keys(text: str) -> tuple[str, ...]:
    return tuple(keys.brand_keys(text))


def _texts(
    stated: tuple[str, ...], product: AffectedProduct, kind: str
) -> Iterator[tuple[str, str]]:
    """Yield (text, where it stood): the field of its own first, then what a label introduced in prose."""
    yield from ((text, f"{kind}: {text}") for text in stated)
    for one in product.mentions:
        if one.kind == kind:
            yield one.text, f"{one.field}: {one.text}"
