"""What must reach others, written in the transaction that decided it and delivered at least once.

A row carries a topic and ids, never personal data: the deliverer of the topic opens what it needs at
the moment of delivery. Receivers can recognise a repetition by the row's id.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.core.db import Base, UtcDateTime
from service.core.jobs import request_sweep
from service.core.runtime import Runtime
from service.core.work import Claimable, claim

BATCH = 20
LONGEST_WAIT = timedelta(hours=6)


class OutboxRow(Claimable, Base):
    """One delivery to make; a delivered row leaves the queue by `delivered_at`."""

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    topic: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(200))


Deliverer = Callable[[Runtime, OutboxRow], None]


def post(session: Session, *, topic: str, payload: Mapping[str, str], now: datetime) -> None:
    """Write a delivery into the current transaction."""
    session.add(OutboxRow(id=str(uuid.uuid4()), topic=topic, payload=dict(payload), due_at=now))
    request_sweep(session)


def make_sweep(deliverers: Mapping[str, Deliverer]) -> Callable[[Runtime], int]:
    """Return the sweep that delivers due rows through the deliverer of their topic."""

    def sweep(runtime: Runtime) -> int:
        with runtime.begin() as session:
            rows = claim(session, OutboxRow, now=runtime.clock(), limit=BATCH)
        for row in rows:
            _deliver(runtime, row, deliverers[row.topic])
        return len(rows)

    return sweep


def _deliver(runtime: Runtime, row: OutboxRow, deliverer: Deliverer) -> None:
    try:
        deliverer(runtime, row)
    except Exception as error:  # noqa: BLE001 - any failure is kept on the row and tried again
        _settle(runtime, row.id, error)
    else:
        _settle(runtime, row.id, None)


def _settle(runtime: Runtime, row_id: str, error: Exception | None) -> None:
    with runtime.begin() as session:
        row = session.get_one(OutboxRow, row_id)
        now = runtime.clock()
        row.attempts += 1
        row.claimed_until = None
        if error is None:
            row.delivered_at, row.last_error, row.due_at = now, None, None
        else:
            # The class name only: a server's answer may repeat the recipient's address.
            row.last_error = type(error).__name__
            row.due_at = now + min(timedelta(minutes=2**row.attempts), LONGEST_WAIT)
