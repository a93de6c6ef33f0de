"""The store of case keys: apart from the cases, swept, backed up for a week, rotated."""

import gzip
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, make_url, text

from service.cli import main
from service.complaints.models import Case
from service.complaints.privacy import case_keys, sealed
from service.core import keys, rotation, schema, settings
from service.core.crypto import SealBroken, Vault, version_of
from service.core.db import sqlite_url
from service.core.errors import Conflict, InvalidInput, Misconfigured
from service.core.key_store import BACKUP_WINDOW, KeyStore
from service.core.runtime import Runtime
from service.core.settings import Settings
from tests.conftest import NOW
from tests.service.complaints.privacy_world import TEXTS, look, sealed_case, set_case

HOUR = timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database for keys alone."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "keys" / "case-keys.sqlite")
    url = make_url(request.getfixturevalue("postgresql_url"))
    name = f"keys_{os.urandom(6).hex()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def store(store_url: str) -> Iterator[KeyStore]:
    store = KeyStore(store_url)
    yield store
    store.close()


def test_a_key_is_kept_once_and_a_destroyed_one_never_comes_back(store: KeyStore) -> None:
    vault = Vault.of(os.urandom(32))
    key = vault.new_key("a")
    store.put("a", key, now=NOW)
    assert store.get("a") == key
    assert store.get("b") is None
    before = list(store.rows())
    with pytest.raises(Conflict):
        store.put("a", vault.new_key("a"), now=NOW)
    store.destroy(["a", "b"], now=NOW)
    store.destroy(["a"], now=NOW + HOUR)
    assert store.get("a") is None
    assert store.count() == 0
    with pytest.raises(Conflict):
        store.put("a", key, now=NOW)
    assert store.restore(before) == 0
    store.adopt([("a", key)], now=NOW)
    assert store.get("a") is None
    assert [row.destroyed_at for row in store.rows()] == [NOW]


def test_a_second_process_finds_the_tables_and_the_keys(store: KeyStore, store_url: str) -> None:
    store.put("a", Vault.of(os.urandom(32)).new_key("a"), now=NOW)
    again = KeyStore(store_url)
    assert again.count() == 1
    again.close()


def test_a_store_of_a_week_ago_brings_back_what_was_lost_but_nothing_destroyed(
    store: KeyStore,
) -> None:
    vault = Vault.of(os.urandom(32))
    for name in "abc":
        store.put(name, vault.new_key(name), now=NOW)
    rows = list(store.rows())
    store.destroy(["b"], now=NOW)
    lost = [replace(row, owner=f"{row.owner}2") for row in rows]
    assert store.restore([*rows, *lost]) == 3
    assert store.count() == 5


def test_the_bytes_of_a_destroyed_key_leave_the_file_and_its_log(tmp_path: Path) -> None:
    path = tmp_path / "case-keys.sqlite"
    store = KeyStore(sqlite_url(path))
    vault = Vault.of(os.urandom(32))
    made = {f"case-{number}": vault.new_key(f"case-{number}") for number in range(200)}
    for owner, key in made.items():
        store.put(owner, key, now=NOW)
    gone = [f"case-{number}" for number in range(0, 200, 3)]
    store.destroy(gone, now=NOW)
    content = b"".join(found.read_bytes() for found in tmp_path.glob("case-keys.sqlite*"))
    for owner, key in made.items():
        assert (key[16:] in content) == (owner not in gone), owner
    store.close()


