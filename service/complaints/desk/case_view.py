"""Everything that a page shows of one case beside the case itself; nothing here opens a sealed field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.complaints.councils import known as councils
from service.complaints.course import machine, standing
from service.complaints.course.guards import GUARDS
from service.complaints.course.machine import CONSUMER, Event
from service.complaints.intake import queries as intake_queries
from service.complaints.intake.completeness import Meter
from service.complaints.intake.fields import BY_ID
from service.complaints.models import Case, CaseEvent, CaseTask
from service.complaints.operations import ENTERED, HANDLERS, TEXTS
from service.complaints.privacy import reach
from service.complaints.privacy.consents import ConsentView
from service.complaints.privacy.models import CaseTransfer
from service.core import access
from service.core.access import Asker
from service.core.views import view_of

READ = "case.read"


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a history: who (`kind` of asker and a name where the reader may see one) did what.

    `texts` are the sealed fields that it is about.
    """

    id: int
    at: datetime
    kind: str
    name: str | None
    event: str
    before: str | None
    after: str | None
    detail: Mapping[str, Any]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskView:
    """Something that somebody of a role has to look into."""

    kind: str
    for_role: str
    created_at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TransferView:
    """Personal fields that were handed on: when, to whom, where, on what basis."""

    at: datetime
    recipient: str
    country: str
    fields: list[str]
    basis: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a case on its officer's page."""

    moments: list[Moment]
    officers: dict[str, str]
    respondent: str | None
    grade: str | None
    tasks: list[TaskView]
    transfers: list[TransferView]
    meter: Meter
    told: list[Event]
    kinds: tuple[str, ...] = BY_ID["evidence"].options


def around(session: Session, case_id: str, *, asker: Asker, now: datetime) -> Around:
    """Return what an officer sees of a case; raise NotFound for one out of reach."""
    case = reach.case(session, case_id, asker=asker, action=READ)
    handlers = [
        person
        for role in HANDLERS
        for person in accounts.with_role(session, case.organisation_id, role)
    ]
    return Around(
        moments=history(session, case_id),
        officers=accounts.people_names(session, handlers),
        respondent=_organisation(session, case.respondent_id),
        grade=case.respondent_grade,
        tasks=_tasks(session, case_id),
        transfers=transfers(session, case_id),
        meter=intake_queries.meter_of(session, case),
        told=_told(session, case, asker, now),
    )


def history(session: Session, case_id: str, *, after: int = 0) -> list[Moment]:
    """Return what happened, oldest first; `after` leaves out what somebody has seen."""
    rows = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.id > after)
    found = session.scalars(rows.order_by(CaseEvent.id)).all()
    people = [id_of(row.actor) for row in found if row.actor.startswith("person:")]
    names = accounts.people_names(session, people)
    return [_moment(row, names) for row in found]


def transfers(session: Session, case_id: str) -> list[TransferView]:
    """Return what was handed on of a case, oldest first."""
    rows = select(CaseTransfer).where(CaseTransfer.case_id == case_id).order_by(CaseTransfer.id)
    return [view_of(TransferView, row) for row in session.scalars(rows)]


def organisations(session: Session, ids: Iterable[str | None]) -> dict[str, str]:
    """Return names of organisations by id."""
    wanted = [one for one in ids if one is not None]
    return {one: name for one, (_, name) in accounts.kinds_and_names(session, wanted).items()}


def people(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Return names of people by id."""
    return accounts.people_names(session, ids)


def recipients(session: Session, agreed: Iterable[ConsentView]) -> dict[str, str]:
    """Return names of the organisations and councils among the recipients of consents, by recipient."""
    named = {one.recipient: id_of(one.recipient) for one in agreed if ":" in one.recipient}
    names = organisations(session, named.values()) | councils.names(session, named.values())
    return {recipient: names[own] for recipient, own in named.items() if own in names}


def id_of(label: str) -> str:
    """Return the id in an asker's label."""
    return label.partition(":")[2]


def _organisation(session: Session, organisation_id: str | None) -> str | None:
    return organisations(session, [organisation_id]).get(organisation_id or "")


def _moment(row: CaseEvent, names: Mapping[str, str]) -> Moment:
    kind, _, own = row.actor.partition(":")
    texts = tuple(f"{name}:{row.detail[name]}" for name in (*TEXTS, "file") if name in row.detail)
    return Moment(
        row.id, row.at, kind, names.get(own), row.event, row.before, row.after, row.detail, texts
    )


def _tasks(session: Session, case_id: str) -> list[TaskView]:
    waiting = select(CaseTask).where(CaseTask.case_id == case_id, CaseTask.done_at.is_(None))
    rows = session.scalars(waiting.order_by(CaseTask.id))
    return [view_of(TaskView, row) for row in rows]


def _told(session: Session, case: Case, asker: Asker, now: datetime) -> list[Event]:
    """Return the complainant's moves that an officer can enter on their word."""
    if not access.may(asker, ENTERED, standing.target(case.id, case)):
        return []
    stands = standing.of(session, case)
    return [
        move.event
        for move in machine.load().leaving(case.state)
        if move.event.actor == CONSUMER
        and not move.event.in_person
        and (move.guard is None or GUARDS[move.guard][0](stands, now))
    ]
