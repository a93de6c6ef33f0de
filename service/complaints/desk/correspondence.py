"""What people write within a case: notes of the desk, messages between the parties. Sealed like all free text.

A text stands in the sealed field `note:ID` or `message:ID`; the history keeps the id only.
"""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from service.complaints import notices
from service.complaints.course import machine, standing
from service.complaints.course.machine import CONSUMER, COUNCIL, TRADER, Event
from service.complaints.models import Case, CaseEvent
from service.complaints.privacy import reach, sealed, visibility
from service.core import access
from service.core.access import Asker
from service.core.crypto import Vault
from service.core.errors import InvalidInput

NOTE, MESSAGE = KINDS = ("note", "message")
LONGEST = 5000
WRITERS = {NOTE: ("case.decide",), MESSAGE: tuple(standing.ACTIONS.values())}
"""Which actions of the access table let somebody write each kind."""


def write(
    session: Session,
    vault: Vault,
    case_id: str,
    kind: str,
    text: str,
    *,
    asker: Asker,
    now: datetime,
) -> str:
    """Keep a note or a message and return its id; those who are to read a message get a letter.

    Raises InvalidInput for an unknown kind and a text that is empty or too long.
    """
    if kind not in KINDS:
        raise InvalidInput(f"must be one of {', '.join(KINDS)}", where="kind")
    action = _action(session, case_id, kind, asker)
    case = reach.case(session, case_id, asker=asker, action=action)
    text_id = seal(session, vault, case_id, kind, text)
    by = _party(action)
    told = _told(case, by) if kind == MESSAGE else ()
    detail = {kind: text_id, "by": by, "to": list(told)}
    session.add(CaseEvent(case_id=case_id, at=now, actor=asker.label, event=kind, detail=detail))
    reach.note(session, case, asker=asker, action=action, now=now)
    notices.post(session, case, Event(kind, by, tells=told), now=now)
    session.flush()
    return text_id


def seal(session: Session, vault: Vault, case_id: str, kind: str, text: str) -> str:
    """Seal a text that goes with a move, and return its id; raise InvalidInput for one that cannot be taken."""
    plain = text.strip()
    if not plain or len(plain) > LONGEST:
        raise InvalidInput(f"needs 1 to {LONGEST} characters", where="text", code="complaints.text")
    text_id = str(uuid.uuid4())
    sealed.write(session, vault, case_id, f"{kind}:{text_id}", plain)
    return text_id


def _action(session: Session, case_id: str, kind: str, asker: Asker) -> str:
    """Return the action under which the asker may write; the last one when none is allowed."""
    target = standing.target(case_id, session.get(Case, case_id))
    able = [name for name in WRITERS[kind] if access.may(asker, name, target)]
    known = [name for name in WRITERS[kind] if access.may(asker, name)]
    return (able or known or list(WRITERS[kind]))[0]


def _party(action: str) -> str:
    return next(actor for actor, name in standing.ACTIONS.items() if name == action)


def _told(case: Case, by: str) -> tuple[str, ...]:
    """Return who reads a message: the merchant what the complainant writes while the case is with it."""
    if by == CONSUMER:
        here = machine.load().states[case.state].stage in visibility.load().stages
        return (TRADER, COUNCIL) if here and case.respondent_id else (COUNCIL,)
    return (CONSUMER, COUNCIL) if by == TRADER else (CONSUMER,)
