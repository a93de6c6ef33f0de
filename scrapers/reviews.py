"""Reviews that a page carries in its markup, without the people who wrote them.

A reviewer's name is turned into a keyed pseudonym at once and is never part of a result; neither is
the text, of which a fingerprint remains that tells near copies.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from selectolax.lexbor import LexborNode

from scrapers.html import Page, clean
from scrapers.structured import (
    json_products,
    json_values,
    micro_products,
    micro_scopes,
    micro_values,
)
from scrapers.transforms import Context, date, decimal

MOST_REVIEWS = 200
"""Reviews of one page that are read."""

_SHINGLE = 4
_BITS = 64
_NEAR = 6
_PSEUDONYM = 16
_SHORTEST = 12
"""Characters of a text below which two that are alike mean nothing."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review; None is "not said".

    `id` is the platform's own, `reviewer` a pseudonym of 16 hexadecimal digits that only the same
    key reproduces, `rating` and `best` decimals as printed, `date` ISO, `text_id` 16 hexadecimal
    digits of which few differ when the texts are nearly the same.
    """

    id: str | None
    reviewer: str | None
    rating: str | None
    best: str | None
    date: str | None
    text_id: str | None

    def as_dict(self) -> dict[str, str]:
        """Return what is known, as JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def reviews(page: Page, url: str, place: str, key: bytes) -> list[Review]:
    """Return the reviews in the markup of the page's own product, JSON-LD or else microdata.

    `place` is the platform or shop in which a name means one person; `key` makes the pseudonyms and must be at least 16 bytes, else ValueError.
    """
    if len(key) < _PSEUDONYM:
        raise ValueError("the key of pseudonyms is shorter than 16 bytes")
    found = list(_in_json(page, url)) or list(_in_microdata(page, url))
    return [_review(texts, place, key) for texts in found[:MOST_REVIEWS]]


def _in_json(page: Page, url: str) -> Iterator[dict[str, str]]:
    for product in json_products(page, url):
        listed = [product.get("review"), product.get("reviews")]
        for node in (
            entry for each in listed for entry in (each if isinstance(each, list) else [each])
        ):
            if isinstance(node, dict):
                yield {
                    name: _first(json_values(node, path) for path in paths)
                    for name, paths in _PATHS.items()
                }


def _in_microdata(page: Page, url: str) -> Iterator[dict[str, str]]:
    for product in micro_products(page, url):
        for scope in (*micro_scopes(product, "review"), *micro_scopes(product, "reviews")):
            yield {
                name: _first(_micro(scope, path) for path in paths)
                for name, paths in _PATHS.items()
            }


def _micro(scope: LexborNode, path: str) -> list[str]:
    return [] if path.startswith("@") else micro_values(scope, path)


_PATHS = {
    "id": ("identifier", "@id"),
    "reviewer": ("author.name", "author", "creator.name"),
    "rating": ("reviewRating.ratingValue", "ratingValue"),
    "best": ("reviewRating.bestRating", "bestRating"),
    "date": ("datePublished", "dateCreated"),
    "text": ("reviewBody", "description", "name"),
}


def _first(answers: Iterator[list[str]]) -> str:
    return next((clean(text) for texts in answers for text in texts if clean(text)), "")


def _review(texts: dict[str, str], place: str, key: bytes) -> Review:
    plain = Context()
    return Review(
        id=texts["id"][:128] or None,
        reviewer=pseudonym(place, texts["reviewer"], key) if texts["reviewer"] else None,
        rating=decimal(texts["rating"], plain),
        best=decimal(texts["best"], plain),
        date=date(texts["date"], plain),
        text_id=text_id(texts["text"]),
    )


def pseudonym(place: str, name: str, key: bytes) -> str:
    """Return 16 hexadecimal digits for a reviewer of a platform or shop; HMAC-SHA256 under a secret key."""
    said = f"{place}\0{clean(unicodedata.normalize('NFKC', name)).casefold()}"
    return hmac.new(key, said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_PSEUDONYM]


def text_id(text: str) -> str | None:
    """Return a 64-bit simhash of a text's letters as hexadecimal digits, None for a short text.

    After Charikar, "Similarity estimation techniques from rounding algorithms" (2002), over the
    sets of four characters in a row; white space, case and punctuation do not count.
    """
    letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
    if len(letters) < _SHORTEST:
        return None
    shingles = {letters[at : at + _SHINGLE] for at in range(len(letters) - _SHINGLE + 1)}
    hashes = [_hash(shingle) for shingle in shingles]
    half = len(hashes) / 2
    bits = (sum(value >> bit & 1 for value in hashes) > half for bit in range(_BITS))
    return f"{sum(1 << bit for bit, is_set in enumerate(bits) if is_set):016x}"


def _hash(shingle: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(shingle.encode("utf-8", "replace"), digest_size=8).digest()
    )


def near(one: str, other: str) -> bool:
    """Tell whether two `text_id`s belong to texts that are nearly the same: 6 bits differ at most."""
    return (int(one, 16) ^ int(other, 16)).bit_count() <= _NEAR
