"""Japan: recalls that the Consumer Affairs Agency (消費者庁) lists, a page of its own for each.

The list is paged by a form that is sent as a POST, fifteen entries at a time, newest first.
"""

import json
import re
from collections.abc import Iterator
from math import ceil
from urllib.parse import urljoin

from scrapers.charsets import decode
from scrapers.errors import InvalidInput
from scrapers.html import Page, clean
from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected, rejected
from scrapers.notices.publisher import Publisher
from scrapers.notices.source import INDEX, Feed, Request, Source, State
from scrapers.notices.text import iso_date
from scrapers.notices.vocabulary import vocabulary

ID = "jp-caa"
AUTHORITY = "消費者庁 (Consumer Affairs Agency, Japan)"
BY = Publisher(ID, AUTHORITY, "JP", "licence not verified", "ja")
SITE = "https://www.recall.caa.go.jp"
LIST = f"{SITE}/result/index.php?screenkbn=01"
PAGE = 15

_RCL = re.compile(r"\brcl=(\d{11})\b")
_TOTAL = re.compile(r"全\s*([\d,]+)\s*件|([\d,]+)\s*件中")
_RICH = re.compile(r"contentsText\s*=\s*'(.*?)'\s*;", re.DOTALL)
_DATES = ("%Y年%m月%d日", "%Y/%m/%d", "%Y-%m-%d")
_FORM = {
    "search": "",
    "viewCount": str(PAGE),
    "screenkbn": "01",
    "category": "",
    "viewCountdden": str(PAGE),
    "portarorder": "2",
    "actionorder": "0",
}
# Labels of a recall's page.
NAME, FIRM, WHICH, ACTION, SINCE, REMARK, KIND = (
    "商品名",
    "連絡先",
    "対象の特定情報",
    "対応方法",
    "対応開始日",
    "備考",
    "商品分類",
)


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield the Notice of a recall's page that says its own number; InvalidInput for another page."""
    return read(data, "")


def read(data: bytes, url: str) -> Iterator[Notice | Rejected]:
    """Yield the Notice of a recall's page; its number stands in its address."""
    page = Page(data)
    fields = _fields(page)
    if NAME not in fields:
        raise InvalidInput("no recall on this page", "page")
    # A saved page has no address; the only number in it is its own.
    numbers = set(_RCL.findall(url) or _RCL.findall(decode(data)[0]))
    try:
        made: Notice | Rejected = _notice(numbers.pop() if len(numbers) == 1 else "", fields)
    except ValueError as error:
        made = rejected(str(error), "page", data)
    return feed.checked([made])


def discover(_state: State) -> list[Request]:
    """Ask for the first page of the list."""
    return [_page(1, 1)]


def _page(page: int, last: int) -> Request:
    return Request(LIST, INDEX, _FORM | {"pagingHidden": str(page - 1)}, page, last)


def follow(request: Request, body: bytes, state: State) -> list[Request]:
    """Ask for the recalls of a list page and for the next one, as long as they are new enough.

    Raises InvalidInput for what is no list, and for an empty page before the announced last one.
    """
    if request.part != INDEX:
        return []
    page = Page(body)
    rows = [row for row in page.css("div.search_result_main tbody tr") if row.css_first("a")]
    total = _TOTAL.search(clean(page.text(page.tree.body)) if page.tree.body else "")
    count = int((total[1] or total[2]).replace(",", "")) if total else 0
    last = max(ceil(count / PAGE), request.page)
    if not rows:
        raise InvalidInput(f"no recall on page {request.page} of {last}", "list")
    found = [(_link(row), _day(row)) for row in rows]
    since = state.since or ""
    details = [Request(url, may_be_gone=True) for url, day in found if url and day >= since]
    more = request.page < last and all(day >= since for _, day in found)
    return details + ([_page(request.page + 1, last)] if more else [])


def _link(row: feed.Node) -> str:
    hrefs = (one.attributes.get("href") or "" for one in row.css("a"))
    number = next((match[1] for href in hrefs if (match := _RCL.search(href))), None)
    return urljoin(LIST, f"detail.php?rcl={number}&screenkbn=01") if number else ""


def _day(row: feed.Node) -> str:
    node = row.css_first("span.result_list_post_date")
    return (iso_date(clean(node.text()), *_DATES) if node else None) or "9999"


def _fields(page: Page) -> dict[str, str]:
    """Return the values of a recall's page by their labels."""
    found: dict[str, str] = {}
    for item in page.css("li"):
        label, value = item.css_first("span.detail_cap"), item.css_first("span.detail_text")
        if label is None:
            continue
        text = clean(page.text(value)) if value else ""
        script = item.css_first("script")
        if not text and script and (rich := _RICH.search(script.text())):
            text = _rich(rich[1])
        found.setdefault(clean(page.text(label)), text)
    return found


def _rich(text: str) -> str:
    """Return the words of an editor's document, which the page's script would show."""
    try:
        document = json.loads(text.replace("\\'", "'"))
    except ValueError:
        return ""
    parts = document.get("ops", []) if isinstance(document, dict) else []
    texts = (one.get("insert") for one in parts if isinstance(one, dict))
    return clean("".join(one for one in texts if isinstance(one, str)))


def _notice(number: str, fields: dict[str, str]) -> Notice:
    words = vocabulary()
    published = iso_date(fields.get(SINCE, ""), *_DATES)
    prose = [(name, fields.get(name, "")) for name in (WHICH, REMARK)]
    hazard_text, action = fields.get(REMARK, ""), fields.get(ACTION, "")
    return BY.notice(
        number,
        published=published,
        title=fields[NAME],
        url=f"{SITE}/result/detail.php?rcl={number}",
        hazards=words.read("hazards", "ja", hazard_text),
        hazard_text=hazard_text,
        description=fields.get(WHICH, ""),
        category=fields.get(KIND, ""),
        measures=(Measure("recall", "", published, action),),
        remedies=words.read("remedies", "ja", action),
        remedy_text=action,
        notifying_country="日本",
        firms=tuple(Firm("recaller", name) for name in filter(None, [fields.get(FIRM)])),
        products=(
            AffectedProduct(
                name=fields[NAME],
                kind=fields.get(KIND, ""),
                batches=tuple(filter(None, [fields.get(WHICH)])),
                listing_ids=listing_ids(prose),
                mentions=mentions(prose),
            ),
        ),
    )


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="JP",
    licence=BY.licence,
    home=SITE,
    language=BY.language,
    parse=parse,
    feed=Feed(discover, follow, read=read, accept="text/html"),
)
