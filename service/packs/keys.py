"""Public keys as they are written: base64 in files, groups of four to compare by eye.

Apart from `format`, which needs numpy: the serving process loads only this.
"""

import base64
import binascii
import hashlib

from service.packs.errors import PackError

KEY_BYTES = 32


def key_text(public_key: bytes) -> str:
    """Return a public key as it is written in headers: base64."""
    return base64.b64encode(public_key).decode()


def key_bytes(text: str, where: str) -> bytes:
    """Return the 32 bytes of a key in base64; PackError for anything else."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise PackError(f"is not base64 ({error})", where) from error
    if key_text(key) != text or len(key) != KEY_BYTES:
        raise PackError("is not an Ed25519 public key of 32 bytes in base64", where)
    return key


def fingerprint(public_key: bytes) -> str:
    """Return what people compare: SHA-256 of the key, hexadecimal, in groups of four."""
    digest = hashlib.sha256(public_key).hexdigest()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))
