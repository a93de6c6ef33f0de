"""Loopback servers, and a resolver that knows invented names only."""

import http.server
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scrapers.fetching import Fetcher, Settings

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LOOPBACK = "127.0.0.1"
HTML = {"Content-Type": "text/html; charset=utf-8"}

Row = tuple[int, int, int, str, tuple[str, int]]
Reply = tuple[int, dict[str, str], bytes]
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class Resolver:
    """Answers like getaddrinfo: for the names of a table, and numbers in every spelling libc reads.

    A name's answers are used up one after another; the last one stays.
    """

    def __init__(self, table: dict[str, list[list[str]]] | None = None) -> None:
        self.table = table or {}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *_: object, **__: object) -> list[Row]:
        self.asked.append(host)
        answers = self.table.get(host)
        if answers:
            found = answers.pop(0) if len(answers) > 1 else answers[0]
        else:
            found = [self.number(host)]
        return [row(each, port) for each in found]

    @staticmethod
    def number(host: str) -> str:
        try:
            return str(ipaddress.IPv4Address(socket.inet_aton(host)))
        except OSError as error:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from error


def row(address: str, port: int) -> Row:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


@dataclass
class Site:
    """A running server: what it serves by path, and what it was asked."""

    port: int
    pages: dict[str, Reply | Answer]
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    scheme: str = "http"

    def url(self, path: str, host: str = "shop.example") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def count(self, path: str) -> int:
        return self.asked.count(path)


Serve = Callable[..., AbstractContextManager[Site]]
Fetch = Callable[..., AbstractContextManager[Fetcher]]


def handler_for(site: Site) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = site.pages.get(self.path, (404, HTML, b"nothing here"))
            if callable(reply):
                reply(self)
                return
            status, headers, body = reply
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some of the tests are about."""


@contextmanager
def serving(
    pages: dict[str, Reply | Answer], context: ssl.SSLContext | None = None
) -> Iterator[Site]:
    site = Site(0, pages, scheme="https" if context else "http")
    server = Server((LOOPBACK, 0), handler_for(site))
    site.port = server.server_address[1]
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def serve() -> Serve:
    return serving


@contextmanager
def fetching(
    *sites: Site, names: str = "shop.example other.example", **options: object
) -> Iterator[Fetcher]:
    """A fetcher to which loopback is open, at the sites' ports only."""
    resolver = options.pop("resolver", None) or Resolver({n: [[LOOPBACK]] for n in names.split()})
    clock = options.pop("clock", None) or (lambda: NOW)
    given = {
        "contact": "https://caveat.example/bot",
        "delay": 0.0,
        "networks": (f"{LOOPBACK}/32",),
        "ports": frozenset({80, 443, *(site.port for site in sites)}),
        **options,
    }
    with Fetcher(Settings(**given), clock=clock, resolver=resolver) as fetcher:
        yield fetcher


@pytest.fixture
def fetch() -> Fetch:
    return fetching


@pytest.fixture
def resolver_of() -> type[Resolver]:
    return Resolver


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every address that a socket of this process tries to connect to."""
    made: list[tuple[str, int]] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        made.append(address[:2])
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS for shop.example, whose authority the client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "both.pem"
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + pem
    )
    authority = tmp_path / "authority.pem"
    authority.write_bytes(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
