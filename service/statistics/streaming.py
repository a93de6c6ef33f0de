"""Answers that are written while the database is read: a release has no cap and is never held whole."""

from collections.abc import Collection, Iterator, Mapping

import msgspec
from flask import Response

from service.core.runtime import Runtime
from service.statistics import formats, queries
from service.statistics.queries import ReleaseView

JSON_LINES = "application/jsonl"


def whole(runtime: Runtime, number: int, kind: str) -> Response:
    """Return a release as a file; raise NotFound when there is none."""
    with runtime.reading() as session:
        release = queries.release(session, number)
    answer = Response(_file(runtime, release, kind), mimetype=formats.MEDIA[kind])
    name = f"complaint-statistics-{number}.{kind}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    # A release never changes.
    answer.headers["ETag"] = f'"{getattr(release, f"{kind}_sha256")}"'
    return answer


def lines(
    runtime: Runtime, number: int, measures: Collection[str], only: Mapping[str, str | None]
) -> Response:
    """Return rows as JSON Lines; raise NotFound when there is no such release."""
    with runtime.reading() as session:
        queries.release(session, number)

    def parts() -> Iterator[bytes]:
        with runtime.reading() as session:
            for row in queries.rows(session, number, measures=measures, **only):
                yield msgspec.json.encode(formats.record(row)) + b"\n"

    return Response(parts(), mimetype=JSON_LINES)


def _file(runtime: Runtime, release: ReleaseView, kind: str) -> Iterator[bytes]:
    with runtime.reading() as session:
        yield from formats.FORMATS[kind](release, queries.rows(session, release.number))
