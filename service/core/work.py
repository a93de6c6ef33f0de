"""Rows that must be worked on: claimed atomically, so that several workers never take the same one."""

from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, Update, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.core.db import UtcDateTime

LEASE = timedelta(minutes=5)


class Claimable:
    """Columns of a row that is work: due from `due_at` (never, when null), taken until `claimed_until`."""

    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


Row = TypeVar("Row", bound=Claimable)


def claim(session: Session, model: type[Row], *, now: datetime, limit: int) -> list[Row]:
    """Take up to `limit` due rows for `LEASE`; a killed worker's rows come free when it ends."""
    return list(session.scalars(_claim(model, now, limit)))


def _claim(model: type[Row], now: datetime, limit: int) -> Update:
    key = model.__mapper__.primary_key[0]  # type: ignore[attr-defined]
    return (
        update(model)
        .where(key.in_(_free(model, now, limit)))
        .values(claimed_until=now + LEASE)
        .returning(model)
        .execution_options(populate_existing=True, synchronize_session=False)
    )


def _free(model: type[Row], now: datetime, limit: int) -> Select[tuple[str]]:
    key = model.__mapper__.primary_key[0]  # type: ignore[attr-defined]
    unclaimed = or_(model.claimed_until.is_(None), model.claimed_until <= now)
    due = and_(model.due_at <= now, unclaimed)
    return (
        select(key).where(due).order_by(model.due_at).limit(limit).with_for_update(skip_locked=True)
    )
