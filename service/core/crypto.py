"""Sealing of personal data: one data key an owner, wrapped by a master key (AES-256-GCM, NIST SP 800-38D).

The associated data names the owner and the field, so a ciphertext that is moved to another row or
column no longer opens. A wrapped key names the version of the master key that wraps it, so that
master keys can be replaced while everything stays readable. Blind indexes have a key of their own.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.core.errors import CaveatError

NONCE_BYTES = 12
KEY_BYTES = 32
TAG_BYTES = 16
VERSION_BYTES = 4
FIRST_VERSION = 1
# Keys that were wrapped before master keys had versions carry none.
_UNVERSIONED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES


class SealBroken(CaveatError):
    """A sealed value does not open: wrong key, moved, or changed."""

    title = "A sealed value does not open"


class Masters(Protocol):
    """The master keys of an installation; the newest version wraps."""

    def newest(self) -> int:
        """Return the version that wraps new keys."""

    def key(self, version: int) -> bytes | None:
        """Return the 32 bytes of a version, None when there is none."""


class DataKeys(Protocol):
    """Where the wrapped data keys of cases are kept, apart from what they seal."""

    def put(self, owner: str, wrapped: bytes, *, now: datetime) -> None:
        """Keep a new owner's key before anything is sealed with it."""

    def get(self, owner: str) -> bytes | None:
        """Return the wrapped key, None when there is none or it has been destroyed."""


@dataclass(frozen=True, slots=True)
class GivenMasters:
    """Master keys that stand in memory, by version."""

    keys: Mapping[int, bytes]

    def newest(self) -> int:
        """Return the highest version."""
        return max(self.keys)

    def key(self, version: int) -> bytes | None:
        """Return a version's key, None when there is none."""
        return self.keys.get(version)


@dataclass(frozen=True, slots=True)
class Vault:
    """Wraps data keys under the master keys of this installation, and seals values under data keys."""

    masters: Masters
    index_key: bytes
    data_keys: DataKeys | None = None

    @classmethod
    def of(cls, master: bytes) -> "Vault":
        """Return a vault with one master key, as installations without rotation have."""
        return cls(GivenMasters({FIRST_VERSION: master}), index_key_of(master))

    def new_key(self, owner: str) -> bytes:
        """Return a fresh data key, wrapped for `owner`."""
        return self._wrap(secrets.token_bytes(KEY_BYTES), owner)

    def rewrap(self, wrapped: bytes, owner: str) -> bytes:
        """Return the same data key wrapped by the newest master key."""
        return self._wrap(self._unwrap(wrapped, owner), owner)

    def seal(self, wrapped: bytes, owner: str, field: str, plain: str) -> bytes:
        """Return `plain` sealed for the field of the owner."""
        return self.seal_bytes(wrapped, owner, field, plain.encode())

    def open(self, wrapped: bytes, owner: str, field: str, sealed: bytes) -> str:
        """Return the plain text; raise SealBroken when anything does not fit."""
        return self.open_bytes(wrapped, owner, field, sealed).decode()

    def seal_bytes(self, wrapped: bytes, owner: str, field: str, plain: bytes) -> bytes:
        """Return bytes sealed for the field of the owner: 28 more than came in."""
        return _seal(self._unwrap(wrapped, owner), plain, f"{owner}:{field}")

    def open_bytes(self, wrapped: bytes, owner: str, field: str, sealed: bytes) -> bytes:
        """Return the plain bytes; raise SealBroken when anything does not fit."""
        return _open(self._unwrap(wrapped, owner), sealed, f"{owner}:{field}")

    def blind_index(self, kind: str, value: str) -> str:
        """Return a keyed fingerprint for equality search without plain text (HMAC-SHA-256, hex)."""
        return hmac.new(self.index_key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    def _wrap(self, key: bytes, owner: str) -> bytes:
        version = self.masters.newest()
        sealed = _seal(self._master(version, owner), key, _context(owner))
        return version.to_bytes(VERSION_BYTES) + sealed

    def _unwrap(self, wrapped: bytes, owner: str) -> bytes:
        version = version_of(wrapped)
        sealed = wrapped[len(wrapped) - _UNVERSIONED_BYTES :]
        return _open(self._master(version, owner), sealed, _context(owner))

    def _master(self, version: int, owner: str) -> bytes:
        found = self.masters.key(version)
        if found is None:
            raise SealBroken(f"master key {version} is missing", where=_context(owner))
        return found


def version_of(wrapped: bytes) -> int:
    """Return the version of the master key that wraps this data key."""
    if len(wrapped) == _UNVERSIONED_BYTES:
        return FIRST_VERSION
    if len(wrapped) != VERSION_BYTES + _UNVERSIONED_BYTES:
        raise SealBroken(f"holds {len(wrapped)} bytes and is no wrapped key")
    return int.from_bytes(wrapped[:VERSION_BYTES])


def index_key_of(master: bytes) -> bytes:
    """Return the key of blind indexes as it was derived before it had a file of its own."""
    return hashlib.sha256(b"blind-index:" + master).digest()


def _context(owner: str) -> str:
    return f"key:{owner}"


def _seal(key: bytes, plain: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def _open(key: bytes, sealed: bytes, context: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("wrong key, moved or changed", where=context) from error
