"""The keys of cases in a database of their own, apart from what they seal.

Backups of the main database may be kept for years: without the key a case in them stays closed. Those
of this database are kept for days only (see case_keys.py and docs/privacy.md), so that a key that has
been destroyed here is gone everywhere soon after. A destroyed key leaves its owner's id behind, so
that no backup brings it back.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Engine,
    LargeBinary,
    MetaData,
    Select,
    String,
    bindparam,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateIndex, CreateTable

from service.core import db
from service.core.batches import batches
from service.core.crypto import version_of
from service.core.db import UtcDateTime
from service.core.errors import Conflict, Misconfigured

BATCH = 500
BACKUP_WINDOW = timedelta(days=7)
"""How long a backup of this database is kept: so long a destroyed key may be found in one."""


class KeyBase(DeclarativeBase):
    """Base of the tables of this database; it shares none with the main one."""

    metadata = MetaData(naming_convention=db.Base.metadata.naming_convention)


class CaseKey(KeyBase):
    """One wrapped data key; `wrapped` is null once it is destroyed, `master` the version that wraps it.

    `confirmed` says that the case has been seen in the main database: the key is written first.
    """

    __tablename__ = "case_keys"

    owner: Mapped[str] = mapped_column(String(36), primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    master: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed: Mapped[bool] = mapped_column(index=True)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the store, as backups hold it."""

    owner: str
    wrapped: bytes | None
    created_at: datetime
    destroyed_at: datetime | None


class KeyStore:
    """Every read and write of case keys; each call is a transaction of its own."""

    def __init__(self, url: str) -> None:
        self.engine = db.connect(url)
        if self.engine.dialect.name == "sqlite":
            _overwrite_what_is_deleted(self.engine)
        _make_tables(self.engine)

    def put(self, owner: str, wrapped: bytes, *, now: datetime) -> None:
        """Keep a new owner's key; raise Conflict when the owner has or had one."""
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(CaseKey).values(_row(owner, wrapped, now)))
        except IntegrityError as error:
            raise Conflict("has a key already, or its key was destroyed", where=owner) from error

    def get(self, owner: str) -> bytes | None:
        """Return the wrapped key, None when there is none or it has been destroyed."""
        with db.read_only(self.engine).connect() as connection:
            return connection.scalar(select(CaseKey.wrapped).where(CaseKey.owner == owner))

    def adopt(self, found: Iterable[tuple[str, bytes]], *, now: datetime) -> None:
        """Keep keys that stood elsewhere before; an owner that is known already stays as it is."""
        self.restore(Kept(owner, wrapped, now, None) for owner, wrapped in found)

    def restore(self, rows: Iterable[Kept]) -> int:
        """Add the rows whose owners are unknown here and return how many; destroyed keys stay so."""
        added = 0
        for batch in batches(rows, BATCH):
            with self.engine.begin() as connection:
                known = self._known(connection.execute, [row.owner for row in batch])
                new = [_kept(row) for row in batch if row.owner not in known]
                if new:
                    connection.execute(insert(CaseKey), new)
                added += len(new)
        return added

    def destroy(self, owners: Sequence[str], *, now: datetime) -> None:
        """Destroy keys for good: nothing sealed with them opens again; repeating it changes nothing."""
        gone = {"wrapped": None, "destroyed_at": now, "confirmed": True}
        live = CaseKey.wrapped.is_not(None)
        with self.engine.begin() as connection:
            for batch in batches(owners, BATCH):
                matched = update(CaseKey).where(CaseKey.owner.in_(batch), live)
                connection.execute(matched.values(**gone))
        self._leave_no_trace()

    def unconfirmed(self, before: datetime, limit: int) -> list[str]:
        """Return owners whose case has not been seen yet, of keys made before a moment."""
        fresh = select(CaseKey.owner).where(CaseKey.confirmed.is_(False))
        return self._owners(fresh.where(CaseKey.created_at < before).limit(limit))

    def confirm(self, owners: Sequence[str]) -> None:
        """Note that the cases stand."""
        with self.engine.begin() as connection:
            connection.execute(
                update(CaseKey).where(CaseKey.owner.in_(owners)).values(confirmed=True)
            )

    def wrapped_before(self, version: int, limit: int) -> list[tuple[str, bytes]]:
        """Return (owner, wrapped key) of live keys that an older master key wraps."""
        behind = select(CaseKey.owner, CaseKey.wrapped).where(
            CaseKey.master < version, CaseKey.wrapped.is_not(None)
        )
        with db.read_only(self.engine).connect() as connection:
            rows = connection.execute(behind.limit(limit)).all()
        return [(owner, wrapped) for owner, wrapped in rows if wrapped is not None]

    def rewrap(self, rows: Sequence[tuple[str, bytes, bytes]]) -> None:
        """Replace (owner, old wrapped key, new one); a key that changed meanwhile is left alone."""
        statement = (
            update(CaseKey)
            .where(CaseKey.owner == bindparam("of"), CaseKey.wrapped == bindparam("old"))
            .values(wrapped=bindparam("new"), master=bindparam("version"))
        )
        values = [
            {"of": owner, "old": old, "new": new, "version": version_of(new)}
            for owner, old, new in rows
        ]
        with self.engine.begin() as connection:
            connection.execute(statement, values)

    def versions(self) -> set[int]:
        """Return the versions of master keys that live keys need."""
        live = select(CaseKey.master).where(CaseKey.wrapped.is_not(None)).distinct()
        with db.read_only(self.engine).connect() as connection:
            return set(connection.scalars(live))

    def count(self) -> int:
        """Return how many live keys there are."""
        live = select(func.count()).select_from(CaseKey).where(CaseKey.wrapped.is_not(None))
        with db.read_only(self.engine).connect() as connection:
            return connection.scalar(live) or 0

    def rows(self) -> Iterable[Kept]:
        """Yield every row in the order of owners, for a backup, from one snapshot."""
        ordered = select(
            CaseKey.owner, CaseKey.wrapped, CaseKey.created_at, CaseKey.destroyed_at
        ).order_by(CaseKey.owner)
        with db.read_only(self.engine).connect() as connection:
            for row in connection.execution_options(yield_per=BATCH).execute(ordered):
                yield Kept(*row)

    def close(self) -> None:
        """Give back the connections; the object opens new ones when used again."""
        self.engine.dispose()

    def _owners(self, statement: Select[Any]) -> list[str]:
        with db.read_only(self.engine).connect() as connection:
            return list(connection.scalars(statement))

    @staticmethod
    def _known(execute: Any, owners: Sequence[str]) -> set[str]:
        return set(execute(select(CaseKey.owner).where(CaseKey.owner.in_(owners))).scalars())

    def _leave_no_trace(self) -> None:
        """Take what was overwritten out of the log (SQLite) or the table's pages (PostgreSQL) as well."""
        if self.engine.dialect.name == "sqlite":
            with closing(self.engine.raw_connection()) as raw:
                driver: Any = raw.driver_connection
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM case_keys"))


