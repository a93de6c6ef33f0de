"""OECD: the Global Portal on Product Recalls. Can be read, may not be fetched: see `off`."""

import re
from collections.abc import Iterator

import msgspec

from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Measure, Notice, Rejected, Reprocessed
from scrapers.notices.publisher import Publisher
from scrapers.notices.source import Feed, Request, Source, State
from scrapers.notices.text import clean, is_iso_date
from scrapers.notices.vocabulary import vocabulary

ID = "oecd-globalrecalls"
BY = Publisher(ID, "OECD GlobalRecalls", "OECD", "OECD, all rights reserved", "en", Reprocessed)
FEED = "https://globalrecalls.oecd.org/ws/rss.xqy"
_NUMBER = re.compile(r"/GlobalRecalls/Recall/([A-Z]{2}/[A-Z]{2}/[^/?#]+)$")


class _Item(msgspec.Struct, rename={"country": "dcterms:creator", "day": "dcterms:dateSubmitted"}):
    """An item of the feed; the names are RSS's and Dublin Core's."""

    title: str
    link: str
    guid: str
    day: str
    country: str = ""
    description: str = ""


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each item of the feed; InvalidInput for what is no such feed."""
    return feed.notices(feed.xml_rows(data, _Item, "rss", "channel", element="item"), _notice)


def discover(_state: State) -> list[Request]:
    """Ask for the feed of the last seven days."""
    return [Request(FEED)]


def _notice(item: _Item) -> Notice:
    number = _NUMBER.search(item.guid)
    if number is None:
        raise ValueError(f"guid {item.guid[:80]!r} names no recall")
    day = clean(item.day)
    texts = [("title", clean(item.title)), ("description", clean(item.description))]
    return BY.notice(
        number[1],
        published=day if is_iso_date(day) else None,
        title=item.title,
        url=clean(item.link),
        hazards=vocabulary().read("hazards", "en", texts[1][1]),
        description=texts[1][1],
        notifying_country=clean(item.country),
        measures=(Measure("recall", "", day, clean(item.title)),),
        products=(
            AffectedProduct(
                name=clean(item.title), listing_ids=listing_ids(texts), mentions=mentions(texts)
            ),
        ),
    )


SOURCE = Source(
    id=ID,
    authority=BY.authority,
    jurisdiction=BY.jurisdiction,
    licence=BY.licence,
    home="https://globalrecalls.oecd.org/",
    language=BY.language,
    parse=parse,
    feed=Feed(discover, accept="application/rss+xml, application/xml;q=0.9"),
    seen_live=True,
    off="its robots.txt disallows everything and all rights are reserved; its records are thin copies of "
    "notices that the authorities publish themselves",
)
