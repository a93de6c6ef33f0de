"""What the badge says on product pages, and what it leaves alone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.extension import browsers, pages
from tests.extension.conftest import octets, take_copy

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

BADGE = ".badge button"
ITEM = "https://www.aliexpress.com/item/1005001000{}.html"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (ITEM.format(1), "Caveat: Rated B"),
        (ITEM.format(2), "Caveat: High risk of a bad purchase"),
        (ITEM.format(3), "Caveat: No data"),
        (ITEM.format(4), "Caveat: No data"),
        (ITEM.format(5), "Caveat: Seller not recognised"),
        (ITEM.format(6), "Caveat: Seller not recognised"),
        ("https://www.amazon.com/dp/B0CAVEAT01", "Caveat: Named in an official notice"),
        ("https://www.amazon.com/dp/B0CAVEAT02", "Caveat: A notice may concern this product"),
    ],
)
def test_the_badge_says_what_the_copy_holds(page: Any, url: str, says: str) -> None:
    page.goto(url)
    page.locator(BADGE).wait_for(timeout=10_000)
    assert page.locator(BADGE).get_attribute("aria-label") == says


def test_pages_that_sell_nothing_are_left_alone(page: Any) -> None:
    page.goto("https://www.aliexpress.com/cart")
    page.wait_for_timeout(500)
    assert page.locator(BADGE).count() == 0
    assert page.evaluate("document.documentElement.children.length") == 2


def test_moving_inside_a_page_keeps_one_badge(page: Any) -> None:
    page.goto(ITEM.format(1))
    page.locator(BADGE).wait_for()
    page.evaluate(
        """() => {
          document.scripts[0].textContent = document.scripts[0].textContent.replace("700001", "700002");
          history.pushState({}, "", "/item/10050010002.html");
        }"""
    )
    page.get_by_label("High risk of a bad purchase").wait_for()
    assert page.locator(BADGE).count() == 1
    page.evaluate("history.pushState({}, '', '/cart')")
    page.locator(BADGE).wait_for(state="detached")
    page.go_back()
    page.get_by_label("High risk of a bad purchase").wait_for()
    assert page.locator(BADGE).count() == 1


def test_a_seller_that_appears_late_is_seen(page: Any) -> None:
    page.goto(ITEM.format(5))
    page.evaluate(
        """() => {
          const late = document.createElement("script");
          late.type = "text/plain";
          late.textContent = '"storeModule": {"storeNum": 700001, "storeName": "Late Store"}';
          document.body.append(late);
        }"""
    )
    page.get_by_label("Rated B").wait_for(timeout=5_000)


def test_nothing_moves(page: Any) -> None:
    page.add_init_script(
        """window.shifts = 0;
        new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifts += each.value; })
          .observe({ type: "layout-shift", buffered: true });"""
    )
    page.goto(ITEM.format(2))
    page.locator(BADGE).click()
    page.locator(".panel h2").first.wait_for()
    page.mouse.wheel(0, 600)
    page.wait_for_timeout(600)
    assert page.evaluate("window.shifts") == 0


HOSTILE = {
    "rules": "<style>* { display: none !important; all: unset !important; opacity: 0 !important }</style>",
    "policy": "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; require-trusted-types-for 'script'\">",
    "removal": "<script>setTimeout(() => document.documentElement.lastElementChild.remove(), 700)</script>",
}


@pytest.mark.parametrize("way", HOSTILE)
def test_a_hostile_page_cannot_make_the_badge_lie(
    page: Any, shops: browsers.Server, way: str
) -> None:
    shops.answers["www.aliexpress.com/item/10050010007.html"] = browsers.Reply(
        pages.aliexpress(store="700002").replace("<head>", f"<head>{HOSTILE[way]}")
    )
    page.goto(ITEM.format(7))
    page.wait_for_timeout(1200)
    badge = page.locator(BADGE)
    assert badge.get_attribute("aria-label") == "Caveat: High risk of a bad purchase"
    box = badge.bounding_box()
    assert box is not None
    assert box["width"] >= 44
    assert page.evaluate(
        """([x, y]) => document.elementFromPoint(x, y).localName.startsWith("x-")""",
        [box["x"] + 20, box["y"] + 20],
    )


def test_the_mark_comes_back_by_itself_a_few_times(page: Any) -> None:
    page.goto(ITEM.format(2))
    page.locator(BADGE).wait_for()
    page.evaluate(
        "document.documentElement.lastElementChild.style.setProperty('display', 'none', 'important')"
    )
    page.locator(BADGE).wait_for(timeout=2_000)


def test_the_toolbar_button_carries_the_state_out_of_the_pages_reach(
    page: Any, chrome: browsers.Chromium
) -> None:
    page.goto(ITEM.format(2))
    wait_for_sign(chrome, "!", "Caveat: High risk of a bad purchase")
    page.evaluate("history.pushState({}, '', '/cart')")
    wait_for_sign(chrome, "", "Caveat")
    page.goto("https://www.amazon.com/dp/B0CAVEAT01")
    wait_for_sign(chrome, "■", "Caveat: Named in an official notice")
    page.goto(ITEM.format(1))
    page.locator(BADGE).wait_for()
    wait_for_sign(chrome, "", "Caveat")


def wait_for_sign(chrome: browsers.Chromium, sign: str, title: str) -> None:
    seen = chrome.worker.evaluate(
        """async (wanted) => {
          let seen;
          for (let turn = 0; turn < 100 && String(seen) !== String(wanted); turn++) {
            await new Promise((next) => setTimeout(next, 20));
            const [{ id: tabId }] = await chrome.tabs.query({ active: true });
            seen = [await chrome.action.getBadgeText({ tabId }), await chrome.action.getTitle({ tabId })];
          }
          return seen;
        }""",
        [sign, title],
    )
    assert seen == [sign, title]


def test_an_old_copy_gives_no_verdict_but_keeps_its_notices(
    page: Any, chrome: browsers.Chromium, api: browsers.Server, make_pack: Callable[..., bytes]
) -> None:
    try:
        chrome.worker.evaluate(
            "chrome.storage.local.get('pack/0').then((s) => chrome.storage.local.set({'pack/0': {...s['pack/0'], staleAt: 1}}))"
        )
        page.goto(ITEM.format(1))
        page.get_by_label("Copy out of date").wait_for()
        page.goto("https://www.amazon.com/dp/B0CAVEAT01")
        page.get_by_label("Named in an official notice").wait_for()
    finally:
        api.answers["127.0.0.1/v1/packs/latest"] = octets(make_pack())
        chrome.worker.evaluate("chrome.storage.local.remove('pack/0')")
        page.goto(ITEM.format(1))
        page.get_by_label("No local copy yet").wait_for()
        take_copy(chrome)


def test_an_independent_shop_is_read_once_it_is_added(page: Any, chrome: browsers.Chromium) -> None:
    shop = browsers.Server()
    shop.answers["lantern.localhost/demo/shop/storm-lantern"] = browsers.Reply(pages.independent())
    try:
        address = f"http://lantern.localhost:{shop.port}"
        page.goto(chrome.url("options.html"))
        page.get_by_label("Add a shop by its address").fill(address)
        page.get_by_role("button", name="Add shop").click()
        page.get_by_role("button", name="Stop reading lantern.localhost").wait_for()
        chrome.wait_for_shop("web")
        page.goto(f"{address}/demo/shop/storm-lantern")
        page.get_by_label("Rated C").wait_for()
    finally:
        shop.close()
