"""Every read of cases; personal fields are not among them (see operations.reveal)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.complaints.models import Case, CaseEvent, SealedField


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case without personal data."""

    id: str
    reference: str
    state: str
    merchant_key: str | None
    facts: dict[str, Any]
    received_at: datetime
    outcome: str | None
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseEventView:
    """One line of a case's history."""

    at: datetime
    actor: str
    event: str
    detail: dict[str, Any]


def cases(
    session: Session, *, state: str | None = None, limit: int, offset: int = 0
) -> list[CaseView]:
    """Return a page of cases, open ones first, oldest first among the open: they wait longest."""
    page = (
        select(Case)
        .order_by(Case.state.desc(), Case.received_at, Case.id)
        .limit(limit)
        .offset(offset)
    )
    if state is not None:
        page = page.where(Case.state == state)
    return [_view(row) for row in session.scalars(page)]


def count(session: Session, *, state: str | None = None) -> int:
    """Return how many cases there are."""
    counted = select(func.count()).select_from(Case)
    return session.scalar(counted if state is None else counted.where(Case.state == state)) or 0


def case(session: Session, case_id: str) -> CaseView | None:
    """Return one case by its id."""
    row = session.get(Case, case_id)
    return None if row is None else _view(row)


def events(session: Session, case_id: str) -> list[CaseEventView]:
    """Return the history of a case, oldest first."""
    rows = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
    return [
        CaseEventView(row.at, row.actor, row.event, row.detail) for row in session.scalars(rows)
    ]


def sealed_names(session: Session, case_id: str) -> list[str]:
    """Return which personal fields a case has, not what they say."""
    return list(session.scalars(select(SealedField.field).where(SealedField.case_id == case_id)))


def _view(row: Case) -> CaseView:
    names = CaseView.__dataclass_fields__
    return CaseView(**{name: getattr(row, name) for name in names})
