"""Robots.txt, pace, "come back later", and asking again only for what has changed."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from scrapers.errors import InvalidInput
from scrapers.fetching import Busy, Disallowed, Settings, Unreachable
from scrapers.fetching.errors import FetchError
from scrapers.fetching.manners import ROBOTS_AGE, UNREACHABLE_AGE, Pace, Robots
from scrapers.weburl import parse

from .conftest import HTML, NOW, Fetch, Serve

pytestmark = pytest.mark.enable_socket
PAGE = (200, HTML, b"<title>Lamp</title><p>A lamp.</p>")


def robots(text: str) -> tuple[int, dict[str, str], bytes]:
    return (200, {"Content-Type": "text/plain"}, text.encode())


def test_robots_txt_is_honoured_for_us_and_for_everybody(serve: Serve, fetch: Fetch) -> None:
    rules = "User-agent: *\nDisallow: /cart\n\nUser-agent: caveat\nDisallow: /private*.html$\n"
    pages = {"/robots.txt": robots(rules), "/lamp": PAGE, "/cart": PAGE}
    with serve(pages) as site, fetch(site) as fetcher:
        assert fetcher.fetch(site.url("/lamp")).state == "page"
        assert fetcher.fetch(site.url("/cart")).state == "page"  # our own group replaces *
        with pytest.raises(Disallowed, match=r"robots\.txt does not allow it"):
            fetcher.fetch(site.url("/private-1.html"))
    assert site.asked == ["/robots.txt", "/lamp", "/cart"]


def test_a_redirect_does_not_lead_round_robots_txt(serve: Serve, fetch: Fetch) -> None:
    with serve({"/robots.txt": robots("User-agent: *\nDisallow: /hidden\n")}) as site:
        site.pages["/open"] = (302, {"Location": "/hidden/x"}, b"")
        with fetch(site) as fetcher, pytest.raises(Disallowed):
            fetcher.fetch(site.url("/open"))
    assert site.asked == ["/robots.txt", "/open"]


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False)])
def test_no_robots_txt_allows_and_an_unreachable_one_does_not(
    status: int, *, allowed: bool, serve: Serve, fetch: Fetch
) -> None:
    pages = {"/robots.txt": (status, {}, b""), "/": PAGE}
    with serve(pages) as site, fetch(site, attempts=1) as fetcher:
        if allowed:
            assert fetcher.fetch(site.url("/")).state == "page"
        else:
            with pytest.raises(Disallowed, match="cannot be reached"):
                fetcher.fetch(site.url("/"))


def test_robots_txt_may_be_redirected_and_must_not_be_huge(serve: Serve, fetch: Fetch) -> None:
    pages = {
        "/robots.txt": (301, {"Location": "/rules.txt"}, b""),
        "/rules.txt": robots("User-agent: *\nDisallow: /a\n"),
        "/b": PAGE,
    }
    with serve(pages) as site, fetch(site) as fetcher:
        assert fetcher.fetch(site.url("/b")).state == "page"
        with pytest.raises(Disallowed):
            fetcher.fetch(site.url("/a"))
    with (
        serve({"/robots.txt": robots("#" * 600_000), "/": PAGE}) as site,
        fetch(site) as fetcher,
        pytest.raises(Disallowed, match="cannot be reached"),
    ):
        fetcher.fetch(site.url("/"))


def test_robots_txt_is_read_again_after_a_day_and_sooner_when_it_was_unreachable() -> None:
    now = [0.0]
    answers: list[Callable[[], tuple[int, bytes]]] = []

    def ask(_: str) -> tuple[int, bytes]:
        return answers.pop(0)()

    def down() -> tuple[int, bytes]:
        raise Unreachable("no connection", "x")

    answers += [down, lambda: (200, b""), lambda: (200, b"User-agent: *\nDisallow: /\n")]
    robots = Robots("caveat", ask, Pace(0.0), clock=lambda: now[0])
    page = parse("https://shop.example/lamp")
    for moment, allowed in [
        (0, False),
        (UNREACHABLE_AGE - 1, False),
        (UNREACHABLE_AGE, True),
        (UNREACHABLE_AGE + ROBOTS_AGE - 1, True),
        (UNREACHABLE_AGE + ROBOTS_AGE, False),
    ]:
        now[0] = moment
        if allowed:
            robots.check(page)
        else:
            with pytest.raises(Disallowed):
                robots.check(page)
    assert answers == []


def test_requests_to_one_host_keep_their_distance(serve: Serve, fetch: Fetch) -> None:
    pages = {"/robots.txt": robots(""), "/1": PAGE, "/2": PAGE}
    with serve(pages) as site, fetch(site, delay=0.3) as fetcher:
        start = time.monotonic()
        for path in ("/1", "/2"):
            fetcher.fetch(site.url(path))
        assert time.monotonic() - start >= 0.6  # robots.txt, 0.3 s, one, 0.3 s, two


def test_hosts_do_not_wait_for_each_other() -> None:
    pace = Pace(60.0)
    start = time.monotonic()
    for number in range(20):
        pace.wait(f"shop-{number}.example", "x")
    assert time.monotonic() - start < 30


def test_threads_share_one_pace_and_one_robots_txt(serve: Serve, fetch: Fetch) -> None:
    paths = [f"/{number}" for number in range(4)]
    pages = {"/robots.txt": robots(""), **dict.fromkeys(paths, PAGE)}
    with serve(pages) as site, fetch(site, delay=0.15) as fetcher, ThreadPoolExecutor(4) as pool:
        start = time.monotonic()
        states = list(pool.map(lambda path: fetcher.fetch(site.url(path)).state, paths))
        assert time.monotonic() - start >= 0.15 * len(paths)
    assert states == ["page"] * 4
    assert site.count("/robots.txt") == 1


@pytest.mark.parametrize("line", ["Crawl-delay: 0.5", "Request-rate: 2/1s"])
def test_a_slower_pace_in_robots_txt_is_kept(line: str, serve: Serve, fetch: Fetch) -> None:
    pages = {"/robots.txt": robots(f"User-agent: *\n{line}\n"), "/1": PAGE, "/2": PAGE}
    with serve(pages) as site, fetch(site) as fetcher:
        start = time.monotonic()
        for path in ("/1", "/2"):
            fetcher.fetch(site.url(path))
        assert time.monotonic() - start >= 0.5


def test_a_pace_beyond_our_time_is_an_error_and_no_request(serve: Serve, fetch: Fetch) -> None:
    pages = {"/robots.txt": robots("User-agent: *\nCrawl-delay: 60\n"), "/1": PAGE, "/2": PAGE}
    with serve(pages) as site, fetch(site, time_cap=0.5) as fetcher:
        fetcher.fetch(site.url("/1"))
        with pytest.raises(Busy, match="one request in 60 s"):
            fetcher.fetch(site.url("/2"))
    assert site.count("/2") == 0


@pytest.mark.parametrize("value", ["1", format_datetime(NOW + timedelta(seconds=1), usegmt=True)])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(status: int, value: str, serve: Serve, fetch: Fetch) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        first = site.count("/") == 1
        handler.send_response(status if first else 200)
        if first:
            handler.send_header("Retry-After", value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serve({"/": answer}) as site, fetch(site) as fetcher:
        start = time.monotonic()
        assert fetcher.fetch(site.url("/")).status == 200
        assert time.monotonic() - start >= 1.0
    assert site.count("/") == 2


def test_a_retry_after_beyond_our_time_is_answered_at_once_and_remembered(
    serve: Serve, fetch: Fetch
) -> None:
    pages = {"/": (429, {"Retry-After": "3600"}, b""), "/2": PAGE}
    with serve(pages) as site, fetch(site) as fetcher:
        snapshot = fetcher.fetch(site.url("/"))
        assert (snapshot.status, snapshot.state) == (429, "blocked")
        with pytest.raises(Busy, match=r"left alone for 3[56]"):
            fetcher.fetch(site.url("/2"))
    assert site.asked == ["/robots.txt", "/"]


def test_a_passing_failure_is_tried_again_a_lasting_one_is_told(serve: Serve, fetch: Fetch) -> None:
    def flaky(handler: BaseHTTPRequestHandler) -> None:
        if site.count("/flaky") == 1:
            handler.close_connection = True  # hangs up without an answer
            return
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serve({"/flaky": flaky, "/down": (502, {}, b"")}) as site, fetch(site) as fetcher:
        assert fetcher.fetch(site.url("/flaky")).status == 200
        snapshot = fetcher.fetch(site.url("/down"))
        assert (snapshot.status, snapshot.state) == (502, "unavailable")
        assert site.count("/down") == 3
        assert fetcher.fetch(site.url("/missing")).state == "gone"
        assert site.count("/missing") == 1


def test_a_page_that_has_not_changed_is_not_sent_again(serve: Serve, fetch: Fetch) -> None:
    def page(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == '"v1"'
        handler.send_response(304 if known else 200)
        handler.send_header("ETag", '"v1"')
        handler.send_header("Cache-Control", "max-age=0")
        if not known:
            handler.send_header("Content-Length", "4")
        handler.end_headers()
        if not known:
            handler.wfile.write(b"lamp")

    with serve({"/": page}) as site, fetch(site) as fetcher:
        first, second = (fetcher.fetch(site.url("/")) for _ in range(2))
        assert (first.status, first.body) == (second.status, second.body) == (200, b"lamp")
        assert site.count("/") == 2
        assert "if-none-match" in site.headers[-1]
        assert second.fetched_at == NOW


def test_a_fresh_copy_is_used_and_says_how_old_it_is(
    serve: Serve, fetch: Fetch, tmp_path: Path
) -> None:
    headers = {**HTML, "Cache-Control": "max-age=600"}
    with serve({"/": (200, headers, b"lamp")}) as site:
        with fetch(site, cache=tmp_path / "cache.db") as fetcher:
            fetcher.fetch(site.url("/"))
        time.sleep(1.1)
        with fetch(site, cache=tmp_path / "cache.db") as fetcher:
            kept = fetcher.fetch(site.url("/"))
            assert site.count("/") == 1
            assert kept.body == b"lamp"
            assert NOW - timedelta(seconds=10) < kept.fetched_at < NOW
            assert fetcher.fetch(site.url("/"), fresh=True).fetched_at == NOW
            assert site.count("/") == 2


def test_we_say_who_we_are_and_carry_no_cookies(serve: Serve, fetch: Fetch) -> None:
    pages = {"/": (200, {**HTML, "Set-Cookie": "session=1"}, b"")}
    with serve(pages) as site, fetch(site, contact="mailto:bot@caveat.example") as fetcher:
        snapshot = fetcher.fetch(site.url("/"))
        fetcher.fetch(site.url("/"), fresh=True)
    assert "set-cookie" not in snapshot.headers
    for headers in site.headers:
        assert headers["user-agent"].startswith("Caveat/")
        assert headers["user-agent"].endswith("(+mailto:bot@caveat.example)")
        assert headers["accept-encoding"] == "gzip"
        assert "cookie" not in headers


@pytest.mark.parametrize("contact", ["", "nobody", "https://x.example/ (a)", "a@b\r\nX-Evil: 1"])
def test_a_contact_must_be_one(contact: str) -> None:
    with pytest.raises(InvalidInput, match="contact"):
        Settings(contact=contact).agent()


def test_all_errors_are_of_one_tree() -> None:
    assert all(issubclass(kind, FetchError) for kind in (Busy, Disallowed, Unreachable))
