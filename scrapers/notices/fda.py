"""United States: enforcement reports of the FDA, from openFDA (weekly) and from its own iRES service (daily).

Both give the same recall numbers. openFDA publishes again what iRES holds, so its wording never
replaces that of iRES.
"""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from math import ceil
from typing import Any, TypeVar, cast
from urllib.parse import quote

import msgspec
import yaml

from scrapers.errors import InvalidInput
from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import (
    AffectedProduct,
    Firm,
    Measure,
    Notice,
    Rejected,
    Republished,
)
from scrapers.notices.publisher import Publisher
from scrapers.notices.source import DAY, Feed, Request, Source, State, windows
from scrapers.notices.text import clean, iso_date, kept
from scrapers.notices.vocabulary import vocabulary

Answer = TypeVar("Answer", bound=msgspec.Struct)

OPEN, IRES = "us-openfda", "us-fda-ires"
SERIES = "us-fda"
AUTHORITY = "U.S. Food and Drug Administration"
OPEN_BY = Publisher(OPEN, AUTHORITY, "US", "CC0-1.0", "en", Republished, SERIES)
IRES_BY = Publisher(IRES, AUTHORITY, "US", "US-Government-Works", "en", Notice, SERIES)
OPEN_API = "https://api.fda.gov"
IRES_API = "https://www.accessdata.fda.gov/rest/iresapi/recalls/"
REPORT = "https://www.accessdata.fda.gov/scripts/ires/index.cfm"
FIRST_YEAR = 2004
OPEN_PAGE, IRES_PAGE = 1000, 2500
IRES_SUCCESS = 400
"""STATUSCODE of an answer that is right; HTTP says 200 whatever happened."""

_OPEN_DATES = ("%Y%m%d", "%Y-%m-%d")
_IRES_DATES = ("%m/%d/%Y", "%d-%b-%Y")
_COLUMNS = (
    "productid,recalleventid,producttypeshort,phasetxt,recallinitiationdt,firmlegalnam,"
    "voluntarytypetxt,distributionareasummarytxt,centercd,centerclassificationdt,terminationdt,"
    "centerclassificationtypetxt,enforcementreportdt,eventlmd,productdescriptiontxt,"
    "productshortreasontxt,recallnum,productdistributedquantity"
)


class _OpenRow(msgspec.Struct):
    """A record of openFDA's enforcement reports; the names are its own."""

    recall_number: str
    report_date: str
    product_description: str
    status: str
    recalling_firm: str = ""
    reason_for_recall: str = ""
    classification: str = ""
    code_info: str = ""
    more_code_info: str | None = ""
    product_type: str = ""
    product_quantity: str = ""
    country: str = ""
    termination_date: str = ""


class _Paging(msgspec.Struct):
    total: int
    skip: int = 0
    limit: int = 0


class _Meta(msgspec.Struct):
    results: _Paging


class _OpenAnswer(msgspec.Struct):
    meta: _Meta
    results: list[msgspec.Raw]


class _IresRow(msgspec.Struct):
    """A record of iRES; the names are its own."""

    RECALLNUM: str | None
    PRODUCTDESCRIPTIONTXT: str
    PHASETXT: str
    PRODUCTTYPESHORT: str | None = ""
    FIRMLEGALNAM: str | None = ""
    PRODUCTSHORTREASONTXT: str | None = ""
    CENTERCLASSIFICATIONTYPETXT: str | None = ""
    ENFORCEMENTREPORTDT: str | None = ""
    CENTERCLASSIFICATIONDT: str | None = ""
    RECALLINITIATIONDT: str | None = ""
    EVENTLMD: str | None = ""
    PRODUCTDISTRIBUTEDQUANTITY: str | None = ""


class _IresAnswer(msgspec.Struct):
    MESSAGE: str
    STATUSCODE: int
    RESULTCOUNT: int = 0
    RESULT: list[msgspec.Raw] = []


