"""How much hangs on an open case: its amount, how many cases there are about its merchant, its age.

Worked out for all open cases every few hours, so that a queue of any length is sorted by an index.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from service.complaints.models import Case, CaseAmount
from service.core.clock import DAY
from service.core.runtime import Runtime

BATCH = 2000
FRESH = timedelta(hours=6)
_CASES = cast("Table", Case.__table__)


def impact(amount: float | None, alike: int, age: timedelta) -> float:
    """Return the product of amount (reference currency), open cases about the merchant, and days.

    Each counts as one at least: a case without a known amount is not worth nothing.
    """
    return max(amount or 0.0, 1.0) * max(alike, 1) * max(age / DAY, 1.0)


def sweep(runtime: Runtime) -> int:
    """Rank open cases that were not ranked for a while; return how many."""
    now = runtime.clock()
    with runtime.begin() as session:
        rows = _stale(session, now)
        if rows:
            _rank(session, rows, now)
    return len(rows)


def _stale(session: Session, now: datetime) -> Sequence[Any]:
    old = or_(Case.ranked_at.is_(None), Case.ranked_at <= now - FRESH)
    columns = (Case.id, Case.organisation_id, Case.merchant_key, Case.received_at)
    stale = select(*columns).where(Case.closed_at.is_(None), old)
    return session.execute(stale.order_by(Case.id).limit(BATCH)).all()


def _rank(session: Session, rows: Sequence[Any], now: datetime) -> None:
    amounts, alike = _amounts(session, rows), _alike(session, rows)
    found = [
        {
            "own": row.id,
            "impact": impact(
                amounts.get(row.id),
                alike.get((row.organisation_id, row.merchant_key), 1),
                now - row.received_at,
            ),
        }
        for row in rows
    ]
    # The table, not the class: a rank is no change that an officer must look at again.
    own = update(_CASES).where(_CASES.c.id == bindparam("own"))
    session.connection().execute(own.values(impact=bindparam("impact"), ranked_at=now), found)


def _amounts(session: Session, rows: Sequence[Any]) -> dict[str, float]:
    """Return what was claimed, by case, in the reference currency."""
    wanted = [row.id for row in rows]
    claimed = select(CaseAmount.case_id, CaseAmount.reference_amount).where(
        CaseAmount.case_id.in_(wanted),
        CaseAmount.kind == "claimed",
        CaseAmount.reference_amount.is_not(None),
    )
    return {case_id: float(amount or 0) for case_id, amount in session.execute(claimed)}


def _alike(session: Session, rows: Sequence[Any]) -> dict[tuple[str, str], int]:
    """Return how many open cases an organisation has about each merchant."""
    keys = {row.merchant_key for row in rows if row.merchant_key is not None}
    counted = (
        select(Case.organisation_id, Case.merchant_key, func.count())
        .where(Case.closed_at.is_(None), Case.merchant_key.in_(keys))
        .group_by(Case.organisation_id, Case.merchant_key)
    )
    return {(owner, str(key)): number for owner, key, number in session.execute(counted)}