def test_keys_stand_in_another_database_than_what_they_open(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    with runtime.reading() as session:
        assert session.get_one(Case, case_id).wrapped_key is None
        assert "case_keys" not in schema_names(runtime)
    assert runtime.key_store.get(case_id) is not None
    assert look(runtime, case_id) == TEXTS


def schema_names(runtime: Runtime) -> list[str]:
    from sqlalchemy import inspect

    return inspect(runtime.engine).get_table_names()


def test_one_database_for_both_is_refused() -> None:
    url = "postgresql+psycopg://u@localhost/one"
    with pytest.raises(Misconfigured, match="CAVEAT_KEYS_DATABASE_URL"):
        settings.load({"CAVEAT_DATABASE_URL": url, "CAVEAT_KEYS_DATABASE_URL": url})


def old_case(runtime: Runtime) -> str:
    """Return a case as versions before the key store left it: its key beside it, without a version."""
    case_id = sealed_case(runtime, {})
    runtime.vault  # noqa: B018 - makes the master key
    master = keys.secret(runtime.key_folder, keys.MASTER)
    wrapped = Vault.of(master).new_key(case_id)[4:]
    with runtime.key_store.engine.begin() as connection:
        connection.execute(text("DELETE FROM case_keys"))
    set_case(runtime, case_id, wrapped_key=wrapped)
    with runtime.begin() as session:
        sealed.write_all(session, runtime.vault, case_id, TEXTS)
    return case_id


def test_a_case_from_before_opens_at_once_and_its_key_moves_with_the_sweep(
    runtime: Runtime,
) -> None:
    case_id = old_case(runtime)
    case_keys.require_store(runtime)
    assert look(runtime, case_id) == TEXTS
    runtime.sweep()
    with runtime.reading() as session:
        assert session.get_one(Case, case_id).wrapped_key is None
    assert look(runtime, case_id) == TEXTS
    assert case_keys.sweep_adopt(runtime) == 0


def test_a_move_that_is_interrupted_is_finished_by_the_next(runtime: Runtime) -> None:
    case_id = old_case(runtime)
    with runtime.reading() as session:
        wrapped = session.get_one(Case, case_id).wrapped_key
    assert wrapped is not None
    runtime.key_store.adopt([(case_id, wrapped)], now=NOW)
    assert case_keys.sweep_adopt(runtime) == 1
    assert look(runtime, case_id) == TEXTS


def test_keys_move_without_a_master_key_and_wait_for_it(runtime: Runtime) -> None:
    case_id = old_case(runtime)
    master = runtime.key_folder / keys.MASTER
    content = master.read_bytes()
    master.unlink()
    case_keys.sweep_adopt(runtime)
    with pytest.raises(SealBroken, match="master key 1 is missing"):
        Vault(keys.FolderMasters(empty(runtime)), b"", runtime.key_store).open(
            runtime.key_store.get(case_id) or b"", case_id, "order_id", b""
        )
    with pytest.raises(Misconfigured, match="master"):
        case_keys.require_store(runtime)
    master.write_bytes(content)
    case_keys.require_store(runtime)
    assert look(runtime, case_id) == TEXTS


def empty(runtime: Runtime) -> Path:
    """Return a folder of keys in which only a later master key stands."""
    folder = runtime.settings.home / "other-keys"
    folder.mkdir()
    (folder / "master.2").write_bytes(os.urandom(32))
    return folder


def test_a_lost_key_store_is_refused_at_the_start_and_not_taken_for_erasure(
    runtime: Runtime,
) -> None:
    case_id = sealed_case(runtime)
    with runtime.key_store.engine.begin() as connection:
        connection.execute(text("DELETE FROM case_keys"))
    with pytest.raises(Misconfigured, match="restore the key store"):
        case_keys.require_store(runtime)
    with pytest.raises(SealBroken, match="key is missing"):
        look(runtime, case_id)


def test_a_key_whose_case_was_never_written_is_swept_and_others_stay(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    sealed.create_key(runtime.vault, "never-written", now=NOW)
    runtime.sweep()
    assert runtime.key_store.get("never-written") is not None
    runtime.clock.now = NOW + 2 * HOUR  # type: ignore[attr-defined]
    runtime.sweep()
    assert runtime.key_store.get("never-written") is None
    assert look(runtime, case_id) == TEXTS


def test_backups_are_kept_for_a_week_and_no_longer(runtime: Runtime) -> None:
    sealed_case(runtime)
    first, count = case_keys.backup(runtime)
    assert count == 1
    assert first.stat().st_mode & 0o077 == 0
    assert b"PLANTED" not in gzip.decompress(first.read_bytes())
    runtime.clock.now = NOW + BACKUP_WINDOW  # type: ignore[attr-defined]
    second, _ = case_keys.backup(runtime)
    assert first.exists()
    runtime.clock.now = NOW + BACKUP_WINDOW + timedelta(seconds=1)  # type: ignore[attr-defined]
    runtime.sweep()
    assert (first.exists(), second.exists()) == (False, True)


def test_a_lost_store_comes_back_from_a_backup_without_what_was_erased(runtime: Runtime) -> None:
    kept, erased = sealed_case(runtime), sealed_case(runtime)
    path, _ = case_keys.backup(runtime)
    with runtime.key_store.engine.begin() as connection:
        connection.execute(text("DELETE FROM case_keys"))
    with runtime.begin() as session:
        session.execute(
            text(
                "INSERT INTO case_erasures (case_id, reason, actor, at) "
                "VALUES (:id, 'request', 'operator', CURRENT_TIMESTAMP)"
            ),
            {"id": erased},
        )
    assert case_keys.restore(runtime, path) == 1
    assert look(runtime, kept) == TEXTS
    assert runtime.key_store.get(erased) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no gzip", id="no gzip"),
        pytest.param(gzip.compress(b"no json\n"), id="no json"),
        pytest.param(gzip.compress(b'{"owner": "a"}\n'), id="a field is missing"),
        pytest.param(
            gzip.compress(
                json.dumps(
                    {
                        "owner": "a",
                        "wrapped": "AAAA",
                        "created_at": "2026-11-20T00:00:00+00:00",
                        "destroyed_at": None,
                    }
                ).encode()
            ),
            id="the key is too short",
        ),
        pytest.param(gzip.compress(b"x" * 2000)[:-9], id="cut"),
    ],
)
def test_what_is_no_backup_is_named_and_changes_nothing(
    runtime: Runtime, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "some.gz"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"some\.gz, line 1"):
        case_keys.restore(runtime, path)
    assert runtime.key_store.count() == 0


