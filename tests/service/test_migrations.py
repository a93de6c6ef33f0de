"""Every migration goes up and down with data, on both databases, and says what the models say."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from service.core import schema
from service.core.db import Base, connect, sqlite_url
from service.core.runtime import Runtime
from service.evidence import operations as evidence
from tests.conftest import NOW
from tests.service.test_complaints import file_case
from tests.service.test_evidence import review


def test_migrations_say_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_data_survive_a_second_upgrade_and_tables_go_on_the_way_down(runtime: Runtime) -> None:
    with runtime.begin() as session:
        evidence.record(session, [review(1)], now=NOW)
    file_case(runtime)
    schema.upgrade(runtime.engine)
    with runtime.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM evidence")) == 1
    for step in ScriptDirectory.from_config(schema.alembic_config(runtime.engine)).walk_revisions():
        schema.downgrade(runtime.engine, step.down_revision or "base")  # type: ignore[arg-type]
    assert set(inspect(runtime.engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(runtime.engine)
    with runtime.begin() as session:
        assert evidence.record(session, [review(1)], now=NOW).new == 1


def test_create_all_guards_append_only_tables_as_migrations_do(tmp_path: Path) -> None:
    migrated, created = connect(sqlite_url(tmp_path / "a.sqlite")), create_engine("sqlite://")
    schema.upgrade(migrated)
    Base.metadata.create_all(created)
    assert triggers(migrated) == triggers(created) != set()
    for opened in (migrated, created):
        opened.dispose()


def triggers(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(
            connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        )


@pytest.mark.parametrize("table", ["evidence", "audit", "case_events", "listing_merchant"])
def test_facts_and_histories_are_append_only(table: str, tmp_path: Path) -> None:
    engine = connect(sqlite_url(tmp_path / "a.sqlite"))
    schema.upgrade(engine)
    assert {f"{table}_no_UPDATE", f"{table}_no_DELETE"} <= triggers(engine)
    engine.dispose()
