"""Evidence of a check as a WARC file: what was answered, without anybody's personal data.

A product page also holds reviews, names and faces of buyers. So the page itself is not kept: the
response record holds the parts of it that tell which product was offered, for how much and whether at
all, and the metadata record the hash of the whole, by which a copy that somebody else kept can be
recognised. Parts that are kept are listed here; what is not listed is left out.
"""

import hashlib
import html
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scrapers.errors import ScrapersError
from scrapers.fetching import Snapshot
from scrapers.html import Page, clean
from scrapers.identity import identify
from scrapers.weburl import parse

HEADERS = ("content-type", "content-language", "date", "last-modified", "etag", "age")
_META = frozenset(
    {
        "og:title",
        "og:url",
        "og:type",
        "og:locale",
        "product:price:amount",
        "product:price:currency",
        "product:availability",
        "robots",
    }
)
_FIELDS = ("title", "price", "currency", "availability", "brand", "model", "gtin", "images")
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What is kept of one look, besides the answer itself."""

    listing_key: str
    locale: str
    result: str
    notice_id: str
    notice_hash: str
    fields: Mapping[str, Any]
    tool: str


def listing_address(url: str) -> str:
    """Return an address without what belongs to one visit: canonical, else without its query."""
    try:
        canonical = identify(url).canonical_url
        bare = parse(url)
    except ScrapersError:
        return ""
    return canonical or f"{bare.scheme}://{bare.authority}{bare.path}"


def write(snapshot: Snapshot, looked: Looked) -> bytes:
    """Return the WARC file of a look: a response record and the metadata record that concerns it."""
    from warcio.statusandheaders import StatusAndHeaders  # noqa: PLC0415 - only who writes evidence
    from warcio.warcwriter import WARCWriter  # noqa: PLC0415 - same

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    when = {"WARC-Date": snapshot.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    kept = [(name, snapshot.headers[name]) for name in HEADERS if name in snapshot.headers]
    page, said = reduced(snapshot), _metadata(snapshot, looked)
    response = writer.create_warc_record(
        listing_address(snapshot.url),
        "response",
        payload=io.BytesIO(page),
        length=len(page),
        http_headers=StatusAndHeaders(f"{snapshot.status}", kept, protocol="HTTP/1.1"),
        warc_headers_dict=when | {"WARC-Truncated": "unspecified"},
    )
    metadata = writer.create_warc_record(
        listing_address(snapshot.url),
        "metadata",
        payload=io.BytesIO(said),
        length=len(said),
        warc_content_type="application/json",
        warc_headers_dict=when
        | {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")},
    )
    writer.write_record(response)
    writer.write_record(metadata)
    return out.getvalue()


def reduced(snapshot: Snapshot) -> bytes:
    """Return the parts of a page that say what was offered, as a page of their own."""
    try:
        page = Page(snapshot.body, encoding=snapshot.encoding)
    except ScrapersError:
        return b""
    return "\n".join(["<!doctype html>", *_parts(page)]).encode()


def _parts(page: Page) -> Iterator[str]:
    for name in ("head > title", "h1"):
        for node in page.css(name)[:1]:
            tag = name.rpartition(" ")[2]
            yield f"<{tag}>{html.escape(clean(node.text())[:LONGEST])}</{tag}>"
    for node in page.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        if name in _META:
            content = (node.attributes.get("content") or "")[:LONGEST]
            yield f'<meta property="{name}" content="{html.escape(content)}">'
    for node in page.css("link[rel=canonical][href]")[:1]:
        address = listing_address(node.attributes.get("href") or "")
        yield f'<link rel="canonical" href="{html.escape(address)}">'


def _metadata(snapshot: Snapshot, looked: Looked) -> bytes:
    said = {
        "listing": looked.listing_key,
        "asked": listing_address(snapshot.url),
        "answered": listing_address(snapshot.final_url),
        "at": _iso(snapshot.fetched_at),
        "status": snapshot.status,
        "locale": looked.locale,
        "result": looked.result,
        "body": {"sha256": hashlib.sha256(snapshot.body).hexdigest(), "bytes": len(snapshot.body)},
        "text_sha256": _text_digest(snapshot),
        "fields": {name: looked.fields[name] for name in _FIELDS if name in looked.fields},
        "seller_id": (looked.fields.get("seller") or {}).get("id"),
        "notice": {"id": looked.notice_id, "sha256": looked.notice_hash},
        "tool": looked.tool,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1, default=str).encode()


def _text_digest(snapshot: Snapshot) -> str | None:
    """Return the hash of the visible text with single spaces: the same page twice has the same."""
    try:
        body = Page(snapshot.body, encoding=snapshot.encoding).tree.body
    except ScrapersError:
        return None
    return hashlib.sha256(clean(body.text() if body else "").encode()).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
