"""Reads what a shop says of itself: the page that was named, then the legal pages it links to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from scrapers.disclosures import (
    Item,
    Reading,
    assess_readings,
    jurisdiction_of,
    read,
)
from scrapers.disclosures.reading import SHOP_SYSTEMS, TERMS_PAGES, TRADER_PAGES
from scrapers.engine import extract
from scrapers.errors import ScrapersError
from scrapers.fetching import Snapshot
from scrapers.html import Page
from scrapers.identity import identify, registrable_domain, seller_on_page
from scrapers.weburl import parse
from service.core import fetching
from service.core.fetching import OK, UNREADABLE, Web

MOST_LEGAL_PAGES = 4
START = "start"
"""Kind of the page that was named."""

Keep = Callable[[Snapshot], str]
"""Keeps a snapshot and returns the hash by which evidence cites it."""


@dataclass(frozen=True, slots=True)
class Visited:
    """One page that was asked for; `snapshot` is the hash of its record."""

    url: str
    kind: str
    state: str
    snapshot: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at a shop gave; `state` is that of the page that was named.

    `items` are about `merchant_key`; `at` is when the server answered.
    """

    state: str
    at: datetime
    pages: tuple[Visited, ...] = ()
    merchant_key: str | None = None
    jurisdiction: str = ""
    items: tuple[Item, ...] = ()


def look(web: Web, keep: Keep, url: str, country: str, *, now: datetime) -> Found:
    """Read a shop's page and up to four of its legal pages for buyers in `country` (ISO 3166)."""
    start, snapshot = _visit(web, keep, url, START)
    reading = _reading(snapshot) if snapshot else None
    if snapshot is None or reading is None:
        state = UNREADABLE if start.state == OK else start.state
        return Found(state, now, (start,))
    others = [_visit(web, keep, link, kind) for kind, link in _legal_pages(reading)]
    readings = [reading, *_read(page for _, page in others if page is not None)]
    merchant, party = _merchant(snapshot)
    jurisdiction = jurisdiction_of(country)
    items = assess_readings(readings, jurisdiction)
    own = tuple(item for item in items if _is_about(item, party))
    pages = (start, *(visited for visited, _ in others))
    return Found(OK, snapshot.fetched_at, pages, merchant, jurisdiction, own)


def _visit(web: Web, keep: Keep, url: str, kind: str) -> tuple[Visited, Snapshot | None]:
    """Ask for a page and keep the answer; return it only where it is a page that may be read."""
    asked = fetching.ask(web, url)
    kept = keep(asked.snapshot) if asked.snapshot else None
    return Visited(url, kind, asked.state, kept), asked.snapshot if asked.state == OK else None


def _read(snapshots: Iterator[Snapshot]) -> Iterator[Reading]:
    for snapshot in snapshots:
        if reading := _reading(snapshot):
            yield reading


def _reading(snapshot: Snapshot) -> Reading | None:
    try:
        return read(Page(snapshot.body, encoding=snapshot.encoding), snapshot.final_url)
    except ScrapersError:
        return None


def _legal_pages(reading: Reading) -> Sequence[tuple[str, str]]:
    """Return kind and address of the legal pages to read: one of a kind, on the shop's own domain."""
    own = registrable_domain(parse(reading.url).host)
    found: dict[str, str] = {}
    for link in reading.links():
        wanted = link.kind in TRADER_PAGES | TERMS_PAGES and link.kind not in reading.kinds
        mine = registrable_domain(parse(link.url).host) == own
        if wanted and mine and link.url not in (reading.url, *found.values()):
            found.setdefault(link.kind, link.url)
    return list(found.items())[:MOST_LEGAL_PAGES]


def _merchant(snapshot: Snapshot) -> tuple[str | None, str]:
    """Return whom a page is about, and as which party it speaks of them.

    On a site of its own that is the operator. On a marketplace it is the seller, whom address and
    page must name alike.
    """
    identity = identify(snapshot.final_url)
    if identity.platform in SHOP_SYSTEMS:
        return identity.merchant_key, "operator"
    fields = extract(snapshot.body, snapshot.final_url, encoding=snapshot.encoding).fields
    addressed, shown = identity.merchant_key, seller_on_page(identity.platform, fields)
    agree = not addressed or not shown or addressed == shown
    return (addressed or shown) if agree else None, "seller"


def _is_about(item: Item, party: str) -> bool:
    """Tell whether an item speaks of a party: what is missing on a marketplace is nobody's fault there."""
    return item.party == party and not (party == "seller" and item.state == "absent_required")
