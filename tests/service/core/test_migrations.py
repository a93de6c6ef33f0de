"""Every migration goes up and down with data, on both databases, and says what the models say."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from service.complaints import queries
from service.complaints.course import sweeps
from service.complaints.intake.fields import PERSONAL
from service.complaints.privacy import sealed
from service.core import schema
from service.core.access import HOME
from service.core.db import Base, connect, sqlite_url
from service.core.runtime import Runtime
from service.evidence import operations as evidence
from tests.conftest import NOW
from tests.service.complaints.cases import COMPLAINT, OFFICER, file_case, walk
from tests.service.evidence.test_evidence import review


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


def test_cases_from_before_accounts_go_to_the_first_council_and_back(runtime: Runtime) -> None:
    case = file_case(runtime)
    sealed_fields = len(PERSONAL & COMPLAINT.keys())
    schema.downgrade(runtime.engine, "0001")
    with runtime.engine.connect() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("cases")}
        assert "organisation_id" not in columns
        assert connection.scalar(text("SELECT count(*) FROM case_sealed")) == sealed_fields
    schema.upgrade(runtime.engine)
    with runtime.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, organisation_id, reference FROM cases")).all()
        assert [tuple(row) for row in rows] == [(case.id, HOME, case.reference)]
        council = text("SELECT kind, state FROM organisations WHERE id = 'home'")
        assert tuple(connection.execute(council).one()) == ("council", "verified")
        assert connection.scalar(text("SELECT count(*) FROM case_sealed")) == sealed_fields
    with runtime.begin() as session:
        again = sealed.read(
            session, runtime.vault, case.id, purpose="handle_case", asker=OFFICER, now=NOW
        )
    assert again["contact_email"] == COMPLAINT["contact_email"]


def test_cases_from_before_the_machine_find_their_state_and_go_back(runtime: Runtime) -> None:
    waiting, closed = file_case(runtime), file_case(runtime, order_id="another")
    walk(runtime, closed.id, "screen_pass", "mediate_directly")
    walk(runtime, closed.id, "fail", cause="no_reply")
    columns = text("SELECT state, outcome FROM cases ORDER BY outcome IS NULL")
    schema.downgrade(runtime.engine, "0003")
    with runtime.engine.connect() as connection:
        before = [tuple(row) for row in connection.execute(columns)]
    assert before == [("closed", "no_reply"), ("received", None)]
    schema.upgrade(runtime.engine)
    with runtime.engine.connect() as connection:
        after = [tuple(row) for row in connection.execute(columns)]
    assert after == [("unresolved_recorded", "no_reply"), ("submitted", None)]
    assert sweeps.sweep(runtime) == 1
    with runtime.reading() as session:
        found = queries.case(session, OFFICER, waiting.id)
    assert (found.programme, found.due_at) == ("mediation@1", waiting.due_at)


def test_a_database_without_cases_gets_no_council_from_the_migration(runtime: Runtime) -> None:
    schema.downgrade(runtime.engine, "0001")
    schema.upgrade(runtime.engine)
    with runtime.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM organisations")) == 0


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
