"""Replacing the master key: data keys are wrapped anew, what they seal is not touched.

It may be stopped at any point and goes on where it was. The older master key stays until no data key
needs it and every backup of the key store that does has been deleted by age.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from service.core import keys
from service.core.crypto import version_of
from service.core.db import Base
from service.core.key_store import BACKUP_WINDOW
from service.core.runtime import Runtime
from service.core.schema import load_models

BATCH = 500
COLUMN = "wrapped_key"


@dataclass(frozen=True, slots=True)
class Rotation:
    """How far it is: data keys rewrapped in this run, older master keys that stand, and until when."""

    master: int
    rewrapped: int
    older: tuple[int, ...]
    kept_until: datetime | None


def rotate(runtime: Runtime, *, retire: bool = False) -> Rotation:
    """Begin a rotation, or go on with the one that is under way.

    `retire` deletes the older master keys although backups of the key store may still need them.
    """
    runtime.require_master_key()
    vault, folder, now = runtime.vault, runtime.key_folder, runtime.clock()
    versions = keys.master_versions(folder)
    newest = versions[-1] if len(versions) > 1 else keys.add_master(folder, now=now)
    done = sum(_rewrap_table(runtime, model, newest) for model in wrapped_tables())
    while behind := runtime.key_store.wrapped_before(newest, BATCH):
        runtime.key_store.rewrap([(one, old, vault.rewrap(old, one)) for one, old in behind])
        done += len(behind)
    older = [version for version in keys.master_versions(folder) if version < newest]
    until = _made_at(runtime, newest) + BACKUP_WINDOW
    if retire or now >= until:
        keys.remove_masters(folder, older)
        older = []
    return Rotation(newest, done, tuple(older), until if older else None)


def wrapped_tables() -> list[type[Base]]:
    """Return every table whose rows have a wrapped key of their own, for their `id`."""
    load_models()
    mapped = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted((one for one in mapped if hasattr(one, COLUMN)), key=lambda one: one.__name__)


def _rewrap_table(runtime: Runtime, model: type[Base], newest: int) -> int:
    table = model.__table__
    statement = (
        update(table)  # type: ignore[arg-type]
        .where(table.c.id == bindparam("of"), table.c.wrapped_key == bindparam("old"))
        .values(wrapped_key=bindparam("new"))
    )
    done = 0
    for batch in _batches(runtime, table):
        behind = [(one, old) for one, old in batch if version_of(old) < newest]
        new = [
            {"of": one, "old": old, "new": runtime.vault.rewrap(old, one)} for one, old in behind
        ]
        if new:
            with runtime.begin() as session:
                session.connection().execute(statement, new)
        done += len(new)
    return done


def _batches(runtime: Runtime, table: Any) -> Iterator[list[tuple[str, bytes]]]:
    """Yield (id, wrapped key) in the order of ids; no transaction stays open between batches."""
    last = ""
    held = select(table.c.id, table.c.wrapped_key).where(table.c.wrapped_key.is_not(None))
    while True:
        with runtime.reading() as session:
            page = held.where(table.c.id > last).order_by(table.c.id).limit(BATCH)
            batch = [(row[0], row[1]) for row in session.execute(page)]
        if not batch:
            return
        yield batch
        last = batch[-1][0]


def _made_at(runtime: Runtime, version: int) -> datetime:
    path = runtime.key_folder / keys.master_name(version)
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
