"""The watch for blocked products that come back under another item id: nominated here, decided by a person."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.matching.products import Product, product
from service.blocks import addresses, common
from service.blocks.models import BlockOrder, RelistingCandidate
from service.core import access
from service.core.access import Asker, Target
from service.core.errors import Conflict, InvalidInput
from service.merchants import queries as merchants
from service.safety import comparing, matches
from service.safety.comparing import Finding

OPEN, CONFIRMED, REJECTED = "open", "confirmed", "rejected"
DECISIONS = (CONFIRMED, REJECTED)
WEAKEST = 3
"""The weakest tier that nominates: text or image. A category alone nominates nothing."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing that somebody came upon, as far as its page says what it is; no personal data."""

    platform: str
    item_id: str
    title: str = ""
    brand: str = ""
    model: str = ""
    gtin: str = ""
    merchant_key: str | None = None

    @property
    def key(self) -> str:
        """Return the listing's key."""
        return f"{self.platform}:item:{self.item_id}"

    @property
    def product(self) -> Product:
        """Return what is compared with notices."""
        return product(asdict(self))


def report(session: Session, asker: Asker, listing: Listing, *, now: datetime) -> int:
    """Compare a listing with what is blocked; return how many candidates were queued for review."""
    access.require(asker, "check.record")
    if addresses.address_of(listing.platform, listing.item_id, "") is None:
        what = "is no listing of a known platform"
        raise InvalidInput(what, where="item_id", fields={"item_id": what})
    found = comparing.find(session, listing.product)
    matches.propose_found(session, (listing.platform, listing.item_id), found, now=now)
    queued = nominate(session, listing, found, now=now)
    common.note(session, asker, "check.record", f"listing:{listing.key}", now)
    return queued


def nominate(session: Session, listing: Listing, found: list[Finding], *, now: datetime) -> int:
    """Queue a listing that may be a blocked product, once a notice and regulator; one that is ordered itself is none."""
    queued = 0
    for one in found:
        if one.tier > WEAKEST:
            continue
        about = select(BlockOrder).where(
            BlockOrder.notice_id == one.notice.notice_id,
            BlockOrder.platform == listing.platform,
            BlockOrder.listing_key != listing.key,
            BlockOrder.issued_at <= now,
        )
        rows = session.scalars(about.order_by(BlockOrder.id)).all()
        for order in _one_each(session, rows, listing):
            queued += _queue(session, order, listing, one, now)
    return queued


def decide(
    session: Session, asker: Asker, candidate_id: str, decision: str, *, now: datetime
) -> None:
    """Say whether a candidate is the blocked product."""
    row = session.get(RelistingCandidate, candidate_id)
    owner = row.organisation_id if row else None
    access.require(asker, "relisting.review", Target("candidate", candidate_id, owner))
    if row is None:
        raise access.missing("candidate", candidate_id)
    if decision not in DECISIONS:
        raise InvalidInput(f"is none of {', '.join(DECISIONS)}", where="decision")
    if row.state != OPEN:
        raise Conflict(f"is {row.state}", where=candidate_id)
    row.state, row.decided_by, row.decided_at = decision, asker.label, now
    common.note(session, asker, "relisting.review", f"candidate:{candidate_id}", now)


def _one_each(session: Session, rows: Iterable[BlockOrder], listing: Listing) -> list[BlockOrder]:
    """Return one order a regulator, so that nobody decides twice: the same seller's, else the newest."""
    seller = _seller(session, listing)
    best: dict[str, tuple[bool, datetime, BlockOrder]] = {}
    for order in rows:
        same = _same(_seller_of(session, order), seller) is True
        known = best.get(order.organisation_id)
        if known is None or (same, order.issued_at) > known[:2]:
            best[order.organisation_id] = (same, order.issued_at, order)
    return [order for _, _, order in best.values()]


def _queue(
    session: Session, order: BlockOrder, listing: Listing, found: Finding, now: datetime
) -> int:
    ordered = select(BlockOrder.id).where(
        BlockOrder.listing_key == listing.key, BlockOrder.notice_id == order.notice_id
    )
    known = (
        select(RelistingCandidate.id)
        .join(BlockOrder, BlockOrder.id == RelistingCandidate.order_id)
        .where(
            BlockOrder.notice_id == order.notice_id,
            RelistingCandidate.organisation_id == order.organisation_id,
            RelistingCandidate.listing_key == listing.key,
        )
    )
    if (
        session.scalars(known.limit(1)).first() is not None
        or session.scalars(ordered.limit(1)).first()
    ):
        return 0
    seller = _seller(session, listing)
    session.add(
        RelistingCandidate(
            id=str(uuid.uuid4()),
            order_id=order.id,
            organisation_id=order.organisation_id,
            listing_key=listing.key,
            seen_at=now,
            tier=found.tier,
            why="; ".join(f"{one.what}: {one.notice}" for one in found.why),
            merchant_key=seller,
            same_seller=_same(_seller_of(session, order), seller),
            state=OPEN,
        )
    )
    session.flush()
    return 1


def _seller(session: Session, listing: Listing) -> str | None:
    seen = merchants.last_seller(session, listing.key)
    key = listing.merchant_key or (seen.merchant_key if seen else None)
    return merchants.canonical_key(session, key) if key else None


def _seller_of(session: Session, order: BlockOrder) -> str | None:
    seen = merchants.last_seller(session, order.listing_key)
    key = order.merchant_key or (seen.merchant_key if seen else None)
    return merchants.canonical_key(session, key) if key else None


def _same(one: str | None, other: str | None) -> bool | None:
    return None if one is None or other is None else one == other
