"""Who answers for a platform, and where it wants to be told."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.blocks import addresses, common, orders
from service.blocks.models import BlockEvent, BlockOrder, BlockReceiver
from service.core import access
from service.core.access import Asker, Target
from service.core.errors import InvalidInput

LONGEST_URL = 500
MOST_REPLAYED = 500


def assign(
    session: Session, asker: Asker, platform: str, organisation_id: str, *, now: datetime
) -> None:
    """Let an organisation answer for a platform; a former one no longer does."""
    access.require(asker, "block.receiver.assign")
    if not addresses.is_platform(platform):
        raise InvalidInput("is no platform of the table", where="platform")
    common.require_platform(session, organisation_id)
    row = session.get(BlockReceiver, platform)
    if row is None:
        row = BlockReceiver(platform=platform, organisation_id=organisation_id, since=now)
        session.add(row)
    elif row.organisation_id != organisation_id:
        row.organisation_id, row.webhook_url, row.since = organisation_id, None, now
    session.flush()
    common.note(session, asker, "block.receiver.assign", f"platform:{platform}", now)


def set_webhook(session: Session, asker: Asker, platform: str, url: str, *, now: datetime) -> None:
    """Say where signed notifications go; an empty address ends them."""
    row = _own(session, asker, "block.receiver.change", platform)
    row.webhook_url = _checked(url.strip()) or None
    common.note(session, asker, "block.receiver.change", f"platform:{platform}", now)


def confirm(session: Session, asker: Asker, order_ids: Iterable[str], *, now: datetime) -> None:
    """Keep that the platform has orders, because it asked the feed for what comes after them."""
    for order_id in order_ids:
        row = common.order_for(session, asker, "block.feed", order_id)
        orders.deliver(session, row, way="feed", now=now)


def replay(session: Session, asker: Asker, platform: str, since: int, *, now: datetime) -> int:
    """Send events after the place `since` once more, under the ids they had; return how many."""
    _own(session, asker, "block.replay", platform)
    missed = (
        select(BlockEvent.id)
        .join(BlockOrder, BlockOrder.id == BlockEvent.order_id)
        .where(BlockOrder.platform == platform, BlockEvent.id > since)
        .order_by(BlockEvent.id)
        .limit(MOST_REPLAYED)
    )
    events = list(session.scalars(missed))
    for event_id in events:
        common.announce(session, platform, event_id, now)
    common.note(session, asker, "block.replay", f"platform:{platform}", now)
    return len(events)


def _own(session: Session, asker: Asker, action: str, platform: str) -> BlockReceiver:
    row = session.get(BlockReceiver, platform)
    owner = row.organisation_id if row else None
    access.require(asker, action, Target("platform", platform, organisation=owner))
    if row is None:
        raise access.missing("platform", platform)
    return row


def _checked(url: str) -> str:
    """Return an address of the right form; where it leads is judged whenever something is sent."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("https", "http") or not parts.hostname or parts.username):
        what = "is no web address without credentials"
        raise InvalidInput(what, where="webhook_url", fields={"webhook_url": what})
    if len(url) > LONGEST_URL:
        raise InvalidInput(
            "is too long", where="webhook_url", fields={"webhook_url": "is too long"}
        )
    return url
