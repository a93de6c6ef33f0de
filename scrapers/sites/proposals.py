"""Ways by which a rule could read a value: where it stands on the page, and how to point at it.

Everything proposed keeps to the rule language. Nothing here decides: a proposal counts only when
the engine, reading the page by it, gives the value.
"""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml
from selectolax.lexbor import LexborNode

from scrapers.html import Page, clean

Way = dict[str, Any]
Fits = Callable[[str], bool]
"""Tells whether a raw text becomes the wanted value."""

LONGEST = 300
"""Characters of an element's text that can be a value; a title is shorter."""

MOST_PLACES = 60
"""Places of one value on a page that are looked at, the plainest first."""

_LABEL_TAGS = "th, dt, td, span, strong, b, label"
_NO_VALUES = frozenset(
    {"script", "style", "noscript", "template", "head", "title", "svg", "option"}
)
_NAMING = ("itemprop", "data-testid", "data-test", "data-qa", "data-hook", "name", "property")
_IDENTIFIER = re.compile(r"[a-z]+(?:[-_]{1,2}[a-z]+)*", re.IGNORECASE | re.ASCII)
_LEAST_TOKEN = 4
_ANCESTORS = 4
_ID_FIELDS = ("item_id", "seller.id")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text stands: an element, and the attribute when it is not the element's text."""

    node: LexborNode
    raw: str
    attr: str | None = None
    own: bool = False


@functools.cache
def vocabulary() -> dict[str, dict[str, str]]:
    """Return `vocabulary.yaml`."""
    text = resources.files("scrapers.sites").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


def ways_to(page: Page, name: str, value: str, fits: Fits) -> Iterator[Way]:
    """Yield ways that may read a known value, the steadiest first."""
    places = sorted(_places(page, fits), key=lambda place: len(place.raw))[:MOST_PLACES]
    # What is much longer than the plainest text only happens to have the value somewhere in it.
    places = [place for place in places if len(place.raw) <= 2 * len(places[0].raw) + 10]
    for place in places:
        yield from _by_label(place)
    for place in places:
        yield from _by_selector(place)
    if name in _ID_FIELDS and len(value) >= _LEAST_TOKEN:
        yield from _inside_attributes(page, value)
        yield from _in_scripts(page, value)


def guesses(page: Page, name: str) -> Iterator[Way]:
    """Yield ways to a field nobody gave a value for, by the words that shops use."""
    words = vocabulary().get(name, {})
    if "labels" in words:
        pattern = re.compile(f"(?:{words['labels']})", re.IGNORECASE)
        for node in page.css(_LABEL_TAGS):
            text = _label(node)
            if text and pattern.fullmatch(text):
                yield {"css": node.tag, "label": f"^{literal(text)}$"}
    if "names" in words:
        yield from _by_name(page, re.compile(f"(?:{words['names']})", re.IGNORECASE))


def buttons(page: Page) -> Iterator[Way]:
    """Yield ways that read "in stock" off a button to buy that can be pressed."""
    pattern = re.compile(f"(?:{vocabulary()['availability']['buttons']})", re.IGNORECASE)
    for node in page.css("button, a, input"):
        text = clean(node.text() or node.attributes.get("value") or "")
        if pattern.fullmatch(text) and "disabled" not in node.attributes:
            for selector in _selectors(node):
                pressable = f"{selector}:not([disabled])"
                yield {"css": pressable, "first": True, "to": [{"*": "InStock"}], "last": True}


def _by_name(page: Page, pattern: re.Pattern[str]) -> Iterator[Way]:
    """Yield ways to elements whose class, id or data attribute is such a word."""
    for node in _elements(page):
        for key, value in node.attributes.items():
            if key.startswith("data-") and pattern.fullmatch(key.removeprefix("data-")):
                yield {"css": f"[{key}]", "attr": key}
            elif key in ("class", "id", "itemprop", "data-testid"):
                words = [word for word in (value or "").split() if pattern.fullmatch(word)]
                yield from ({"css": f'[{key}~="{word}"]'} for word in words if _is_steady(word))


def _elements(page: Page) -> Iterator[LexborNode]:
    return (node for node in page.css("body *") if node.tag not in _NO_VALUES)


def _places(page: Page, fits: Fits) -> Iterator[_Place]:
    """Yield every element whose text or attribute becomes the value."""
    for node in _elements(page):
        own, whole = node.text(deep=False), node.text()
        if own.strip() and len(own) <= LONGEST and fits(own):
            yield _Place(node, own, own=len(whole) != len(own))
        elif whole.strip() and len(whole) <= LONGEST and fits(whole) and not _is_wrapping(node):
            yield _Place(node, whole)
        for key, value in node.attributes.items():
            if (key in ("content", "value") or key.startswith("data-")) and value and fits(value):
                yield _Place(node, value, attr=key)


