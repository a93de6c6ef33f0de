"""The one door to matching: which official notices a listing may be about.

Exact keys today: named item id, GTIN, brand with model. The index over texts joins here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from scoring.matching import keys
from service.safety import queries as safety


@dataclass(frozen=True, slots=True)
class Found:
    """A notice, how certain (tier 0 to 4), and by which words."""

    notice_id: str
    tier: int
    why: str


class Product(Protocol):
    """What a listing says of its product."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def brand(self) -> str: ...  # noqa: D102
    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def gtin(self) -> str: ...  # noqa: D102


def notices_of(session: Session, product: Product) -> list[Found]:
    """Return the notices a listing may be about, the most certain first."""
    found = safety.notices_for_keys(session, _keys(product))
    return [
        Found(view.notice_id, view.tier or 0, "; ".join(match.found_in for match in view.matches))
        for view in found
    ]


def _keys(product: Product) -> Iterator[str]:
    yield product.key
    yield from (f"gtin:{gtin}" for gtin in keys.gtin14s(product.gtin)[0])
    for brand in keys.brand_keys(product.brand):
        for model in keys.model_keys(product.model):
            yield f"model:{brand}:{model}"
