"""A release as a file: CSV or JSON, in parts, however long. The same rows give the same bytes."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec
from sqlalchemy.orm import Session

from service.statistics import queries
from service.statistics.queries import LICENCE, ReleaseView
from service.statistics.tables import COLUMNS, Row

LINES = 500
Writer = Callable[[ReleaseView, Iterator[Row]], Iterator[bytes]]


def as_csv(_release: ReleaseView, rows: Iterator[Row]) -> Iterator[bytes]:
    """Yield the table; its texts are codes and keys, none begins like a formula."""
    yield _lines([COLUMNS])
    some: list[list[object]] = []
    for row in rows:
        some.append([_plain(getattr(row, name)) for name in COLUMNS])
        if len(some) == LINES:
            yield _lines(some)
            some = []
    yield _lines(some)


def as_json(release: ReleaseView, rows: Iterator[Row]) -> Iterator[bytes]:
    """Yield one document: what it is, and `rows`; fields without a value are left out."""
    head = {
        "dataset": "caveat-complaint-statistics",
        "version": release.number,
        "last_month": release.last_month,
        "licence": LICENCE,
    }
    yield msgspec.json.encode(head)[:-1] + b',"rows":['
    for number, row in enumerate(rows):
        yield (b",\n" if number else b"\n") + msgspec.json.encode(record(row))
    yield b"\n]}\n"


def record(row: Row) -> dict[str, object]:
    """Return a row as JSON has it."""
    given = {name: getattr(row, name) for name in COLUMNS}
    return {name: _plain(value) for name, value in given.items() if value not in (None, "")}


def newest_records(session: Session) -> Iterator[dict[str, object]]:
    """Yield every row of the newest release, none before the first."""
    release = queries.latest(session)
    if release is not None:
        yield from (record(row) for row in queries.rows(session, release.number))


FORMATS: Mapping[str, Writer] = {"csv": as_csv, "json": as_json}
MEDIA = {"csv": "text/csv", "json": "application/json"}


def _lines(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if hasattr(value, "isoformat") else value
