"""One look of our own at a listing: fetched politely, read by the rules, kept as evidence."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from scrapers.engine import extract
from scrapers.errors import ScrapersError
from scrapers.fetching import Snapshot
from scrapers.identity import seller_on_page
from service.blocks import addresses, states, warc
from service.core import fetching
from service.core.fetching import Web


@dataclass(frozen=True, slots=True)
class Look:
    """What was found; without a snapshot there was no answer to keep."""

    result: str
    at: datetime
    snapshot: Snapshot | None
    fields: dict[str, Any]
    seller: str | None
    why: str


def look(web: Web, platform: str, item_id: str, country: str, *, now: datetime) -> Look:
    """Look at a listing once; whatever keeps us from seeing it makes the look unverifiable."""
    url = addresses.address_of(platform, item_id, country)
    if url is None:
        return Look(states.UNVERIFIABLE, now, None, {}, None, "no address")
    asked = fetching.ask(web, url)
    snapshot = asked.snapshot
    if snapshot is None:
        return Look(states.UNVERIFIABLE, now, None, {}, None, asked.why)
    fields = _fields(snapshot)
    result, why = judge(snapshot, fields, platform, item_id)
    seller = seller_on_page(platform, fields)
    return Look(result, snapshot.fetched_at, snapshot, fields, seller, why)


def judge(
    snapshot: Snapshot, fields: dict[str, Any], platform: str, item_id: str
) -> tuple[str, str]:
    """Return what an answer says about the listing, and why: never more than the answer shows."""
    if snapshot.state != "page":
        gone = snapshot.state == "gone"
        return (states.ABSENT if gone else states.UNVERIFIABLE), f"status {snapshot.status}"
    there = addresses.listing_of(snapshot.final_url)
    if there is None:
        return states.ABSENT, "led to another page"
    if (there.platform, there.item_id) != (platform, item_id):
        return states.LIVE_VARIANT, "led to another listing"
    if fields.get("availability") == "OutOfStock":
        return states.OUT_OF_STOCK, "out of stock"
    if fields.get("title") and (fields.get("price") or fields.get("availability")):
        return states.LIVE, "offered"
    return states.UNVERIFIABLE, "no offer could be read"


def evidence_of(found: Look, *, listing_key: str, locale: str, notice: tuple[str, str]) -> bytes:
    """Return the WARC file of a look that got an answer; `notice` is its id and the hash of its wording."""
    assert found.snapshot is not None  # noqa: S101 - the caller asks only where there is one
    looked = warc.Looked(
        listing_key=listing_key,
        locale=locale,
        result=found.result,
        notice_id=notice[0],
        notice_hash=notice[1],
        fields=found.fields,
        tool=f"caveat/{version('caveat')}",
    )
    return warc.write(found.snapshot, looked)


def _fields(snapshot: Snapshot) -> dict[str, Any]:
    if snapshot.state != "page":
        return {}
    try:
        found = extract(snapshot.body, snapshot.final_url, encoding=snapshot.encoding)
    except ScrapersError:
        return {}
    return found.fields
