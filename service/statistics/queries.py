"""Every read of statistics: releases and their rows, streamed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.core import access
from service.core.access import Asker
from service.statistics.models import StatisticsRelease, StatisticsRow
from service.statistics.tables import COLUMNS, Row

DRAFT, RELEASED = "draft", "released"
LICENCE = "CC0-1.0"
CHUNK = 2_000
COMPUTE = "statistics.compute"


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """One version; `rows` counts those of all its months."""

    number: int
    state: str
    first_month: str
    last_month: str
    rows: int
    withheld: int
    csv_sha256: str
    json_sha256: str
    computed_at: datetime
    computed_by: str
    released_at: datetime | None
    released_by: str | None


def latest(session: Session) -> ReleaseView | None:
    """Return the newest release, None before the first."""
    rows = select(StatisticsRelease).where(StatisticsRelease.state == RELEASED)
    found = session.scalar(rows.order_by(StatisticsRelease.number.desc()).limit(1))
    return None if found is None else view(found)


def releases(session: Session) -> list[ReleaseView]:
    """Return every release, the newest first."""
    rows = select(StatisticsRelease).where(StatisticsRelease.state == RELEASED)
    return [view(row) for row in session.scalars(rows.order_by(StatisticsRelease.number.desc()))]


def release(session: Session, number: int) -> ReleaseView:
    """Return one release; raise NotFound for a draft, too."""
    found = session.get(StatisticsRelease, number)
    if found is None or found.state != RELEASED:
        raise access.missing("release", str(number))
    return view(found)


def draft(session: Session, asker: Asker) -> ReleaseView | None:
    """Return what waits to be looked at, None when nothing does."""
    access.require(asker, COMPUTE)
    found = session.scalar(select(StatisticsRelease).where(StatisticsRelease.state == DRAFT))
    return None if found is None else view(found)


def rows(
    session: Session, number: int, *, measures: Collection[str] = (), **only: str | None
) -> Iterator[Row]:
    """Yield the rows of a release, oldest month first; all, or those whose columns have these values."""
    wanted = _ordered().where(StatisticsRow.release <= number)
    if measures:
        wanted = wanted.where(StatisticsRow.measure.in_(measures))
    for name, value in only.items():
        if value is not None:
            wanted = wanted.where(getattr(StatisticsRow, name) == value)
    for found in session.execute(wanted.execution_options(yield_per=CHUNK)):
        yield Row(**dict(zip(COLUMNS, found, strict=True)))


def view(row: StatisticsRelease) -> ReleaseView:
    """Return a release as others see it."""
    return ReleaseView(**{name: getattr(row, name) for name in ReleaseView.__dataclass_fields__})


def _ordered() -> Select[Any]:
    columns: Select[Any] = select(*(getattr(StatisticsRow, name) for name in COLUMNS))
    return columns.order_by(StatisticsRow.month, StatisticsRow.id)