def parse_open(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each record of an answer of openFDA.

    Raises InvalidInput for another answer.
    """
    rows = feed.enveloped(data, _OpenRow, _OpenAnswer, lambda answer: answer.results)
    return feed.notices(rows, _from_open)


def parse_ires(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each record of an answer of iRES.

    Raises InvalidInput for another answer, and for one whose STATUSCODE is not that of success (400).
    """
    return feed.notices(feed.enveloped(data, _IresRow, _IresAnswer, _ires_rows), _from_ires)


def _ires_rows(answer: _IresAnswer) -> list[msgspec.Raw]:
    if answer.STATUSCODE != IRES_SUCCESS:
        raise ValueError(f"iRES answers {answer.STATUSCODE} {answer.MESSAGE!r}, not {IRES_SUCCESS}")
    return answer.RESULT


def discover_open(state: State) -> list[Request]:
    """Ask for each kind of product, for all years one by one: no more than 26,000 are paged."""
    return [
        Request(_open_url(kind, first, last), may_be_gone=True)
        for kind in _kinds()
        for first, last in windows(state.since, FIRST_YEAR, state.today)
    ]


def _open_url(kind: str, first: str, last: str) -> str:
    dates = f"report_date:[{first.replace('-', '')} TO {last.replace('-', '')}]"
    query = " AND ".join(filter(None, (dates, _kinds()[kind])))
    asked = quote(query, safe=':[]()"').replace("%20", "+")
    return f"{OPEN_API}/{kind}/enforcement.json?search={asked}&limit={OPEN_PAGE}&skip=0"


def follow_open(request: Request, body: bytes, _state: State) -> list[Request]:
    """Ask for the further pages of a first one."""
    if request.page > 1:
        return []
    total = _decoded(body, _OpenAnswer).meta.results.total
    pages = ceil(total / OPEN_PAGE)
    return [
        Request(request.url.replace("&skip=0", f"&skip={(n - 1) * OPEN_PAGE}"), page=n, last=pages)
        for n in range(2, pages + 1)
    ]


def discover_ires(state: State) -> list[Request]:
    """Ask for the first page of what was changed since."""
    return [_ires_page(state, 1, 1)]


def follow_ires(request: Request, body: bytes, state: State) -> list[Request]:
    """Ask for the further pages of a first one."""
    if request.page > 1:
        return []
    pages = ceil(_decoded(body, _IresAnswer).RESULTCOUNT / IRES_PAGE)
    return [_ires_page(state, page, pages) for page in range(2, pages + 1)]


def _ires_page(state: State, page: int, pages: int) -> Request:
    changed = [
        {"eventlmdfrom": _us_date(state.since or f"{FIRST_YEAR}-01-01")},
        {"eventlmdto": _us_date(state.today)},
    ]
    payload = {
        "displaycolumns": _COLUMNS,
        "filter": json.dumps(changed).replace('"', "'"),
        "start": (page - 1) * IRES_PAGE + 1,
        "rows": IRES_PAGE,
        "sort": "productid",
        "sortorder": "asc",
    }
    # Without a signature of its own, an answer may be an old one out of a cache.
    url = f"{IRES_API}?signature={state.today.replace('-', '')}{page:04}"
    return Request(url, form={"payload": json.dumps(payload)}, page=page, last=pages)


def _us_date(text: str) -> str:
    return date.fromisoformat(text).strftime("%m/%d/%Y")


def _decoded(body: bytes, answer: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(body, type=answer)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"no answer of this source ({error})", "envelope") from error


def _from_open(row: _OpenRow) -> Notice:
    published = iso_date(row.report_date, *_OPEN_DATES)
    ended = iso_date(row.termination_date, *_OPEN_DATES)
    return OPEN_BY.notice(
        row.recall_number,
        published=published,
        updated=max(filter(None, (published, ended)), default=published),
        title=clean(row.product_description)[:300],
        url=REPORT,
        status=_status(row.status),
        **_hazards(row.reason_for_recall),
        risk_level=clean(row.classification),
        category=clean(row.product_type),
        measures=(Measure("recall", "", published, clean(row.status)),),
        firms=_firms(row.recalling_firm),
        products=(
            _product(
                row.product_description,
                row.product_quantity,
                (("code_info", row.code_info), ("more_code_info", row.more_code_info or "")),
            ),
        ),
    )


def _from_ires(row: _IresRow) -> Notice:
    reported = (row.ENFORCEMENTREPORTDT, row.CENTERCLASSIFICATIONDT, row.RECALLINITIATIONDT)
    published = next(filter(None, (iso_date(text or "", *_IRES_DATES) for text in reported)), None)
    if not row.RECALLNUM:
        # Taken once it has its number: under another one it would be stored twice.
        raise ValueError("the FDA has not classified and numbered it yet")
    level = clean(row.CENTERCLASSIFICATIONTYPETXT)
    return IRES_BY.notice(
        row.RECALLNUM,
        published=published,
        updated=iso_date(row.EVENTLMD or "", *_IRES_DATES),
        title=clean(row.PRODUCTDESCRIPTIONTXT)[:300],
        url=REPORT,
        status=_status(row.PHASETXT),
        **_hazards(row.PRODUCTSHORTREASONTXT or ""),
        risk_level=level if level in ("", "NC") else f"Class {'I' * int(level)}",
        category=clean(row.PRODUCTTYPESHORT),
        measures=(Measure("recall", "", published, clean(row.PHASETXT)),),
        firms=_firms(row.FIRMLEGALNAM or ""),
        products=(_product(row.PRODUCTDESCRIPTIONTXT, row.PRODUCTDISTRIBUTEDQUANTITY or "", ()),),
    )


def _status(text: str) -> str:
    status = vocabulary().term("statuses", SERIES, clean(text))
    if status is None:
        raise ValueError(f"status {text!r} is unknown")
    return status


def _hazards(reason: str) -> dict[str, Any]:
    text = clean(reason)
    return {"hazards": vocabulary().read("hazards", "en", text), "hazard_text": text}


def _firms(name: str) -> tuple[Firm, ...]:
    return tuple(Firm("recaller", one) for one in kept(name))


def _product(description: str, units: str, codes: tuple[tuple[str, str], ...]) -> AffectedProduct:
    texts = [("product_description", clean(description))]
    texts += [(name, clean(text)) for name, text in codes if text]
    return AffectedProduct(
        name=clean(description),
        batches=kept(*(text for _, text in codes)),
        units=clean(units),
        listing_ids=listing_ids(texts),
        mentions=mentions(texts),
    )


@cache
def _kinds() -> dict[str, str]:
    file = resources.files(__package__).joinpath("fda.yaml")
    return cast("dict[str, str]", yaml.safe_load(file.read_text("utf-8")))


OPEN_SOURCE = Source(
    id=OPEN,
    authority=AUTHORITY,
    jurisdiction="US",
    licence=OPEN_BY.licence,
    home="https://open.fda.gov/apis/food/enforcement/",
    language="en",
    parse=parse_open,
    feed=Feed(discover_open, follow_open, cadence=7 * DAY, overlap=28 * DAY, rescan=90 * DAY),
)
IRES_SOURCE = Source(
    id=IRES,
    authority=AUTHORITY,
    jurisdiction="US",
    licence=IRES_BY.licence,
    home=REPORT,
    language="en",
    parse=parse_ires,
    feed=Feed(
        discover_ires,
        follow_ires,
        rescan=90 * DAY,
        credentials={
            "Authorization-User": "fda_ires_user",
            "Authorization-Key": "fda_ires_key",
        },
    ),
    seen_live=True,
    note="A page of results was seen, the way to ask for it was not.",
)
