"""Every read of scores."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.merchants import queries as merchants
from service.scores.models import Score, ScoreTask

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Rendered:
    """The stored answer and its entity tag (without quotes)."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class PackRow:
    """What a pack carries of a merchant."""

    merchant_key: str
    platform: str
    band: str
    warning: bool
    top_reason: str | None


def rendered(session: Session, key: str) -> Rendered | None:
    """Return the stored answer for a merchant key, or for an alias of one."""
    asked = select(Score.body, Score.etag).where(Score.merchant_key == key)
    row = session.execute(asked).first()
    if row is None and (canonical := merchants.canonical_key(session, key)) != key:
        return rendered(session, canonical)
    return None if row is None else Rendered(row.body, row.etag)


def score_view(session: Session, key: str) -> dict[str, Any] | None:
    """Return the answer of `rendered` as a dictionary."""
    answer = rendered(session, key)
    return None if answer is None else json.loads(answer.body)


def rated_merchants(session: Session, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Return a page of score answers by merchant key."""
    page = select(Score.body).order_by(Score.merchant_key).limit(limit).offset(offset)
    return [json.loads(body) for body in session.scalars(page)]


def answers(session: Session) -> Iterator[dict[str, Any]]:
    """Yield every score answer by merchant key."""
    bodies = select(Score.body).order_by(Score.merchant_key)
    for body in session.scalars(bodies.execution_options(yield_per=CHUNK)):
        yield json.loads(body)


def pack_rows(session: Session) -> Iterator[PackRow]:
    """Yield one row for every id of every merchant that has been scored."""
    others = merchants.aliases(session)
    rows = select(Score.merchant_key, Score.grade, Score.warning, Score.top_reason).order_by(
        Score.merchant_key
    )
    for key, grade, warning, top_reason in session.execute(rows):
        for known_as in (key, *others.get(key, ())):
            platform = known_as.partition(":")[0]
            yield PackRow(known_as, platform, grade or "none", warning, top_reason)


def waiting(session: Session) -> int:
    """Return how many scores are waiting to be computed."""
    return session.scalar(select(func.count()).where(ScoreTask.due_at.is_not(None))) or 0
