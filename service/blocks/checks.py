"""Looks at listings that are to be blocked: by our fetcher, by a person, by a shopper who passes on a sight."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.blocks import common, effects, states
from service.blocks.models import BlockOrder, ListingCheck
from service.core import access
from service.core.access import Asker
from service.core.errors import InvalidInput

OLDEST = timedelta(days=30)
"""How far back a person may date a look."""
LEASE = timedelta(hours=1)
DENSE, DAILY, LAST = timedelta(days=3), timedelta(days=30), timedelta(days=120)
"""Ages of an order up to which it is looked at twice a day, daily, and weekly; later no more."""

_LOCALE = re.compile(r"([a-zA-Z]{2,3}(-[a-zA-Z]{4})?-)?[a-zA-Z]{2}")


@dataclass(frozen=True, slots=True)
class Due:
    """A listing to be looked at now, for an order."""

    order_id: str
    listing_key: str
    platform: str
    item_id: str
    country: str
    notice_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found; `evidence` is the SHA-256 of its WARC file."""

    listing_key: str
    result: str
    locale: str
    at: datetime
    evidence: str | None = None
    detail: dict[str, Any] | None = None


def record_manual(session: Session, asker: Asker, seen: Seen, *, now: datetime) -> str:
    """Record what a person saw; return the state of the listing after it."""
    access.require(asker, "check.record")
    _check(session, seen, now)
    _add(session, seen, states.MANUAL, asker.organisation)
    common.note(session, asker, "check.record", f"listing:{seen.listing_key}", now)
    return _after(session, seen.listing_key, now)


def record_fetched(session: Session, seen: Seen, *, now: datetime) -> str:
    """Record what our own fetcher saw; return the state of the listing after it."""
    _add(session, seen, states.FETCHER, None)
    return _after(session, seen.listing_key, now)


def record_sighting(
    session: Session, asker: Asker, *, platform: str, item_id: str, locale: str, now: datetime
) -> None:
    """Keep that a shopper saw a listing for sale: the listing, the hour and the locale, no more.

    Only where the listing is to be blocked; of all others nothing is kept. It leads to a new look.
    """
    access.require(asker, "check.sighting")
    key = f"{platform}:item:{item_id}"
    hour = now.replace(minute=0, second=0, microsecond=0)
    seen = Seen(key, states.LIVE, locale, hour)
    _check_locale(locale)
    if not common.orders_of_listing(session, key):
        return
    same = select(ListingCheck.id).where(
        ListingCheck.listing_key == key,
        ListingCheck.at == hour,
        ListingCheck.source == states.SIGHTING,
        ListingCheck.locale == locale,
    )
    if session.scalar(same) is None:
        _add(session, seen, states.SIGHTING, None)
        _after(session, key, now)
        _look_soon(session, key, now)


def claim_due(session: Session, *, now: datetime, limit: int) -> list[Due]:
    """Take orders whose listing is to be looked at; a worker that dies leaves them to the next hour."""
    free = (
        select(BlockOrder.id)
        .where(BlockOrder.next_check <= now)
        .order_by(BlockOrder.next_check, BlockOrder.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(BlockOrder)
        .where(BlockOrder.id.in_(free))
        .values(next_check=now + LEASE)
        .returning(BlockOrder)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    rows = session.scalars(taken).all()
    return [
        Due(row.id, row.listing_key, row.platform, row.item_id, row.country, row.notice_id)
        for row in rows
    ]


def next_look(issued_at: datetime, *, waits: bool, now: datetime) -> datetime | None:
    """Return when a listing is looked at again; `waits` when a first miss is to be confirmed."""
    age = now - issued_at
    if waits:
        return now + states.APART
    if age > LAST:
        return None
    days = 0.5 if age < DENSE else 1 if age < DAILY else 7
    return now + timedelta(days=days)


def _check(session: Session, seen: Seen, now: datetime) -> None:
    wrong: dict[str, str] = {}
    if seen.result not in states.RESULTS:
        wrong["result"] = f"is none of {', '.join(states.RESULTS)}"
    if not now - OLDEST <= seen.at <= now:
        wrong["at"] = f"lies in the future or more than {OLDEST.days} days back"
    if not common.orders_of_listing(session, seen.listing_key):
        wrong["item_id"] = "no block order is about this listing"
    if wrong:
        raise InvalidInput("the check cannot be taken", where=next(iter(wrong)), fields=wrong)
    _check_locale(seen.locale)


def _check_locale(locale: str) -> None:
    if not _LOCALE.fullmatch(locale):
        what = "is no locale such as ko-KR"
        raise InvalidInput(what, where="locale", fields={"locale": what})


def _add(session: Session, seen: Seen, source: str, organisation: str | None) -> None:
    session.add(
        ListingCheck(
            listing_key=seen.listing_key,
            at=seen.at,
            source=source,
            result=seen.result,
            locale=seen.locale,
            organisation_id=organisation,
            evidence=seen.evidence,
            detail=seen.detail or {},
        )
    )
    session.flush()


def _after(session: Session, listing_key: str, now: datetime) -> str:
    """Let the orders of a listing follow what is known of it."""
    looks = effects.checks_of(session, listing_key)
    waits = states.needs_second_look(looks)
    for order in common.orders_of_listing(session, listing_key):
        if order.next_check is not None:
            order.next_check = next_look(order.issued_at, waits=waits, now=now)
        effects.settle(session, order, now=now)
    return states.state_of(looks)


def _look_soon(session: Session, listing_key: str, now: datetime) -> None:
    for order in common.orders_of_listing(session, listing_key):
        if order.next_check is not None:
            order.next_check = min(order.next_check, now)