def _row(owner: str, wrapped: bytes, now: datetime) -> dict[str, Any]:
    return {
        "owner": owner,
        "wrapped": wrapped,
        "master": version_of(wrapped),
        "created_at": now,
        "confirmed": False,
    }


def _kept(row: Kept) -> dict[str, Any]:
    version = 0 if row.wrapped is None else version_of(row.wrapped)
    return {
        "owner": row.owner,
        "wrapped": row.wrapped,
        "master": version,
        "created_at": row.created_at,
        "confirmed": row.wrapped is None,
        "destroyed_at": row.destroyed_at,
    }


def _overwrite_what_is_deleted(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        # A key must be on the disk before the case that needs it, hence FULL.
        for pragma in ("secure_delete=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")


def _make_tables(engine: Engine) -> None:
    """Make the tables where there are none; two processes may start at once."""
    for attempt in ("first", "second"):
        try:
            with engine.begin() as connection:
                for table in KeyBase.metadata.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                    for index in sorted(table.indexes, key=lambda each: str(each.name)):
                        connection.execute(CreateIndex(index, if_not_exists=True))
        except (IntegrityError, ProgrammingError, OperationalError) as error:
            # PostgreSQL's IF NOT EXISTS may lose a race against another process.
            if attempt == "second":
                raise _unusable(engine, error) from error
        except DatabaseError as error:
            raise _unusable(engine, error) from error
        else:
            return


def _unusable(engine: Engine, error: DatabaseError) -> Misconfigured:
    where = engine.url.render_as_string(hide_password=True)
    reason = (str(error.orig).splitlines() or ["no reason given"])[0]
    return Misconfigured(f"cannot be used as the database of case keys ({reason})", where=where)
