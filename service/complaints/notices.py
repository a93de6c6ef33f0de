"""Who is told of a move: a row of the outbox for each, delivered by mails.py."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.complaints.course.machine import Event
from service.complaints.models import Case
from service.core import outbox

MOVED_MAIL, DESK_MAIL = "mail.case_moved", "mail.case_desk"


def post(session: Session, case: Case, event: Event, *, now: datetime) -> None:
    """Have those told whom the event names; the merchant only once it has heard of the case at all."""
    payload = {"case": case.id, "event": event.name, "state": case.state}
    if "consumer" in event.tells:
        outbox.post(session, topic=MOVED_MAIL, payload=payload, now=now)
    for person in _people(session, case, event):
        outbox.post(session, topic=DESK_MAIL, payload=payload | {"person": person}, now=now)


def _people(session: Session, case: Case, event: Event) -> Iterator[str]:
    """Yield the ids of those at a desk: cases that nobody has taken yet are seen in the queue."""
    if "council" in event.tells and case.officer_id is not None:
        yield case.officer_id
    if "supervisor" in event.tells:
        yield from accounts.with_role(session, case.organisation_id, "supervisor")
    if "trader" in event.tells and case.told_at is not None and case.respondent_id is not None:
        yield from accounts.with_role(session, case.respondent_id, "trader_agent")
