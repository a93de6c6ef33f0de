"""Australia: product recalls of the ACCC, from its RSS feed, which holds the latest hundred.

Each item's description is a fragment of the site's page: Drupal fields, each in a `div` that names it.
"""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import msgspec

from scrapers.html import Page
from scrapers.html import clean as clean_html
from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected
from scrapers.notices.publisher import Publisher
from scrapers.notices.relations import relations
from scrapers.notices.source import Feed, Request, Source, State
from scrapers.notices.text import clean, iso_date
from scrapers.notices.vocabulary import vocabulary

ID = "au-accc"
BY = Publisher(ID, "Australian Competition and Consumer Commission", "AU", "CC-BY-4.0", "en")
FEED = "https://www.productsafety.gov.au/rss/feed.xml/psa_recall"
_FIELD = re.compile(r"field--name-field-psa-(?:recall-)?([\w-]+)")
_NUMBER = re.compile(r"\b(\d{4}/\d{3,6})\b")
_MOMENT = re.compile(r"datetime=\"(\d{4}-\d\d-\d\d)")


class _Item(msgspec.Struct, rename={"published": "pubDate"}):
    """An item of the feed; the names are RSS's."""

    title: str
    link: str
    description: str = ""
    published: str = ""
    guid: str = ""
    category: str = ""


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each item of the feed; InvalidInput for what is no such feed."""
    return feed.notices(feed.xml_rows(data, _Item, "rss", "channel", element="item"), _notice)


def discover(_state: State) -> list[Request]:
    """Ask for the feed."""
    return [Request(FEED)]


def _notice(item: _Item) -> Notice:
    words = vocabulary()
    fields = _fields(item.description)
    hazard_text = fields.get("hazards") or fields.get("product-defects", "")
    what_to_do = fields.get("what-to-do") or fields.get("consumer-action", "")
    number = _NUMBER.search(fields.get("pra-number", "")) or _NUMBER.search(item.guid)
    published = _published(item)
    return BY.notice(
        number[1] if number else item.guid,
        published=published,
        title=item.title,
        url=clean(item.link),
        hazards=words.read("hazards", "en", hazard_text),
        hazard_text=hazard_text,
        description=fields.get("product-desc", ""),
        category=clean(item.category),
        measures=(Measure("recall", "", published, clean(item.title)),),
        remedies=words.read("remedies", "en", what_to_do),
        remedy_text=what_to_do,
        firms=_firms(fields),
        products=(_product(clean(item.title), fields),),
        related=relations(fields.items(), ID),
    )


def _published(item: _Item) -> str | None:
    if stated := _MOMENT.search(item.description):
        return iso_date(stated[1], "%Y-%m-%d")
    try:
        return parsedate_to_datetime(item.published).date().isoformat()
    except ValueError:
        return None


def _fields(fragment: str) -> dict[str, str]:
    """Return the texts of the fields by their names, labels left out."""
    page = Page(f"<body>{fragment}</body>".encode())
    found: dict[str, str] = {}
    for node in page.css("div[class*='field--name-field-psa-']"):
        match = _FIELD.search(node.attributes.get("class") or "")
        values = node.css(".field__item") or [node]
        texts = (clean_html(page.text(value)) for value in values)
        if match:
            found.setdefault(match[1], "; ".join(filter(None, texts)))
    return found


def _firms(fields: dict[str, str]) -> tuple[Firm, ...]:
    named = {"recaller": fields.get("supplier-name"), "retailer": fields.get("traders")}
    return tuple(Firm(role, name) for role, name in named.items() if name)


def _product(title: str, fields: dict[str, str]) -> AffectedProduct:
    stated = ("model", "sku", "other-identify", "gtin", "ean", "product-desc", "brand")
    texts = [("title", title), *((name, fields[name]) for name in stated if name in fields)]

    def of(*names: str) -> tuple[str, ...]:
        return tuple(filter(None, (fields.get(name) for name in names)))

    return AffectedProduct(
        name=title,
        brands=of("brand"),
        models=of("model", "sku"),
        barcodes=of("gtin", "ean", "barcode"),
        batches=of("other-identify", "batch"),
        production_dates=fields.get("dates-available-for-sale", ""),
        units=fields.get("number", ""),
        listing_ids=listing_ids(texts),
        mentions=mentions(texts),
    )


SOURCE = Source(
    id=ID,
    authority=BY.authority,
    jurisdiction=BY.jurisdiction,
    licence=BY.licence,
    home="https://www.productsafety.gov.au/recalls",
    language=BY.language,
    parse=parse,
    feed=Feed(discover, accept="application/rss+xml, application/xml;q=0.9, */*;q=0.8"),
    note="The feed holds the latest hundred recalls only; third-party content is not under the licence.",
)
