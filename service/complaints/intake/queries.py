"""What a complainant sees of a case by its tracking link, without opening a sealed field."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.intake import completeness, contact, tracking
from service.complaints.intake.completeness import Meter
from service.complaints.intake.fields import OFFICER, SHOPPER, SOURCES
from service.complaints.models import Case
from service.complaints.privacy import sealed
from service.complaints.privacy.models import CaseFile


@dataclass(frozen=True, slots=True)
class Tracked:
    """A case as its complainant follows it; `until` is when the time for the next step is over."""

    reference: str
    state: str
    category: str
    received_at: datetime
    submitted_at: datetime | None
    until: datetime | None
    closed_at: datetime | None
    respondent: str | None
    complete: Meter


def tracked(session: Session, reference: str, token: str, *, now: datetime) -> Tracked:
    """Return a case by its reference and token; raise NotFound, always the same, for any other."""
    case = tracking.find(session, reference, token, now=now)
    return Tracked(
        reference=case.reference,
        state=case.state,
        category=case.facts["category"],
        received_at=case.received_at,
        submitted_at=case.submitted_at,
        until=case.due_at,
        closed_at=case.closed_at,
        respondent=case.respondent_grade,
        complete=meter_of(session, case),
    )


def meter_of(session: Session, case: Case) -> Meter:
    """Return how complete a case is: which sealed fields it has is known without opening them."""
    held = dict.fromkeys(sealed.names(session, case.id), True)
    kinds = session.scalars(select(CaseFile.kind).where(CaseFile.case_id == case.id)).all()
    proven = contact.proven(session, case.id) is not None
    door = OFFICER if case.source in SOURCES[OFFICER] else SHOPPER
    return completeness.meter(case.facts | held, files=kinds, proven=proven, door=door)
