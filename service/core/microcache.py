"""Answers that are the same for everybody, kept for a moment in front of the application.

Flask's own machinery costs several times what copying stored bytes does. The answers are kept whole,
headers included, so that a kept one is identical to a fresh one. An answer is never older than
`seconds`, which bounds how late a new score is seen.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, bytes]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
MOST_ANSWERS = 10_000


class MicroCache:
    """Wraps a WSGI application; keeps its answers to GET requests under `prefix`."""

    def __init__(
        self,
        application: Wsgi,
        *,
        prefix: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application = application
        self._prefix = prefix
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[tuple[str | None, ...], tuple[float, Answer]] = {}

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer from memory where that is recent enough, else ask the application."""
        path: str = environ["PATH_INFO"]
        for_all = environ["REQUEST_METHOD"] == "GET" and "HTTP_AUTHORIZATION" not in environ
        if not for_all or not path.startswith(self._prefix):
            return self._application(environ, start_response)
        status, headers, body = self._answer(path, environ)
        start_response(status, headers)
        return [body]

    def _answer(self, path: str, environ: dict[str, Any]) -> Answer:
        key = _key(path, environ)
        now = self._clock()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < self._seconds:
            return kept[1]
        answer = _run(self._application, environ)
        if len(self._kept) >= MOST_ANSWERS:
            self._kept.clear()
        # Stamped with the moment before the application read its data: the bound holds from then on.
        self._kept[key] = (now, answer)
        return answer


def _key(path: str, environ: dict[str, Any]) -> tuple[str | None, ...]:
    """Return everything in a request that may change the answer: the asker's tag, and being a web page."""
    origin = "page" if "HTTP_ORIGIN" in environ else None
    return path, environ.get("QUERY_STRING"), environ.get("HTTP_IF_NONE_MATCH"), origin


def _run(application: Wsgi, environ: dict[str, Any]) -> Answer:
    begun: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, *_: Any) -> Callable[[bytes], None]:
        begun.append((status, headers))
        return lambda _: None

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = begun[-1]
    return status, headers, body
