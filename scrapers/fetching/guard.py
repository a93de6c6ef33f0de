"""Where a connection may go: public addresses, over http and https, on the usual ports.

`ssrfguard` resolves a name once, checks every answer and connects to a checked address, so a name
that points elsewhere a moment later moves nothing. Here its transport gets a clock as well: every
wait on the socket ends with the fetch.
"""

import ssl
from collections.abc import Iterable
from ipaddress import ip_network
from urllib.parse import urljoin

import httpcore
import httpx
from ssrfguard import Policy, Resolver
from ssrfguard.httpx import SafeBackend, SafeTransport

from scrapers.errors import InvalidInput
from scrapers.fetching.deadline import left
from scrapers.fetching.errors import Refused
from scrapers.weburl import WebUrl, parse

MOST_CONNECTIONS = 50
CONNECT_ATTEMPTS = 2
"""Addresses of one name that are tried: the second is for hosts with a dead IPv6 address."""


def guard_policy(ports: Iterable[int], networks: Iterable[str]) -> Policy:
    """Return the rules of the guard; `networks` are private ones that may be reached all the same.

    Raises InvalidInput for what is no port or no network.
    """
    try:
        return Policy(
            allowed_ports=frozenset(ports),
            allowed_networks=tuple(ip_network(network) for network in networks),
            max_connection_attempts=CONNECT_ATTEMPTS,
        )
    except ValueError as error:
        raise InvalidInput(str(error), "ports or networks of the fetcher") from error


def admitted(url: str) -> WebUrl:
    """Return an address as browsers read it; the transport judges where it leads.

    Raises InvalidInput for what is no address, Refused for another scheme or credentials.
    """
    parsed = parse(url)
    if not parsed.host:
        raise Refused("only http and https are fetched", url)
    if "@" in url.partition("//")[2].replace("\\", "/").partition("/")[0]:
        raise Refused("an address with credentials is not fetched", url)
    return parsed


def address(url: WebUrl) -> str:
    """Return the canonical text of an address: without fragment, as it goes over the wire."""
    query = f"?{url.query}" if url.query else ""
    return f"{url.scheme}://{url.authority}{url.path}{query}"


def step(here: WebUrl, location: str) -> WebUrl:
    """Return where a redirect leads; Refused when it leaves https or may not be followed."""
    try:
        there = admitted(urljoin(address(here), location))
    except (InvalidInput, ValueError) as error:
        raise Refused(
            f"redirect to an impossible address: {location[:200]}", address(here)
        ) from error
    if here.scheme == "https" and there.scheme == "http":
        raise Refused("redirect from https to http", address(there))
    return there


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the fetch that uses it."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _clipped(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _clipped(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        # The certificate is checked against the name that httpcore gives, never our address.
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, _clipped(timeout)))

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _clipped(timeout: float | None) -> float:
    rest = left()
    if rest <= 0:
        raise httpcore.ReadTimeout("the time for this fetch is over")
    return rest if timeout is None else min(timeout, rest)


class _TimedBackend(SafeBackend):
    """Opens checked connections, and times them."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _TimedStream(
            super().connect_tcp(host, port, _clipped(timeout), local_address, socket_options)
        )


class GuardedTransport(SafeTransport):
    """The transport under everything: whatever asks, no other address is reached.

    `resolver` stands in for `socket.getaddrinfo`; what it answers is checked all the same.
    """

    def __init__(self, policy: Policy, resolver: Resolver | None = None) -> None:
        context = httpx.create_ssl_context()
        super().__init__(policy=policy, resolver=resolver, verify=context)
        # As SafeTransport does it: httpcore's pool takes the backend as an argument.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=_TimedBackend(policy=policy, resolver=resolver),
        )
