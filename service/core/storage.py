"""Where sealed files lie: named bytes behind one small interface, a local folder by default.

A store of another kind (S3 and the like) needs these four methods. Whoever stores seals first: the
store sees ciphertext only.
"""

import re
import shutil
from pathlib import Path
from typing import Protocol

from service.core.errors import InvalidInput, NotFound
from service.core.files import whole_file

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class Storage(Protocol):
    """Named bytes in groups; a group is deleted as a whole."""

    def put(self, group: str, name: str, content: bytes) -> None:
        """Keep the bytes under the name, whole or not at all; the same name again replaces them."""

    def get(self, group: str, name: str) -> bytes:
        """Return the bytes; raise NotFound when there are none."""

    def delete(self, group: str, name: str) -> None:
        """Delete the bytes; nothing happens when there are none."""

    def delete_group(self, group: str) -> None:
        """Delete all bytes of a group; nothing happens when there are none."""


class LocalStorage:
    """A folder; groups are folders in it, spread by their first two characters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, group: str, name: str, content: bytes) -> None:
        """Keep the bytes, readable by the owner only."""
        path = self._path(group, name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with whole_file(path, mode=0o600) as file:
            file.write(content)

    def get(self, group: str, name: str) -> bytes:
        """Return the bytes; raise NotFound when there are none."""
        try:
            return self._path(group, name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("the stored file is missing", where=name) from error

    def delete(self, group: str, name: str) -> None:
        """Delete the bytes; nothing happens when there are none."""
        self._path(group, name).unlink(missing_ok=True)

    def delete_group(self, group: str) -> None:
        """Delete the folder of a group with all that is in it."""
        folder = self._path(group, "any").parent
        if folder.exists():
            shutil.rmtree(folder)

    def _path(self, group: str, name: str) -> Path:
        for part in (group, name):
            if not _NAME.fullmatch(part) or ".." in part:
                raise InvalidInput("is no name of a stored file", where=part)
        return self.folder / group[:2] / group / name
