"""Korea: recalls of safetykorea, from its open API (domestic and foreign) and from the list Seoul city mirrors.

The API wraps its records: `resultCode` 2000 with `resultData`, 2004 for nothing found; every other code
is an error, whatever HTTP says.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlencode

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
from scrapers.notices.publisher import Publisher
from scrapers.notices.source import DAY, Feed, Request, Source, State
from scrapers.notices.text import clean, is_iso_date, iso_date, kept
from scrapers.notices.vocabulary import vocabulary

ID, FOREIGN = "kr-safetykorea", "kr-safetykorea-foreign"
AUTHORITY = "Korean Agency for Technology and Standards (국가기술표준원)"
LICENCE = "Korean public information, licence not verified"
BY = Publisher(ID, AUTHORITY, "KR", LICENCE, "ko")
FOREIGN_BY = Publisher(FOREIGN, AUTHORITY, "KR", LICENCE, "ko")
MIRRORED_BY = Publisher(ID, AUTHORITY, "KR", LICENCE, "ko", Reprocessed)
API = "https://www.safetykorea.kr/openapi/api"
HOME = "https://www.safetykorea.kr/recall/recallBoard"
SCHEME = "safetykorea_uid"
KEY = {"AuthKey": "safetykorea"}
FOUND, NOTHING = "2000", "2004"
MOST_DAYS = 60
"""Days that are asked for one by one; after a longer pause everything is."""


class _Row(msgspec.Struct):
    """A line of the mirrored list; the names are its own."""

    id: str
    id_scheme: str
    product_name: str
    date_published: str
    source_url: str
    recall_kind_source: str
    model: str | None = ""
    company: str | None = ""
    category_source: str | None = ""


class _Envelope(msgspec.Struct, rename="camel"):
    result_code: str | int
    result_msg: str | None = ""
    result_data: list[msgspec.Raw] | None = None


class _Recall(msgspec.Struct, rename="camel"):
    """A record of the API, domestic or foreign; the names are its own."""

    recall_product_name: str
    publish_date: str
    recall_uid: str | int | None = None
    f_recall_uid: str | int | None = None
    recall_brand_name: str | None = ""
    recall_model_name: str | None = ""
    barcode_num: str | None = ""
    cert_num: str | None = ""
    category_name: str | None = ""
    product_item_name: str | None = ""
    maker_name: str | None = ""
    maker_cntry_name: str | None = ""
    making_cntry_name: str | None = ""
    recall_cmpny_name: str | None = ""
    recall_type_name: str | None = ""
    recall_means: str | None = ""
    harm_dscr: str | None = ""
    violate_dscr: str | None = ""
    accident_case_dscr: str | None = ""
    publish_action_dscr: str | None = ""
    recall_url: str | None = ""
    image_url: str | None = ""


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each record of the API's domestic list or line of the mirror.

    Raises InvalidInput for bytes that are neither (see `feed`).
    """
    if b'"resultCode"' in data[:400]:
        return _parsed(data, BY)
    return feed.notices(feed.json_rows(data, _Row), _mirrored)


