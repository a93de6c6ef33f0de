"""How a case ended goes back to the council that handed it over: by itself, once the case is closed."""

from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from service.complaints.councils import delivery
from service.complaints.councils.format import BACK, CASE, RESULT
from service.complaints.councils.models import CaseBundle, KnownCouncil
from service.complaints.models import Case, CaseAmount, CaseEvent
from service.core.runtime import Runtime

SETTLED = ("resolved", "closed_unconfirmed")
"""How a case ends with a result; every other end refers it back."""
BATCH = 50


def sweep(runtime: Runtime) -> int:
    """Tell councils how the cases ended that they handed over; return how many."""
    answer = aliased(CaseBundle)
    told = exists().where(
        answer.thread == CaseBundle.thread,
        answer.incoming.is_(False),
        answer.kind.in_((RESULT, BACK)),
        answer.at >= Case.closed_at,
    )
    ended = (
        select(CaseBundle, Case)
        .join(Case, Case.id == CaseBundle.case_id)
        .where(CaseBundle.kind == CASE, CaseBundle.incoming, Case.closed_at.is_not(None), ~told)
        .order_by(CaseBundle.at)
        .limit(BATCH)
    )
    with runtime.begin() as session:
        found = session.execute(ended).all()
        for bundle, case in found:
            _answer(runtime, session, bundle, case)
        return len(found)


def _answer(runtime: Runtime, session: Session, bundle: CaseBundle, case: Case) -> None:
    """Send the outcome of a case back: its state, cause and amounts, no word that anybody wrote."""
    council = session.get_one(KnownCouncil, bundle.council_id)
    kind = RESULT if case.state in SETTLED else BACK
    head = delivery.header(runtime, council, kind, at=runtime.clock(), thread=bundle.thread)
    delivery.send(runtime, session, council, case.id, head, _outcome(session, case))


def _outcome(session: Session, case: Case) -> dict[str, Any]:
    last = select(CaseEvent.detail).where(
        CaseEvent.case_id == case.id, CaseEvent.after == case.state
    )
    cause = (session.scalar(last.order_by(CaseEvent.id.desc()).limit(1)) or {}).get("cause")
    rows = select(CaseAmount).where(CaseAmount.case_id == case.id, CaseAmount.kind != "claimed")
    amounts = [
        {"kind": row.kind, "amount": str(row.amount), "currency": row.currency}
        for row in session.scalars(rows.order_by(CaseAmount.id))
    ]
    closed = case.closed_at.isoformat() if case.closed_at else None
    return {"state": case.state, "cause": cause, "amounts": amounts, "closed_at": closed}
