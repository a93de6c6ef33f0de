"""Every read of cases, as far as the asker may see them; personal fields: see operations.reveal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from service.complaints.models import Case, CaseEvent, SealedField
from service.core import access
from service.core.access import Asker, Target


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case without personal data."""

    id: str
    organisation_id: str
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
    session: Session, asker: Asker, *, state: str | None = None, limit: int, offset: int = 0
) -> list[CaseView]:
    """Return a page of cases, open ones first, oldest first among the open: they wait longest."""
    page = select(Case).where(_seen(asker, state))
    ordered = page.order_by(Case.state.desc(), Case.received_at, Case.id)
    return [_view(row) for row in session.scalars(ordered.limit(limit).offset(offset))]


def count(session: Session, asker: Asker, *, state: str | None = None) -> int:
    """Return how many cases there are."""
    return session.scalar(select(func.count()).select_from(Case).where(_seen(asker, state))) or 0


def case(session: Session, asker: Asker, case_id: str) -> CaseView:
    """Return one case by its id; raise NotFound when there is none that the asker may see."""
    row = session.get(Case, case_id)
    owner = row.organisation_id if row else None
    access.require(asker, "case.read", Target("case", case_id, organisation=owner))
    if row is None:
        raise access.missing("case", case_id)
    return _view(row)


def events(session: Session, case_id: str) -> list[CaseEventView]:
    """Return the history of a case, oldest first."""
    rows = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
    return [
        CaseEventView(row.at, row.actor, row.event, row.detail) for row in session.scalars(rows)
    ]


def sealed_names(session: Session, case_id: str) -> list[str]:
    """Return which personal fields a case has, not what they say."""
    return list(session.scalars(select(SealedField.field).where(SealedField.case_id == case_id)))


def holds_sealed(session: Session) -> bool:
    """Tell whether any case holds data that only the master key opens."""
    return session.scalar(select(Case.id).where(Case.wrapped_key.is_not(None)).limit(1)) is not None


def _seen(asker: Asker, state: str | None) -> ColumnElement[bool]:
    seen = access.visible(asker, "case.list", organisation=Case.organisation_id)
    return seen if state is None else and_(seen, Case.state == state)


def _view(row: Case) -> CaseView:
    names = CaseView.__dataclass_fields__
    return CaseView(**{name: getattr(row, name) for name in names})
