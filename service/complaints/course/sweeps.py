"""What happens when deadlines pass: one idempotent sweep over `due_at`.

A deadline is computed anew before it takes effect, so that announced holidays and other corrections
reach cases that were waiting already; `recompute` also moves those that became earlier.
"""

import logging
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from service.complaints import operations
from service.complaints.course import standing
from service.complaints.models import Case
from service.core.errors import CaveatError
from service.core.runtime import Runtime
from service.core.work import claim

BATCH = 500
MANY = 5000
_CASES = cast("Table", Case.__table__)
_LOG = logging.getLogger(__name__)


def sweep(runtime: Runtime) -> int:
    """Make the clock's move in each case whose time is over; return how many cases were taken.

    A batch is one transaction; when a case of it cannot be moved, each gets one of its own. That case is
    left as it was: its lease ends by itself, so it is tried again, and the others do not wait for it.
    """
    with runtime.begin() as session:
        taken = [case.id for case in claim(session, Case, now=runtime.clock(), limit=BATCH)]
    try:
        _pass_all(runtime, taken)
    except (CaveatError, DatabaseError) as error:
        _LOG.warning("%d cases could not be swept together (%s)", len(taken), type(error).__name__)
        for case_id in taken:
            _pass_alone(runtime, case_id)
    return len(taken)


def _pass_all(runtime: Runtime, case_ids: Sequence[str]) -> None:
    """Let time pass in these cases: all of them, or none when one cannot be moved."""
    with runtime.begin() as session:
        locked = select(Case).where(Case.id.in_(case_ids)).order_by(Case.id).with_for_update()
        operations.pass_time(session, session.scalars(locked).all(), now=runtime.clock())


def _pass_alone(runtime: Runtime, case_id: str) -> None:
    try:
        _pass_all(runtime, [case_id])
    except (CaveatError, DatabaseError):
        _LOG.exception("case %s could not be swept", case_id)


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
