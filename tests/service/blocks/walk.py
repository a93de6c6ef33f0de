"""One of everything that belongs to an organisation, for the walk over all addresses."""

import uuid

from sqlalchemy.orm import Session

from service.blocks import orders
from service.blocks.models import (
    Agreement,
    BlockList,
    BlockReceiver,
    RelistingCandidate,
)
from service.core.access import HOME, OPERATOR
from service.core.runtime import Runtime

LISTINGS = {True: ("aliexpress", "1005001234567890"), False: ("temu", "601099512345678")}


def objects_of(runtime: Runtime, owner: str, notice_id: str) -> dict[str, str]:
    """Make an order that the organisation both issued and answers, a list, an agreement, a candidate."""
    platform, item_id = LISTINGS[owner == HOME]
    now = runtime.clock()
    with runtime.begin() as session:
        session.add(BlockReceiver(platform=platform, organisation_id=owner, since=now))
        session.flush()
        wanted = orders.Wanted(notice_id, platform, item_id, "DE", "ban", "Article 5")
        order = orders.place(session, owner, OPERATOR, wanted, now=now)
        return {
            "platform": platform,
            "order_id": order,
            "list_id": _list(session, runtime, owner),
            "agreement_id": _agreement(session, runtime, owner, platform),
            "candidate_id": _candidate(session, runtime, owner, order),
        }


def _list(session: Session, runtime: Runtime, owner: str) -> str:
    row = BlockList(
        id=str(uuid.uuid4()),
        organisation_id=owner,
        series=f"walk-{owner[:4]}",
        country="DE",
        title="Walk",
        file="walk.csv",
        digest="0" * 64,
        rows=0,
        body="[]",
        state="draft",
        uploaded_by="person:somebody",
        uploaded_at=runtime.clock(),
    )
    session.add(row)
    return row.id


def _agreement(session: Session, runtime: Runtime, owner: str, platform: str) -> str:
    row = Agreement(
        id=str(uuid.uuid4()),
        organisation_id=owner,
        platform=platform,
        title="Walk",
        signed_on="2026-01-01",
        source_url="https://example.org/",
        recorded_by="operator",
        recorded_at=runtime.clock(),
    )
    session.add(row)
    return row.id


def _candidate(session: Session, runtime: Runtime, owner: str, order: str) -> str:
    row = RelistingCandidate(
        id=str(uuid.uuid4()),
        order_id=order,
        organisation_id=owner,
        listing_key="aliexpress:item:1005001234567899",
        seen_at=runtime.clock(),
        tier=1,
        why="gtin",
        state="open",
    )
    session.add(row)
    return row.id
