import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import keys
from service.core.crypto import GivenMasters, SealBroken, Vault, index_key_of, version_of
from service.core.errors import Misconfigured
from tests.conftest import NOW

VAULT = Vault.of(os.urandom(32))


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again(plain: str) -> None:
    key = VAULT.new_key("case-1")
    sealed = VAULT.seal(key, "case-1", "contact_email", plain)
    assert plain.encode() not in sealed or len(plain) < 3
    assert VAULT.open(key, "case-1", "contact_email", sealed) == plain


@pytest.mark.parametrize(
    ("owner", "field", "flip"),
    [
        ("case-2", "contact_email", False),
        ("case-1", "description", False),
        ("case-1", "contact_email", True),
    ],
)
def test_a_moved_or_changed_value_does_not_open(owner: str, field: str, *, flip: bool) -> None:
    key = VAULT.new_key("case-1")
    sealed = bytearray(VAULT.seal(key, "case-1", "contact_email", "a@example.com"))
    if flip:
        sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        VAULT.open(key, owner, field, bytes(sealed))


def test_another_master_key_opens_nothing() -> None:
    key = VAULT.new_key("case-1")
    with pytest.raises(SealBroken):
        Vault.of(os.urandom(32)).seal(key, "case-1", "f", "x")


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = keys.secret(tmp_path / "keys", "master")
    assert keys.secret(tmp_path / "keys", "master") == first
    mode = stat.S_IMODE((tmp_path / "keys" / "master").stat().st_mode)
    assert (len(first), mode) == (32, 0o600)
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["master"]


FIRST, SECOND = os.urandom(32), os.urandom(32)


def vault_of(masters: dict[int, bytes]) -> Vault:
    return Vault(GivenMasters(masters), index_key_of(FIRST))


@given(st.binary(max_size=500))
def test_a_key_that_is_wrapped_anew_opens_the_same(plain: bytes) -> None:
    old, both, new = vault_of({1: FIRST}), vault_of({1: FIRST, 2: SECOND}), vault_of({2: SECOND})
    key = old.new_key("case-1")
    sealed = old.seal_bytes(key, "case-1", "file:1", plain)
    again = both.rewrap(key, "case-1")
    assert (version_of(key), version_of(again)) == (1, 2)
    assert new.open_bytes(again, "case-1", "file:1", sealed) == plain
    assert len(sealed) == len(plain) + 28
    with pytest.raises(SealBroken, match="master key 1 is missing"):
        new.open_bytes(key, "case-1", "file:1", sealed)
    with pytest.raises(SealBroken):
        both.rewrap(key, "case-2")


def test_a_key_from_before_master_keys_had_versions_counts_as_the_first() -> None:
    vault = vault_of({1: FIRST, 2: SECOND})
    unversioned = vault_of({1: FIRST}).new_key("case-1")[4:]
    sealed = vault.seal(unversioned, "case-1", "f", "x")
    assert vault.open(vault.rewrap(unversioned, "case-1"), "case-1", "f", sealed) == "x"


@pytest.mark.parametrize("length", [0, 1, 59, 61, 63, 65])
def test_what_is_no_wrapped_key_is_refused(length: int) -> None:
    with pytest.raises(SealBroken, match="no wrapped key"):
        VAULT.open(bytes(length), "case-1", "f", b"")


@given(st.binary(min_size=64, max_size=64), st.binary(max_size=60))
def test_no_forged_key_or_text_opens(wrapped: bytes, sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        VAULT.open(wrapped, "case-1", "f", sealed)
    with pytest.raises(SealBroken):
        VAULT.open(VAULT.new_key("case-1"), "case-1", "f", sealed)


def test_fingerprints_tell_kinds_apart_and_need_the_key() -> None:
    assert VAULT.blind_index("a", "x") == VAULT.blind_index("a", "x") != VAULT.blind_index("b", "x")
    assert Vault.of(os.urandom(32)).blind_index("a", "x") != VAULT.blind_index("a", "x")


def test_master_keys_stand_in_a_folder_and_the_newest_wraps(tmp_path: Path) -> None:
    masters = keys.FolderMasters(tmp_path)
    assert (masters.newest(), keys.master_versions(tmp_path)) == (1, [])
    vault = Vault(masters, keys.index_key(tmp_path))
    key = vault.new_key("case-1")
    assert keys.add_master(tmp_path, now=NOW) == 2
    assert keys.add_master(tmp_path, now=NOW) == 3
    (tmp_path / "master.old").write_bytes(b"no version")
    assert keys.master_versions(tmp_path) == [1, 2, 3]
    assert version_of(vault.new_key("case-1")) == 3
    assert version_of(vault.rewrap(key, "case-1")) == 3
    keys.remove_masters(tmp_path, [1, 2])
    assert masters.key(1) is None
    assert keys.master_versions(tmp_path) == [3]


def test_a_damaged_later_master_key_is_refused_at_the_start(tmp_path: Path) -> None:
    keys.add_master(tmp_path, now=NOW)
    (tmp_path / "master.2").write_bytes(b"short")
    with pytest.raises(Misconfigured, match=r"master\.2"):
        keys.check(tmp_path)
