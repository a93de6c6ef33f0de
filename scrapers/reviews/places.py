"""Reviews by the `reviews` part of a rule file: where each stands, and where its parts stand in it."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from selectolax.lexbor import LexborNode

from scrapers.html import Page, clean
from scrapers.structured import json_values
from scrapers.transforms import Context, apply
from scrapers.ways import captured, compiled, embedded

Source = dict[str, Any]
"""One entry of `reviews` as `rules/schema.json` describes it."""

PARTS = ("id", "reviewer", "rating", "best", "date", "verified", "incentivised", "after", "text")

_MOST = 400
_LONGEST = 5000


def by_rule(page: Page, sources: Iterable[Source]) -> list[dict[str, str]]:
    """Return the texts of each review by part, of the first source that finds any."""
    found = (list(_read(page, source)) for source in sources)
    return next((texts for texts in found if texts), [])


def _read(page: Page, source: Source) -> Iterator[dict[str, str]]:
    places = page.css(source["css"]) if "css" in source else _listed(page, source)
    for place in itertools.islice(places, _MOST):
        texts = {name: _said(page, place, source[name]) for name in PARTS if name in source}
        if any(texts.values()):
            yield texts


def _listed(page: Page, source: Source) -> Iterator[Any]:
    """Yield the objects of a list that stands after a marker in the scripts."""
    for value in embedded(page, source["state"]):
        level = [value]
        for step in source["path"].split(".") if "path" in source else ():
            level = [each[step] for each in level if isinstance(each, dict) and step in each]
        for each in level:
            yield from (
                one for one in (each if isinstance(each, list) else [each]) if isinstance(one, dict)
            )


def _said(page: Page, place: Any, part: dict[str, Any]) -> str:
    """Return what a part says in one review, "" for nothing."""
    for raw in _texts(page, place, part):
        text = clean(raw)[:_LONGEST]
        if "match" in part:
            match = compiled(part["match"]).search(text)
            text = captured(match) if match else ""
        value = apply(text, part.get("to", ()), Context()) if text else None
        if value not in (None, "", False):
            return str(value)
    return ""


def _texts(page: Page, place: Any, part: dict[str, Any]) -> list[str]:
    if "path" in part:
        return json_values(place, part["path"])
    nodes: list[LexborNode] = place.css(part["css"]) if "css" in part else [place]
    if part.get("counted"):
        return [str(len(nodes))] if nodes else []
    if "attr" in part:
        return [node.attributes.get(part["attr"]) or "" for node in nodes]
    # An icon or a badge says what it says without words.
    return [page.text(node) or node.attributes.get("aria-label") or "*" for node in nodes]
