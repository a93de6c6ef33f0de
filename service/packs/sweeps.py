"""Keeping packs fresh: notices hourly, merchants daily, everything weekly."""

from datetime import timedelta

from service.core.runtime import Runtime
from service.packs import operations, queries
from service.packs.header import Publisher
from service.packs.queries import BuiltPack

WHOLE_EVERY = timedelta(days=7)
CHANGES_EVERY = {"merchants": timedelta(days=1), "safety": timedelta(hours=1)}


def sweep(runtime: Runtime) -> int:
    """Issue what is due and return how many files; nothing before the first `caveat pack build`."""
    now = runtime.clock()
    with runtime.reading() as session:
        newest = queries.latest(session)
    if newest is None:
        return 0
    if now - newest.issued_at >= WHOLE_EVERY:
        return _whole(runtime, newest)
    folder = queries.folder(runtime.settings)
    issued = {part: operations.changes_issued(folder, newest, part)[1] for part in queries.PARTS}
    due = [part for part in queries.PARTS if now - issued[part] >= CHANGES_EVERY[part]]
    for part in due:
        with runtime.reading() as session:
            operations.issue_changes(
                session,
                part,
                newest,
                signing_key=runtime.publisher_key(),
                publisher=_publisher(runtime),
                folder=folder,
                now=now,
            )
    return len(due)


def _whole(runtime: Runtime, newest: BuiltPack) -> int:
    with runtime.begin() as session:
        if queries.latest(session) != newest:
            return 0  # another worker was first
        operations.build(
            session,
            signing_key=runtime.publisher_key(),
            publisher=_publisher(runtime),
            folder=queries.folder(runtime.settings),
            now=runtime.clock(),
        )
    return 1


def _publisher(runtime: Runtime) -> Publisher:
    return Publisher(runtime.settings.publisher_id, runtime.settings.publisher_name)
