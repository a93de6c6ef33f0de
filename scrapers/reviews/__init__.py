"""Reviews that a page carries, without the people who wrote them.

A reviewer's name is turned into a keyed pseudonym at once and is never part of a result; neither is
the text, of which a fingerprint remains that tells near copies, and what it is about.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from scrapers.html import Page
from scrapers.reviews.markup import in_markup
from scrapers.reviews.people import SHORTEST_KEY, pseudonym
from scrapers.reviews.places import Source, by_rule
from scrapers.reviews.texts import about, near, text_id
from scrapers.transforms import Context, apply

__all__ = [
    "MOST_REVIEWS",
    "SHORTEST_KEY",
    "Review",
    "near",
    "pseudonym",
    "reviews",
    "text_id",
]

MOST_REVIEWS = 200
"""Reviews of one page that are read."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review; None is "not said".

    `id` is the platform's own, `reviewer` a pseudonym of 16 hexadecimal digits that only the same
    key reproduces, `rating` and `best` decimals as printed, `date` ISO, `verified` and `incentivised`
    what the platform or the text itself says, `phase` "before" or "after" delivery, `text_id` 16
    hexadecimal digits of which few differ when the texts are nearly the same, `topic` a kind of goods
    and `aspect` goods, delivery or after_sales.
    """

    id: str | None
    reviewer: str | None
    rating: str | None
    best: str | None
    date: str | None
    verified: bool | None
    incentivised: bool | None
    phase: str | None
    text_id: str | None
    topic: str | None
    aspect: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return what is known, as JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def reviews(
    page: Page,
    url: str,
    place: str,
    key: bytes,
    own: Iterable[Source] = (),
    usual: Iterable[Source] = (),
) -> list[Review]:
    """Return the reviews of the page's own product.

    Read by the platform's `own` rules, else from markup, else by the `usual` rules of any shop: the
    first that finds any. `place` is the platform or shop in which a name means one person; `key`
    makes the pseudonyms and must be at least 16 bytes, else ValueError.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"the key of pseudonyms is shorter than {SHORTEST_KEY} bytes")
    found = by_rule(page, own) or in_markup(page, url) or by_rule(page, usual)
    made = (_review(texts, place, key) for texts in found[:MOST_REVIEWS])
    return list(_each_once(review for review in made if review.as_dict().keys() - {"best"}))


def _each_once(made: Iterable[Review]) -> Iterator[Review]:
    """Yield reviews without those that a page shows twice: one number of the platform, one review."""
    seen: set[str] = set()
    for review in made:
        if review.id is None or review.id not in seen:
            yield review
        if review.id is not None:
            seen.add(review.id)


def _review(texts: dict[str, str], place: str, key: bytes) -> Review:
    def read(name: str, *steps: str) -> Any:
        return apply(texts[name], steps, Context()) if texts.get(name) else None

    text = texts.get("text", "")
    said = about(text)
    return Review(
        id=read("id", "text", "token"),
        reviewer=pseudonym(place, texts["reviewer"], key) if texts.get("reviewer") else None,
        rating=read("rating", "decimal"),
        best=read("best", "decimal"),
        date=read("date", "date"),
        verified=True if texts.get("verified") else None,
        incentivised=True if texts.get("incentivised") or "incentivised" in said else None,
        phase="after" if texts.get("after") else said.get("phase"),
        text_id=text_id(text),
        topic=said.get("topic"),
        aspect=said.get("aspect"),
    )
