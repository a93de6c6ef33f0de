"""What stays on the device: purchases that new copies are checked against, sellers seen before, what was sent."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.extension import browsers, pages
from tests.extension.conftest import octets
from tests.extension.test_panel import SCORE, SCORES, open_panel

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

ITEM = "https://www.aliexpress.com/item/100500200{:02}.html"
PACK = "127.0.0.1/v1/packs/latest"


@pytest.fixture
def clean(chrome: browsers.Chromium, shops: browsers.Server) -> Iterator[browsers.Server]:
    """A device that remembers nothing before and after."""
    forget(chrome)
    yield shops
    forget(chrome)


def forget(chrome: browsers.Chromium) -> None:
    chrome.worker.evaluate(
        """async () => {
          for (const name of ["caveat-purchases", "caveat-seen", "caveat-log"]) await new Promise((done) => {
            const request = indexedDB.deleteDatabase(name);
            request.onsuccess = request.onerror = request.onblocked = done;
          });
          await chrome.action.setBadgeText({ text: "" });
        }"""
    )


def sell(shops: browsers.Server, number: int, **page: Any) -> str:
    """Put a product on sale; return its address."""
    url = ITEM.format(number)
    shops.answers[url.removeprefix("https://")] = browsers.Reply(pages.aliexpress(**page))
    return url


def renew(chrome: browsers.Chromium, version: int) -> None:
    """Have the copy brought up to date, and wait until that is done."""
    page = chrome.context.new_page()
    page.goto(chrome.url("options.html"))
    page.get_by_role("button", name="Bring it up to date now").click()
    page.locator("#copy dd", has_text=re.compile(f"^{version}$")).wait_for()
    page.close()


def test_a_purchase_is_checked_against_each_new_copy_and_nothing_is_sent_for_it(
    page: Any,
    chrome: browsers.Chromium,
    clean: browsers.Server,
    api: browsers.Server,
    make_pack: Callable[..., bytes],
) -> None:
    url = sell(clean, 1, store="700001", title="Rocking cradle")
    other = sell(clean, 2, store="700001", title="Plain mug")
    for each in (url, other):
        panel = open_panel(page, each)
        panel.get_by_role("button", name="I bought this").click()
        panel.get_by_text("as bought").wait_for()
    assert chrome.worker.evaluate("chrome.action.getBadgeText({})") == ""
    api.requests.clear()
    try:
        api.answers[PACK] = octets(
            make_pack(version=50, safety={"aliexpress:item:10050020001": "A12/00999/25"})
        )
        renew(chrome, 50)
        chrome.worker.evaluate(
            "async () => { while (!(await chrome.action.getBadgeText({}))) await new Promise((next) => setTimeout(next, 20)) }"
        )
        changes = PACK.replace("latest", "1/merchants")
        asked = [request.url for request in api.requests]
        assert asked == [f"http://{changes}", f"http://{PACK}"]
        title = chrome.worker.evaluate("chrome.action.getTitle({})")
        assert title == "Caveat: A notice concerns something you bought"
        page.goto(chrome.url("bought.html"))
        noted = page.locator("#noted")
        noted.get_by_role("heading", name="Rocking cradle").wait_for()
        assert noted.get_by_text("The notice names this listing").is_visible()
        assert noted.get_by_text("Small parts come loose easily.").is_visible()
        link = noted.get_by_role("link", name="Remedy and deadline in notice A12/00999/25")
        assert link.get_attribute("href").startswith("https://ec.europa.eu/safety-gate")
        assert page.locator("#list").get_by_role("heading", name="Plain mug").is_visible()
        assert page.locator("#noted").get_by_text("Plain mug").count() == 0
        chrome.worker.evaluate(
            "async () => { while (await chrome.action.getBadgeText({})) await new Promise((next) => setTimeout(next, 20)) }"
        )
        noted.get_by_role("button", name="File a complaint").click()
        page.get_by_role("heading", name="From the page").wait_for()
        assert page.get_by_text("Rocking cradle").first.is_visible()
        assert [request.url for request in api.requests if "packs" in request.url] == asked
        page.goto(chrome.url("bought.html"))
        page.get_by_role("button", name="Remove Rocking cradle").click()
        page.locator("#noted").wait_for(state="detached")
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save the list as a file").click()
        kept = json.loads(saved.value.path().read_text("utf-8"))
        assert [each["title"] for each in kept] == ["Plain mug"]
        page.get_by_role("button", name="Remove all purchases").click()
        page.get_by_text("Nothing kept yet").wait_for()
    finally:
        api.answers[PACK] = octets(make_pack(version=51))
        renew(chrome, 51)


def test_another_seller_of_the_same_listing_is_told(page: Any, clean: browsers.Server) -> None:
    url = sell(clean, 3, store="700001", name="Clear Harbour Store")
    assert "The seller has changed" not in open_panel(page, url).inner_text()
    sell(clean, 3, store="700002", name="Quick Parcel Store")
    for _ in range(2):
        panel = open_panel(page, url)
        panel.get_by_text("The seller has changed since").wait_for()
        assert "Clear Harbour Store" in panel.locator(".memory").inner_text()
    sell(clean, 3, store="700001", name="Clear Harbour Store")
    panel = open_panel(page, url)
    panel.get_by_role("button", name="I bought this").wait_for()
    page.wait_for_timeout(300)
    assert "The seller has changed" not in panel.inner_text()


def test_the_same_product_under_another_number_is_told(page: Any, clean: browsers.Server) -> None:
    first = sell(clean, 4, store="700001", title="Walnut shelf clock, 24 cm")
    second = sell(clean, 5, store="700003", title="Walnut shelf clock 24 CM")
    unlike = sell(clean, 6, store="700001", title="Walnut shelf clock, 30 cm")
    open_panel(page, first)
    panel = open_panel(page, second)
    panel.get_by_text("the same product under another listing").wait_for()
    link = panel.get_by_role("link", name="The other listing")
    assert link.get_attribute("href") == first
    panel = open_panel(page, unlike)
    page.wait_for_timeout(300)
    assert "under another listing" not in panel.inner_text()


def test_what_was_sent_is_written_down_exported_and_forgotten(
    page: Any, chrome: browsers.Chromium, clean: browsers.Server, api: browsers.Server
) -> None:
    api.answers[SCORES] = browsers.Reply(json.dumps(SCORE), type="application/json")
    url = sell(clean, 7, store="700001")
    panel = open_panel(page, url)
    panel.get_by_role("button", name="Show reasons").click()
    panel.get_by_text("likely 61–74").wait_for()
    api.answers.pop(SCORES)
    page.goto(chrome.url("options.html"))
    row = page.locator("#sent li").first
    row.wait_for()
    assert row.locator("strong").inner_text() == api.origin.removeprefix("http://")
    assert "aliexpress:shop:700001" in row.inner_text()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    kept = json.loads(saved.value.path().read_text("utf-8"))
    assert {each["about"] for each in kept["sent"]} == {"aliexpress:shop:700001"}
    assert [each["id"] for each in kept["seen"]] == ["aliexpress:item:10050020007"]
    page.get_by_role("button", name="Forget this list").click()
    page.get_by_text("Nothing was sent.").wait_for()


@pytest.mark.parametrize(
    ("press", "elsewhere"), [("Not on this product", True), ("Not for a day", False)]
)
def test_the_mark_rests_and_comes_back(
    page: Any, chrome: browsers.Chromium, clean: browsers.Server, press: str, *, elsewhere: bool
) -> None:
    url, other = sell(clean, 8, store="700001"), sell(clean, 9, store="700001")
    try:
        panel = open_panel(page, url)
        panel.get_by_role("button", name=press).click()
        panel.get_by_role("button", name="Undo").click()
        page.reload()
        page.locator(".badge button").wait_for()
        panel = open_panel(page, url)
        panel.get_by_role("button", name=press).click()
        panel.get_by_role("button", name="Undo").wait_for()
        page.reload()
        page.wait_for_timeout(500)
        assert page.locator(".badge button").count() == 0
        page.goto(other)
        page.wait_for_timeout(500)
        assert (page.locator(".badge button").count() == 1) is elsewhere
        page.goto(chrome.url("options.html"))
        page.locator("#off").get_by_role("button").click()
        page.get_by_text("not switched off on any site").wait_for()
        page.goto(url)
        page.locator(".badge button").wait_for()
    finally:
        chrome.store({"settings": {}})


def test_a_second_publisher_is_taken_named_and_given_up(
    page: Any,
    chrome: browsers.Chromium,
    clean: browsers.Server,
    make_pack: Callable[..., bytes],
) -> None:
    desk = browsers.Server()
    url = sell(clean, 10, store="709999")
    desk.answers["desk.localhost/v1/packs/latest"] = octets(
        make_pack(
            publisher="Second Desk",
            merchants={"aliexpress:shop:709999": "D", "aliexpress:shop:700001": "E"},
            safety={"aliexpress:item:10050020010": "RC-77310"},
        )
    )
    try:
        page.goto(chrome.url("options.html"))
        page.get_by_label("Add a publisher by its address").fill(
            f"http://desk.localhost:{desk.port}"
        )
        page.get_by_role("button", name="Get its copy").click()
        page.get_by_role("button", name="Use this copy").wait_for()
        assert "Second Desk" in page.locator("#publishers").inner_text()
        assert chrome.worker.evaluate("chrome.storage.local.get('pack/1')") == {}
        page.get_by_role("button", name="Use this copy").click()
        page.get_by_role("heading", name="desk.localhost").wait_for()
        panel = open_panel(page, url)
        text = panel.inner_text()
        assert "Rated D" in text
        assert "The battery can overheat." in text
        assert "From the copy of \u2068Second Desk" in text
        assert "published by \u2068Test Consumer Desk" in text
        assert "published by \u2068Second Desk" in text
        # The first publisher that knows a seller grades it.
        known = sell(clean, 11, store="700001")
        assert "Rated B" in open_panel(page, known).inner_text()
        page.goto(chrome.url("options.html"))
        page.get_by_role("button", name="Remove desk.localhost").click()
        page.get_by_role("heading", name="desk.localhost").wait_for(state="detached")
        assert chrome.worker.evaluate("chrome.storage.local.get('pack/1')") == {}
        assert "No data" in open_panel(page, url).inner_text()
    finally:
        desk.close()
        chrome.store({"settings": {}})
