"""The hook for virus scanners: the test signature is always looked for, a clamd is asked where one is set.

A scanner that does not answer lets nothing through.
"""

import socket
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from service.core.errors import InvalidInput, Misconfigured
from service.core.settings import Settings

# In two halves, so that no scanner takes this file for the test file (https://www.eicar.org).
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SETTING = "CAVEAT_CLAMD"
TIMEOUT_SECONDS = 30
CHUNK = 1 << 16
_ANSWER_BYTES = 4096


class Scanner(Protocol):
    """Something that knows harmful content."""

    def scan(self, content: bytes) -> str | None:
        """Return the name of what was found, None for nothing."""


class TestSignature:
    """Finds the harmless test file that every scanner must find."""

    __test__ = False

    def scan(self, content: bytes) -> str | None:
        """Return the test file's name when its signature stands anywhere in the content."""
        return "Eicar-Test-Signature" if EICAR in content else None


class Clamd:
    """A clamd at `unix:///path` or `tcp://host:port` (https://docs.clamav.net, INSTREAM)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        is_unix = parts.scheme == "unix" and bool(parts.path)
        is_tcp = parts.scheme == "tcp" and parts.hostname is not None and parts.port is not None
        if not is_unix and not is_tcp:
            raise Misconfigured("is not unix:///path or tcp://host:port", where=SETTING)
        self._path = Path(parts.path) if is_unix else None
        self._host, self._port = parts.hostname or "", parts.port or 0

    def scan(self, content: bytes) -> str | None:
        """Return the finding; raise Misconfigured when there is no answer that says yes or no."""
        try:
            with closing(self._connect()) as connection:
                answer = _ask(connection, content)
        except OSError as error:
            raise Misconfigured(f"does not answer ({error.strerror})", where=SETTING) from error
        if answer.endswith("FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        if answer != "stream: OK":
            raise Misconfigured(f"answers {answer[:80]!r}", where=SETTING)
        return None

    def _connect(self) -> socket.socket:
        if self._path is None:
            return socket.create_connection((self._host, self._port), TIMEOUT_SECONDS)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT_SECONDS)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            raise
        return connection


def scanners(settings: Settings) -> Sequence[Scanner]:
    """Return the scanners of an installation."""
    asked = [Clamd(settings.clamd)] if settings.clamd else []
    return [TestSignature(), *asked]


def refuse_harmful(content: bytes, using: Sequence[Scanner]) -> None:
    """Raise InvalidInput when a scanner finds something."""
    for scanner in using:
        if found := scanner.scan(content):
            what = f"is refused by the virus scanner ({found[:80]})"
            raise InvalidInput(what, where="file", code="file.harmful")


def _ask(connection: socket.socket, content: bytes) -> str:
    connection.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), CHUNK):
        piece = content[start : start + CHUNK]
        connection.sendall(len(piece).to_bytes(4) + piece)
    connection.sendall(bytes(4))
    return connection.recv(_ANSWER_BYTES).rstrip(b"\0\n").decode("utf-8", "replace")
