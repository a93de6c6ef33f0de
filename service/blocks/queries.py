"""Every read of block orders, as far as the asker may see them; aggregates for everybody are in reports.py."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.blocks import common, lists, states
from service.blocks.listfile import Change, ListRow, difference
from service.blocks.models import (
    Agreement,
    BlockEvent,
    BlockList,
    BlockOrder,
    BlockReceiver,
    Commitment,
    ListingCheck,
    RelistingCandidate,
)
from service.blocks.states import Check
from service.blocks.views import (
    AgreementView,
    CandidateView,
    CheckView,
    CommitmentView,
    EventView,
    Feed,
    ListView,
    Notification,
    OrderView,
    ReceiverView,
)
from service.core import access
from service.core.access import Asker, Target
from service.core.batches import batches

FEED_LIMIT = 200
KEYS_AT_ONCE = 500


def orders(
    session: Session,
    asker: Asker,
    *,
    state: str | None = None,
    platform: str | None = None,
    limit: int,
    offset: int = 0,
) -> list[OrderView]:
    """Return a page of orders: those that wait for somebody first, the nearest deadline first."""
    page = select(BlockOrder).where(_seen(asker, state, platform))
    settled = BlockOrder.state.in_(("blocked", "withdrawn", "lifted"))
    ordered = page.order_by(settled, BlockOrder.deadline, BlockOrder.id).limit(limit).offset(offset)
    return order_views(session, session.scalars(ordered).all())


def count(
    session: Session, asker: Asker, *, state: str | None = None, platform: str | None = None
) -> int:
    """Return how many orders the asker may see."""
    wanted = select(func.count()).select_from(BlockOrder).where(_seen(asker, state, platform))
    return session.scalar(wanted) or 0


def order(
    session: Session, asker: Asker, order_id: str, *, action: str = "block.read"
) -> OrderView:
    """Return one order; raise NotFound when there is none to which the asker may do the action."""
    row = common.order_for(session, asker, action, order_id)
    return order_views(session, [row])[0]


def answers_for(session: Session, asker: Asker, platform: str) -> bool:
    """Tell whether the asker's organisation answers for a platform."""
    receiver = common.receiver_of(session, platform)
    return receiver is not None and receiver.organisation_id == asker.organisation


def events(session: Session, order_id: str) -> list[EventView]:
    """Return every state an order had, the oldest first."""
    rows = select(BlockEvent).where(BlockEvent.order_id == order_id).order_by(BlockEvent.id)
    return [
        EventView(row.id, row.at, row.actor, row.state, row.detail) for row in session.scalars(rows)
    ]


def checks(session: Session, listing_key: str) -> list[CheckView]:
    """Return the looks at a listing, the newest first."""
    rows = (
        select(ListingCheck)
        .where(ListingCheck.listing_key == listing_key)
        .order_by(ListingCheck.at.desc(), ListingCheck.id.desc())
    )
    return [
        CheckView(row.at, row.source, row.result, row.locale, row.evidence)
        for row in session.scalars(rows)
    ]


def feed(session: Session, asker: Asker, *, cursor: int = 0, limit: int = FEED_LIMIT) -> Feed:
    """Return what changed after `cursor` in the orders that the asker issued or must answer."""
    seen = _visible(asker, "block.feed")
    changed = select(BlockOrder).where(seen, BlockOrder.position > cursor)
    page = changed.order_by(BlockOrder.position).limit(min(max(limit, 1), FEED_LIMIT))
    found = order_views(session, session.scalars(page).all())
    newest = session.scalar(select(func.max(BlockOrder.position)).where(seen)) or 0
    return Feed(tuple(found), found[-1].position if found else cursor, newest)


def undelivered(session: Session, asker: Asker, *, cursor: int) -> list[str]:
    """Return the orders up to `cursor` that the asker must answer and that count as not delivered."""
    mine = select(BlockReceiver.platform).where(BlockReceiver.organisation_id == asker.organisation)
    rows = select(BlockOrder.id).where(
        BlockOrder.platform.in_(mine), BlockOrder.state == "issued", BlockOrder.position <= cursor
    )
    return list(session.scalars(rows.order_by(BlockOrder.position)))


