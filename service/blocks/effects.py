"""What an order and its checks say about a seller: only where the listing is the seller's own."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.blocks import states, values
from service.blocks.models import BlockEvent, BlockOrder, ListingCheck
from service.blocks.states import Check
from service.evidence import operations as evidence
from service.evidence.operations import Fact
from service.merchants import queries as merchants
from service.safety import queries as safety

SOURCE = "caveat-blocks"
SEEN_WITHIN = timedelta(days=180)
"""How old an observation of the seller may be when the order is issued."""

_STATUS = {states.GONE: "gone", states.RELISTED: "relisted", states.LIVE: "still_live"}


def settle(session: Session, order: BlockOrder, *, now: datetime) -> None:
    """Record about the seller what order and checks say by now; said twice, it counts once."""
    if order.merchant_key is None:
        order.merchant_key = _own_seller(session, order)
    if order.merchant_key is None:
        return
    found = [_block(session, order, now), *_ends(session, order, now), *_seen(session, order, now)]
    evidence.record(session, found, now=now)


def checks_of(session: Session, listing_key: str) -> list[Check]:
    """Return every look at a listing."""
    rows = session.scalars(select(ListingCheck).where(ListingCheck.listing_key == listing_key))
    return [Check(row.at, row.locale, row.result, row.source) for row in rows]


def _own_seller(session: Session, order: BlockOrder) -> str | None:
    """Return the seller whose own listing it is; an entry of a shared catalogue is nobody's own."""
    if order.platform in values.catalogues():
        return None
    seen = merchants.last_seller(session, order.listing_key)
    if seen is None or order.issued_at - seen.observed_at > SEEN_WITHIN:
        return None
    return merchants.canonical_key(session, seen.merchant_key)


def _block(session: Session, order: BlockOrder, now: datetime) -> Fact:
    return _fact(session, order, "block", order.issued_at, now, severity=order.severity)


def _ends(session: Session, order: BlockOrder, now: datetime) -> list[Fact]:
    final = [state.name for state in values.states().values() if state.final]
    ends = select(BlockEvent.at).where(BlockEvent.order_id == order.id, BlockEvent.state.in_(final))
    return [_fact(session, order, "block_lift", at, now) for at in session.scalars(ends)]


def _seen(session: Session, order: BlockOrder, now: datetime) -> list[Fact]:
    checks = [one for one in checks_of(session, order.listing_key) if one.at >= order.issued_at]
    changes = [
        (at, status) for at, state in states.changes(checks) if (status := _STATUS.get(state))
    ]
    return [
        _as_fact(
            session,
            order,
            "block_status",
            at,
            now,
            {"product": order.listing_key, "status": status},
        )
        for at, status in changes
    ]


def _fact(
    session: Session, order: BlockOrder, kind: str, at: datetime, now: datetime, **more: Any
) -> Fact:
    names = accounts.kinds_and_names(session, [order.organisation_id])
    source = names[order.organisation_id][1]
    payload = {"product": order.listing_key, "source": source, "country": order.country, **more}
    return _as_fact(session, order, kind, at, now, payload)


def _as_fact(
    session: Session,
    order: BlockOrder,
    kind: str,
    at: datetime,
    now: datetime,
    payload: dict[str, Any],
) -> Fact:
    notice = safety.notice(session, order.notice_id)
    return Fact(
        merchant_key=str(order.merchant_key),
        kind=kind,
        payload=payload,
        true_at=at,
        known_at=now,
        source=SOURCE,
        source_url=(notice.url or None) if notice else None,
    )
