"""A case as its moves and deadlines see it, read from its row and its events."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.complaints.course import machine, programmes
from service.complaints.course.clocks import Step
from service.complaints.course.guards import Standing
from service.complaints.intake import contact
from service.complaints.models import Case, CaseEvent
from service.core import calendars
from service.core.access import Target

WAITING = "awaiting_contact_check"
ACTIONS = {"consumer": "case.follow", "trader": "case.respond", "council": "case.decide"}
"""Which action of the access table the moves of each actor are."""


class Part(Protocol):
    """What of a case its deadlines depend on: a case has it, and so has a row of `rows`."""

    id: Any
    state: Any
    programme: Any
    facts: Any
    respondent_id: Any
    received_at: Any
    closed_at: Any


def rows() -> Select[Any]:
    """Return a statement for many cases at once, without what their deadlines do not need."""
    needed = (*Part.__annotations__, "due_at", "version")
    return select(*(Case.__table__.c[name] for name in needed))


def of(session: Session, case: Case) -> Standing:
    """Return how a case stands."""
    [(_, stands)] = of_all(session, [case])
    if case.state != WAITING:
        return stands
    return replace(stands, proven=contact.proven(session, case.id) is not None)


def of_all(session: Session, cases: Sequence[Any]) -> Iterator[tuple[Any, Standing]]:
    """Yield each case with how it stands, as far as deadlines go; one statement for all histories."""
    known = histories(session, cases)
    for case in cases:
        yield case, make(case, known[case.id])


def histories(session: Session, cases: Sequence[Any]) -> dict[str, list[Step]]:
    """Return the whole history of each case by its id, in one statement."""
    # Of the table, not of the class: an object mapper between would take longer than the rest.
    own = CaseEvent.__table__.c
    ids = [case.id for case in cases]
    moves = select(own.case_id, own.at, own.event, own.before, own.after)
    known = moves.where(own.case_id.in_(ids), own.after.is_not(None)).order_by(own.id)
    steps: dict[str, list[Step]] = {}
    for case_id, at, event, before, after in session.execute(known):
        steps.setdefault(case_id, []).append(Step(at, event, before, str(after)))
    return {case.id: _whole(case, steps.get(case.id, [])) for case in cases}


def make(case: Part, steps: Sequence[Step]) -> Standing:
    """Return how a case with a given history stands."""
    programme = programmes.get(case.programme)
    places = programme.places(case.facts.get("country"))
    return Standing(steps, programme, places, participates=case.respondent_id is not None)


def due_on(case: Case) -> date | None:
    """Return the last day of the party who must act, as its own calendar has it; None for a closed case."""
    actor = machine.load().states[case.state].actor
    if case.due_at is None or actor is None:
        return None
    places = programmes.get(case.programme).places(case.facts.get("country"))
    return date.fromordinal(calendars.of(places.of(actor)).day(case.due_at) - 1)


def target(case_id: str, case: Case | None) -> Target:
    """Return a case as access sees it; the respondent reaches it once it was told."""
    if case is None:
        return Target("case", case_id)
    return Target(
        "case",
        case_id,
        organisation=case.organisation_id,
        person=case_id,
        assigned=() if case.officer_id is None else (case.officer_id,),
        respondent=None if case.told_at is None else case.respondent_id,
    )


def _whole(case: Part, steps: list[Step]) -> list[Step]:
    """Return a history with its beginning: a case from before there was a machine came where it was."""
    if steps and steps[0].before is None:
        return steps
    state = str(steps[0].before) if steps else case.state
    return [Step(_began(case, state), "submit", None, state), *steps]


def _began(case: Part, state: str) -> datetime:
    closed = machine.load().states[state].closed
    began: datetime = case.closed_at if closed and case.closed_at else case.received_at
    return began
