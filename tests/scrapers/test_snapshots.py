"""Snapshots are kept once, come back as they were, and cannot be changed unnoticed."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.errors import InvalidInput
from scrapers.fetching import Snapshot
from scrapers.snapshots import SnapshotStore
from service.core.files import whole_file

LAMP = Snapshot(
    url="https://shop.example/lamp?utm_source=x",
    final_url="https://shop.example/lamp",
    status=200,
    headers={"content-type": "text/html; charset=euc-kr", "server": "등불"},
    body="등불".encode("euc-kr") * 1000,
    fetched_at=datetime(2026, 11, 21, 9, 30, 0, 125, tzinfo=UTC),
    state="page",
)


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "new" / "folder", whole_file)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_put_comes_back(store: SnapshotStore) -> None:
    name = store.put(LAMP)
    assert store.get(name) == LAMP
    assert list(store.names()) == [name]


@settings(max_examples=25, deadline=None)  # each example writes two files
@given(
    st.binary(max_size=200), st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3)
)
def test_any_body_and_headers_come_back(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, headers: dict[str, str]
) -> None:
    store = SnapshotStore(tmp_path_factory.mktemp("store"), whole_file)
    snapshot = replace(LAMP, body=body, headers=headers)
    assert store.get(store.put(snapshot)) == snapshot


def test_the_same_body_at_another_time_is_another_record_and_no_other_body(
    store: SnapshotStore, tmp_path: Path
) -> None:
    names = {
        store.put(replace(LAMP, fetched_at=LAMP.fetched_at + timedelta(days=n))) for n in (0, 1)
    }
    assert len(names) == 2
    assert [path.parts[-3] for path in files(tmp_path)] == ["bodies", "records", "records"]
    before = {path: path.stat().st_mtime_ns for path in files(tmp_path)}
    assert store.put(LAMP) in names
    assert {path: path.stat().st_mtime_ns for path in files(tmp_path)} == before


def test_changed_damaged_and_missing_files_are_noticed(
    store: SnapshotStore, tmp_path: Path
) -> None:
    name = store.put(LAMP)
    body, record = files(tmp_path)
    whole = body.read_bytes()
    body.write_bytes(gzip.compress(b"another page"))
    with pytest.raises(InvalidInput, match="not what its name says"):
        store.get(name)
    body.write_bytes(whole[:-9])
    with pytest.raises(InvalidInput, match="damaged"):
        store.get(name)
    body.unlink()
    with pytest.raises(InvalidInput, match="no such snapshot"):
        store.get(name)
    record.write_bytes(record.read_bytes().replace(b"200", b"404"))
    with pytest.raises(InvalidInput, match="not what its name says"):
        store.get(name)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64])
def test_names_that_are_none_lead_nowhere(name: str, store: SnapshotStore) -> None:
    with pytest.raises(InvalidInput):
        store.get(name)


def test_a_full_disk_leaves_no_record_without_its_body(tmp_path: Path) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        SnapshotStore(tmp_path, full).put(LAMP)
    assert files(tmp_path) == []
