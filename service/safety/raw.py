"""The bytes that authorities sent, kept before anybody reads them; each content once, under its SHA-256."""

import gzip
import hashlib
from pathlib import Path

from service.core.errors import NotFound
from service.core.files import whole_file

FOLDER = "notices"
LEVEL = 6


def put(home: Path, data: bytes) -> str:
    """Keep bytes and return the SHA-256 under which they are found; the same bytes are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    path = _path(home, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            # Without a time of its own, the same content is the same file.
            file.write(gzip.compress(data, LEVEL, mtime=0))
    return digest


def get(home: Path, digest: str) -> bytes:
    """Return kept bytes; NotFound when they are gone or no longer what they were."""
    try:
        data = gzip.decompress(_path(home, digest).read_bytes())
    except (OSError, EOFError) as error:
        raise NotFound("the answer is no longer kept", where=digest) from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise NotFound("the kept answer is damaged", where=digest)
    return data


def _path(home: Path, digest: str) -> Path:
    return home / FOLDER / digest[:2] / f"{digest}.gz"
