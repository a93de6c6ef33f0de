"""United Kingdom: product safety alerts, reports and recalls of OPSS, from the search and content API of GOV.UK."""

import re
from collections.abc import Iterator
from math import ceil
from urllib.parse import urlencode

import msgspec

from scrapers.errors import InvalidInput
from scrapers.html import Page
from scrapers.html import clean as clean_html
from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Measure, Notice, Rejected
from scrapers.notices.publisher import Publisher
from scrapers.notices.relations import relations
from scrapers.notices.source import INDEX, Feed, Request, Source, State, windows
from scrapers.notices.text import clean, iso_date
from scrapers.notices.vocabulary import vocabulary

ID = "uk-opss"
BY = Publisher(ID, "Office for Product Safety and Standards", "GB", "OGL-UK-3.0", "en")
SITE = "https://www.gov.uk"
SEARCH = f"{SITE}/api/search.json"
FIRST_YEAR = 2021
PAGE = 200
"""Results of a page; the search gives no more than 300, and no more than 1,000 in all."""

_NUMBER = re.compile(r"\(?\b(\d{4}-\d{4})\)?\s*$")
_PREFIX = re.compile(r"^product (?:recall|safety (?:report|alert)):\s*", re.IGNORECASE)
_DATES = ("%Y-%m-%d", "%d %B %Y")
# Rows of the table "Product information", by the beginning of their label.
_ROWS = {
    "brand": ("brand", "manufacturer"),
    "model": ("model", "part number", "style", "item number"),
    "barcode": ("barcode", "bar code", "ean", "gtin", "upc"),
    "batch": ("batch", "lot", "serial", "production", "date of manufacture"),
}


class _Metadata(msgspec.Struct):
    product_alert_type: str | None = ""
    product_category: str | None = ""
    product_measure_type: list[str] | str | None = None
    product_recall_alert_date: str | None = ""
    product_risk_level: str | None = ""


class _Body(msgspec.Struct):
    content_type: str
    content: str


class _Details(msgspec.Struct):
    body: list[_Body] | str
    metadata: _Metadata


class _Item(msgspec.Struct):
    """A content item; the names are GOV.UK's."""

    base_path: str
    title: str
    details: _Details
    description: str | None = ""
    public_updated_at: str | None = ""
    withdrawn_notice: dict[str, str] = {}


class _Result(msgspec.Struct):
    link: str


class _Results(msgspec.Struct):
    results: list[_Result]
    total: int


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each content item (one, an array, or JSON Lines).

    Raises InvalidInput for bytes that are none (see `feed`).
    """
    return feed.notices(feed.json_rows(data, _Item), _notice)


def discover(state: State) -> list[Request]:
    """Ask for the notices changed since, or year by year, as a search ends after 1,000."""
    years = windows(state.since, FIRST_YEAR, state.today)
    return [_page(first, last, 1, 1) for first, last in years]


def _page(first: str, last: str, page: int, pages: int) -> Request:
    asked = {
        "filter_format": "product_safety_alert_report_recall",
        "filter_public_timestamp": f"from:{first},to:{last}",
        "order": "-public_timestamp",
        "fields": "link",
        "count": PAGE,
        "start": (page - 1) * PAGE,
    }
    return Request(f"{SEARCH}?{urlencode(asked)}", INDEX, page=page, last=pages)


def follow(request: Request, body: bytes, _state: State) -> list[Request]:
    """Ask for each notice of a page of results and, after the first page, for the other pages.

    Raises InvalidInput for what is no page of results.
    """
    if request.part != INDEX:
        return []
    try:
        found = msgspec.json.decode(body, type=_Results)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"no search result ({error})", "results") from error
    if not found.results and found.total > (request.page - 1) * PAGE:
        raise InvalidInput(f"an empty page before the last of {found.total} results", "results")
    details = [Request(f"{SITE}/api/content{one.link}", may_be_gone=True) for one in found.results]
    pages = ceil(found.total / PAGE)
    more = range(2, pages + 1) if request.page == 1 else ()
    return details + [_again(request, page, pages) for page in more]


def _again(request: Request, page: int, pages: int) -> Request:
    url = request.url.replace("&start=0", f"&start={(page - 1) * PAGE}")
    return Request(url, INDEX, page=page, last=pages)


def _notice(item: _Item) -> Notice:
    words = vocabulary()
    meta = item.details.metadata
    title = clean(item.title)
    number = match[1] if (match := _NUMBER.search(title)) else item.base_path.rpartition("/")[2]
    summary = clean(item.description)
    measures = meta.product_measure_type or []
    stated = [clean(one) for one in ([measures] if isinstance(measures, str) else measures)]
    date = iso_date(clean(meta.product_recall_alert_date), *_DATES)
    updated = iso_date((item.public_updated_at or "")[:10], *_DATES)
    kind = words.term("record_types", ID, clean(meta.product_alert_type)) or "safety_warning"
    text, rows = _read_body(item.details.body)
    return BY.notice(
        number,
        published=date or updated,
        updated=updated,
        title=_NUMBER.sub("", _PREFIX.sub("", title)),
        url=f"{SITE}{item.base_path}",
        record_type=kind,
        status="withdrawn" if item.withdrawn_notice else "active",
        hazards=words.read("hazards", "en", summary),
        hazard_text=summary,
        risk_level=clean(meta.product_risk_level),
        description=text,
        category=clean(meta.product_category),
        measures=tuple(_measure(one, date) for one in stated if one),
        remedies=words.read("remedies", "en", text),
        products=(_product(title, text, rows),),
        related=relations([("body", text)], ID),
    )


def _measure(text: str, date: str | None) -> Measure:
    actions = vocabulary().read("actions", "en", text.replace("-", " "))
    return Measure((actions or ("other",))[0], "", date, text)


def _read_body(body: list[_Body] | str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return (text, values of the product table by our names)."""
    html = body if isinstance(body, str) else _html(body)
    page = Page(f"<body>{html}</body>".encode())
    rows: dict[str, tuple[str, ...]] = {}
    for row in page.css("tr"):
        cells = [clean_html(page.text(cell)) for cell in row.css("th, td")]
        if len(cells) > 1 and (name := _row_name(cells[0])):
            rows[name] = (*rows.get(name, ()), *filter(None, cells[1:]))
    return clean_html(page.tree.body.text(separator=" ")) if page.tree.body else "", rows


def _html(body: list[_Body]) -> str:
    return next((one.content for one in body if one.content_type == "text/html"), body[0].content)


def _row_name(label: str) -> str | None:
    label = label.lower()
    return next((name for name, starts in _ROWS.items() if label.startswith(starts)), None)


def _product(title: str, text: str, rows: dict[str, tuple[str, ...]]) -> AffectedProduct:
    texts = [("title", title), ("body", text)]
    return AffectedProduct(
        name=_NUMBER.sub("", _PREFIX.sub("", title)).strip(),
        brands=rows.get("brand", ()),
        models=rows.get("model", ()),
        barcodes=rows.get("barcode", ()),
        batches=rows.get("batch", ()),
        listing_ids=listing_ids(texts),
        mentions=mentions(texts),
    )


SOURCE = Source(
    id=ID,
    authority=BY.authority,
    jurisdiction=BY.jurisdiction,
    licence=BY.licence,
    home=f"{SITE}/product-safety-alerts-reports-recalls",
    language=BY.language,
    parse=parse,
    feed=Feed(discover, follow),
)