def test_rotation_rewraps_every_key_and_goes_on_where_it_was_stopped(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = [sealed_case(runtime) for _ in range(5)]
    old = old_case_beside(runtime)
    monkeypatch.setattr(rotation, "BATCH", 2)
    with pytest.raises(RuntimeError):
        rotation.rotate(interrupted(runtime, after=1))
    again = sealed_case(runtime)
    assert version_of(runtime.key_store.get(again) or b"") == 2
    done = rotation.rotate(runtime)
    assert (done.master, done.older) == (2, (1,))
    assert done.rewrapped > 0
    assert runtime.key_store.versions() == {2}
    assert rotation.rotate(runtime).rewrapped == 0
    for case_id in (*opened, old, again):
        assert look(runtime, case_id) == TEXTS
    assert done.kept_until == NOW + BACKUP_WINDOW
    runtime.clock.now = NOW + BACKUP_WINDOW  # type: ignore[attr-defined]
    assert rotation.rotate(runtime).older == ()
    assert keys.master_versions(runtime.key_folder) == [2]
    runtime.require_master_key()
    for case_id in (*opened, old, again):
        assert look(runtime, case_id) == TEXTS


def old_case_beside(runtime: Runtime) -> str:
    """Return one more case whose key still stands in the main database."""
    case_id = sealed_case(runtime)
    wrapped = runtime.key_store.get(case_id)
    with runtime.key_store.engine.begin() as connection:
        connection.execute(text("DELETE FROM case_keys WHERE owner = :id"), {"id": case_id})
    set_case(runtime, case_id, wrapped_key=(wrapped or b"")[4:])
    return case_id


def interrupted(runtime: Runtime, *, after: int) -> Runtime:
    """Return the runtime as one whose key store fails after some batches."""
    other = Runtime(runtime.settings, clock=runtime.clock)
    other.__dict__["engine"] = runtime.engine
    store = KeyStore(runtime.settings.key_store_url)
    rewrap, left = store.rewrap, [after]

    def failing(rows: list[tuple[str, bytes, bytes]]) -> None:
        if not left[0]:
            store.close()
            raise RuntimeError
        left[0] -= 1
        rewrap(rows)

    store.rewrap = failing  # type: ignore[method-assign, assignment]
    other.__dict__["key_store"] = store
    return other


def test_what_an_old_copy_of_the_database_holds_opens_no_more_after_rotation(
    runtime: Runtime,
) -> None:
    case_id = old_case(runtime)
    with runtime.reading() as session:
        wrapped = session.get_one(Case, case_id).wrapped_key or b""
    rotation.rotate(runtime, retire=True)
    with pytest.raises(SealBroken, match="master key 1 is missing"):
        runtime.vault.open(wrapped, case_id, "order_id", b"")
    assert look(runtime, case_id) == TEXTS


def test_links_and_fingerprints_outlive_a_rotation(runtime: Runtime) -> None:
    before = runtime.vault.blind_index("link", "x")
    rotation.rotate(runtime, retire=True)
    fresh = Runtime(runtime.settings)
    assert fresh.vault.blind_index("link", "x") == before
    fresh.close()


def test_fingerprints_of_an_old_installation_stay_what_they_were(tmp_path: Path) -> None:
    master = keys.secret(tmp_path, keys.MASTER)
    assert keys.index_key(tmp_path) == Vault.of(master).index_key
    (tmp_path / keys.INDEX).unlink()
    keys.add_master(tmp_path, now=NOW)
    keys.remove_masters(tmp_path, [1])
    with pytest.raises(Misconfigured, match="index"):
        keys.index_key(tmp_path)


def test_a_new_installations_fingerprints_have_a_key_of_their_own(tmp_path: Path) -> None:
    index = keys.index_key(tmp_path)
    assert index != Vault.of(keys.secret(tmp_path, keys.MASTER)).index_key


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Runtime]:
    path = tmp_path / "caveat.sqlite"
    runtime = Runtime(Settings(home=tmp_path, database_url=sqlite_url(path)), clock=lambda: NOW)
    schema.upgrade(runtime.engine)
    yield runtime
    runtime.close()


def run(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["cases", *arguments], env={"CAVEAT_HOME": str(home)})
    return result.exit_code, result.output


def test_the_commands_rotate_back_up_and_restore(home: Runtime) -> None:
    folder = home.settings.home
    sealed_case(home)
    code, output = run(folder, "rotate-keys")
    assert (code, json.loads(output)["master"]) == (0, 2)
    code, output = run(folder, "keys", "backup")
    told = json.loads(output)
    assert (code, told["keys"]) == (0, 1)
    with sqlite3.connect(folder / "case-keys.sqlite") as connection:
        connection.execute("DELETE FROM case_keys")
    assert run(folder, "keys", "restore", told["file"]) == (0, '{"restored": 1}\n')
    code, output = run(folder, "keys", "restore", str(folder / "caveat.sqlite"))
    assert code == 2
    assert len(output.strip().splitlines()) == 1
    (folder / "keys" / "master.2").unlink()
    (folder / "keys" / "master").unlink()
    code, output = run(folder, "rotate-keys")
    assert (code, "master" in output) == (2, True)
