import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import keys
from service.core.crypto import SealBroken, Vault

VAULT = Vault(os.urandom(32))


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
        Vault(os.urandom(32)).seal(key, "case-1", "f", "x")


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = keys.secret(tmp_path / "keys", "master")
    assert keys.secret(tmp_path / "keys", "master") == first
    mode = stat.S_IMODE((tmp_path / "keys" / "master").stat().st_mode)
    assert (len(first), mode) == (32, 0o600)
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["master"]
