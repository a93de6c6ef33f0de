"""Secrets of this installation: made on first use, one file each, readable by the owner only."""

import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.core.crypto import FIRST_VERSION, index_key_of
from service.core.errors import Misconfigured

SECRET_BYTES = 32
MASTER, SESSIONS, PUBLISHER, INDEX = "master", "sessions", "publisher.ed25519", "index"
WEBHOOKS = "webhooks.ed25519"
_LATER_MASTER = re.compile(rf"{MASTER}\.([1-9][0-9]{{0,8}})")


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
    masters = (master_name(version) for version in master_versions(folder))
    for name in (*masters, SESSIONS, PUBLISHER, INDEX, WEBHOOKS):
        if (folder / name).exists():
            _read(folder / name)


@dataclass(frozen=True, slots=True)
class FolderMasters:
    """The master keys of an installation, one file a version: `master`, `master.2` and so on.

    The folder is asked each time, for another process may rotate the keys meanwhile; a file that has
    been read is not read again while it stands.
    """

    folder: Path
    _read: dict[int, bytes] = field(default_factory=dict)

    def newest(self) -> int:
        """Return the version that wraps new keys; the first is made when there is none."""
        return max(master_versions(self.folder), default=FIRST_VERSION)

    def key(self, version: int) -> bytes | None:
        """Return a version's key; None when its file is gone, the first one apart, which is made."""
        path = self.folder / master_name(version)
        if not path.exists():
            self._read.pop(version, None)
            if master_versions(self.folder):
                return None
        if version not in self._read:
            self._read[version] = secret(self.folder, path.name)
        return self._read[version]


def master_versions(folder: Path) -> list[int]:
    """Return the versions of the master key that there are, oldest first."""
    later = (_LATER_MASTER.fullmatch(path.name) for path in folder.glob(f"{MASTER}.*"))
    first = [FIRST_VERSION] if (folder / MASTER).exists() else []
    return first + sorted(int(match[1]) for match in later if match)


def master_name(version: int) -> str:
    """Return the name of the file of a version."""
    return MASTER if version == FIRST_VERSION else f"{MASTER}.{version}"


def add_master(folder: Path, *, now: datetime) -> int:
    """Make the next version of the master key, which wraps from now on, and return its number."""
    version = FolderMasters(folder).newest() + 1
    secret(folder, master_name(version))
    os.utime(folder / master_name(version), (now.timestamp(), now.timestamp()))
    return version


def remove_masters(folder: Path, versions: Iterable[int]) -> None:
    """Delete master keys: what only they wrap is lost for good."""
    for version in versions:
        (folder / master_name(version)).unlink(missing_ok=True)


def index_key(folder: Path) -> bytes:
    """Return the key of blind indexes, making it when there is none.

    Installations from before it had a file go on with the one that was derived from their first
    master key: fingerprints and links that stand would fit no more. Raises Misconfigured when the
    file is gone and so is the first master key.
    """
    if not (folder / INDEX).exists():
        versions = master_versions(folder)
        if versions and versions[0] != FIRST_VERSION:
            what = "is missing, and the first master key with it; restore the file"
            raise Misconfigured(what, where=str(folder / INDEX))
        derived = index_key_of(secret(folder, MASTER)) if versions else None
        _create(folder, folder / INDEX, derived)
    return _read(folder / INDEX)


def signing_key(folder: Path, name: str) -> Ed25519PrivateKey:
    """Return the Ed25519 key `name`, creating it when there is none."""
    return Ed25519PrivateKey.from_private_bytes(secret(folder, name))


def _read(path: Path) -> bytes:
    found = path.read_bytes()
    if len(found) != SECRET_BYTES:
        what = f"holds {len(found)} bytes, not the {SECRET_BYTES} of a key; restore the file"
        raise Misconfigured(what, where=str(path))
    return found


def _create(folder: Path, path: Path, content: bytes | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{path.name}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content or secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