def parse_foreign(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each record of the API's list of recalls abroad."""
    return _parsed(data, FOREIGN_BY)


def _parsed(data: bytes, by: Publisher) -> Iterator[Notice | Rejected]:
    rows = feed.enveloped(data, _Recall, _Envelope, records)
    return feed.notices(rows, partial(_recalled, by))


def records(answer: _Envelope) -> list[msgspec.Raw]:
    """Return the records of an answer; ValueError for an error of the API."""
    code = str(answer.result_code)
    if code not in (FOUND, NOTHING):
        raise ValueError(f"safetykorea answers {code} {answer.result_msg or ''!r}")
    return answer.result_data or []


def _discover(name: str) -> Callable[[State], list[Request]]:
    def discover(state: State) -> list[Request]:
        days = _days(state)
        if days is None:
            return [_list(name, "all", "")]
        return [_list(name, "publishDate", f"{day:%Y%m%d}") for day in days]

    return discover


def _days(state: State) -> list[date] | None:
    if state.since is None:
        return None
    first, last = date.fromisoformat(state.since), date.fromisoformat(state.today)
    many = (last - first).days + 1
    return [first + timedelta(n) for n in range(many)] if many <= MOST_DAYS else None


def _list(name: str, key: str, value: str) -> Request:
    asked = urlencode({"conditionKey": key, "conditionValue": value})
    return Request(f"{API}/recall/{name}.json?{asked}")


def _recalled(by: Publisher, row: _Recall) -> Notice:
    words = vocabulary()
    kind = clean(row.recall_type_name) or clean(row.recall_means)
    action = words.term("actions", ID, kind) or "recall"
    published = iso_date(row.publish_date, "%Y%m%d", "%Y-%m-%d")
    hazard_text = " ".join(kept(row.harm_dscr, row.violate_dscr, row.accident_case_dscr))
    what_to_do = clean(row.publish_action_dscr)
    abroad = clean(row.recall_url)
    return by.notice(
        str((row.f_recall_uid if by is FOREIGN_BY else row.recall_uid) or ""),
        published=published,
        title=" · ".join(kept(row.recall_product_name, row.recall_brand_name)),
        url=abroad or HOME,
        record_type=words.record_type([action]),
        hazards=words.read("hazards", "ko", hazard_text),
        hazard_text=hazard_text,
        category=" / ".join(kept(row.category_name, row.product_item_name)),
        measures=(Measure(action, "", published, kind),),
        remedies=words.read("remedies", "ko", what_to_do),
        remedy_text=what_to_do,
        notifying_country="" if by is FOREIGN_BY else "대한민국",
        origin_country=clean(row.making_cntry_name) or clean(row.maker_cntry_name),
        firms=_firms(row),
        products=(_recalled_product(row),),
        pictures=kept(row.image_url),
        related=(Relation("url", abroad, "recallUrl", abroad),) if abroad else (),
    )


def _firms(row: _Recall) -> tuple[Firm, ...]:
    named = {"recaller": row.recall_cmpny_name, "maker": row.maker_name}
    return tuple(Firm(role, name) for role, text in named.items() for name in kept(text))


def _recalled_product(row: _Recall) -> AffectedProduct:
    texts = [("recallProductName", clean(row.recall_product_name))]
    texts.append(("recallModelName", clean(row.recall_model_name)))
    return AffectedProduct(
        name=clean(row.recall_product_name),
        kind=clean(row.product_item_name) or clean(row.category_name),
        brands=kept(row.recall_brand_name),
        models=kept(row.recall_model_name),
        barcodes=kept(row.barcode_num),
        listing_ids=listing_ids(texts),
        mentions=mentions(texts),
    )


def _mirrored(row: _Row) -> Notice:
    uid = row.id.strip().removeprefix("KR:")
    if row.id_scheme != SCHEME or not uid.isdigit():
        raise ValueError(f"id {row.id!r} is no safetykorea number")
    if not is_iso_date(row.date_published):
        raise ValueError(f"date_published {row.date_published!r} is no date")
    return mirrored(
        uid,
        published=row.date_published,
        name=clean(row.product_name),
        kind=clean(row.recall_kind_source),
        model=clean(row.model),
        company=clean(row.company),
        category=clean(row.category_source),
        url=row.source_url,
    )


def mirrored(  # noqa: PLR0913 -- the columns of the mirrored list
    uid: str,
    *,
    published: str,
    name: str,
    kind: str,
    model: str,
    company: str,
    url: str,
    category: str = "",
) -> Notice:
    """Return the notice that a row of Seoul's list makes; all texts cleaned."""
    words = vocabulary()
    action = words.term("actions", ID, kind) or "other"
    texts = [("product_name", name), ("model", model)]
    return MIRRORED_BY.notice(
        uid,
        published=published,
        title=name,
        url=url,
        record_type=words.record_type([action]),
        category=category,
        measures=(Measure(action, "", published, kind),),
        notifying_country="대한민국",
        firms=tuple(Firm("recaller", one) for one in kept(company)),
        products=(
            AffectedProduct(
                name=name,
                kind=category,
                models=kept(model),
                listing_ids=listing_ids(texts),
                mentions=mentions(texts),
            ),
        ),
    )


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="KR",
    licence=LICENCE,
    home="https://www.safetykorea.kr/",
    language="ko",
    parse=parse,
    feed=Feed(_discover("recallList"), rescan=90 * DAY, credentials=KEY),
)
FOREIGN_SOURCE = Source(
    id=FOREIGN,
    authority=AUTHORITY,
    jurisdiction="KR",
    licence=LICENCE,
    home="https://www.safetykorea.kr/",
    language="ko",
    parse=parse_foreign,
    feed=Feed(_discover("fRecallList"), rescan=90 * DAY, credentials=KEY),
    note="Recalls abroad as Korea lists them; each names the page of the authority that ordered it.",
)
