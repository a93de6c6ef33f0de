"""EU Safety Gate: the weekly report as XML, or as JSON Lines with the same field names."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any

import msgspec

from scrapers.errors import InvalidInput
from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected
from scrapers.notices.relations import relations
from scrapers.notices.source import INDEX, Feed, Request, Source, State
from scrapers.notices.text import clean, iso_date, kept
from scrapers.notices.vocabulary import vocabulary

ID = "eu-safety-gate"
AUTHORITY = "European Commission, Safety Gate"
LICENCE = "CC-BY-4.0"
LANGUAGE = "en"
API = "https://ec.europa.eu/safety-gate-alerts/api/download/weeklyReport"
_REPORT = re.compile(r"weeklyReport/detail/xml/(\d+)")

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


# Cleaned once for each row: many are looked at several times.
_TEXTS = tuple(
    name
    for name in _Row.__struct_fields__
    if name not in ("case", "report_date", "reference", "pictures")
)


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each notification of a weekly report or of JSON Lines.

    Raises InvalidInput for bytes that are neither (see `feed`).
    """
    rows = (
        feed.xml_rows(data, _Row, "Safety-Gate", element="notifications")
        if feed.is_xml(data)
        else feed.json_rows(data, _Row)
    )
    return feed.notices(rows, _notice)


def discover(_state: State) -> list[Request]:
    """Ask which weekly reports there are."""
    return [Request(f"{API}/list/xml/en", INDEX)]


def follow(request: Request, body: bytes, state: State) -> list[Request]:
    """Ask for each report of the list that is not older than the state's day.

    Raises InvalidInput for a list in which no report is found. The server refuses addresses without
    `search`, or answers them with a page for browsers.
    """
    if request.part != INDEX:
        return []
    reports = [(number, row) for row in feed.xml_records(body) if (number := _number(row))]
    if not reports:
        raise InvalidInput("no weekly report in the list", "line 1")
    return [
        Request(
            f"{API}/detail/xml/{one}?language=en&search=WEB_REPORT%7C:%7C{one}", may_be_gone=True
        )
        for one in dict.fromkeys(number for number, row in reports if _is_new(row, state.since))
    ]


def _number(row: dict[str, Any]) -> str | None:
    """Return a report's number: in its address, or in the field that is called its id."""
    texts = {name.lower(): text.strip() for name, text in row.items() if isinstance(text, str)}
    named = next((match[1] for text in texts.values() if (match := _REPORT.search(text))), None)
    ids = (text for name, text in texts.items() if name.endswith("id") and text.isdigit())
    return named or next(ids, None)


def _is_new(row: dict[str, Any], since: str | None) -> bool:
    """Tell whether a report may hold something new; one without a day may."""
    texts = (text for text in row.values() if isinstance(text, str))
    days = [day for text in texts if (day := iso_date(text[:10], "%d/%m/%Y", "%Y-%m-%d"))]
    return since is None or not days or max(days) >= since


def _notice(row: _Row) -> Notice:
    case = row.case.strip()
    if not case:
        raise ValueError("caseNumber is empty")
    published = iso_date(row.report_date, "%d/%m/%Y", "%Y-%m-%d")
    if published is None:
        raise ValueError(f"report_date {row.report_date!r} is no date")
    words = vocabulary()
    said = {field: clean(getattr(row, field)) for field in _TEXTS}
    measures = _measures(said["measures"])
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
        title=" · ".join(kept(said["product"] or said["category"], said["brand"], said["name"])),
        language=LANGUAGE,
        url=row.reference,
        licence=LICENCE,
        hazards=words.terms("hazards", ID, said["risk"].split(",")),
        hazard_text=said["danger"],
        risk_level=said["level"],
        description=said["description"],
        category=said["category"],
        measures=measures,
        notifying_country=said["notifying_country"],
        origin_country=said["origin_country"],
        firms=_traders(said["trader"]),
        products=(_product(said),),
        recall_url=said["recall_url"],
        company_code=said["company_code"],
        pictures=tuple(row.pictures) if isinstance(row.pictures, list) else (),
        related=relations(_texts(said, "recall_url", "description"), ID),
    )


def _product(said: dict[str, str]) -> AffectedProduct:
    prose = _texts(said, "name", "danger", "description", "measures")
    identifiers = _texts(said, "trader", "model", "barcode", "batch", "recall_url")
    return AffectedProduct(
        name=said["name"],
        kind=said["product"],
        brands=_stated(said["brand"]),
        models=_stated(said["model"]),
        barcodes=_stated(said["barcode"]),
        batches=_stated(said["batch"]),
        production_dates=said["production_dates"],
        listing_ids=listing_ids(prose + identifiers),
        mentions=mentions(prose + _texts(said, "model")),
    )


def _texts(said: dict[str, str], *fields: str) -> list[tuple[str, str]]:
    """Return the stated ones of these fields under the feed's names."""
    return [(_FEED_NAMES.get(field, field), said[field]) for field in fields if said[field]]


def _stated(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


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
    feed=Feed(
        discover,
        follow,
        overlap=timedelta(days=28),
        rescan=timedelta(days=180),
        accept="application/xml, text/xml;q=0.9, */*;q=0.8",
    ),
    seen_live=True,
    note="Weekly reports were seen, the list of reports was not.",
)
