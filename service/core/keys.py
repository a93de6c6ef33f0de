"""Secrets of this installation: made on first use, one file each, readable by the owner only."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.core.errors import Misconfigured

SECRET_BYTES = 32
MASTER, SESSIONS, PUBLISHER = "master", "sessions", "publisher.ed25519"


def secret(folder: Path, name: str) -> bytes:
    """Return the 32-byte secret `name`, creating it when there is none.

    Two processes may start at once: the file is made under another name and linked, so that
    exactly one wins and both read the same bytes. Raises Misconfigured for a file of another length.
    """
    path = folder / name
    if not path.exists():
        _create(folder, path)
    return _read(path)


def check(folder: Path) -> None:
    """Raise Misconfigured for the first secret that is there and is none; makes nothing."""
    for name in (MASTER, SESSIONS, PUBLISHER):
        if (folder / name).exists():
            _read(folder / name)


def signing_key(folder: Path, name: str) -> Ed25519PrivateKey:
    """Return the Ed25519 key `name`, creating it when there is none."""
    return Ed25519PrivateKey.from_private_bytes(secret(folder, name))


def _read(path: Path) -> bytes:
    found = path.read_bytes()
    if len(found) != SECRET_BYTES:
        what = f"holds {len(found)} bytes, not the {SECRET_BYTES} of a key; restore the file"
        raise Misconfigured(what, where=str(path))
    return found


def _create(folder: Path, path: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{path.name}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
