"""Erasing the personal data of a case: when the programme's time is over, or on request.

Both are one operation: the sealed fields, fingerprints, links and files go, then the case's key, which
leaves every copy and backup of them closed for good. What remains says nothing about the complainant:
merchant, category, amounts, states, outcome. A legal hold stops both.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from service.complaints.councils.models import CaseBundle
from service.complaints.course import machine, programmes
from service.complaints.course.programmes import Programme
from service.complaints.intake.models import CaseMatter, ContactCheck, Inquiry, TrackingToken
from service.complaints.models import Case, SealedField
from service.complaints.privacy import reach
from service.complaints.privacy.models import CaseContact, CaseErasure, CaseFile, CaseHold
from service.core import access, mail, outbox
from service.core.access import SYSTEM, Asker
from service.core.errors import Conflict, InvalidInput
from service.core.jobs import request_sweep
from service.core.runtime import Runtime
from service.core.views import view_of

RETENTION, REQUEST = REASONS = ("retention", "request")
HOLD_REASONS = ("court", "authority", "dispute")
LONGEST_FILE = 80
ACTION = "case.erase"
BATCH = 100
LAPSED = "lapsed"
KEPT_FACTS = (
    "platform",
    "item_id",
    "merchant_key",
    "merchant_country",
    "category",
    "wanted",
    "purchase_date",
    "amount",
    "currency",
    "payment_method",
    "country",
    "language",
)
"""Facts that are kept once the personal data are gone: none of them is free text or an address."""
_TABLES = (SealedField, CaseContact, CaseFile, ContactCheck, CaseMatter, TrackingToken)


@dataclass(frozen=True, slots=True)
class HoldView:
    """One legal hold."""

    id: int
    reason: str
    file: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None


def erase(session: Session, case_id: str, *, reason: str, asker: Asker, now: datetime) -> None:
    """Erase the personal data of a closed case; the key goes right after this transaction.

    Raises InvalidInput for an unknown reason, Conflict while the case is open or held. Repeating it
    changes nothing.
    """
    case = reach.case(session, case_id, asker=asker, action=ACTION)
    if reason not in REASONS:
        raise InvalidInput(f"{reason!r} is no reason to erase", where="reason")
    if case.erased_at is not None:
        return
    if not machine.load().states[case.state].closed:
        raise Conflict("the case is open; withdraw it first", where=case.reference)
    if held := session.scalar(_holding(case_id).limit(1)):
        raise Conflict(f"the case is held ({held.reason}, {held.file})", where=case.reference)
    _erase(session, case, reason, asker, now)


def hold(
    session: Session, case_id: str, *, reason: str, file: str, asker: Asker, now: datetime
) -> int:
    """Keep a case from being erased and return the hold's id; `file` is the other body's number for it."""
    case = reach.case(session, case_id, asker=asker, action=ACTION)
    if reason not in HOLD_REASONS:
        raise InvalidInput(f"{reason!r} is no reason to hold a case", where="reason")
    if not file.strip() or len(file) > LONGEST_FILE:
        raise InvalidInput(f"needs 1 to {LONGEST_FILE} characters", where="file")
    if case.erased_at is not None:
        raise Conflict("its personal data have been erased already", where=case.reference)
    placed = CaseHold(
        case_id=case_id, reason=reason, file=file.strip(), placed_at=now, placed_by=asker.label
    )
    session.add(placed)
    reach.note(session, case, asker=asker, action="case.hold", now=now)
    session.flush()
    return placed.id


def lift(session: Session, case_id: str, hold_id: int, *, asker: Asker, now: datetime) -> None:
    """End a hold; the case is erased when its time is over. Repeating it changes nothing."""
    case = reach.case(session, case_id, asker=asker, action=ACTION)
    found = session.get(CaseHold, hold_id)
    if found is None or found.case_id != case_id:
        raise access.missing("hold", str(hold_id))
    if found.lifted_at is None:
        found.lifted_at, found.lifted_by = now, asker.label
        reach.note(session, case, asker=asker, action="case.lift", now=now)


def holds(session: Session, case_id: str, *, asker: Asker) -> list[HoldView]:
    """Return every hold of a case, the oldest first."""
    reach.case(session, case_id, asker=asker, action=ACTION)
    rows = select(CaseHold).where(CaseHold.case_id == case_id).order_by(CaseHold.id)
    return [view_of(HoldView, row) for row in session.scalars(rows)]


def sweep_due(runtime: Runtime) -> int:
    """Erase the cases whose time is over; return how many."""
    now = runtime.clock()
    with runtime.begin() as session:
        found = session.scalars(_due(now).limit(BATCH)).all()
        for case in found:
            _erase(session, case, RETENTION, SYSTEM, now)
    return len(found)


def sweep_inquiries(runtime: Runtime) -> int:
    """Erase questions that became no case, once they are answered or old enough; return how many.

    The default programme's times count: that of a lapsed case from the answer on, that of a closed one
    from the question on. The key goes first: whatever happens then, the texts stay closed.
    """
    now, times = runtime.clock(), programmes.get(programmes.DEFAULT).retention
    over = or_(
        Inquiry.answered_at <= now - timedelta(days=times["lapsed"]),
        Inquiry.asked_at <= now - timedelta(days=times["closed"]),
    )
    waiting = select(Inquiry.id).where(Inquiry.erased_at.is_(None), Inquiry.case_id.is_(None), over)
    with runtime.reading() as session:
        found = list(session.scalars(waiting.limit(BATCH)))
    if found:
        runtime.key_store.destroy(found, now=now)
        with runtime.begin() as session:
            session.execute(_emptied(now).where(Inquiry.id.in_(found)))
    return len(found)


def sweep_keys(runtime: Runtime) -> int:
    """Destroy the keys and files of the cases that were erased; return how many."""
    with runtime.reading() as session:
        unfinished = select(CaseErasure.case_id).where(CaseErasure.finished_at.is_(None))
        found = list(session.scalars(unfinished.limit(BATCH)))
    if found:
        finish(runtime, found)
    return len(found)


def finish(runtime: Runtime, case_ids: list[str]) -> None:
    """Destroy keys and files of erased cases; may be repeated."""
    now = runtime.clock()
    with runtime.reading() as session:
        asked = list(session.scalars(select(Inquiry.id).where(Inquiry.case_id.in_(case_ids))))
    runtime.key_store.destroy([*case_ids, *asked], now=now)
    for case_id in case_ids:
        runtime.storage.delete_group(case_id)
        _forget_letters(runtime, case_id)
    with runtime.begin() as session:
        gone = CaseErasure.case_id.in_(case_ids)
        session.execute(update(CaseErasure).where(gone).values(finished_at=now))


def _erase(session: Session, case: Case, reason: str, asker: Asker, now: datetime) -> None:
    for table in _TABLES:
        session.execute(delete(table).where(table.case_id == case.id))
    session.execute(_emptied(now).where(Inquiry.case_id == case.id))
    session.execute(update(CaseBundle).where(CaseBundle.case_id == case.id).values(wire=None))
    case.facts = {name: case.facts[name] for name in KEPT_FACTS if name in case.facts}
    # Keyed hashes of what the complainant sent: whoever has the key could try guesses against them.
    case.complainant = f"erased:{uuid.uuid4().hex}"
    case.idempotency_key, case.request_digest = uuid.uuid4().hex, ""
    case.wrapped_key, case.erased_at = None, now
    session.add(CaseErasure(case_id=case.id, reason=reason, actor=asker.label, at=now))
    reach.note(session, case, asker=asker, action=ACTION, now=now, purpose=reason)
    request_sweep(session)


def _emptied(now: datetime) -> Update:
    nothing = {"question": None, "contact": None, "answer": None, "listing_url": None}
    return update(Inquiry).values(erased_at=now, **nothing)


def _due(now: datetime) -> Any:
    known = programmes.load().values()
    conditions = [and_(Case.programme == one.id, _over(one, now)) for one in known]
    held = exists().where(CaseHold.case_id == Case.id, CaseHold.lifted_at.is_(None))
    closed = Case.state.in_(machine.load().closed_states)
    waiting = select(Case).where(Case.erased_at.is_(None), closed, or_(*conditions), ~held)
    return waiting.order_by(Case.closed_at).with_for_update(skip_locked=True, of=Case)


def _over(programme: Programme, now: datetime) -> ColumnElement[bool]:
    """Return the condition for a closed case whose time is over; one never submitted is a draft."""

    def before(kind: str) -> datetime:
        return now - timedelta(days=programme.retention[kind])

    lapsed, submitted = Case.state == LAPSED, Case.submitted_at.is_not(None)
    return or_(
        and_(~submitted, Case.received_at <= before("draft")),
        and_(lapsed, submitted, Case.closed_at <= before("lapsed")),
        and_(~lapsed, submitted, Case.closed_at <= before("closed")),
    )


def _holding(case_id: str) -> Any:
    return select(CaseHold).where(CaseHold.case_id == case_id, CaseHold.lifted_at.is_(None))


def _forget_letters(runtime: Runtime, case_id: str) -> None:
    with runtime.reading() as session:
        about = outbox.OutboxRow.payload["case"].as_string() == case_id
        rows = list(session.scalars(select(outbox.OutboxRow.id).where(about)))
    mail.forget(runtime.settings, rows)
