"""No address, name, redirect or second look-up leads into our own network."""

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.errors import InvalidInput
from scrapers.fetching import FetchError, Refused, Unreachable
from scrapers.fetching.guard import address, guard_policy, step
from scrapers.weburl import parse

from .conftest import Fetch, Resolver, Serve

pytestmark = pytest.mark.enable_socket

HOSTILE = {
    "loopback": "http://127.0.0.1:{port}/",
    "decimal": "http://2130706433:{port}/",
    "octal": "http://0177.0.0.1:{port}/",
    "hexadecimal": "http://0x7f000001:{port}/",
    "mixed": "http://0x7f.1:{port}/",
    "short": "http://127.1:{port}/",
    "zero": "http://0:{port}/",
    "all zeros": "http://0.0.0.0:{port}/",
    "IPv6 loopback": "http://[::1]:{port}/",
    "IPv6 mapped": "http://[::ffff:127.0.0.1]:{port}/",
    "IPv6 NAT64": "http://[64:ff9b::7f00:1]:{port}/",
    "circled digits": "http://①②⑦.⓪.⓪.①:{port}/",
    "userinfo": "http://shop.example@127.0.0.1:{port}/",
    "backslash": "http://127.0.0.1:{port}\\@shop.example/",
    "localhost": "http://localhost:{port}/",
    "localhost, trailing dot": "http://localhost.:{port}/",
    "below localhost": "http://shop.localhost:{port}/",
    "public name, private address": "http://inside.example:{port}/",
    "link-local metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata in decimal": "http://2852039166/latest/meta-data/",
    "private, trailing dot": "http://10.0.0.1./",
    "percent-encoded": "http://%31%32%37.0.0.1:{port}/",
}
PRIVATE = {
    name: [["127.0.0.1"]]
    for name in ("localhost", "localhost.", "shop.localhost", "inside.example")
}


@pytest.mark.parametrize("form", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_forms_connect_to_nothing(
    form: str,
    serve: Serve,
    fetch: Fetch,
    resolver_of: type[Resolver],
    connections: list[tuple[str, int]],
) -> None:
    resolver = resolver_of(PRIVATE)
    with (
        serve({}) as site,
        fetch(site, resolver=resolver, networks=()) as fetcher,
        pytest.raises((Refused, InvalidInput)),
    ):
        fetcher.fetch(form.format(port=site.port))
    assert site.asked == []
    assert connections == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://shop.example/",
        "gopher://shop.example/",
        "data:text/html,x",
        "javascript:alert(1)",
        "http://shop.example:22/",
        "http://user:word@shop.example/",
    ],
)
def test_other_schemes_ports_and_credentials_are_refused(
    url: str, fetch: Fetch, connections: list[tuple[str, int]]
) -> None:
    with fetch() as fetcher, pytest.raises(Refused):
        fetcher.fetch(url)
    assert connections == []


@pytest.mark.parametrize("url", ["", "shop.example", "http://", "http://[::1", "https://a..b/"])
def test_what_is_no_address_is_bad_input(url: str, fetch: Fetch) -> None:
    with fetch() as fetcher, pytest.raises(InvalidInput):
        fetcher.fetch(url)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_whatever_a_redirect_says_it_leads_to_an_address_or_is_refused(location: str) -> None:
    here = parse("https://shop.example/lamp?id=1")
    try:
        there = step(here, location)
    except Refused:
        return
    assert there.scheme == "https"
    assert there.host
    assert parse(address(there)) == there


def test_a_name_with_public_and_private_answers_is_refused(
    fetch: Fetch, resolver_of: type[Resolver], connections: list[tuple[str, int]]
) -> None:
    resolver = resolver_of({"two.example": [["93.184.215.14", "127.0.0.1"]]})
    with fetch(resolver=resolver, networks=()) as fetcher, pytest.raises(Refused):
        fetcher.fetch("http://two.example/")
    assert connections == []


