"""Every read of cases, as far as the asker may see them; personal fields: see operations.reveal."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from service.complaints.course import machine, standing
from service.complaints.course.guards import GUARDS
from service.complaints.course.machine import Event
from service.complaints.course.standing import ACTIONS
from service.complaints.models import Case, CaseAmount, CaseEvent, SealedField
from service.core import access
from service.core.access import Asker, Target
from service.core.views import view_of

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case without personal data; `due_on` is the last day of the party who must act, in its country."""

    id: str
    organisation_id: str
    respondent_id: str | None
    officer_id: str | None
    reference: str
    state: str
    programme: str
    source: str
    merchant_key: str | None
    facts: dict[str, Any]
    received_at: datetime
    submitted_at: datetime | None
    told_at: datetime | None
    due_at: datetime | None
    due_on: date | None
    outcome: str | None
    closed_at: datetime | None
    erased_at: datetime | None
    respondent_grade: str | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseEventView:
    """One line of a case's history; a move of the machine names the states it led from and to."""

    at: datetime
    actor: str
    event: str
    before: str | None
    after: str | None
    detail: dict[str, Any]


def cases(
    session: Session, asker: Asker, *, state: str | None = None, limit: int, offset: int = 0
) -> list[CaseView]:
    """Return a page of cases, open ones first, oldest first among the open: they wait longest.

    `state` is a state of the machine, "open" or "closed" (any of them), or None for all.
    """
    page = select(Case).where(_seen(asker, state))
    ordered = page.order_by(Case.closed_at.is_not(None), Case.received_at, Case.id)
    return [view(row) for row in session.scalars(ordered.limit(limit).offset(offset))]


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
    return view(row)


def case_id_of(session: Session, reference: str) -> str:
    """Return the id of a case by its reference, for commands; raise NotFound when there is none."""
    found = session.scalar(select(Case.id).where(Case.reference == reference))
    if found is None:
        raise access.missing("case", reference)
    return found


def events(session: Session, case_id: str) -> list[CaseEventView]:
    """Return the history of a case, oldest first."""
    rows = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
    return [
        CaseEventView(row.at, row.actor, row.event, row.before, row.after, row.detail)
        for row in session.scalars(rows)
    ]


def amounts(session: Session, case_id: str) -> list[CaseAmount]:
    """Return what was claimed, offered, agreed, paid and received, oldest first."""
    rows = select(CaseAmount).where(CaseAmount.case_id == case_id).order_by(CaseAmount.id)
    return list(session.scalars(rows))


def waiting_for(state: str) -> str | None:
    """Return who must act in a state, None once the case is closed."""
    return machine.load().states[state].actor


def possible(session: Session, asker: Asker, case_id: str, *, now: datetime) -> list[Event]:
    """Return what the asker can do to a case as it stands, in the order of machine.toml."""
    row = session.get(Case, case_id)
    if row is None:
        return []
    stands, target = standing.of(session, row), standing.target(case_id, row)
    return [
        move.event
        for move in machine.load().leaving(row.state)
        if move.event.actor in ACTIONS
        and access.may(asker, ACTIONS[move.event.actor], target)
        and (move.guard is None or GUARDS[move.guard][0](stands, now))
    ]


def sealed_names(session: Session, case_id: str) -> list[str]:
    """Return which personal fields a case has, not what they say."""
    return list(session.scalars(select(SealedField.field).where(SealedField.case_id == case_id)))


def holds_sealed(session: Session) -> bool:
    """Tell whether any case holds data that only the master key opens."""
    return session.scalar(select(SealedField.case_id).limit(1)) is not None


def _seen(asker: Asker, state: str | None) -> ColumnElement[bool]:
    seen = access.visible(asker, "case.list", organisation=Case.organisation_id)
    if state in (OPEN, CLOSED):
        return and_(
            seen, Case.closed_at.is_(None) if state == OPEN else Case.closed_at.is_not(None)
        )
    return seen if state is None else and_(seen, Case.state == state)


def view(row: Case) -> CaseView:
    """Return a case without personal data, as its readers see it."""
    return view_of(CaseView, row, due_on=standing.due_on(row))
