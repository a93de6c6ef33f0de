"""Reminders of clocks at desks outside: rows of referrals by `due_at`, each told once.

The complainant gets a letter, the officer a task; then the row waits for the desk's next clock.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from service.complaints import notices
from service.complaints.channels import from_case, registry, reminders
from service.complaints.channels.models import CaseReferral
from service.complaints.models import Case, CaseEvent, CaseTask
from service.core import outbox, work
from service.core.access import SYSTEM
from service.core.runtime import Runtime

BATCH = 200
TASK, EVENT = "referral_clock", "reminded"


def remind(runtime: Runtime) -> int:
    """Remind of the clocks whose time has come; return how many."""
    now = runtime.clock()
    with runtime.begin() as session:
        due = work.claim(session, CaseReferral, now=now, limit=BATCH)
        for row in due:
            _remind(session, row, now)
    return len(due)


def _remind(session: Session, row: CaseReferral, now: datetime) -> None:
    case = session.get_one(Case, row.case_id)
    detail: dict[str, Any] = {"channel": row.channel_id}
    if case.erased_at is None:
        told = {"case": case.id, "event": EVENT, "state": case.state}
        outbox.post(session, topic=notices.MOVED_MAIL, payload=told, now=now)
        session.add(
            CaseEvent(case_id=case.id, at=now, actor=SYSTEM.label, event=EVENT, detail=detail)
        )
        session.add(
            CaseTask(
                case_id=case.id,
                kind=TASK,
                for_role="complaint_officer",
                created_at=now,
                detail=detail,
            )
        )
    row.due_at, row.claimed_until = _next(case, row, now.date()), None


def _next(case: Case, row: CaseReferral, today: date) -> datetime | None:
    """Return when to remind again: of a later clock, never of the same one."""
    if case.erased_at is not None:
        return None
    dates = dict(from_case.situation(case.facts).dates)
    if row.sent_on is not None:
        dates["filed"] = row.sent_on
    day = reminders.next_after(registry.channel(row.channel_id), row.status, dates, today)
    return None if day is None else datetime.combine(day, time.min, tzinfo=UTC)
