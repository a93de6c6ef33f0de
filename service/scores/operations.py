"""Every write to scores: marking what is out of date, computing it, rendering it once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import scoring
from scoring.events import Event
from service.core.clock import DAY, to_days
from service.core.jobs import request_sweep
from service.core.runtime import Runtime
from service.core.work import claim
from service.evidence import queries as evidence
from service.merchants import queries as merchants
from service.scores import market, rendering
from service.scores.models import Score, ScoreTask

BATCH = 20
HISTORY_STEPS = 12
HISTORY_STEP = timedelta(days=30)
SWEEP_AGE = DAY


@dataclass(frozen=True, slots=True)
class Seen:
    """A merchant's events with what the market gives to their score; every answer is of one moment."""

    events: Sequence[Event]
    given: market.Setting

    def score(self, when: datetime) -> scoring.Score:
        """Return the score as of a moment."""
        return scoring.score(self.events, as_of=to_days(when), **self._common(), **self._earlier())

    def aspects(self, when: datetime) -> tuple[scoring.AspectScore, ...]:
        """Return the sub-scores as of a moment."""
        return scoring.aspects(self.events, as_of=to_days(when), **self._common())

    def improvements(self, when: datetime) -> tuple[scoring.Improvement, ...]:
        """Return what would raise the score, as of a moment."""
        options = {**self._common(), **self._earlier()}
        return scoring.improvements(self.events, as_of=to_days(when), **options)

    def _common(self) -> dict[str, Any]:
        return {"reliability": self.given.doubted, "expected": self.given.usual}

    def _earlier(self) -> dict[str, Any]:
        return {"predecessors": list(self.given.predecessors.values())}


def mark_dirty(session: Session, merchant_key: str, *, now: datetime) -> None:
    """Have the merchant's score computed again after this transaction."""
    task = session.get(ScoreTask, merchant_key)
    if task is None:
        session.add(ScoreTask(merchant_key=merchant_key, due_at=now))
    else:
        # A mark that arrives while a worker computes must not be lost: the worker compares it.
        task.marked += 1
        task.due_at = now
    request_sweep(session)


def sweep(runtime: Runtime) -> int:
    """Compute the scores that are due; return how many tasks were taken."""
    with runtime.begin() as session:
        taken = [
            (t.merchant_key, t.marked)
            for t in claim(session, ScoreTask, now=runtime.clock(), limit=BATCH)
        ]
    for merchant_key, marked in taken:
        with runtime.begin() as session:
            compute(session, merchant_key, now=runtime.clock())
            _settle(session, merchant_key, marked)
    return len(taken)


def sweep_aged(runtime: Runtime) -> int:
    """Mark the scores that time alone has moved; they are computed by `sweep`."""
    now = runtime.clock()
    with runtime.begin() as session:
        aged = select(Score.merchant_key).where(Score.as_of < now - SWEEP_AGE)
        idle = aged.where(
            Score.merchant_key.not_in(
                select(ScoreTask.merchant_key).where(ScoreTask.due_at.is_not(None))
            )
        )
        keys = session.scalars(idle.limit(BATCH)).all()
        for key in keys:
            mark_dirty(session, key, now=now)
    return len(keys)


def compute(session: Session, merchant_key: str, *, now: datetime) -> Score:
    """Compute and store the merchant's score as of `now`."""
    records = list(evidence.event_records(session, merchant_key))
    events = scoring.from_records(records)
    given = market.setting(session, market.of(session, now), merchant_key, events)
    seen = Seen(events, given)
    result = seen.score(now)
    merchant = merchants.merchant_view(session, merchant_key)
    answer = rendering.Answer(
        merchant_key=merchant_key,
        name=None if merchant is None else merchant.name,
        result=result,
        as_of=now,
        known={record["evidence_id"]: evidence.shown_known(record) for record in records},
        history=[(day, seen.score(day).score) for day in _history_days(now)],
        aspects=seen.aspects(now),
        improvements=seen.improvements(now),
        setting=given,
    )
    body = rendering.render(answer)
    return session.merge(
        Score(
            merchant_key=merchant_key,
            as_of=now,
            version=result.version,
            digest=result.digest,
            score=result.score,
            grade=result.grade,
            warning=result.warn,
            top_reason=rendering.top_reason(result),
            body=body,
            etag=rendering.etag(body),
        )
    )


def _history_days(now: datetime) -> list[datetime]:
    return [now - HISTORY_STEP * step for step in range(HISTORY_STEPS, 0, -1)]


def _settle(session: Session, merchant_key: str, marked: int) -> None:
    unchanged = (ScoreTask.merchant_key == merchant_key) & (ScoreTask.marked == marked)
    session.execute(update(ScoreTask).where(unchanged).values(due_at=None, claimed_until=None))
    changed = (ScoreTask.merchant_key == merchant_key) & (ScoreTask.marked != marked)
    session.execute(update(ScoreTask).where(changed).values(claimed_until=None))
