"""Every bundle that was sent or came, as it is kept; what it did stands in the history of its case."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.complaints.councils import format as bundle_format
from service.complaints.councils.format import CASE, RECEIPT, Header
from service.complaints.councils.models import CaseBundle, KnownCouncil
from service.complaints.models import CaseEvent, CaseTask
from service.core.errors import Conflict, InvalidInput


def keep_sent(
    session: Session,
    header: Header,
    wire: bytes,
    *,
    council: KnownCouncil,
    case_id: str,
    now: datetime,
) -> CaseBundle:
    """Keep a bundle that goes out; one that goes out again replaces its earlier bytes."""
    row = session.get(CaseBundle, header.id) or _row(header, council, case_id, now, incoming=False)
    row.wire, row.digest, row.delivered_at = wire, bundle_format.digest(wire), None
    session.add(row)
    session.flush()
    return row


def keep_received(
    session: Session,
    header: Header,
    wire: bytes,
    *,
    council: KnownCouncil,
    case_id: str,
    detail: dict[str, Any],
    now: datetime,
) -> CaseBundle:
    """Keep that a bundle came, not what it held."""
    row = _row(header, council, case_id, now, incoming=True)
    row.digest, row.detail = bundle_format.digest(wire), detail
    session.add(row)
    session.flush()
    return row


def answered(session: Session, council: KnownCouncil, header: Header) -> CaseBundle:
    """Return the bundle that an answer belongs to; only the council that has the case may answer."""
    sent = session.get(CaseBundle, header.thread)
    if sent is None or sent.incoming or sent.kind != CASE or sent.council_id != council.id:
        raise InvalidInput("answers nothing that was sent to this council", where="thread")
    return sent


def check_same(known: CaseBundle, council: KnownCouncil, wire: bytes) -> None:
    """Refuse an id that was used for something else; a receipt is signed anew each time it is asked for."""
    if not known.incoming or known.council_id != council.id:
        raise Conflict("its id is taken", where=known.id, code="bundles.refused")
    if known.digest != bundle_format.digest(wire) and known.kind != RECEIPT:
        raise Conflict("came before with other content", where=known.id, code="bundles.refused")


def log(
    session: Session, case_id: str, actor: str, event: str, detail: dict[str, Any], now: datetime
) -> None:
    """Write a line into a case's history."""
    session.add(CaseEvent(case_id=case_id, at=now, actor=actor, event=event, detail=detail))


def ask_officer(session: Session, case_id: str, kind: str, bundle_id: str, now: datetime) -> None:
    """Have an officer look at what a bundle brought."""
    session.add(
        CaseTask(
            case_id=case_id,
            kind=kind,
            for_role="complaint_officer",
            created_at=now,
            detail={"bundle": bundle_id},
        )
    )


def _row(
    header: Header, council: KnownCouncil, case_id: str, now: datetime, *, incoming: bool
) -> CaseBundle:
    return CaseBundle(
        id=header.id,
        thread=header.thread,
        council_id=council.id,
        case_id=case_id,
        kind=header.kind,
        incoming=incoming,
        at=now,
        detail={},
    )
