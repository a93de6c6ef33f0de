"""Who is told of a move: a row of the outbox for each, delivered by mails.py."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.complaints.course.machine import Event
from service.complaints.models import Case
from service.core import outbox

MOVED_MAIL, DESK_MAIL = "mail.case_moved", "mail.case_desk"


WithRole = Callable[[str, str], list[str]]
"""Finds those who have a role in an organisation, by their ids."""


def post(
    session: Session,
    case: Case,
    event: Event,
    *,
    now: datetime,
    with_role: WithRole | None = None,
) -> None:
    """Have those told whom the event names; the merchant only once it has heard of the case at all.

    `with_role` spares many cases the same question.
    """
    payload = {"case": case.id, "event": event.name, "state": case.state}
    if "consumer" in event.tells:
        outbox.post(session, topic=MOVED_MAIL, payload=payload, now=now)
    for person in _people(case, event, with_role or partial(accounts.with_role, session)):
        outbox.post(session, topic=DESK_MAIL, payload=payload | {"person": person}, now=now)


def _people(case: Case, event: Event, with_role: WithRole) -> Iterator[str]:
    """Yield the ids of those at a desk: cases that nobody has taken yet are seen in the queue."""
    if "council" in event.tells and case.officer_id is not None:
        yield case.officer_id
    if "supervisor" in event.tells:
        yield from with_role(case.organisation_id, "supervisor")
    if "trader" in event.tells and case.told_at is not None and case.respondent_id is not None:
        yield from with_role(case.respondent_id, "trader_agent")
