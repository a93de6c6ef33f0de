"""EU Safety Gate: the weekly report as XML, or as JSON Lines with the same field names."""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected
from scrapers.notices.source import Source
from scrapers.notices.text import clean, iso_date, kept
from scrapers.notices.vocabulary import vocabulary

ID = "eu-safety-gate"
AUTHORITY = "European Commission, Safety Gate"
LICENCE = "CC-BY-4.0"
LANGUAGE = "en"

# "Type of economic operator ...: X" "Category of measure(s): Y" "Date of entry into force: Z", run together.
_MEASURE = re.compile(
    r"Type of economic operator [^:]*: ?(?P<actor>.*?)"
    r"Category of measure\(s\): ?(?P<what>.*?)"
    r"(?:Date of entry into force: ?(?P<date>\d\d/\d\d/\d{4}|[A-Za-z]*))?"
    r"(?=Type of economic operator |$)",
    re.DOTALL,
)
# "Amazon(B0...) / Other(www.example.org) /": a marketplace, or Other with whatever was typed.
_TRADER = re.compile(r"\s*(?P<place>[^(]+)\((?P<detail>.*?)\)\s*(?:/|$)")

_FEED_NAMES = {
    "case": "caseNumber",
    "model": "type_numberOfModel",
    "batch": "batchNumber",
    "risk": "riskType",
    "recall_url": "URLrecall",
    "notifying_country": "notifyingCountry",
    "origin_country": "countryOfOrigin",
    "trader": "onlineTrader",
    "company_code": "companyRecallCode",
    "production_dates": "productionDates",
}


class _Row(msgspec.Struct, rename=_FEED_NAMES):
    """One notification as published; the feed's own names are in _FEED_NAMES."""

    case: str
    report_date: str
    reference: str
    category: str | None = ""
    product: str | None = ""
    brand: str | None = ""
    name: str | None = ""
    model: str | None = ""
    batch: str | None = ""
    barcode: str | None = ""
    risk: str | None = ""
    danger: str | None = ""
    measures: str | None = ""
    recall_url: str | None = ""
    description: str | None = ""
    notifying_country: str | None = ""
    origin_country: str | None = ""
    level: str | None = ""
    trader: str | None = ""
    company_code: str | None = ""
    production_dates: str | None = ""
    pictures: list[str] | str | None = None


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each notification of a weekly report or of JSON Lines.

    Raises InvalidInput for bytes that are neither (see `feed`).
    """
    rows = (
        feed.xml_rows(data, _Row, root="Safety-Gate", element="notifications")
        if feed.is_xml(data)
        else feed.json_rows(data, _Row)
    )
    return feed.notices(rows, _notice)


def _notice(row: _Row) -> Notice:
    case = row.case.strip()
    if not case:
        raise ValueError("caseNumber is empty")
    published = iso_date(row.report_date, "%d/%m/%Y", "%Y-%m-%d")
    if published is None:
        raise ValueError(f"report_date {row.report_date!r} is no date")
    words = vocabulary()
    measures = _measures(row.measures or "")
    return Notice(
        notice_id=f"{ID}:{case}",
        source=ID,
        native_id=case,
        authority=AUTHORITY,
        jurisdiction="EU",
        record_type=words.record_type(measure.action for measure in measures),
        status="active",
        published=published,
        updated=published,
        title=" · ".join(kept(row.product or row.category, row.brand, row.name)),
        language=LANGUAGE,
        url=row.reference,
        licence=LICENCE,
        hazards=words.terms("hazards", ID, clean(row.risk).split(",")),
        hazard_text=clean(row.danger),
        risk_level=clean(row.level),
        description=clean(row.description),
        category=clean(row.category),
        measures=measures,
        notifying_country=clean(row.notifying_country),
        origin_country=clean(row.origin_country),
        firms=_traders(clean(row.trader)),
        products=(_product(row),),
        recall_url=clean(row.recall_url),
        company_code=clean(row.company_code),
        pictures=tuple(row.pictures) if isinstance(row.pictures, list) else (),
    )


def _product(row: _Row) -> AffectedProduct:
    prose = _texts(row, "name", "danger", "description", "measures")
    identifiers = _texts(row, "trader", "model", "barcode", "batch", "recall_url")
    return AffectedProduct(
        name=clean(row.name),
        kind=clean(row.product),
        brands=kept(row.brand),
        models=kept(row.model),
        barcodes=kept(row.barcode),
        batches=kept(row.batch),
        production_dates=clean(row.production_dates),
        listing_ids=listing_ids(prose + identifiers),
        mentions=mentions(prose + _texts(row, "model")),
    )


def _texts(row: _Row, *fields: str) -> list[tuple[str, str]]:
    """Return the stated ones of these fields under the feed's names."""
    stated = ((field, getattr(row, field)) for field in fields)
    return [(_FEED_NAMES.get(field, field), clean(text)) for field, text in stated if text]


def _measures(text: str) -> tuple[Measure, ...]:
    """Return one Measure for each action that each entry names; an unknown wording is `other`."""
    made = []
    for entry in _MEASURE.finditer(text):
        what = clean(entry["what"])
        date = iso_date(entry["date"] or "", "%d/%m/%Y")
        made += [Measure(action, clean(entry["actor"]), date, what) for action in _actions(what)]
    return tuple(made)


@lru_cache(maxsize=4096)
def _actions(what: str) -> tuple[str, ...]:
    return vocabulary().read("actions", LANGUAGE, what) or ("other",)


def _traders(text: str) -> tuple[Firm, ...]:
    places = ((found["place"], found["detail"]) for found in _TRADER.finditer(text))
    names = kept(*(detail if place == "Other" else place for place, detail in places))
    return tuple(Firm("trader", name) for name in names)


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="EU",
    licence=LICENCE,
    home="https://ec.europa.eu/safety-gate-alerts/",
    language=LANGUAGE,
    parse=parse,
)