def test_rebinding_between_check_and_connection_moves_nothing(
    serve: Serve, fetch: Fetch, resolver_of: type[Resolver], connections: list[tuple[str, int]]
) -> None:
    """Robots.txt is read from a public address, then the name is moved to loopback."""
    with serve({"/robots.txt": (200, {"Connection": "close"}, b""), "/": (200, {}, b"in")}) as site:
        # Public means here: the one address that the guard lets pass. 127.0.0.2 is the private one.
        resolver = resolver_of({"moves.example": [["127.0.0.1"], ["127.0.0.2"]]})
        with fetch(site, resolver=resolver) as fetcher, pytest.raises(Refused):
            fetcher.fetch(site.url("/", "moves.example"))
    assert site.asked == ["/robots.txt"]
    assert [address for address, _ in connections] == ["127.0.0.1"]


def test_a_name_is_looked_up_once_for_each_connection(
    serve: Serve, fetch: Fetch, resolver_of: type[Resolver]
) -> None:
    """One look-up is checked and used: there is no second one that could answer otherwise."""
    resolver = resolver_of({"shop.example": [["127.0.0.1"]]})
    with serve({"/": (200, {}, b"in")}) as site, fetch(site, resolver=resolver) as fetcher:
        fetcher.fetch(site.url("/"))
    assert resolver.asked == ["shop.example"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/",
        "http://inside.example:{port}/",
        "//inside.example:{port}/",
        "http://169.254.169.254/",
        "http://[::1]:{port}/",
        "http://user@shop.example:{port}/",
        "file:///etc/passwd",
        "http://[broken/",
        "http://shop.example:22/",
    ],
)
def test_redirects_to_private_or_impossible_places_are_refused(
    target: str,
    serve: Serve,
    fetch: Fetch,
    resolver_of: type[Resolver],
    connections: list[tuple[str, int]],
) -> None:
    resolver = resolver_of({"shop.example": [["127.0.0.1"]], "inside.example": [["127.0.0.2"]]})
    with serve({}) as site, fetch(site, resolver=resolver) as fetcher:
        site.pages["/"] = (302, {"Location": target.format(port=site.port)}, b"")
        with pytest.raises(Refused):
            fetcher.fetch(site.url("/"))
    assert site.asked == ["/robots.txt", "/"]
    assert {address for address, _ in connections} == {"127.0.0.1"}


def test_robots_txt_is_no_way_in_either(
    serve: Serve, fetch: Fetch, connections: list[tuple[str, int]]
) -> None:
    with serve({}) as site, fetch(site) as fetcher:
        site.pages["/robots.txt"] = (301, {"Location": "http://169.254.169.254/"}, b"")
        with pytest.raises(Refused):
            fetcher.fetch(site.url("/"))
    assert {address for address, _ in connections} == {"127.0.0.1"}


def test_https_is_checked_against_the_name_and_never_left(
    serve: Serve, fetch: Fetch, tls: ssl.SSLContext
) -> None:
    pages = {"/": (302, {"Location": "http://shop.example/"}, b""), "/lamp": (200, {}, b"lamp")}
    with serve(pages, tls) as site, fetch(site) as fetcher:
        assert fetcher.fetch(site.url("/lamp")).body == b"lamp"
        with pytest.raises(Refused, match="from https to http"):
            fetcher.fetch(site.url("/"))
        with pytest.raises(FetchError):
            fetcher.fetch(site.url("/lamp", "other.example"))
    assert site.asked == ["/robots.txt", "/lamp", "/"]


def test_proxies_of_the_environment_are_not_asked(
    serve: Serve, fetch: Fetch, monkeypatch: pytest.MonkeyPatch, connections: list[tuple[str, int]]
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.9:3128")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.9:3128")
    with serve({"/": (200, {}, b"direct")}) as site, fetch(site) as fetcher:
        assert fetcher.fetch(site.url("/")).body == b"direct"
    assert {address for address, _ in connections} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("ports", "networks"), [([0], []), ([], []), ([80], ["ten"]), ([80], ["64:ff9b::/96"])]
)
def test_settings_of_the_guard_that_mean_nothing_are_named(
    ports: list[int], networks: list[str]
) -> None:
    with pytest.raises(InvalidInput, match="ports or networks"):
        guard_policy(ports, networks)


def test_an_unknown_name_is_unreachable(fetch: Fetch) -> None:
    with fetch(attempts=1) as fetcher, pytest.raises((Unreachable, FetchError)):
        fetcher.fetch("http://nowhere.example/")
