"""Links to legal pages: which there are, and whether a page is one."""

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from scrapers.disclosures.data import load
from scrapers.errors import InvalidInput
from scrapers.html import Page, clean
from scrapers.identity import registrable_domain
from scrapers.weburl import WebUrl, parse

MOST_LINKS = 20_000
_LONGEST_TEXT = 80
_EDGES = " \t|›»>→·•:-–[]()"


class LegalLink(NamedTuple):
    """A link to a page that may hold what the law asks for; `url` is absolute."""

    kind: str
    url: str
    text: str


class _Kind(NamedTuple):
    kind: str
    text: re.Pattern[str] | None
    path: re.Pattern[str] | None
    host: re.Pattern[str] | None


@functools.cache
def _kinds() -> tuple[_Kind, ...]:
    return tuple(
        _Kind(
            entry["kind"],
            _compiled(entry.get("text")),
            _compiled(entry.get("path")),
            _compiled(entry.get("host"), r"(?:^|\.)(?:{})$"),
        )
        for entry in load("links.yaml")
    )


def _compiled(pattern: str | None, form: str = "(?:{})") -> re.Pattern[str] | None:
    return re.compile(form.format(pattern), re.IGNORECASE) if pattern else None


def legal_links(page: Page | bytes, url: str) -> list[LegalLink]:
    """Return the links that lead to legal pages, those of the same registrable domain first.

    Within a domain the kinds stand in the order of `links.yaml`, then as on the page. Raises
    InvalidInput when `url` is no address.
    """
    parsed = page if isinstance(page, Page) else Page(page)
    own = registrable_domain(parse(url).host)
    found: dict[tuple[str, str], LegalLink] = {}
    for link, target in _links(parsed, url):
        if (kind := _kind_of(link.text, target)) and (kind, link.url) not in found:
            found[kind, link.url] = link._replace(kind=kind)
    order = [kind.kind for kind in _kinds()]
    return sorted(found.values(), key=lambda one: (_is_other(one, own), order.index(one.kind)))


def _is_other(link: LegalLink, own: str) -> bool:
    return registrable_domain(parse(link.url).host) != own


def _links(page: Page, url: str) -> Iterator[tuple[LegalLink, WebUrl]]:
    base = next((node.attributes.get("href") for node in page.css("base[href]")), None)
    start = _joined(url, base) or url if base else url
    for node in page.css("a[href], area[href]")[:MOST_LINKS]:
        href = (node.attributes.get("href") or "").strip()
        if href.startswith("#") or not href:
            continue
        absolute = _joined(start, href)
        target = _parsed(absolute)
        if absolute and target and target.host:
            yield LegalLink("", absolute, _text(node)), target


def _joined(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def _parsed(url: str | None) -> WebUrl | None:
    try:
        return parse(url) if url else None
    except InvalidInput:
        return None


def _text(node: LexborNode) -> str:
    text = clean(node.text()[:400])
    if not text:
        images = [image.attributes.get("alt") or "" for image in node.css("img[alt]")[:1]]
        titled = [node.attributes.get(name) or "" for name in ("aria-label", "title")]
        text = next((clean(found) for found in (*titled, *images) if clean(found)), "")
    return text[:_LONGEST_TEXT]


def _kind_of(text: str, target: WebUrl) -> str | None:
    """Return the kind of a link: by its words, else by where it leads."""
    plain = text.strip(_EDGES)
    hosted = (k.kind for k in _kinds() if k.host and _is_at(k, target))
    worded = (k.kind for k in _kinds() if k.text and k.text.fullmatch(plain))
    led = (k.kind for k in _kinds() if k.path and not k.host and k.path.search(target.path))
    return next(hosted, None) or next(worded, None) or (None if plain else next(led, None))


def _is_at(kind: _Kind, target: WebUrl) -> bool:
    """Tell whether an address is on the one site that a kind lives on."""
    there = kind.host is not None and kind.host.search(target.host)
    return bool(there and (kind.text or (kind.path and kind.path.search(target.path))))


def page_kinds(page: Page, url: str) -> set[str]:
    """Return which kinds of legal page a page says it is: by its headings, title or address."""
    path = parse(url).path
    texts = [heading.strip(_EDGES) for heading in page.headings]
    texts += [
        part.strip() for text in texts for part in re.split(r"\s[|–—·-]\s|\s*[|:：]\s*", text)
    ]
    return {
        kind.kind
        for kind in _kinds()
        if (kind.path and not kind.host and kind.path.search(path))
        or (kind.text and any(kind.text.fullmatch(text) for text in texts))
    }
