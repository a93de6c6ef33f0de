"""Every write to the matches of listings with affected products: proposed by the matcher, decided by a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core import access, audit
from service.core.access import Asker
from service.safety.comparing import Finding
from service.safety.models import ListingMatch
from service.safety.queries import CONFIRMED, PROPOSED, REJECTED

SUBJECT_CHARS = 200
REVIEW = "match.review"
DECISIONS = (CONFIRMED, REJECTED)
WEAKEST = 2
"""The weakest ground that is proposed: the same brand and model number."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A listing and the affected product (notice and position) that it may be, with the reasons."""

    platform: str
    item_id: str
    notice_id: str
    position: int
    tier: int
    confidence: float
    why: tuple[str, ...]


def propose(session: Session, found: Proposal, *, now: datetime) -> None:
    """Record what a matcher found; what a person has decided already stays decided."""
    key = (found.platform, found.item_id, found.notice_id, found.position)
    row = session.get(ListingMatch, key)
    if row is None:
        row = ListingMatch(platform=found.platform, item_id=found.item_id, state=PROPOSED)
        row.notice_id, row.position, row.found_at = found.notice_id, found.position, now
        session.add(row)
    row.tier, row.confidence, row.why = found.tier, found.confidence, list(found.why)


def propose_found(
    session: Session, listing: tuple[str, str], found: Iterable[Finding], *, now: datetime
) -> int:
    """Record what keys say of a listing, so that a person can look; return how many there are.

    Words alone are shown to whoever looks and are never proposed.
    """
    platform, item_id = listing
    count = 0
    for one in found:
        if one.position is None or one.tier > WEAKEST:
            continue
        why = tuple(f"{ground.what}: {ground.listing} = {ground.notice}" for ground in one.why)
        place = (platform, item_id, one.notice.notice_id, one.position)
        propose(session, Proposal(*place, one.tier, one.confidence, why), now=now)
        count += 1
    return count


def review(
    session: Session,
    platform: str,
    item_id: str,
    *,
    notice_id: str,
    confirmed: bool,
    asker: Asker,
    now: datetime,
) -> None:
    """Confirm or reject that a listing is what a notice means; NotFound when nothing was proposed."""
    access.require(asker, REVIEW)
    listing = (ListingMatch.platform == platform) & (ListingMatch.item_id == item_id)
    rows = session.scalars(select(ListingMatch).where(listing, ListingMatch.notice_id == notice_id))
    found = list(rows)
    if not found:
        raise access.missing("match", f"{platform}:{item_id}, {notice_id}")
    for row in found:
        row.state = CONFIRMED if confirmed else REJECTED
        row.reviewed_by, row.reviewed_at = asker.person, now
    subject = f"match:{platform}:{item_id}:{notice_id}"[:SUBJECT_CHARS]
    audit.note(session, at=now, asker=asker, action=REVIEW, subject=subject)
