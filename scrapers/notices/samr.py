"""China: recalls of consumer products that the SAMR's recall centre lists on pages of its site.

A title says it all: "【河南】…有限公司召回部分…牌…（型号…）". Lists go back page by page: `index.html`,
`index_1.html`, …; a script names how many there are.
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from scrapers.errors import InvalidInput
from scrapers.html import Page, clean
from scrapers.notices import feed
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected, rejected
from scrapers.notices.publisher import Publisher
from scrapers.notices.source import DAY, Feed, Request, Source, State
from scrapers.notices.text import iso_date
from scrapers.notices.vocabulary import vocabulary

ID = "cn-samr"
AUTHORITY = "国家市场监督管理总局缺陷产品召回技术中心 (SAMR)"
BY = Publisher(ID, AUTHORITY, "CN", "licence not verified", "zh-Hans")
LIST = "https://www.samrdprc.org.cn/xfpzh/xfpgnzh/"

_ITEMS = "div.boxl_ul ul li"
_ID = re.compile(r"/t(\d{8}_\d+)\.html")
_PAGES = re.compile(r"createPageHTML\(\s*(\d+)")
_TITLE = re.compile(
    r"(?:【(?P<place>[^】]+)】)?(?P<firm>.+?)召回(?:部分)?(?P<what>.+?)(?:（(?P<model>[^）]*)）)?$"
)
_BRAND = re.compile(r"^(?P<brand>[^牌]{1,30})牌(?P<kind>.+)$")
_MODEL = re.compile(r"^(?:(?:产品|规格)?型号(?:/规格)?|规格|款号|货号)[:： 为]*")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d")


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each entry of a list page.

    Raises InvalidInput for what is no such page.
    """
    return read(data, LIST)


def read(data: bytes, url: str) -> Iterator[Notice | Rejected]:
    """Do as `parse`, with the address that the page's links are relative to."""
    entries = Page(data).css(_ITEMS)
    if not entries:
        raise InvalidInput("no list of recalls on this page", "page")
    rows = (_row(number, entry, url) for number, entry in enumerate(entries, 1))
    return feed.checked(rows)


def discover(_state: State) -> list[Request]:
    """Ask for the first page of the list."""
    return [Request(LIST)]


def follow(request: Request, body: bytes, state: State) -> list[Request]:
    """Ask for the next page, as long as the entries of this one are new enough."""
    page = Page(body)
    stated = _PAGES.search(page.scripts)
    last = int(stated[1]) if stated else 1
    days = [day for one in page.css(f"{_ITEMS} span") if (day := iso_date(one.text(), *_DATES))]
    old = state.since is not None and bool(days) and min(days) < state.since
    if old or request.page >= last:
        return []
    return [Request(f"{LIST}index_{request.page}.html", page=request.page + 1, last=last)]


def _row(number: int, entry: feed.Node, url: str) -> Notice | Rejected:
    link, day = entry.css_first("a"), entry.css_first("span")
    title = clean(link.attributes.get("title") or link.text()) if link else ""
    href = urljoin(url, (link.attributes.get("href") or "") if link else "")
    try:
        return _notice(title, href, iso_date(clean(day.text()), *_DATES) if day else None)
    except ValueError as error:
        return rejected(str(error), f"entry {number}", entry.html or "")


def _notice(title: str, url: str, published: str | None) -> Notice:
    number = _ID.search(url)
    if number is None:
        raise ValueError(f"{url[:80]!r} is no address of a recall")
    parts = match.groupdict() if (match := _TITLE.match(title)) else {}
    return BY.notice(
        number[1],
        published=published,
        title=title,
        url=url,
        hazards=vocabulary().read("hazards", "zh-Hans", title),
        notifying_country="中国",
        measures=(Measure("recall", "", published, title),),
        firms=tuple(Firm("recaller", name) for name in filter(None, [parts.get("firm")])),
        products=(_product(parts.get("what") or title, parts.get("model") or ""),),
    )


def _product(what: str, model: str) -> AffectedProduct:
    match = _BRAND.match(what)
    return AffectedProduct(
        name=what,
        kind=match["kind"] if match else what,
        brands=(match["brand"],) if match else (),
        models=tuple(filter(None, [_MODEL.sub("", model)])),
    )


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="CN",
    licence=BY.licence,
    home=LIST,
    language=BY.language,
    parse=parse,
    feed=Feed(discover, follow, read=read, overlap=28 * DAY, accept="text/html"),
)
