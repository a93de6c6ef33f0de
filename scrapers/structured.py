"""Markup about the product: JSON-LD and microdata, and which of several products is the page's.

Everything is reduced to lists of strings under dotted paths (`offers.price`), because that is the
subset Python and TypeScript read alike.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from scrapers.html import Page, clean, nearest

PRODUCT_TYPES = frozenset(
    {
        "product",
        "productgroup",
        "productmodel",
        "individualproduct",
        "someproducts",
        "vehicle",
        "car",
        "book",
    }
)
"""In lower case: shops spell "Product" in many ways."""
_OTHERS = frozenset(
    {
        "isRelatedTo",
        "isSimilarTo",
        "isAccessoryOrSparePartFor",
        "itemListElement",
        "isConsumableFor",
    }
)
MICRODATA_ROOT = '[itemscope][itemtype*="schema.org/Product" i]'
_TAIL = 64
_CLOSINGS = r"(?:\s*(?:-->|/\*\]\]>\*/|(?://\s*)?\]\]>|;))+\s*$"
_MOST_SCOPES = 20
_MOST_PROPERTIES = 400
_LINKS = {"a": "href", "link": "href", "img": "src"}

Node = dict[str, Any]


def parsed(text: str) -> Any:
    """Return the JSON of a script with the usual dirt undone, None when it is none."""
    body = re.sub(r"[\x00-\x1f\ufeff]+", " ", text)
    body = re.sub(r"^\s*(?:<!--|/\*<!\[CDATA\[\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)", "", body)
    body = body.strip()
    body = body[:-_TAIL] + re.sub(_CLOSINGS, "", body[-_TAIL:])
    for attempt in (body, re.sub(r",\s*([}\]])", r"\1", body)):
        try:
            return json.loads(attempt)
        except (ValueError, RecursionError):
            continue
    return None


def _types(node: Node) -> set[str]:
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rpartition("/")[2].lower() for kind in listed if isinstance(kind, str)}


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    """Yield the product nodes of a JSON-LD value, but not products that it merely mentions."""
    if depth > 6:  # noqa: PLR2004 -- @graph > page > mainEntity > ... is not deeper on real pages
        return
    if isinstance(value, list):
        for entry in value:
            yield from _nodes(entry, depth + 1)
    elif isinstance(value, dict):
        if _types(value) & PRODUCT_TYPES:
            yield value
            return
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "about"):
            yield from _nodes(value.get(name), depth + 1)


def json_products(page: Page, url: str) -> list[Node]:
    """Return the JSON-LD nodes of the page's own product; none when it cannot be told."""
    found = [node for text in page.json_blocks() for node in _nodes(parsed(text))]
    names = [clean(str(node.get("name") or "")).lower() for node in found]
    links = [next(iter(json_values(node, "url")), "") for node in found]
    return _own(found, names, links, page, url)


def _own(found: list[Any], names: list[str], links: list[str], page: Page, url: str) -> list[Any]:
    """Choose the page's product: the only one, the one it links to itself as, the one it names."""
    if len(found) < 2 or len(set(names)) == 1:  # noqa: PLR2004 -- nothing to choose
        return found
    path = urlsplit(url).path.rstrip("/")
    linked = [
        node
        for node, link in zip(found, links, strict=True)
        if path and urlsplit(link).path.rstrip("/") == path
    ]
    if linked:
        return linked
    for heading in page.headings:
        named = [n for n, name in zip(found, names, strict=True) if name and _same(name, heading)]
        if named:
            return named
    return []


def _same(name: str, heading: str) -> bool:
    return name in heading or (len(heading) > 8 and heading in name)  # noqa: PLR2004 -- not "shop"


def json_text(value: Any) -> str | None:
    """Return a JSON leaf as text; numbers as JavaScript prints them."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 -- exact
        return str(int(value))
    if isinstance(value, (str, int, float)):
        return str(value)
    return None


def json_values(value: Any, path: str) -> list[str]:
    """Return the texts under a dotted path; lists are followed everywhere, "@value" unwrapped."""
    level = [value]
    for step in path.split("."):
        level = [entry[step] for entry in _flat(level) if isinstance(entry, dict) and step in entry]
    leaves = (e.get("@value", e.get("@id")) if isinstance(e, dict) else e for e in _flat(level))
    return [text for leaf in leaves if (text := json_text(leaf)) is not None]


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def micro_products(page: Page, url: str) -> list[LexborNode]:
    """Return the microdata scopes of the page's own product; none when it cannot be told."""
    scopes = page.css(MICRODATA_ROOT)[:_MOST_SCOPES]
    found = [node for node in scopes if not _is_mentioned(node)]
    names = [clean(next(iter(micro_values(node, "name")), "")).lower() for node in found]
    links = [next(iter(micro_values(node, "url")), "") for node in found]
    return _own(found, names, links, page, url)


def _is_mentioned(scope: LexborNode) -> bool:
    props = (scope.attributes.get("itemprop") or "").split()
    return bool(_OTHERS.intersection(props)) or "isRelatedTo" in props or _inside_product(scope)


def _inside_product(scope: LexborNode) -> bool:
    outer = nearest(scope, "itemscope")
    while outer is not None:
        kind = outer.attributes.get("itemtype") or ""
        if "schema.org/Product" in kind or "ItemList" in kind:
            return True
        outer = nearest(outer, "itemscope")
    return False


def micro_values(scope: LexborNode, path: str) -> list[str]:
    """Return the texts of a dotted property path inside a microdata scope."""
    scopes, steps = [scope], path.split(".")
    for position, step in enumerate(steps):
        found = [node for s in scopes for node in _properties(s, step)]
        if position == len(steps) - 1:
            return [text for node in found if (text := micro_text(node))]
        scopes = [node for node in found if "itemscope" in node.attributes]
    return []


def micro_scopes(scope: LexborNode, name: str) -> list[LexborNode]:
    """Return the scopes that are a property of a scope."""
    return [node for node in _properties(scope, name) if "itemscope" in node.attributes]


def _properties(scope: LexborNode, name: str) -> list[LexborNode]:
    found = scope.css(f'[itemprop~="{name}"]')[:_MOST_PROPERTIES]
    # Nodes are wrappers made on demand: the same element has the same mem_id.
    return [
        node
        for node in found
        if (owner := nearest(node, "itemscope")) is not None and owner.mem_id == scope.mem_id
    ]


def micro_text(node: LexborNode) -> str:
    """Return a microdata element's value: content, link target or text."""
    if "itemscope" in node.attributes:
        return next(iter(micro_values(node, "name")), "")
    for attribute in ("content", _LINKS.get(node.tag or "", ""), "datetime"):
        if value := node.attributes.get(attribute):
            return value
    return node.attributes.get("value") or node.text()
