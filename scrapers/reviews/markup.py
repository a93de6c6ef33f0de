"""Reviews in JSON-LD and microdata of the page's own product."""

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scrapers.html import Page, clean
from scrapers.structured import (
    json_products,
    json_values,
    micro_products,
    micro_scopes,
    micro_values,
)

_PATHS = {
    "id": ("identifier", "@id"),
    "reviewer": ("author.name", "author", "creator.name"),
    "rating": ("reviewRating.ratingValue", "ratingValue"),
    "best": ("reviewRating.bestRating", "bestRating"),
    "date": ("datePublished", "dateCreated"),
    "text": ("reviewBody", "description", "name"),
}


def in_markup(page: Page, url: str) -> list[dict[str, str]]:
    """Return the texts of each review by part, of JSON-LD or else of microdata."""
    return list(_in_json(page, url)) or list(_in_microdata(page, url))


def _in_json(page: Page, url: str) -> Iterator[dict[str, str]]:
    for product in json_products(page, url):
        listed = [product.get("review"), product.get("reviews")]
        entries = (
            entry for each in listed for entry in (each if isinstance(each, list) else [each])
        )
        for node in entries:
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


def _first(answers: Iterator[list[str]]) -> str:
    return next((clean(text) for texts in answers for text in texts if clean(text)), "")
