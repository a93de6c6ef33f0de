"""All that the pages of a shop say about itself, as one JSON document."""

from collections.abc import Iterable, Sequence
from typing import Any

from scrapers.disclosures.assess import assess_readings
from scrapers.disclosures.data import jurisdiction_of
from scrapers.disclosures.links import LegalLink
from scrapers.disclosures.page import shown_on
from scrapers.disclosures.policy import Remark, dead_references, other_companies, review_statement
from scrapers.disclosures.reading import Reading, read
from scrapers.disclosures.terms import compare
from scrapers.disclosures.values import shown
from scrapers.html import Page
from scrapers.ways import Kind


def report(
    page: Page | bytes,
    url: str,
    country: str,
    *,
    kind: Kind = "raw",
    legal_pages: Sequence[tuple[Page | bytes, str]] = (),
    seller: str | None = None,
) -> dict[str, Any]:
    """Report a page for a buyer in `country` (ISO 3166), with the legal pages that were read.

    `seller` is the seller's name as known from elsewhere; without it the name on `page` is taken.
    Raises InvalidInput for a wrong address and TooLarge for a page above the cap.
    """
    readings = [read(*one) for one in ((page, url), *legal_pages)]
    jurisdiction = jurisdiction_of(country)
    lines = [line for reading in readings for line in reading.lines]
    return {
        "url": url,
        "country": country.upper(),
        "jurisdiction": jurisdiction,
        "disclosures": shown_on(readings[0]),
        "seller_disclosures": shown_on(readings[0], "seller"),
        "items": [item.as_dict() for item in assess_readings(readings, jurisdiction, kind=kind)],
        "terms": compare(lines, country).as_dict(),
        "other_companies": _others(readings, seller),
        "dead_references": _dead(readings),
        "review_statement": _first(review_statement(lines)),
        "legal_links": [_link(link) for link in readings[0].links()],
    }


def _others(readings: Iterable[Reading], seller: str | None) -> list[dict[str, Any]]:
    first, *_ = listed = list(readings)
    named = seller or shown_on(first).get("operator")
    names = [named] if isinstance(named, str) else []
    return [
        {"url": reading.url, **remark.as_dict()}
        for reading in listed
        for remark in other_companies(reading.lines, names)
    ]


def _dead(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    return [
        {"url": reading.url, **remark.as_dict()}
        for reading in readings
        for remark in dead_references(reading.page, reading.lines)
    ]


def _first(remark: Remark | None) -> dict[str, Any] | None:
    return remark.as_dict() if remark else None


def _link(link: LegalLink) -> dict[str, str]:
    return {"kind": link.kind, "url": link.url, "text": shown(link.text)}
