"""Block orders: issued and lifted by a regulator, answered by the platform."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, time
from datetime import date as day

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.blocks import addresses, common, effects, values
from service.blocks.models import BlockOrder
from service.core import access, calendars
from service.core.access import Asker, Target
from service.core.errors import Conflict, InvalidInput
from service.safety import queries as safety
from service.safety.views import NoticeView

LONGEST_REASON = 2_000
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """A listing to be blocked in a country, and why; `days` replaces the usual working days."""

    notice_id: str
    platform: str
    item_id: str
    country: str
    reason: str
    legal_basis: str
    severity: int = 2
    found_by: str = values.AUTHORITY
    days: int | None = None
    list_id: str | None = None


def issue(session: Session, asker: Asker, wanted: Wanted, *, now: datetime) -> str:
    """Issue an order; return its id. Conflict when the same one is open already."""
    own = common.require_regulator(session, asker, "block.issue")
    return place(session, own, asker, wanted, now=now)


def place(session: Session, owner: str, asker: Asker, wanted: Wanted, *, now: datetime) -> str:
    """Write an order of an organisation whose right to it was checked."""
    notice = _checked(session, wanted)
    listing_key = f"{wanted.platform}:item:{wanted.item_id}"
    if open_order(session, owner, wanted) is not None:
        raise Conflict("is ordered already", where=listing_key, code="blocks.repeated")
    order = BlockOrder(
        id=str(uuid.uuid4()),
        organisation_id=owner,
        platform=wanted.platform,
        item_id=wanted.item_id,
        listing_key=listing_key,
        notice_id=notice.notice_id,
        notice_published=notice.published,
        hazards=list(notice.hazards),
        country=wanted.country,
        reason=wanted.reason,
        legal_basis=wanted.legal_basis,
        severity=wanted.severity,
        found_by=wanted.found_by,
        list_id=wanted.list_id,
        issued_at=now,
        deadline=_deadline(wanted, notice, now),
        state=values.ISSUED,
        next_check=now,
    )
    session.add(order)
    session.flush()
    common.enter_state(
        session, order, values.ISSUED, by=values.REGULATOR, actor=asker.label, now=now
    )
    common.note(session, asker, "block.issue", f"block order:{order.id}", now)
    effects.settle(session, order, now=now)
    return order.id


def open_order(session: Session, owner: str, wanted: Wanted) -> BlockOrder | None:
    """Return the order about the same listing, notice and country that still stands."""
    final = [state.name for state in values.states().values() if state.final]
    same = select(BlockOrder).where(
        BlockOrder.organisation_id == owner,
        BlockOrder.listing_key == f"{wanted.platform}:item:{wanted.item_id}",
        BlockOrder.notice_id == wanted.notice_id,
        BlockOrder.country == wanted.country,
        BlockOrder.state.not_in(final),
    )
    return session.scalars(same.limit(1)).first()


def decide(
    session: Session, asker: Asker, order_id: str, state: str, *, reason: str, now: datetime
) -> None:
    """Uphold a contested order, withdraw a wrong one, or lift one that is no longer needed."""
    order = common.order_for(session, asker, "block.decide", order_id)
    # Only who issued it: the platform's own people may hold a key with this scope as well.
    access.require(asker, "block.decide", Target("block order", order_id, order.organisation_id))
    common.require_regulator(session, asker, "block.decide")
    _enter(session, asker, order, state, values.REGULATOR, reason, now)


def answer(
    session: Session, asker: Asker, order_id: str, state: str, *, reason: str = "", now: datetime
) -> None:
    """Acknowledge, block or contest, for the platform."""
    order = common.order_for(session, asker, "block.answer", order_id)
    receiver = common.receiver_of(session, order.platform)
    owner = receiver.organisation_id if receiver else None
    access.require(asker, "block.answer", Target("block order", order_id, owner))
    _enter(session, asker, order, state, values.PLATFORM, reason, now)


def end(session: Session, asker: Asker, order: BlockOrder, *, reason: str, now: datetime) -> None:
    """End an order that a new edition of its list no longer holds: lifted, a contested one withdrawn."""
    possible = values.next_states(order.state, values.REGULATOR)
    state = values.LIFTED if values.LIFTED in possible else values.WITHDRAWN
    _enter(session, asker, order, state, values.REGULATOR, reason, now)


def deliver(session: Session, order: BlockOrder, *, way: str, now: datetime) -> None:
    """Keep that the platform has an order, and which way it came to it."""
    if order.state == values.ISSUED:
        common.enter_state(
            session,
            order,
            values.DELIVERED,
            by=values.DELIVERY,
            actor=access.SYSTEM.label,
            now=now,
            way=way,
        )


def _enter(
    session: Session,
    asker: Asker,
    order: BlockOrder,
    state: str,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    if state not in values.states():
        raise InvalidInput(f"{state!r} is no state of an order", where="state")
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise InvalidInput("is too long", where="reason", fields={"reason": "is too long"})
    common.enter_state(session, order, state, by=by, actor=asker.label, reason=reason, now=now)
    if values.states()[state].final:
        order.next_check = None
    common.note(session, asker, f"block.{state}", f"block order:{order.id}", now)
    effects.settle(session, order, now=now)


def _checked(session: Session, wanted: Wanted) -> NoticeView:
    """Return the notice an order rests on; raise InvalidInput naming every field that is wrong."""
    wrong: dict[str, str] = {}
    notice = safety.notice(session, wanted.notice_id)
    if notice is None:
        wrong["notice_id"] = "there is no such notice"
    if addresses.address_of(wanted.platform, wanted.item_id, wanted.country) is None:
        wrong["item_id"] = "is no listing of a known platform"
    if wanted.reason not in values.reasons():
        wrong["reason"] = f"is none of {', '.join(values.reasons())}"
    if not wanted.legal_basis.strip() or len(wanted.legal_basis) > LONGEST_REASON:
        wrong["legal_basis"] = "is missing or too long"
    if wanted.severity not in values.SEVERITIES:
        wrong["severity"] = "is none of 1, 2, 3"
    if wanted.found_by not in values.FOUND_BY:
        wrong["found_by"] = f"is none of {', '.join(values.FOUND_BY)}"
    if wanted.days is not None and not 0 < wanted.days <= MOST_DAYS:
        wrong["days"] = f"is no number from 1 to {MOST_DAYS}"
    if wrong or notice is None:
        raise InvalidInput("the order cannot be taken", where=next(iter(wrong)), fields=wrong)
    return notice


def _deadline(wanted: Wanted, notice: NoticeView, now: datetime) -> datetime:
    """Count from the order; for what the platform could find itself, from the notice."""
    start = now
    if wanted.found_by == values.MONITORING and notice.published:
        published = datetime.combine(day.fromisoformat(notice.published), time(), tzinfo=UTC)
        start = min(published, now)
    return calendars.business_deadline(start, wanted.days or values.working_days(), wanted.country)
