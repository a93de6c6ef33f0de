"""Every write to cases: moving them through the machine, assigning them; personal fields: see sealed.py."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.complaints import notices
from service.complaints.course import guards, machine, outcomes, standing
from service.complaints.course.clocks import Step
from service.complaints.course.guards import Standing
from service.complaints.course.machine import CLOCK, Event, Transition
from service.complaints.models import Case, CaseEvent, CaseTask
from service.complaints.money import amounts as money
from service.complaints.privacy import consents
from service.complaints.traders import express
from service.core import access, audit
from service.core.access import SYSTEM, Asker
from service.core.errors import Conflict, InvalidInput
from service.evidence.operations import Fact

ENTERED = "case.enter"
MOVING = (*standing.ACTIONS.values(), ENTERED)
TOLD_BY = ("telephone", "counter", "letter")
TEXTS = ("message", "note", "result")
ALARM = "overdue"
SCREENED = "screen_pass"
HANDLERS = ("complaint_officer", "supervisor")


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a case stands after a move."""

    state: str
    version: int
    due_at: datetime | None


class _Moves:
    """What the moves of one transaction share: read once before them, written together at their end."""

    def __init__(
        self, session: Session, case_ids: Collection[str], asker: Asker, now: datetime
    ) -> None:
        self.session, self.asker, self.now = session, asker, now
        self.alarms = {task.case_id: task for task in _alarms(session, case_ids)}
        self.with_role = cache(partial(accounts.with_role, session))
        self.facts: list[Fact] = []

    def finish(self) -> None:
        """Write everything that the moves came to."""
        self.session.flush()
        outcomes.record(self.session, self.facts, now=self.now)


def open_case(
    session: Session, case: Case, *, state: str, event: str, asker: Asker, now: datetime
) -> None:
    """Put a new case, filled but for its state, into the machine."""
    case.state = state
    case.submitted_at = now if state == "submitted" else None
    session.add(case)
    first = Step(now, event, None, state)
    case.due_at = standing.make(case, [first]).due_at
    session.flush()
    _log(session, case, asker, first, {})


