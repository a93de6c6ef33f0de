"""Sealing of personal data: one data key a case, wrapped by the master key (AES-256-GCM, NIST SP 800-38D).

The associated data names the case and the field, so a ciphertext that is moved to another row or
column no longer opens. Destroying a case's wrapped key erases its personal data everywhere, backups
included.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.core.errors import CaveatError

NONCE_BYTES = 12
KEY_BYTES = 32


class SealBroken(CaveatError):
    """A sealed value does not open: wrong key, moved, or changed."""

    title = "A sealed value does not open"


@dataclass(frozen=True, slots=True)
class Vault:
    """Wraps data keys under the master key of this installation."""

    master: bytes

    def new_key(self, owner: str) -> bytes:
        """Return a fresh data key, wrapped for `owner`."""
        return _seal(self.master, secrets.token_bytes(KEY_BYTES), f"key:{owner}")

    def seal(self, wrapped: bytes, owner: str, field: str, plain: str) -> bytes:
        """Return `plain` sealed for the field of the owner."""
        return _seal(self._unwrap(wrapped, owner), plain.encode(), f"{owner}:{field}")

    def open(self, wrapped: bytes, owner: str, field: str, sealed: bytes) -> str:
        """Return the plain text; raise SealBroken when anything does not fit."""
        return _open(self._unwrap(wrapped, owner), sealed, f"{owner}:{field}").decode()

    def blind_index(self, kind: str, value: str) -> str:
        """Return a keyed fingerprint for equality search without plain text (HMAC-SHA-256, hex)."""
        key = hashlib.sha256(b"blind-index:" + self.master).digest()
        return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    def _unwrap(self, wrapped: bytes, owner: str) -> bytes:
        return _open(self.master, wrapped, f"key:{owner}")


def _seal(key: bytes, plain: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def _open(key: bytes, sealed: bytes, context: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("wrong key, moved or changed", where=context) from error