def _is_wrapping(node: LexborNode) -> bool:
    """Tell whether all of an element's text stands in one element inside it."""
    text = clean(node.text())
    return any(clean(inner.text()) == text for inner in node.iter())


def _way(place: _Place, selector: str) -> Way:
    way: Way = {"css": selector}
    if place.attr:
        way["attr"] = place.attr
    elif place.own:
        way["own"] = True
    return way


def _label(node: LexborNode) -> str:
    """Return an element's text as the engine compares labels."""
    return clean(node.text()).rstrip(" :：")


def _by_label(place: _Place) -> Iterator[Way]:
    before = place.node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    if before is None or place.attr or before.tag not in _LABEL_TAGS.split(", "):
        return
    label = _label(before)
    if 1 < len(label) <= 40 and not re.search(r"\d", label):  # noqa: PLR2004 -- a label
        yield {"css": before.tag, "label": f"^{literal(label)}$"}


def literal(text: str) -> str:
    """Return an expression for exactly this text, in what both languages share."""
    return re.sub(r"([.*+?^${}()|\[\]\\])", r"\\\1", text)


def _by_selector(place: _Place) -> Iterator[Way]:
    """Yield selectors for an element: by itself, below something named, or as the first of many."""
    own = list(_selectors(place.node))
    yield from (_way(place, selector) for selector in own)
    above = [selector for outer in _ancestors(place.node) for selector in _selectors(outer)]
    yield from (_way(place, f"{outer} {inner}") for outer in above for inner in own)
    yield from (_way(place, selector) | {"first": True} for selector in own)
    if not own:  # any such element in a named one: only where nothing better can be said
        yield from (_way(place, f"{outer} {place.node.tag}") for outer in above)


def _ancestors(node: LexborNode) -> list[LexborNode]:
    found: list[LexborNode] = []
    outer = node.parent
    while outer is not None and outer.tag not in ("body", "html") and len(found) < _ANCESTORS:
        found.append(outer)
        outer = outer.parent
    return found


def _selectors(node: LexborNode) -> Iterator[str]:
    """Yield selectors by what a person named: id, naming attributes, classes."""
    attributes = node.attributes
    if _is_steady(attributes.get("id") or ""):
        yield f"#{attributes['id']}"
    for key in _NAMING:
        if _is_steady(attributes.get(key) or ""):
            yield f'[{key}="{attributes[key]}"]'
    classes = [word for word in (attributes.get("class") or "").split() if _is_steady(word)]
    yield from (f"{node.tag}.{word}" for word in classes)
    if len(classes) > 1:
        yield f"{node.tag}.{'.'.join(classes)}"


def _is_steady(word: str) -> bool:
    """Tell whether a name was given by a person: what a build tool made changes with each build."""
    return 2 < len(word) <= 40 and bool(_IDENTIFIER.fullmatch(word))  # noqa: PLR2004 -- see above


def _shape(value: str) -> str:
    """Return an expression for values like this one."""
    if value.isdigit() and value.isascii():
        return rf"(\d{{{_LEAST_TOKEN},24}})"
    return rf"([A-Za-z0-9_-]{{{_LEAST_TOKEN},64}})"


def _inside_attributes(page: Page, value: str) -> Iterator[Way]:
    """Yield ways to an id within an address, such as the link to the seller's page."""
    pattern = re.compile(rf"([\w-]*[/=])({re.escape(value)})(?!\w)", re.ASCII)
    for node in page.css("a[href], link[href], meta[content], form[action]"):
        for key in ("href", "content", "action"):
            match = pattern.search(node.attributes.get(key) or "")
            if match:
                expression = f"{literal(match[1])}{_shape(value)}"
                for selector in [*_selectors(node), f"{node.tag}[{key}]"]:
                    yield {"css": selector, "attr": key, "match": expression}


def _in_scripts(page: Page, value: str) -> Iterator[Way]:
    pattern = re.compile(
        rf"""["']?(\w{{2,40}})["']?\s*[:=]\s*["']?{re.escape(value)}(?![\w-])""", re.ASCII
    )
    keys = dict.fromkeys(match[1] for match in pattern.finditer(page.scripts))
    for key in keys:
        yield {"script": rf"""\b{key}["']?\s*[:=]\s*["']?{_shape(value)}"""}
