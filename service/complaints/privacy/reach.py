"""A case as far as the asker reaches it, and the audit's line about what was done to it."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.complaints.course import standing
from service.complaints.models import Case
from service.core import access, audit
from service.core.access import Asker


def case(session: Session, case_id: str, *, asker: Asker, action: str) -> Case:
    """Return a case to which the asker may do the action; raise as access.require does."""
    found = session.get(Case, case_id)
    access.require(asker, action, standing.target(case_id, found))
    if found is None:
        raise access.missing("case", case_id)
    return found


def note(
    session: Session,
    touched: Case,
    *,
    asker: Asker,
    action: str,
    now: datetime,
    purpose: str | None = None,
) -> None:
    """Record an act in the transaction in which it happens."""
    audit.note(
        session,
        at=now,
        asker=asker,
        action=action,
        subject=f"case:{touched.id}",
        purpose=purpose,
        organisation=touched.organisation_id,
    )