def notification(session: Session, event_id: int) -> Notification | None:
    """Return what is to be sent about an event, None for one that never was."""
    event = session.get(BlockEvent, event_id)
    if event is None:
        return None
    row = session.get_one(BlockOrder, event.order_id)
    receiver = common.receiver_of(session, row.platform)
    view = order_views(session, [row])[0]
    stable = f"{event.order_id}.{event.id}"
    body = {
        "id": stable,
        "type": f"block.{event.state}",
        "at": event.at.isoformat(),
        "reason": event.detail.get("reason"),
        "order": order_body(view) | {"state": event.state},
    }
    return Notification(stable, row.id, receiver.webhook_url if receiver else None, body)


def order_body(view: OrderView) -> dict[str, Any]:
    """Return an order as the API and notifications say it."""
    return {
        "id": view.id,
        "state": view.state,
        "tombstone": view.tombstone,
        "cursor": view.position,
        "regulator": view.regulator,
        "platform": view.platform,
        "item_id": view.item_id,
        "listing_url": view.listing_url,
        "country": view.country,
        "notice_id": view.notice_id,
        "hazards": list(view.hazards),
        "reason": view.reason,
        "legal_basis": view.legal_basis,
        "severity": view.severity,
        "found_by": view.found_by,
        "issued_at": view.issued_at.isoformat(),
        "deadline": view.deadline.isoformat(),
        "listing_state": view.listing_state,
    }


def list_views(session: Session, asker: Asker) -> list[ListView]:
    """Return the editions of the asker's lists, the newest first."""
    seen = access.visible(asker, "block.list.read", organisation=BlockList.organisation_id)
    rows = select(BlockList).where(seen).order_by(BlockList.uploaded_at.desc(), BlockList.id)
    return [_list(row) for row in session.scalars(rows)]


def list_view(
    session: Session, asker: Asker, list_id: str
) -> tuple[ListView, list[ListRow], list[Change]]:
    """Return an edition, its rows, and how it differs from the one it was made against."""
    row = session.get(BlockList, list_id)
    owner = row.organisation_id if row else None
    access.require(asker, "block.list.read", Target("block list", list_id, organisation=owner))
    if row is None:
        raise access.missing("block list", list_id)
    before = session.get(BlockList, row.based_on) if row.based_on else None
    rows = lists.rows_of(row)
    return _list(row), rows, difference(lists.rows_of(before), rows)


def agreements(session: Session, asker: Asker) -> list[AgreementView]:
    """Return the agreements that the asker is part of, the newest first."""
    seen = _or_platform(asker, "block.read", Agreement.organisation_id, Agreement.platform)
    rows = session.scalars(
        select(Agreement).where(seen).order_by(Agreement.signed_on.desc(), Agreement.id)
    ).all()
    names = accounts.kinds_and_names(session, [row.organisation_id for row in rows])
    return [
        AgreementView(
            row.id,
            names[row.organisation_id][1],
            row.platform,
            row.title,
            row.signed_on,
            row.source_url,
            _commitments(session, row.id),
        )
        for row in rows
    ]


def candidates(session: Session, asker: Asker, *, state: str = "open") -> list[CandidateView]:
    """Return the listings that wait for review, the most certain and oldest first."""
    seen = access.visible(
        asker, "relisting.review", organisation=RelistingCandidate.organisation_id
    )
    rows = session.execute(
        select(RelistingCandidate, BlockOrder.listing_key, BlockOrder.notice_id)
        .join(BlockOrder, BlockOrder.id == RelistingCandidate.order_id)
        .where(seen, RelistingCandidate.state == state)
        .order_by(RelistingCandidate.tier, RelistingCandidate.seen_at, RelistingCandidate.id)
    )
    return [
        CandidateView(
            row.id,
            row.order_id,
            row.listing_key,
            blocked,
            notice_id,
            row.seen_at,
            row.tier,
            row.why,
            row.same_seller,
            row.state,
        )
        for row, blocked, notice_id in rows
    ]


