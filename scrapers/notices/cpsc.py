"""United States: the recall API of the CPSC, and JSON Lines of children's products of three agencies.

The JSON Lines were reprocessed by others: their `hazards`, `brand` and, for some agencies, `action` are
theirs and not the agency's, so `action` is kept only where it is known to be the agency's wording.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import (
    AffectedProduct,
    Firm,
    Measure,
    Notice,
    Rejected,
    Relation,
    Reprocessed,
)
from scrapers.notices.source import Feed, Request, Source, State, windows
from scrapers.notices.text import clean, iso_date, kept
from scrapers.notices.vocabulary import vocabulary

ID = "us-cpsc"
AUTHORITY = "U.S. Consumer Product Safety Commission"
LICENCE = "US-Government-Works"
LANGUAGE = "en"
FIRST_YEAR = 1973
API = "https://www.saferproducts.gov/RestWebServices/Recall?format=json"
_DATES = ("%Y-%m-%dT%H:%M:%S", "%Y%m%d", "%Y-%m-%d")
# The API writes 26645 and, for older ones, 24-158; pages and files write 26-645.
_NUMBER = re.compile(r"(\d\d)-?(\d{3}[a-z]?)")


class _Named(msgspec.Struct):
    Name: str | None = ""


class _Product(msgspec.Struct):
    Name: str | None = ""
    Model: str | None = ""
    Type: str | None = ""
    NumberOfUnits: str | None = ""


class _Upc(msgspec.Struct):
    UPC: str | None = ""


class _Option(msgspec.Struct):
    Option: str | None = ""


class _Country(msgspec.Struct):
    Country: str | None = ""


class _Link(msgspec.Struct):
    URL: str | None = ""


class _ApiRow(msgspec.Struct):
    """A record of the recall API; the names are its own."""

    RecallNumber: str
    RecallDate: str
    Title: str
    URL: str
    LastPublishDate: str | None = None
    Description: str | None = ""
    Products: list[_Product] = []
    ProductUPCs: list[_Upc] = []
    Hazards: list[_Named] = []
    Remedies: list[_Named] = []
    RemedyOptions: list[_Option] = []
    Manufacturers: list[_Named] = []
    Importers: list[_Named] = []
    Retailers: list[_Named] = []
    Distributors: list[_Named] = []
    ManufacturerCountries: list[_Country] = []
    Images: list[_Link] = []
    Inconjunctions: list[_Link] = []


class _VehicleModel(msgspec.Struct):
    model: str
    manufactured_from: str = ""
    manufactured_to: str = ""


class _ChildRow(msgspec.Struct):
    """A line of the children's products file; the names are its own."""

    source: str
    recall_id: str
    recall_date: str
    record_type: str
    product_name: str
    url: str
    status: str
    heading: str | None = ""
    brand: str | None = ""
    brands: list[str] | None = None
    hazards: list[str] = []
    hazard_text: str | None = ""
    reason: str | None = ""
    action: str | None = ""
    remedy_type: str | None = ""
    units: str | None = ""
    sold_at: str | None = ""
    category_label: str | None = ""
    code_info: str | None = ""
    classification: str | None = ""
    firm_country: str | None = ""
    campaign_no: str | None = ""
    models: list[_VehicleModel] | None = None
    manufacturer: str | None = ""


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each record of an API answer or of the JSON Lines.

    Raises InvalidInput for bytes that are neither (see `feed`), which covers the API's habit of
    answering 200 with an error body.
    """
    if b'"RecallNumber"' in data:
        return feed.notices(feed.json_rows(data, _ApiRow), _from_api)
    return feed.notices(feed.json_rows(data, _ChildRow), _from_child)


def discover(state: State) -> list[Request]:
    """Ask for what was published since; for everything year by year, as nothing is paged.

    The day of the last publication does not move with edits, so everything is asked for again
    now and then.
    """
    if state.since is not None:
        return [Request(f"{API}&LastPublishDateStart={state.since}")]
    years = windows(None, FIRST_YEAR, state.today)
    return [Request(f"{API}&RecallDateStart={first}&RecallDateEnd={last}") for first, last in years]


def recall_number(text: str) -> str:
    """Return a recall number in the one form that makes the API's and the pages' the same."""
    match = _NUMBER.fullmatch(text.strip())
    return f"{match[1]}-{match[2]}" if match else text.strip()


def _published(field: str, text: str) -> str:
    date = iso_date(text, *_DATES)
    if date is None:
        raise ValueError(f"{field} {text!r} is no date")
    return date


def _from_api(row: _ApiRow) -> Notice:
    number = recall_number(row.RecallNumber)
    if not number:
        raise ValueError("RecallNumber is empty")
    words = vocabulary()
    published = _published("RecallDate", row.RecallDate)
    hazard_text = " ".join(kept(*(one.Name for one in row.Hazards)))
    title = clean(row.Title)
    return Notice(
        notice_id=f"{ID}:{number}",
        source=ID,
        native_id=number,
        authority=AUTHORITY,
        jurisdiction="US",
        record_type=(words.read("record_types", LANGUAGE, title) or ("recall",))[0],
        status="active",
        published=published,
        updated=iso_date(row.LastPublishDate or "", *_DATES) or published,
        title=title,
        language=LANGUAGE,
        url=row.URL,
        licence=LICENCE,
        hazards=words.read("hazards", LANGUAGE, hazard_text or title),
        hazard_text=hazard_text,
        description=clean(row.Description),
        measures=(Measure("recall", "", published, title),),
        remedies=words.terms("remedies", ID, (clean(one.Option) for one in row.RemedyOptions)),
        remedy_text=" ".join(kept(*(one.Name for one in row.Remedies))),
        origin_country=", ".join(kept(*(one.Country for one in row.ManufacturerCountries))),
        firms=_api_firms(row),
        products=_api_products(row),
        pictures=kept(*(one.URL for one in row.Images)),
        related=tuple(
            Relation("url", url, "Inconjunctions", url)
            for url in kept(*(one.URL for one in row.Inconjunctions))
        ),
    )


def _api_firms(row: _ApiRow) -> tuple[Firm, ...]:
    roles = {
        "maker": row.Manufacturers,
        "importer": row.Importers,
        "retailer": row.Retailers,
        "distributor": row.Distributors,
    }
    return tuple(
        Firm(role, name) for role, firms in roles.items() for name in kept(*(f.Name for f in firms))
    )


def _api_products(row: _ApiRow) -> tuple[AffectedProduct, ...]:
    # UPCs and prose belong to the whole notice; the first product carries them.
    texts = [("Title", clean(row.Title)), ("Description", clean(row.Description))]
    texts += [("Retailers", name) for name in kept(*(one.Name for one in row.Retailers))]
    products = row.Products or [_Product(Name=row.Title)]
    return tuple(
        AffectedProduct(
            name=clean(one.Name),
            kind=clean(one.Type),
            models=kept(one.Model),
            units=clean(one.NumberOfUnits),
            barcodes=kept(*(upc.UPC for upc in row.ProductUPCs)) if first else (),
            listing_ids=listing_ids(texts) if first else (),
            mentions=mentions(texts) if first else (),
        )
        for first, one in zip([True] + [False] * len(products), products, strict=False)
    )


def _from_child(row: _ChildRow) -> Notice:
    words = vocabulary()
    agency = words.agencies.get(row.source)
    if agency is None:
        raise ValueError(f"source {row.source!r} is no agency of the table")
    native = (row.campaign_no or recall_number(row.recall_id)).strip()
    if not native:
        raise ValueError("recall_id is empty")
    published = _published("recall_date", row.recall_date)
    kind = words.term("record_types", ID, row.record_type)
    status = words.term("statuses", ID, row.status)
    if kind is None or status is None:
        raise ValueError(f"record_type {row.record_type!r} or status {row.status!r} is unknown")
    title = clean(row.heading) or clean(row.product_name)
    hazard_text = clean(row.hazard_text) or clean(row.reason)
    return Reprocessed(
        notice_id=f"{agency['id']}:{native}",
        source=ID,
        native_id=native,
        authority=agency["authority"],
        jurisdiction="US",
        record_type=kind,
        status=status,
        published=published,
        updated=published,
        title=title,
        language=LANGUAGE,
        url=row.url,
        licence=LICENCE,
        hazards=words.terms("hazards", ID, row.hazards),
        hazard_text=hazard_text,
        risk_level=clean(row.classification),
        category=clean(row.category_label),
        measures=(
            Measure("warning" if kind == "safety_warning" else "recall", "", published, title),
        ),
        remedies=words.terms("remedies", ID, clean(row.remedy_type).split(",")),
        remedy_text=clean(row.action) if row.remedy_type or row.campaign_no else "",
        origin_country=clean(row.firm_country),
        firms=_child_firms(row),
        products=_child_products(row),
    )


def _child_firms(row: _ChildRow) -> tuple[Firm, ...]:
    named = {"maker": row.manufacturer, "retailer": row.sold_at}
    return tuple(Firm(role, name) for role, text in named.items() for name in kept(text))


def _child_products(row: _ChildRow) -> tuple[AffectedProduct, ...]:
    fields = ("product_name", "heading", "hazard_text", "reason", "code_info", "sold_at")
    texts = [(field, clean(getattr(row, field))) for field in fields if getattr(row, field)]
    whole = AffectedProduct(
        name=clean(row.product_name),
        kind=clean(row.category_label),
        brands=kept(*(row.brands or [row.brand or ""])),
        batches=kept(row.code_info),
        units=clean(row.units),
        listing_ids=listing_ids(texts),
        mentions=mentions(texts),
    )
    models = tuple(
        AffectedProduct(
            name=clean(one.model),
            kind=whole.kind,
            brands=whole.brands,
            models=kept(one.model),
            production_dates=_period(one),
        )
        for one in row.models or ()
    )
    return (whole, *models)


def _period(one: _VehicleModel) -> str:
    dates = (iso_date(one.manufactured_from, "%Y%m%d"), iso_date(one.manufactured_to, "%Y%m%d"))
    return "/".join(date or ".." for date in dates) if any(dates) else ""


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="US",
    licence=LICENCE,
    home="https://www.cpsc.gov/Recalls",
    language=LANGUAGE,
    parse=parse,
    feed=Feed(discover, rescan=timedelta(days=7)),
    seen_live=True,
    note="Edits do not move LastPublishDate: everything is asked for again each week.",
)
