"""Following a case without an account: random tokens, of which the database holds only hashes.

A token stands in the fragment of a link, which browsers send to nobody, or in the header
Tracking-Token. A forged, withdrawn or expired one is answered like a case that does not exist.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from service.complaints.intake.models import TrackingToken
from service.complaints.models import Case
from service.core import access

TOKEN_BYTES = 32
LIFETIME = timedelta(days=180)
MOST = 20
"""Live tokens of one case; each letter carries one of its own."""


def issue(session: Session, case_id: str, *, now: datetime, letter: str | None = None) -> str:
    """Return a new token for a case; a letter that is sent again replaces the token of its first try."""
    if letter is not None:
        session.execute(delete(TrackingToken).where(TrackingToken.letter == letter))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        TrackingToken(
            token_hash=_hash(token),
            case_id=case_id,
            letter=letter,
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    _end_oldest(session, case_id, now)
    return token


def find(session: Session, reference: str, token: str, *, now: datetime) -> Case:
    """Return the case that a token opens; raise NotFound, always the same, for any other."""
    row = session.get(TrackingToken, _hash(token))
    case = session.get(Case, row.case_id) if row and _is_live(row, now) else None
    if case is None or case.reference != reference:
        raise access.missing("complaint", reference)
    return case


def revoke(session: Session, case_id: str, *, now: datetime, keep: str | None = None) -> None:
    """End all tokens of a case, but for the one that is kept."""
    live = TrackingToken.revoked_at.is_(None)
    others = update(TrackingToken).where(TrackingToken.case_id == case_id, live)
    if keep is not None:
        others = others.where(TrackingToken.token_hash != _hash(keep))
    session.execute(others.values(revoked_at=now))


def link(origin: str, reference: str, token: str) -> str:
    """Return the address that letters and receipts carry."""
    return f"{origin}/complaint/track#{reference}.{token}"


def _end_oldest(session: Session, case_id: str, now: datetime) -> None:
    own = TrackingToken.case_id == case_id, TrackingToken.revoked_at.is_(None)
    count = session.scalar(select(func.count()).select_from(TrackingToken).where(*own)) or 0
    if count > MOST:
        oldest = select(TrackingToken.token_hash).where(*own).order_by(TrackingToken.created_at)
        ended = oldest.limit(count - MOST)
        session.execute(
            update(TrackingToken).where(TrackingToken.token_hash.in_(ended)).values(revoked_at=now)
        )


def _is_live(row: TrackingToken, now: datetime) -> bool:
    return row.revoked_at is None and now < row.expires_at


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
