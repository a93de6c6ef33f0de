"""Releases: computed, looked at, then released by a person; months once released never change.

A new release adds the months that are over since the last one. It never counts an earlier month again:
what two releases differ by is whole months, so that their difference tells nothing about single cases.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from service.complaints.clusters import projection
from service.core import access, audit
from service.core.access import Asker
from service.core.batches import batches
from service.core.errors import Conflict
from service.statistics import counting, formats, queries, tables
from service.statistics.counting import Machine, month_of
from service.statistics.models import StatisticsRelease, StatisticsRow
from service.statistics.queries import DRAFT, RELEASED
from service.statistics.tables import Month, Row

COMPUTE, RELEASE = "statistics.compute", "statistics.release"
BATCH = 1_000


def compute(session: Session, *, asker: Asker, now: datetime) -> int:
    """Count the months that are over and not released yet, and return the draft's number.

    A draft that nobody has released is replaced. Raises Conflict when no month is new.
    """
    access.require(asker, COMPUTE)
    last = queries.latest(session)
    _drop_draft(session)
    first, until = _span(session, last.last_month if last else None, now)
    draft = StatisticsRelease(
        number=1 + (last.number if last else 0),
        state=DRAFT,
        first_month=first,
        last_month=month_of(_before(until)),
        rows=0,
        withheld=0,
        csv_sha256="",
        json_sha256="",
        computed_at=now,
        computed_by=asker.label,
    )
    session.add(draft)
    session.flush()
    for month in _months(session, first, until):
        draft.withheld += month.withheld
        _write(session, draft.number, month.rows)
    _seal(session, draft)
    _note(session, asker, COMPUTE, draft.number, now)
    return draft.number


def release(session: Session, number: int, *, asker: Asker, now: datetime) -> None:
    """Publish a draft that somebody has looked at; raise Conflict for anything else."""
    access.require(asker, RELEASE)
    draft = session.get(StatisticsRelease, number, with_for_update=True)
    if draft is None:
        raise access.missing("release", str(number))
    if draft.state != DRAFT:
        raise Conflict("has been released already", where=f"release {number}")
    draft.state, draft.released_at, draft.released_by = RELEASED, now, asker.label
    _note(session, asker, RELEASE, number, now)


def discard(session: Session, number: int, *, asker: Asker, now: datetime) -> None:
    """Take back a draft; raise Conflict for a release."""
    access.require(asker, COMPUTE)
    draft = session.get(StatisticsRelease, number)
    if draft is None:
        raise access.missing("release", str(number))
    if draft.state != DRAFT:
        raise Conflict("has been released; releases stay", where=f"release {number}")
    _drop_draft(session)
    _note(session, asker, "statistics.discard", number, now)


def _drop_draft(session: Session) -> None:
    drafts = select(StatisticsRelease.number).where(StatisticsRelease.state == DRAFT)
    session.execute(delete(StatisticsRow).where(StatisticsRow.release.in_(drafts)))
    session.execute(delete(StatisticsRelease).where(StatisticsRelease.state == DRAFT))


def _span(session: Session, last: str | None, now: datetime) -> tuple[str, datetime]:
    """Return the first month to count and the moment at which the last one is over."""
    until = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begun = projection.first_move(session)
    if begun is None or month_of(begun) >= month_of(until):
        raise Conflict("no month with a case is over yet", where="statistics")
    first = month_of(begun) if last is None else _after(last)
    if first >= month_of(until):
        raise Conflict("every month that is over has been released", where="statistics")
    return first, until


def _months(session: Session, first: str, until: datetime) -> Iterator[Month]:
    """Yield the months one after the other, with what is published of them."""
    since = _start(first)
    machine = Machine(projection.turns(), projection.told_states())
    histories = projection.histories(session, since=since, until=until)
    found = sorted(
        counting.counts(histories, machine, since=first), key=lambda one: (one.month, one.family)
    )
    asked: dict[str, dict[str, int]] = {}
    for at, code in projection.inquiries(session, until=until):
        codes = asked.setdefault(month_of(at), {})
        codes[code] = codes.get(code, 0) + 1
    by_month = {month: list(group) for month, group in groupby(found, key=lambda one: one.month)}
    for month in sorted(by_month.keys() | {one for one in asked if one >= first}):
        yield tables.of_month(month, by_month.get(month, ()), asked.get(month, {}))


def _write(session: Session, number: int, rows: tuple[Row, ...]) -> None:
    for batch in batches(iter(rows), BATCH):
        made = [
            {"release": number} | {name: getattr(row, name) for name in tables.COLUMNS}
            for row in batch
        ]
        session.execute(insert(StatisticsRow), made)


def _seal(session: Session, draft: StatisticsRelease) -> None:
    """Write down how many rows the release has and the digests of its two files."""
    view = queries.view(draft)
    count = select(func.count()).where(StatisticsRow.release <= draft.number)
    draft.rows = session.scalar(count) or 0
    for name in ("csv", "json"):
        digest = hashlib.sha256()
        for part in formats.FORMATS[name](view, queries.rows(session, draft.number)):
            digest.update(part)
        setattr(draft, f"{name}_sha256", digest.hexdigest())
    session.flush()


def _start(month: str) -> datetime:
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def _before(until: datetime) -> datetime:
    return until - counting.DAY


def _note(session: Session, asker: Asker, action: str, number: int, now: datetime) -> None:
    audit.note(session, at=now, asker=asker, action=action, subject=f"statistics:{number}")
