"""Every read of the evidence store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.core.clock import to_days
from service.evidence.models import Evidence


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One fact as anybody may see it; evidence holds no personal data by construction."""

    id: str
    merchant_key: str
    kind: str
    payload: dict[str, Any]
    true_at: datetime
    known_at: datetime
    source: str
    source_url: str | None
    licence: str | None
    content_hash: str
    recorded_at: datetime


def evidence_view(session: Session, evidence_id: str) -> EvidenceView | None:
    """Return one fact by its id."""
    row = session.get(Evidence, evidence_id)
    return None if row is None else _view(row)


def of_merchant(
    session: Session, merchant_key: str, *, limit: int, offset: int = 0
) -> list[EvidenceView]:
    """Return a page of the merchant's facts, newest first."""
    page = (
        select(Evidence)
        .where(Evidence.merchant_key == merchant_key)
        .order_by(Evidence.true_at.desc(), Evidence.id)
        .limit(limit)
        .offset(offset)
    )
    return [_view(row) for row in session.scalars(page)]


def count_of_merchant(session: Session, merchant_key: str) -> int:
    """Return how many facts are recorded about the merchant."""
    counted = select(func.count()).where(Evidence.merchant_key == merchant_key)
    return session.scalar(counted) or 0


def event_records(session: Session, merchant_key: str) -> Iterator[dict[str, Any]]:
    """Yield the merchant's history in the form the scorer reads (docs/events.md)."""
    rows = (
        select(Evidence.id, Evidence.kind, Evidence.payload, Evidence.true_at, Evidence.known_at)
        .where(Evidence.merchant_key == merchant_key)
        .order_by(Evidence.true_at, Evidence.id)
    )
    for evidence_id, kind, payload, true_at, known_at in session.execute(rows):
        yield {
            **payload,
            "type": kind,
            "merchant": merchant_key,
            "t": to_days(true_at),
            "known": to_days(known_at),
            "evidence_id": evidence_id,
        }


def _view(row: Evidence) -> EvidenceView:
    names = EvidenceView.__dataclass_fields__
    return EvidenceView(**{name: getattr(row, name) for name in names})
