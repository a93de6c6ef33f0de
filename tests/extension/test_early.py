"""The badge does not wait for the end of a page, and takes back what the end contradicts."""

import threading
from typing import Any

import pytest

from tests.extension import browsers, pages
from tests.extension.test_panel import BADGE

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

PLACE = "www.aliexpress.com/item/10050010030.html"


def held(shops: browsers.Server, text: str, until: str) -> threading.Event:
    """Serve a page of which all before `until` comes at once; return what lets the rest follow."""
    rest = threading.Event()
    shops.answers[PLACE] = browsers.Reply(text, pause=(until, rest))
    return rest


def test_a_seller_is_shown_while_the_page_is_still_loading(
    page: Any, shops: browsers.Server
) -> None:
    rest = held(shops, pages.aliexpress(store="700001"), "<ul>")
    try:
        page.goto(f"https://{PLACE}", wait_until="commit")
        page.get_by_label("Rated B").wait_for()
        assert page.evaluate("document.readyState") == "loading"
    finally:
        rest.set()
    page.wait_for_load_state()
    page.wait_for_timeout(300)
    assert page.locator(BADGE).get_attribute("aria-label") == "Caveat: Rated B"


def test_a_number_that_is_cut_off_is_nobodys(page: Any, shops: browsers.Server) -> None:
    """Of seller 7000019 only 700001 has come, who is another one, and rated."""
    rest = held(shops, pages.aliexpress(store="7000019"), '9", "storeName"')
    try:
        page.goto(f"https://{PLACE}", wait_until="commit")
        page.wait_for_function("document.body || document.head.querySelector('script')")
        page.wait_for_timeout(500)
        assert page.locator(BADGE).count() == 0
    finally:
        rest.set()
    page.get_by_label("No data").wait_for()


def test_what_the_rest_of_a_page_contradicts_is_taken_back(
    page: Any, shops: browsers.Server
) -> None:
    text = pages.aliexpress(store="700001").replace(
        "<ul>", '<p class=shop-name><a href="/store/700002">x</a></p><ul>'
    )
    rest = held(shops, text, "<p class=shop-name>")
    try:
        page.goto(f"https://{PLACE}", wait_until="commit")
        page.get_by_label("Rated B").wait_for()
    finally:
        rest.set()
    page.get_by_label("Seller not recognised").wait_for(timeout=3_000)
    assert page.locator(BADGE).count() == 1


def test_another_page_of_a_shop_is_left_alone_from_its_first_byte(
    page: Any, shops: browsers.Server
) -> None:
    shops.answers["www.aliexpress.com/cart2"] = browsers.Reply(pages.page("Cart", "<h1>Cart</h1>"))
    tools = page.context.new_cdp_session(page)
    tools.send("Profiler.enable")
    tools.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": True})
    page.goto("https://www.aliexpress.com/cart2")
    page.wait_for_timeout(300)
    told = tools.send("Profiler.takePreciseCoverage")["result"]
    called = {
        function["functionName"]
        for script in told
        if script["url"].endswith("/content/content.js")
        for function in script["functions"]
        if function["ranges"][0]["count"]
    }
    assert "identify" in called
    assert called.isdisjoint({"read", "sellerOrEnd", "lookup", "isOff", "watchCopies", "face"})
