"""What happens when deadlines pass: one idempotent sweep over `due_at`.

A deadline is computed anew before it takes effect, so that announced holidays and other corrections
reach cases that were waiting already; `recompute` also moves those that became earlier.
"""

import logging
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, update
from sqlalchemy.orm import Session

from service.complaints import machine, operations, standing
from service.complaints.machine import Transition
from service.complaints.models import Case
from service.core.access import SYSTEM
from service.core.errors import CaveatError, Conflict
from service.core.runtime import Runtime
from service.core.work import claim

BATCH = 200
MANY = 2000
_CASES = cast("Table", Case.__table__)
_LOG = logging.getLogger(__name__)


def sweep(runtime: Runtime) -> int:
    """Make the clock's move in each case whose time is over; return how many cases were taken."""
    with runtime.begin() as session:
        due = claim(session, Case, now=runtime.clock(), limit=BATCH)
        taken = [(case.id, machine.load().clock_move(case.state)) for case in due]
    for case_id, move in taken:
        try:
            _pass(runtime, case_id, move)
        except CaveatError:
            # Its lease ends by itself, so it is tried again; the others must not wait for it.
            _LOG.exception("case %s could not be swept", case_id)
    return len(taken)


def _pass(runtime: Runtime, case_id: str, move: Transition | None) -> None:
    """Make the move, or write down when it is due if that is later than the row said."""
    now = runtime.clock()
    try:
        if move is not None:
            with runtime.begin() as session:
                operations.act(
                    session, case_id, move.event.name, asker=SYSTEM, version=None, now=now
                )
            return
    except Conflict:
        pass
    with runtime.begin() as session:
        case = session.get_one(Case, case_id, with_for_update=True)
        due = standing.of(session, case).due_at
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
