"""What an operator breaks: keys, the database and the job queue; one clear line, and nothing lost."""

import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from service import app, wiring
from service.cli import main
from service.complaints import queries
from service.core import keys, schema
from service.core.db import sqlite_url
from service.core.errors import Misconfigured
from service.core.runtime import Runtime
from service.core.settings import Settings
from tests.conftest import NOW
from tests.road.service_process import free_port
from tests.service.complaints.cases import COMPLAINT, KEY, OFFICER, file_case


@pytest.fixture
def own(tmp_path: Path) -> Runtime:
    settings = Settings(home=tmp_path, database_url=sqlite_url(tmp_path / "caveat.sqlite"))
    runtime = Runtime(settings, sealed=wiring.SEALED, clock=lambda: NOW)
    schema.upgrade(runtime.engine)
    return runtime


def run(home: Path, *arguments: str, **settings: str) -> list[str]:
    """Return the lines of a command that must end with status 2."""
    environment = {"CAVEAT_HOME": str(home), "CAVEAT_PORT": str(free_port())} | settings
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 2, result.output
    return result.output.strip().splitlines()


@pytest.mark.enable_socket
@pytest.mark.parametrize("queue", ["redis", "junk"])
def test_a_stored_complaint_is_answered_although_the_queue_is_broken(
    own: Runtime, queue: str, caplog: pytest.LogCaptureFixture
) -> None:
    if queue == "redis":
        own.settings = replace(own.settings, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    else:
        (own.settings.home / "jobs.sqlite").write_bytes(b"no database at all" * 100)
    with caplog.at_level(logging.WARNING):
        answer = (
            app.create_api(own).test_client().post("/v1/complaints", json=COMPLAINT, headers=KEY)
        )
    assert answer.status_code == 201
    with own.reading() as session:
        assert queries.count(session, OFFICER) == 1
    assert "job queue" in caplog.text
    assert "PLAINTEXT" not in caplog.text


@pytest.mark.parametrize("name", [keys.MASTER, keys.SESSIONS, keys.PUBLISHER])
@pytest.mark.parametrize("command", ["serve", "worker", "demo"])
@pytest.mark.enable_socket
def test_a_key_of_a_wrong_length_is_refused_at_the_start(
    tmp_path: Path, name: str, command: str
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / name).write_bytes(os.urandom(31))
    [line] = run(tmp_path, command)
    assert f"keys/{name}" in line
    assert "31 bytes" in line


@pytest.mark.parametrize("content", [b"", b"x" * 33])
def test_a_secret_of_a_wrong_length_is_never_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "master").write_bytes(content)
    with pytest.raises(Misconfigured, match="master"):
        keys.secret(tmp_path, "master")
    assert (tmp_path / "master").read_bytes() == content


@pytest.mark.enable_socket
def test_a_lost_master_key_is_not_replaced_while_sealed_data_wait_for_it(own: Runtime) -> None:
    file_case(own)
    master = own.key_folder / keys.MASTER
    master.unlink()
    own.close()
    [line] = run(own.settings.home, "serve")
    assert str(master) in line
    again = Runtime(own.settings, sealed=wiring.SEALED)
    with pytest.raises(Misconfigured):
        _ = again.vault
    again.close()
    assert not master.exists()


def test_a_new_installation_makes_its_master_key(own: Runtime) -> None:
    assert len(own.vault.masters.key(1) or b"") == keys.SECRET_BYTES
    own.close()


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "arguments",
    [("serve",), ("worker",), ("demo",), ("pack", "build"), ("check", "https://a.example/b")],
)
def test_a_file_that_is_no_database_is_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "caveat.sqlite").write_bytes(b"no database at all" * 100)
    [line] = run(tmp_path, *arguments)
    assert "caveat.sqlite" in line
    assert "not a database" in line


@pytest.mark.enable_socket
def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://caveat:hidden-word@127.0.0.1:{free_port()}/caveat"
    [line] = run(tmp_path, "worker", CAVEAT_DATABASE_URL=url)
    assert "caveat:***@127.0.0.1" in line
    assert "hidden-word" not in line


@pytest.mark.enable_socket
def test_a_job_queue_that_is_no_database_ends_the_worker_with_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"no database at all" * 100)
    [line] = run(tmp_path, "worker")
    assert "jobs.sqlite" in line
