"""Stands in for every authority at once on loopback: invented payloads of the documented shapes.

    python -m tests.scrapers.notices.replay     # prints the setting that sends caveat sync here

The first part of the path is the authority's host. Facts are invented; shapes are the authorities' own.
"""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.scrapers.notices import payloads

Reply = tuple[int, dict[str, str], bytes]
Answer = Callable[["Asked"], Reply]


@dataclass(frozen=True)
class Asked:
    """A request as it came: `address` is host and path, `query` and `form` have the last value of each."""

    method: str
    address: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Authorities:
    """What is answered by host and path; `asked` is what was asked, robots.txt left out."""

    port: int = 0
    pages: dict[str, bytes | Reply | Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    robots: bytes | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, address: str) -> int:
        return sum(one.address == address for one in self.asked)

    def answer(self, asked: Asked) -> Reply:
        if asked.address.endswith("robots.txt"):
            return (404, {}, b"") if self.robots is None else (200, {}, self.robots)
        self.asked.append(asked)
        found = self.pages.get(asked.address, (404, {}, b"nothing here"))
        if callable(found):
            found = found(asked)
        return found if isinstance(found, tuple) else (200, {}, found)


def _handler(authorities: Authorities) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._reply(b"")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers.get("content-length") or 0)))

        def _reply(self, sent: bytes) -> None:
            path, _, query = self.path.lstrip("/").partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, path, _last(query), _last(sent.decode()), headers)
            status, more, body = authorities.answer(asked)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _last(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}


@contextmanager
def authorities(port: int = 0) -> Iterator[Authorities]:
    """Answer as all authorities until the block ends."""
    world = Authorities(pages=payloads.pages())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), _handler(world))
    server.daemon_threads = True
    world.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    with authorities() as running:
        print(f"CAVEAT_NOTICE_MIRROR={running.origin}", flush=True)  # noqa: T201 -- a script
        print("CAVEAT_KEY_SAFETYKOREA=replay CAVEAT_KEY_FDA_IRES_USER=r CAVEAT_KEY_FDA_IRES_KEY=r")  # noqa: T201 -- a script
        threading.Event().wait()