def act(
    session: Session,
    case_id: str,
    event: str,
    *,
    asker: Asker,
    version: int | None,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> Moved:
    """Move a case by an event; the only way in which its state changes.

    `version` is that of the case the asker looked at (None: the clock, which looks at the case itself).
    `detail` may hold `cause` (where the event asks for one), `amount` and `currency` (where it takes
    money; `sure` when it is more than was claimed), `told_by` (telephone, counter, letter: an officer enters what the complainant told), and the
    ids of sealed texts as `message`, `note`, `result`. Raises InvalidInput for an unknown event or a
    wrong detail, NotFound or NotAllowed for who may not, Conflict when the state, a guard or somebody
    who was faster stands against it.
    """
    given = dict(detail or {})
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    case = _reachable(asker, event, case_id, case, given)
    _check_current(case, version)
    move = machine.load().next(case.state, event)
    _check_detail(move.event, given)
    if move.event.name == SCREENED:
        express.pin_late(session, case, now=now)
    before = standing.of(session, case)
    _check_allowed(case, move, before, now)
    if "amount" in given:
        sure = bool(given.pop("sure", False))
        money.check_claim(session, case_id, given, now=now, sure=sure)
        given |= {"sure": True} if sure else {}
    moves = _Moves(session, [case_id], asker, now)
    _move(moves, case, move, before, given)
    moves.finish()
    return Moved(case.state, case.version, case.due_at)


def pass_time(session: Session, cases: Sequence[Case], *, now: datetime) -> None:
    """Make the clock's move in each of these cases whose time is over; the others get their deadline anew.

    The cases are rows of this session, locked. They are moved together: what one statement can read or
    write for all of them is not asked case by case. Raises what stands against any of them.
    """
    known = standing.histories(session, cases)
    moves, later = _Moves(session, list(known), SYSTEM, now), []
    with session.no_autoflush:
        for case in cases:
            before = standing.make(case, known[case.id])
            move = machine.load().clock_move(case.state)
            if move is None or case.erased_at is not None or not before.over(now):
                later.append({"own": case.id, "due": before.due_at})
            else:
                _move(moves, case, move, before, {})
    moves.finish()
    _free(session, later)


def assign(
    session: Session,
    case_id: str,
    officer: str | None,
    *,
    asker: Asker,
    version: int,
    now: datetime,
) -> None:
    """Say which officer (a person's id) handles a case, None for nobody yet."""
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    access.require(asker, "case.assign", standing.target(case_id, case))
    if case is None:
        raise access.missing("case", case_id)
    _check_current(case, version)
    if officer is not None and officer not in _officers(session, case):
        raise InvalidInput("handles no complaints in this organisation", where="officer")
    case.officer_id = officer
    session.add(_event(case.id, asker, now, "assigned", {"officer": officer}))
    _note(session, asker, case, "case.assign", now)
    session.flush()


def _officers(session: Session, case: Case) -> set[str]:
    return {
        person
        for role in HANDLERS
        for person in accounts.with_role(session, case.organisation_id, role)
    }


def _move(
    moves: _Moves, case: Case, move: Transition, before: Standing, given: dict[str, Any]
) -> None:
    session, asker, now = moves.session, moves.asker, moves.now
    step = Step(now, move.event.name, move.source, move.target)
    after = before.after(step)
    given |= _lapse(move)
    _take_place(case, after, given.get("cause"), now)
    if "amount" in given:
        money.record(session, case.id, str(move.event.money), given, now=now)
    _log(session, case, asker, step, given)
    if move.event.actor != CLOCK:
        action = ENTERED if "told_by" in given else standing.ACTIONS[move.event.actor]
        _note(session, asker, case, action, now)
    _update_tasks(moves, case, move)
    moves.facts += outcomes.facts(session, case, after.history, now=now)
    consents.record_arrival(session, case, move.source, asker=asker, now=now)
    notices.post(session, case, move.event, now=now, with_role=moves.with_role)
    if move.event.releases:
        case.respondent_id = None


def _take_place(case: Case, after: Standing, cause: str | None, now: datetime) -> None:
    """Set everything about a case that follows from its history."""
    state = machine.load().states[after.history[-1].after]
    arrived = after.history[-1].before != state.name
    case.state, case.due_at, case.claimed_until = state.name, after.due_at, None
    if arrived and state.name == "submitted" and case.submitted_at is None:
        case.submitted_at = now
    if case.told_at is None and outcomes.told(after.history):
        case.told_at = now
    case.closed_at = now if state.closed else None
    found = outcomes.outcome(after.history, cause) if state.closed else None
    case.outcome = None if found == outcomes.PENDING else found


def _lapse(move: Transition) -> dict[str, str]:
    return {"cause": outcomes.lapse_cause(move.source)} if move.target == "lapsed" else {}


def _update_tasks(moves: _Moves, case: Case, move: Transition) -> None:
    """Raise an alarm that is not raised yet; what it was about is done once the case has moved on."""
    raised = moves.alarms.get(case.id)
    if not move.stays and raised is not None:
        raised.done_at, raised.done_by = moves.now, moves.asker.label
    elif move.stays and move.event.actor == CLOCK and raised is None:
        moves.session.add(
            CaseTask(
                case_id=case.id,
                kind=ALARM,
                for_role="supervisor",
                created_at=moves.now,
                detail={"state": case.state},
            )
        )


def _alarms(session: Session, case_ids: Collection[str]) -> Iterator[CaseTask]:
    """Return the alarms of these cases that nobody has dealt with; a case has one at most."""
    waiting = (CaseTask.kind == ALARM) & CaseTask.done_at.is_(None)
    return session.scalars(select(CaseTask).where(CaseTask.case_id.in_(case_ids), waiting))


def _free(session: Session, later: list[dict[str, Any]]) -> None:
    """Write when cases are due; not a change that anybody could have overlooked: the version stays."""
    if later:
        table = cast("Table", Case.__table__)
        own = update(table).where(table.c.id == bindparam("own"))
        free = own.values(due_at=bindparam("due"), claimed_until=None)
        session.connection().execute(free, later)


def _check_detail(event: Event, given: Mapping[str, Any]) -> None:
    taken = {"told_by", *TEXTS, *(("cause",) if event.causes else ())}
    taken |= {"amount", "currency", "sure"} if event.money else set()
    if unknown := sorted(given.keys() - taken):
        raise InvalidInput(f"{event.name} does not take {', '.join(unknown)}", where="detail")
    if event.causes and given.get("cause") not in event.causes:
        raise InvalidInput(f"must be one of {', '.join(event.causes)}", where="cause")
    if ("amount" in given) != ("currency" in given):
        raise InvalidInput("an amount needs its currency", where="amount")
    for name in TEXTS:
        if name in given:
            _check_id(given[name], name)


def _check_id(value: Any, name: str) -> None:
    try:
        uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise InvalidInput("must be the id of a sealed text", where=name) from None


def _check_allowed(case: Case, move: Transition, before: Standing, now: datetime) -> None:
    if case.erased_at is not None:
        raise Conflict("its personal data have been erased", where=case.reference)
    if move.event.actor == CLOCK and not before.over(now):
        raise Conflict("its time is not over", where=case.reference)
    if move.guard is not None:
        holds, otherwise = guards.GUARDS[move.guard]
        if not holds(before, now):
            raise Conflict(otherwise, where=case.reference)


def _reachable(
    asker: Asker, event: str, case_id: str, case: Case | None, given: Mapping[str, Any]
) -> Case:
    """Return the case if the asker may do this to it; a case out of reach does not exist."""
    known = machine.load().events.get(event)
    if known is not None and known.actor == CLOCK:
        if asker != SYSTEM:
            access.refuse(asker)
    elif known is not None:
        _require(asker, known, case_id, case, given)
    elif not any(access.may(asker, name, standing.target(case_id, case)) for name in MOVING):
        access.require(asker, ENTERED, standing.target(case_id, case))
    if case is None:
        raise access.missing("case", case_id)
    return case


def _require(
    asker: Asker, event: Event, case_id: str, case: Case | None, given: Mapping[str, Any]
) -> None:
    action = standing.ACTIONS[event.actor]
    if "told_by" in given:
        if event.actor != "consumer" or event.in_person or given["told_by"] not in TOLD_BY:
            raise InvalidInput("cannot be entered on the complainant's word", where="told_by")
        action = ENTERED
    access.require(asker, action, standing.target(case_id, case))


def _check_current(case: Case, version: int | None) -> None:
    if version is not None and case.version != version:
        raise Conflict(
            "somebody changed the case meanwhile; look at it again", where=case.reference
        )


def _log(session: Session, case: Case, asker: Asker, step: Step, detail: Mapping[str, Any]) -> None:
    row = _event(case.id, asker, step.at, step.event, detail)
    row.before, row.after = step.before, step.after
    session.add(row)


def _event(
    case_id: str, asker: Asker, now: datetime, event: str, detail: Mapping[str, Any]
) -> CaseEvent:
    return CaseEvent(case_id=case_id, at=now, actor=asker.label, event=event, detail=dict(detail))


def _note(session: Session, asker: Asker, case: Case, action: str, now: datetime) -> None:
    audit.note(
        session,
        at=now,
        asker=asker,
        action=action,
        subject=f"case:{case.id}",
        organisation=case.organisation_id,
    )
