"""Redirects, states and what a snapshot holds."""

import pytest

from scrapers.fetching import BadRedirect
from scrapers.fetching.walls import is_wall_address, state_of
from scrapers.weburl import parse

from .conftest import HTML, NOW, Fetch, Serve

pytestmark = pytest.mark.enable_socket


def moved(target: str, status: int = 302) -> tuple[int, dict[str, str], bytes]:
    return (status, {"Location": target}, b"")


def test_a_snapshot_says_what_was_asked_and_what_was_said(serve: Serve, fetch: Fetch) -> None:
    headers = {"Content-Type": 'text/html; Charset="EUC-KR"', "X-Shop": "Lantern"}
    page = (200, headers, "등불".encode("euc-kr"))
    with serve({"/lamp?id=1": page}) as site, fetch(site) as fetcher:
        url = site.url("/lamp?id=1#photo").replace("shop.example", "SHOP.example.")
        snapshot = fetcher.fetch(url)
    assert snapshot.url == url
    assert snapshot.final_url == site.url("/lamp?id=1")
    assert (snapshot.status, snapshot.state, snapshot.fetched_at) == (200, "page", NOW)
    assert snapshot.headers["x-shop"] == "Lantern"
    assert snapshot.encoding == "EUC-KR"
    assert snapshot.body.decode(snapshot.encoding) == "등불"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_from_http_to_other_hosts(
    status: int, serve: Serve, fetch: Fetch
) -> None:
    with serve({"/end": (200, HTML, b"here")}) as site, fetch(site) as fetcher:
        site.pages["/old"] = moved(site.url("/new", "other.example"), status)
        site.pages["/new"] = moved("end")
        snapshot = fetcher.fetch(site.url("/old"))
    assert snapshot.final_url == site.url("/end", "other.example")
    assert snapshot.body == b"here"


def test_five_redirects_are_followed_and_not_a_sixth(serve: Serve, fetch: Fetch) -> None:
    with serve({f"/{n}": moved(f"/{n + 1}") for n in range(6)}) as site, fetch(site) as fetcher:
        assert fetcher.fetch(site.url("/1")).final_url == site.url("/6")
        with pytest.raises(BadRedirect, match="more than 5 redirects"):
            fetcher.fetch(site.url("/0"), fresh=True)


def test_a_circle_of_redirects_is_noticed_at_once(serve: Serve, fetch: Fetch) -> None:
    with serve({"/a": moved("/b"), "/b": moved("/a")}) as site, fetch(site) as fetcher:
        with pytest.raises(BadRedirect, match="round in a circle"):
            fetcher.fetch(site.url("/a"))
        assert site.asked == ["/robots.txt", "/a", "/b"]


def test_a_redirect_without_target_is_an_answer_like_others(serve: Serve, fetch: Fetch) -> None:
    with serve({"/": (302, HTML, b"")}) as site, fetch(site) as fetcher:
        assert fetcher.fetch(site.url("/")).state == "unavailable"


@pytest.mark.parametrize(
    "target",
    [
        "/ap/signin?return=x",
        "/member/login.htm",
        "/errors/validateCaptcha",
        "/_____tmd_____/punish",
    ],
)
def test_a_redirect_to_a_wall_is_blocked_and_not_followed(
    target: str, serve: Serve, fetch: Fetch
) -> None:
    with serve({"/item": moved(target)}) as site, fetch(site) as fetcher:
        snapshot = fetcher.fetch(site.url("/item"))
    assert snapshot.state == "blocked"
    assert snapshot.final_url == site.url(target)
    assert site.asked == ["/robots.txt", "/item"]


@pytest.mark.parametrize(
    ("url", "wall"),
    [
        ("https://login.taobao.com/member/x", True),
        ("https://passport.jd.com/new/login.aspx", True),
        ("https://shop.example/customer/account/login/referer/abc/", True),
        ("https://shop.example/account/log-in", True),
        ("https://shop.example/products/login-sign-wooden", False),
        ("https://shop.example/products/captcha-the-board-game", False),
        ("https://login-gifts.example/products/lamp", False),
        ("https://shop.example/p/challenge", False),
    ],
)
def test_wall_addresses(url: str, *, wall: bool) -> None:
    assert is_wall_address(parse(url)) is wall


LONG = "<p>" + "A lamp of brass with a warm light. " * 40
WALLS = [
    "<title>Robot Check</title><form>Type the characters you see</form>",
    "<title>Just a moment...</title><script>window._cf_chl_opt = {}</script>",
    "<title>로그인 - 상점</title><form></form>",
    "<title>用户登录</title>",
    "<title>验证码拦截</title>",
    '<title>shop.example</title><div id="px-captcha"></div>',
    "<title>Shop</title><script src='https://geo.captcha-delivery.com/c.js'></script>",
]
PAGES = [
    "<title>Lamp</title><p>Sign in to see your orders</p>",
    f"<title>Captcha, the board game</title>{LONG}",
    f"<title>Lamp</title><div class='g-recaptcha'></div>{LONG}",
    "<title>Lamp</title><script src='https://www.google.com/recaptcha/api.js'></script>",
    "<title>The Login Lamp</title>",
    "",
]


@pytest.mark.parametrize("page", WALLS)
def test_walls_are_blocked(page: str) -> None:
    assert state_of(200, page.encode(), is_html=True) == "blocked"


@pytest.mark.parametrize("page", PAGES)
def test_pages_that_speak_of_walls_are_pages(page: str) -> None:
    assert state_of(200, page.encode(), is_html=True) == "page"
    assert state_of(200, WALLS[0].encode(), is_html=False) == "page"


@pytest.mark.parametrize(
    ("state", "statuses"),
    {
        "page": (200, 204),
        "blocked": (401, 403, 429, 999),
        "gone": (404, 410),
        "unavailable": (400, 451, 500),
    }.items(),
)
def test_states_of_statuses(state: str, statuses: tuple[int, ...]) -> None:
    assert {state_of(status, b"", is_html=True) for status in statuses} == {state}
