"""Korea: the list of safetykorea's domestic recalls that Seoul city mirrors as pages, ten rows each.

The mirror announces 124 pages and answers those beyond about the 77th with an empty table.
"""

import re
from collections.abc import Iterator

from scrapers.errors import InvalidInput
from scrapers.html import Page, clean
from scrapers.notices import feed
from scrapers.notices.model import Notice, Rejected, rejected
from scrapers.notices.safetykorea import AUTHORITY, LICENCE, mirrored
from scrapers.notices.source import DAY, Feed, Request, Source, State
from scrapers.notices.text import iso_date

ID = "kr-seoul"
LIST = "https://sftc.seoul.go.kr/fe/si/recallDmstc/NR_list.do"
COLUMNS = 6

_TABLE = "table.tbl-list"
_UID = re.compile(r"viewDtail\((\d+)\)")
_PAGES = re.compile(r"\((\d+)/(\d+)\s*page\)")


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each row of a list page, none for an empty table.

    Raises InvalidInput for what is no such page.
    """
    page = Page(data)
    if not page.css(_TABLE):
        raise InvalidInput("no list of recalls on this page", "page")
    return feed.checked(_row(number, row) for number, row in enumerate(_rows(page), 1))


def discover(_state: State) -> list[Request]:
    """Ask for the first page; a parameter names the page."""
    return [Request(f"{LIST}?pageIndex=1")]


def follow(request: Request, body: bytes, state: State) -> list[Request]:
    """Ask for the next page, as long as this one has rows that are new enough."""
    page = Page(body)
    days = [day for row in _rows(page) if (day := _day(row))]
    stated = _PAGES.search(clean(page.text(page.tree.body)) if page.tree.body else "")
    last = int(stated[2]) if stated else request.last
    if not days or request.page >= last or min(days) < (state.since or ""):
        return []
    number = request.page + 1
    return [Request(f"{LIST}?pageIndex={number}", page=number, last=last)]


def _rows(page: Page) -> list[feed.Node]:
    return [row for row in page.css(f"{_TABLE} tbody tr") if len(row.css("td")) == COLUMNS]


def _day(row: feed.Node) -> str | None:
    return iso_date(clean(row.css("td")[-1].text()), "%Y.%m.%d", "%Y-%m-%d")


def _row(number: int, row: feed.Node) -> Notice | Rejected:
    uid, published = _UID.search(row.html or ""), _day(row)
    if uid is None or published is None:
        what = "the row has no number" if uid is None else "the row has no date"
        return rejected(what, f"row {number}", row.html or "")
    _, name, model, company, kind, _ = (clean(cell.text()) for cell in row.css("td"))
    return mirrored(
        uid[1],
        published=published,
        name=name,
        kind=kind,
        model=model,
        company=company,
        url=f"https://sftc.seoul.go.kr/fe/si/recallDmstc/NR_view.do?recallUid={uid[1]}",
    )


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="KR",
    licence=LICENCE,
    home=LIST,
    language="ko",
    parse=parse,
    feed=Feed(discover, follow, overlap=28 * DAY, ends_early=True, accept="text/html"),
    seen_live=True,
    note="A mirror: holds about three years, and stops answering before its announced last page.",
)
