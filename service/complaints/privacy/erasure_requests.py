"""A complainant's wish to have their personal data erased, and what the desk does about it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.course import machine
from service.complaints.models import CaseEvent, CaseTask
from service.complaints.privacy import reach, retention
from service.core.access import Asker
from service.core.errors import Conflict

KIND = "erasure_request"
ASK = "case.follow"


def ask(session: Session, case_id: str, *, asker: Asker, now: datetime) -> None:
    """Put the wish before a supervisor; an open case is withdrawn first. Repeating it changes nothing."""
    case = reach.case(session, case_id, asker=asker, action=ASK)
    if not machine.load().states[case.state].closed:
        what = "the case is open; withdraw it first"
        raise Conflict(what, where=case.reference, code="complaints.erase_open")
    if waiting(session, case_id) is not None:
        return
    session.add(
        CaseTask(case_id=case_id, kind=KIND, for_role="supervisor", created_at=now, detail={})
    )
    session.add(
        CaseEvent(case_id=case_id, at=now, actor=asker.label, event="erasure_asked", detail={})
    )
    reach.note(session, case, asker=asker, action=ASK, now=now)
    session.flush()


def grant(session: Session, case_id: str, *, asker: Asker, now: datetime) -> None:
    """Erase the personal data of a case; see retention.erase."""
    retention.erase(session, case_id, reason=retention.REQUEST, asker=asker, now=now)
    task = waiting(session, case_id)
    if task is not None:
        task.done_at, task.done_by = now, asker.label


def waiting(session: Session, case_id: str) -> CaseTask | None:
    """Return the wish that nobody has answered yet."""
    mine = CaseTask.case_id == case_id, CaseTask.kind == KIND, CaseTask.done_at.is_(None)
    return session.scalar(select(CaseTask).where(*mine))
