"""What every write to block orders shares: who may, what is logged, what is told to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.blocks import values
from service.blocks.models import BlockEvent, BlockOrder, BlockReceiver
from service.core import access, audit, outbox
from service.core.access import Asker, Target
from service.core.errors import Conflict, InvalidInput

WEBHOOK = "blocks.webhook"
_REGULATOR = "regulator"
_PLATFORM = "platform"
_LOCK = 0x0B10C
"""Key of the advisory lock under which PostgreSQL numbers events."""


def require_regulator(session: Session, asker: Asker, action: str) -> str:
    """Return the asker's organisation; it must be a regulator, whatever role or key asks."""
    own = asker.organisation
    access.require(asker, action, Target("organisation", own or "", own))
    _require_kind(session, own, _REGULATOR)
    assert own is not None  # noqa: S101 - the kind was found
    return own


def require_platform(session: Session, organisation_id: str) -> None:
    """Refuse to let an organisation of another kind answer for a platform."""
    _require_kind(session, organisation_id, _PLATFORM)


def _require_kind(session: Session, organisation_id: str | None, kind: str) -> None:
    known = accounts.kinds_and_names(session, [organisation_id or ""])
    if known.get(organisation_id or "", ("", ""))[0] != kind:
        raise Conflict(f"only an organisation of kind {kind} does this", code=f"blocks.not_{kind}")


def receiver_of(session: Session, platform: str) -> BlockReceiver | None:
    """Return who answers for a platform."""
    return session.get(BlockReceiver, platform)


def note(session: Session, asker: Asker, action: str, subject: str, now: datetime) -> None:
    """Write the audit's row."""
    audit.note(session, at=now, asker=asker, action=action, subject=subject[:200])


def serialise(session: Session) -> None:
    """Let writers of numbered rows go one after another until the transaction ends.

    Readers follow the numbers: a lower one that is committed later would never be read. SQLite has
    one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def enter_state(
    session: Session,
    order: BlockOrder,
    state: str,
    *,
    by: str,
    actor: str,
    reason: str = "",
    now: datetime,
    **detail: Any,
) -> BlockEvent:
    """Put an order into a state that its present one allows, keep that, and tell the platform."""
    wanted = values.states()[state]
    if order.position and order.state not in wanted.sources:
        raise Conflict(f"is {order.state} and cannot become {state}", where=order.id)
    if wanted.by != by:
        raise Conflict(f"{state} is not set by the {by}", where=order.id)
    if wanted.reason and not reason.strip():
        raise InvalidInput("say why", where="reason", fields={"reason": "say why"})
    serialise(session)
    event = BlockEvent(
        order_id=order.id,
        at=now,
        actor=actor,
        state=state,
        detail={**({"reason": reason.strip()} if reason.strip() else {}), **detail},
    )
    session.add(event)
    session.flush()
    order.state, order.position = state, event.id
    session.flush()
    if by == values.REGULATOR:
        announce(session, order.platform, event.id, now)
    return event


def announce(session: Session, platform: str, event_id: int, now: datetime) -> None:
    """Have an event sent to the platform, where it gave an address for that."""
    receiver = receiver_of(session, platform)
    if receiver is not None and receiver.webhook_url:
        payload = {"event": str(event_id), "platform": platform}
        outbox.post(session, topic=WEBHOOK, payload=payload, now=now)


def order_for(session: Session, asker: Asker, action: str, order_id: str) -> BlockOrder:
    """Return an order that the asker may do the action to; raise NotFound otherwise.

    An order belongs to the regulator that issued it and to the platform that must answer.
    """
    order = session.get(BlockOrder, order_id)
    owner = _owner(session, asker, order) if order else None
    access.require(asker, action, Target("block order", order_id, organisation=owner))
    if order is None:
        raise access.missing("block order", order_id)
    return order


def _owner(session: Session, asker: Asker, order: BlockOrder) -> str:
    receiver = receiver_of(session, order.platform)
    if receiver is not None and receiver.organisation_id == asker.organisation:
        return receiver.organisation_id
    return order.organisation_id


def orders_of_listing(session: Session, listing_key: str) -> list[BlockOrder]:
    """Return every order about a listing, the oldest first."""
    mine = select(BlockOrder).where(BlockOrder.listing_key == listing_key)
    return list(session.scalars(mine.order_by(BlockOrder.issued_at, BlockOrder.id)))
