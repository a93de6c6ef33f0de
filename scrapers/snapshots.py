"""Snapshots on disk: each body once, by its SHA-256, and beside it who said so, and when.

    FOLDER/bodies/ab/<sha256 of the body>.gz
    FOLDER/records/cd/<sha256 of the record>.json

A record names its body by hash and is itself named by its own, so that evidence can cite one word
and nobody can change what stands behind it. The same page on ten days is ten records and one body.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from scrapers.errors import InvalidInput
from scrapers.fetching.snapshot import Snapshot

WholeFile = Callable[[Path], AbstractContextManager[BinaryIO]]
"""Opens a file that takes its name when the block ends well, and is gone otherwise."""

BODY_CAP = 64 * 1024 * 1024
"""Bytes of a body that are read back; the fetcher's own cap is far below."""


class SnapshotStore:
    """Puts snapshots into a folder and gets them back; `whole_file` does the writing.

    Several processes may share a folder: a file never changes once it has its name.
    """

    def __init__(self, folder: Path, whole_file: WholeFile) -> None:
        self._folder = folder
        self._whole_file = whole_file

    def put(self, snapshot: Snapshot) -> str:
        """Keep a snapshot; return the SHA-256 (hex) of its record. Raises OSError."""
        body = hashlib.sha256(snapshot.body).hexdigest()
        # The body first: a record never names what is not there.
        self._keep(self._body_path(body), lambda: gzip.compress(snapshot.body, mtime=0))
        record = _record(snapshot, body)
        name = hashlib.sha256(record).hexdigest()
        self._keep(self._record_path(name), lambda: record)
        return name

    def get(self, name: str) -> Snapshot:
        """Return a snapshot by the hash of its record.

        Raises InvalidInput when there is none, or when record or body are not what their names say.
        """
        record = self._checked(self._record_path(name), name, Path.read_bytes)
        fields = json.loads(record)
        body = fields.pop("body")
        fetched_at = datetime.fromisoformat(fields.pop("fetched_at"))
        data = self._checked(self._body_path(body), body, _inflated)
        return Snapshot(**fields, body=data, fetched_at=fetched_at)

    def names(self) -> Iterator[str]:
        """Yield the name of every record, in no order that means anything."""
        for path in sorted((self._folder / "records").glob("??/*.json")):
            yield path.stem

    def _keep(self, path: Path, data: Callable[[], bytes]) -> None:
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._whole_file(path) as file:
            file.write(data())

    def _checked(self, path: Path, name: str, read: Callable[[Path], bytes]) -> bytes:
        """Return what a file holds when that is what its name says."""
        try:
            data = read(path)
        except FileNotFoundError as error:
            raise InvalidInput("there is no such snapshot", name[:80]) from error
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InvalidInput(f"damaged ({error})", str(path)) from error
        if hashlib.sha256(data).hexdigest() != name:
            raise InvalidInput("what it holds is not what its name says", str(path))
        return data

    def _record_path(self, name: str) -> Path:
        return self._path("records", name, ".json")

    def _body_path(self, name: str) -> Path:
        return self._path("bodies", name, ".gz")

    def _path(self, kind: str, name: str, suffix: str) -> Path:
        # A name may come from outside, and must not lead out of the folder.
        if len(name) != hashlib.sha256().digest_size * 2 or set(name) - set("0123456789abcdef"):
            raise InvalidInput("no SHA-256 in hexadecimal", name[:80])
        return self._folder / kind / name[:2] / f"{name}{suffix}"


def _record(snapshot: Snapshot, body: str) -> bytes:
    fields: dict[str, Any] = {
        "url": snapshot.url,
        "final_url": snapshot.final_url,
        "status": snapshot.status,
        "headers": dict(snapshot.headers),
        "body": body,
        "fetched_at": snapshot.fetched_at.isoformat(),
        "state": snapshot.state,
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _inflated(path: Path) -> bytes:
    with gzip.open(path) as file:
        return file.read(BODY_CAP)
