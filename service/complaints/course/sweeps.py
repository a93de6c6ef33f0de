"""What happens when deadlines pass: one idempotent sweep over `due_at`.

A deadline is computed anew before it takes effect, so that announced holidays and other corrections
reach cases that were waiting already; `recompute` also moves those that became earlier.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from service.complaints import operations
from service.complaints.course import machine, standing
from service.complaints.course.clocks import Step
from service.complaints.models import Case
from service.core.access import SYSTEM
from service.core.errors import CaveatError
from service.core.runtime import Runtime
from service.core.work import claim

BATCH = 200
MANY = 2000
_CASES = cast("Table", Case.__table__)
_LOG = logging.getLogger(__name__)


def sweep(runtime: Runtime) -> int:
    """Make the clock's move in each case whose time is over; return how many cases were taken.

    A batch is one transaction. A case that cannot be moved is left as it was: its lease ends by itself,
    so it is tried again, and the others do not wait for it.
    """
    with runtime.begin() as session:
        taken = [case.id for case in claim(session, Case, now=runtime.clock(), limit=BATCH)]
    try:
        _pass_all(runtime, taken)
    except DatabaseError:
        _LOG.exception("%d cases could not be swept together", len(taken))
        for case_id in taken:
            _pass_alone(runtime, case_id)
    return len(taken)


def _pass_all(runtime: Runtime, case_ids: Sequence[str]) -> None:
    """Let time pass in these cases, each behind a savepoint of its own."""
    now = runtime.clock()
    with runtime.begin() as session:
        locked = select(Case).where(Case.id.in_(case_ids)).order_by(Case.id).with_for_update()
        cases = session.scalars(locked).all()
        known = standing.histories(session, cases)
        for case in cases:
            _pass(session, case, known[case.id], now)


def _pass_alone(runtime: Runtime, case_id: str) -> None:
    try:
        _pass_all(runtime, [case_id])
    except DatabaseError:
        _LOG.exception("case %s could not be swept", case_id)


def _pass(session: Session, case: Case, steps: Sequence[Step], now: datetime) -> None:
    """Make the clock's move, or write down when it is due if that is later than the row said."""
    case_id = case.id
    try:
        with session.begin_nested():
            due, move = standing.make(case, steps).due_at, machine.load().clock_move(case.state)
            if due is None or move is None or due > now or case.erased_at is not None:
                _free(session, case_id, due)
                return
            name = move.event.name
            operations.act(session, case_id, name, asker=SYSTEM, version=None, now=now)
    except CaveatError:
        _LOG.exception("case %s could not be swept", case_id)


def _free(session: Session, case_id: str, due: datetime | None) -> None:
    """Write when a case is due; not a change that anybody could have overlooked: the version stays."""
    free = update(Case).where(Case.id == case_id).values(due_at=due, claimed_until=None)
    session.execute(free.execution_options(synchronize_session=False))


def recompute(runtime: Runtime) -> int:
    """Compute every open case's deadline anew, after calendars changed; return how many moved."""
    moved, last = 0, ""
    while True:
        with runtime.begin() as session:
            following = standing.rows().where(Case.closed_at.is_(None), Case.id > last)
            cases = session.execute(following.order_by(Case.id).limit(MANY)).all()
            if not cases:
                return moved
            moved, last = moved + _recompute(session, cases), cases[-1].id


def _recompute(session: Session, cases: Sequence[Row[Any]]) -> int:
    found = ((case, stands.due_at) for case, stands in standing.of_all(session, cases))
    anew = [
        {"own": case.id, "seen": case.version, "due": due}
        for case, due in found
        if due != case.due_at
    ]
    if anew:
        # Not a change that anybody could have overlooked: the version stays.
        same = (_CASES.c.id == bindparam("own")) & (_CASES.c.version == bindparam("seen"))
        session.connection().execute(
            update(_CASES).where(same).values(due_at=bindparam("due")), anew
        )
    return len(anew)