def receivers(session: Session, asker: Asker) -> list[ReceiverView]:
    """Return who answers for which platform; addresses only of the asker's own."""
    access.require(asker, "block.read", Target("block order", "", asker.organisation))
    rows = session.scalars(select(BlockReceiver).order_by(BlockReceiver.platform)).all()
    names = accounts.kinds_and_names(session, [row.organisation_id for row in rows])
    return [
        ReceiverView(
            row.platform,
            row.organisation_id,
            names[row.organisation_id][1],
            row.webhook_url if row.organisation_id == asker.organisation else None,
        )
        for row in rows
    ]


def looks(session: Session, listing_keys: Iterable[str]) -> dict[str, list[Check]]:
    """Return the looks at listings, by listing."""
    found: dict[str, list[Check]] = {}
    for batch in batches(dict.fromkeys(listing_keys), KEYS_AT_ONCE):
        rows = select(ListingCheck).where(ListingCheck.listing_key.in_(batch))
        for row in session.scalars(rows):
            check = Check(row.at, row.locale, row.result, row.source)
            found.setdefault(row.listing_key, []).append(check)
    return found


def order_views(session: Session, rows: Iterable[BlockOrder]) -> list[OrderView]:
    """Return orders with the names and states that are shown beside them."""
    listed = list(rows)
    names = accounts.kinds_and_names(session, [row.organisation_id for row in listed])
    seen = looks(session, [row.listing_key for row in listed])
    return [
        _order(row, names[row.organisation_id][1], seen.get(row.listing_key, [])) for row in listed
    ]


def _order(row: BlockOrder, regulator: str, seen: list[Check]) -> OrderView:
    since = [one for one in seen if one.at >= row.issued_at]
    copied = {
        name: getattr(row, name)
        for name in OrderView.__dataclass_fields__
        if name not in ("regulator", "hazards", "listing_state")
    }
    state = states.state_of(since)
    return OrderView(**copied, regulator=regulator, hazards=tuple(row.hazards), listing_state=state)


def _seen(asker: Asker, state: str | None, platform: str | None) -> ColumnElement[bool]:
    wanted = [_visible(asker, "block.read")]
    if state is not None:
        wanted.append(BlockOrder.state == state)
    if platform is not None:
        wanted.append(BlockOrder.platform == platform)
    return and_(*wanted)


def _visible(asker: Asker, action: str) -> ColumnElement[bool]:
    return _or_platform(asker, action, BlockOrder.organisation_id, BlockOrder.platform)


def _or_platform(
    asker: Asker, action: str, organisation: Any, platform: Any
) -> ColumnElement[bool]:
    """Return the condition for what a regulator issued itself, or a platform must answer."""
    answered = select(BlockReceiver.platform).where(
        access.visible(asker, action, organisation=BlockReceiver.organisation_id)
    )
    return or_(access.visible(asker, action, organisation=organisation), platform.in_(answered))


def _list(row: BlockList) -> ListView:
    names = ListView.__dataclass_fields__
    return ListView(**{name: getattr(row, name) for name in names})


def _commitments(session: Session, agreement_id: str) -> tuple[CommitmentView, ...]:
    rows = session.scalars(
        select(Commitment)
        .where(Commitment.agreement_id == agreement_id)
        .order_by(Commitment.since, Commitment.recorded_at, Commitment.id)
    ).all()
    replaced = {row.replaces for row in rows}
    return tuple(
        CommitmentView(
            row.id,
            row.promised_by,
            row.text,
            row.since,
            row.until,
            row.source_url,
            row.id in replaced,
        )
        for row in rows
    )


def due_now(session: Session, *, now: datetime) -> int:
    """Return how many listings wait for a look."""
    late = select(func.count()).select_from(BlockOrder).where(BlockOrder.next_check <= now)
    return session.scalar(late) or 0
