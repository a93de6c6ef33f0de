"""Alembic's entry: runs migrations on the engine that service.core.schema hands over."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from service.core.db import Base
from service.core.schema import load_models

load_models()


@contextmanager
def references_unchecked(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table that others refer to; the references are checked at the end instead.

    https://www.sqlite.org/lang_altertable.html#otheralter: the setting only changes outside a
    transaction, so it is made on the driver's own connection.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - an open connection has one
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"references without an object: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Run within one transaction, so that a failing migration leaves nothing half done."""
    engine = context.config.attributes["engine"]
    with engine.connect() as connection, references_unchecked(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
