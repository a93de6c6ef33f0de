"""A page prepared for the finders: its lines, its numbers, its organisations."""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scrapers.disclosures.data import words
from scrapers.disclosures.labels import compiled, has_any
from scrapers.disclosures.lines import Line, visible_lines
from scrapers.disclosures.links import LegalLink, legal_links, page_kinds
from scrapers.disclosures.numbers import Found, register_numbers, wanted
from scrapers.html import Page
from scrapers.identity import WEB, identify
from scrapers.structured import json_products, parsed

NEAR = 8
"""Lines around a register number that belong to the same block about the trader."""

TRADER_PAGES = frozenset(("imprint", "business_info", "tokushoho", "licence"))
TERMS_PAGES = frozenset(("terms", "withdrawal", "returns", "tokushoho", "shipping"))

_ORGANISATIONS = frozenset(
    ["Organization", "OnlineBusiness", "OnlineStore", "Store", "LocalBusiness", "Corporation"]
)
_WITHIN = ("@graph", "publisher", "mainEntity", "about", "offers", "seller", "provider")
_SELLER_REACH = 40
SHOP_SYSTEMS = frozenset((WEB, "shopify", "woocommerce", "magento", "prestashop"))
"""Platforms whose pages are those of a shop of its own, which speaks of nobody else."""


@dataclass(slots=True)
class Reading:
    """One page. `kinds` says which legal pages it is; `seller` marks lines about another seller."""

    page: Page
    url: str
    lines: list[Line]
    numbers: list[Found]
    kinds: set[str]
    seller: frozenset[int]
    trader: list[Line] = field(default_factory=list)
    index: dict[int, int] = field(default_factory=dict)
    _texts: dict[bool, str] = field(default_factory=dict)
    _links: list[LegalLink] | None = None
    _nodes: dict[str, list[Any]] = field(default_factory=dict)

    def links(self) -> list[LegalLink]:
        """Return the page's legal links."""
        if self._links is None:
            self._links = legal_links(self.page, self.url)
        return self._links

    def with_cue(self, wanted: Iterable[str], *, trader: bool) -> Iterator[Line]:
        """Yield the lines, of all or only those about the trader, that hold one of the cues."""
        lines = self.trader if trader else self.lines
        if trader not in self._texts:
            self._texts[trader] = "\n".join(line.lower for line in lines)
        there = [cue for cue in wanted if cue in self._texts[trader]]
        if there:
            yield from (line for line in lines if has_any(line.lower, there))

    def nodes(self, what: str) -> list[Any]:
        """Return the JSON-LD of the page's product ("Product") or of the shop itself."""
        if what not in self._nodes:
            of = json_products(self.page, self.url) if what == "Product" else _shops(self.page)
            self._nodes[what] = list(of)
        return self._nodes[what]

    def following(self, line: Line, count: int = 1) -> list[Line]:
        """Return the lines after one."""
        start = self.index[line.offset] + 1
        return self.lines[start : start + count]

    def party(self, line: Line | None) -> str:
        """Return whose line this is: of the site's operator or of a seller on it."""
        return "seller" if line is not None and line.offset in self.seller else "operator"


def read(page: Page | bytes, url: str) -> Reading:
    """Prepare a page. Raises InvalidInput for a wrong address and TooLarge for a huge page."""
    parsed_page = page if isinstance(page, Page) else Page(page)
    lines = visible_lines(parsed_page, wanted)
    kinds = page_kinds(parsed_page, url)
    reading = Reading(
        parsed_page, url, lines, register_numbers(lines), kinds, _seller_lines(lines, url)
    )
    reading.index = {line.offset: position for position, line in enumerate(lines)}
    reading.trader = list(_trader_lines(reading))
    return reading


def _trader_lines(reading: Reading) -> Iterator[Line]:
    """Yield the lines in which a trader may be named.

    All of a legal page; elsewhere the footer and what stands near a register number or under a
    heading about the seller.
    """
    if reading.kinds & TRADER_PAGES:
        yield from reading.lines
        return
    centres = [reading.index[found.line.offset] for found in reading.numbers]
    near = {at + step for at in centres for step in range(-NEAR, NEAR + 1)}
    for position, line in enumerate(reading.lines):
        if (
            line.footer
            or position in near
            or line.offset in reading.seller
            or _titled(reading, position)
        ):
            yield line


def _titled(reading: Reading, position: int) -> bool:
    """Tell whether a heading a few lines above announces the trader's particulars."""
    above = reading.lines[max(0, position - NEAR) : position]
    return any(line.heading and _ABOUT.fullmatch(line.text) for line in above)


_ABOUT = re.compile(
    r"(?:business|company|seller|legal) information|impressum|mentions légales|note legali|aviso legal"
    r"|사업자\s?정보|회사\s?정보|会社概要|特定商取引法?に(?:基づく|関する)(?:表記|表示)|商家信息|公司信息",
    re.IGNORECASE,
)


def _seller_lines(lines: list[Line], url: str) -> frozenset[int]:
    """Return the offsets of lines under a heading about a marketplace's seller."""
    if identify(url).platform in SHOP_SYSTEMS:
        return frozenset()
    marked: set[int] = set()
    left = 0
    for line in lines:
        if len(line.text) < _SELLER_REACH and _seller_heading().fullmatch(line.text.rstrip(" :：")):
            left = _SELLER_REACH
        elif line.footer or (line.heading and _is_section(line)):
            left = 0
        elif left:
            marked.add(line.offset)
            left -= 1
    return frozenset(marked)


def _is_section(line: Line) -> bool:
    return bool(line.node.tag and re.fullmatch("h[1-6]", line.node.tag))


@functools.cache
def _seller_heading() -> re.Pattern[str]:
    return compiled(words()["seller_heading"])


def _shops(page: Page) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD nodes of organisations that publish or sell, not of brands or makers."""
    for text in page.json_blocks():
        yield from _organisations(parsed(text))


def _organisations(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 5:  # noqa: PLR2004 -- @graph > page > offers > seller
        return
    if isinstance(value, list):
        for entry in value:
            yield from _organisations(entry, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        listed = kinds if isinstance(kinds, list) else [kinds]
        if any(str(kind).rpartition("/")[2] in _ORGANISATIONS for kind in listed):
            yield value
        for name in _WITHIN:
            yield from _organisations(value.get(name), depth + 1)
