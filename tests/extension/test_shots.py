"""Pictures of every state, at desk and phone width, by day and by night, written to var/shots to be looked at."""

import json
from typing import Any

import pytest

from tests.extension import browsers, pages
from tests.extension.conftest import DESKTOP, PHONE, SHOTS
from tests.extension.test_complaint import RECEIPT, fill
from tests.extension.test_panel import BADGE, NOTICED, SCORES, open_panel
from tests.extension.test_reach import FULL

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.slow]

ITEM = "https://www.aliexpress.com/item/1005001000{}.html"
STATES = {
    "rated": ITEM.format(1),
    "warning": ITEM.format(2),
    "unrated": ITEM.format(3),
    "no-data": ITEM.format(4),
    "unseen": ITEM.format(5),
    "blocked": "https://www.amazon.com/dp/B0CAVEAT01",
    "concern": "https://www.amazon.com/dp/B0CAVEAT02",
}
LOOKS = {
    "light": (DESKTOP, "light"),
    "dark": (DESKTOP, "dark"),
    "phone": (PHONE, "light"),
    "phone-dark": (PHONE, "dark"),
}


def shoot(page: Any, name: str, **options: Any) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"extension-{name}.png", **options)


def keep_purchase(page: Any) -> None:
    """Keep a purchase that an official notice names."""
    panel = open_panel(page, NOTICED)
    keep = panel.get_by_role("button", name="I bought this")
    if keep.count():
        keep.click()
    panel.get_by_text("as bought").wait_for()


@pytest.fixture(params=LOOKS)
def looked_at(request: pytest.FixtureRequest, page: Any) -> tuple[Any, str]:
    size, scheme = LOOKS[request.param]
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    return page, request.param


def test_panel(looked_at: tuple[Any, str], api: browsers.Server) -> None:
    page, look = looked_at
    api.answers[SCORES] = browsers.Reply(json.dumps(FULL), type="application/json")
    for state, url in STATES.items():
        page.goto(url)
        page.locator(BADGE).wait_for()
        shoot(page, f"badge-{state}-{look}")
        page.locator(BADGE).click()
        page.get_by_role("dialog").get_by_role("button", name="File a complaint").wait_for()
        page.wait_for_timeout(250)
        assert page.get_by_role("dialog").evaluate("node => node.scrollWidth <= node.clientWidth")
        shoot(page, f"panel-{state}-{look}")
        if state == "rated":
            page.get_by_role("button", name="Show reasons").click()
            page.get_by_text("likely 61–74").wait_for()
            page.locator(".improvements summary").click()
            shoot(page, f"panel-reasons-{look}")
            page.locator(".history").scroll_into_view_if_needed()
            page.locator(".panel footer").scroll_into_view_if_needed()
            shoot(page, f"panel-history-{look}")
    api.answers.pop(SCORES)


@pytest.mark.parametrize("locale", ["ko", "zh-Hans", "zh-Hant", "ja", "de"])
def test_panel_in_other_languages(
    page: Any, chrome: browsers.Chromium, api: browsers.Server, locale: str
) -> None:
    api.answers[SCORES] = browsers.Reply(json.dumps(FULL), type="application/json")
    chrome.store({"settings": {"language": locale}})
    chrome.worker.evaluate(
        """async (locale) => {
          const speaks = ({ js }) => js.some((name) => name.includes(`.${locale}.`));
          while (!(await chrome.scripting.getRegisteredContentScripts()).some(speaks))
            await new Promise((next) => setTimeout(next, 20));
        }""",
        locale,
    )
    try:
        for state in ("rated", "blocked", "warning", "concern", "no-data"):
            page.set_viewport_size(PHONE if state == "concern" else DESKTOP)
            page.goto(STATES[state])
            page.locator(BADGE).click()
            page.locator(".panel .primary").wait_for()
            if state == "rated":
                page.locator(".actions button").nth(1).click()
                page.locator(".reasons").wait_for()
                page.locator(".improvements summary").click()
            page.wait_for_timeout(250)
            shoot(page, f"panel-{state}-{locale}")
        for name in ("welcome", "options", "bought"):
            page.set_viewport_size(DESKTOP)
            page.goto(chrome.url(f"{name}.html"))
            page.locator("section").last.wait_for()
            shoot(page, f"{name}-{locale}", full_page=True)
    finally:
        chrome.store({"settings": {}})


def test_stale_and_absent(page: Any, chrome: browsers.Chromium) -> None:
    kept = chrome.worker.evaluate("chrome.storage.local.get('pack/0')")
    for state, pointer in (("stale", {**kept["pack/0"], "staleAt": 1}), ("absent", None)):
        if pointer is None:
            chrome.worker.evaluate("chrome.storage.local.remove('pack/0')")
        else:
            chrome.store({"pack/0": pointer})
        page.goto(STATES["rated"])
        page.locator(BADGE).click()
        page.locator(".panel .primary").wait_for()
        page.wait_for_timeout(250)
        shoot(page, f"panel-{state}-light")
    chrome.store(kept)


def test_pages_and_form(
    looked_at: tuple[Any, str], chrome: browsers.Chromium, api: browsers.Server
) -> None:
    page, look = looked_at
    keep_purchase(page)
    for name in ("welcome", "options", "bought"):
        page.goto(chrome.url(f"{name}.html"))
        page.locator("section").last.wait_for()
        shoot(page, f"{name}-{look}", full_page=True)
    page.goto(STATES["rated"])
    page.locator(BADGE).click()
    with chrome.context.expect_page() as opened:
        page.get_by_role("dialog").get_by_role("button", name="File a complaint").click()
    form = opened.value
    size, scheme = LOOKS[look]
    form.set_viewport_size(size)
    form.emulate_media(color_scheme=scheme)
    form.get_by_role("heading", name="From the page").wait_for()
    shoot(form, f"complaint-{look}", full_page=True)
    fill(form)
    form.get_by_role("button", name="Read what will be sent").click()
    shoot(form, f"preview-{look}")
    api.answers["127.0.0.1/v1/complaints"] = browsers.Reply(
        json.dumps(RECEIPT), status=201, type="application/json"
    )
    form.get_by_role("button", name="Send this complaint").click()
    form.get_by_text(RECEIPT["reference"]).wait_for()
    shoot(form, f"receipt-{look}", full_page=True)
    form.close()


def test_independent_shop(page: Any, chrome: browsers.Chromium) -> None:
    shop = browsers.Server()
    shop.answers["lantern.localhost/demo/shop/storm-lantern"] = browsers.Reply(pages.independent())
    chrome.store({"settings": {"added": ["http://lantern.localhost/*"]}})
    chrome.wait_for_shop("web")
    page.goto(f"http://lantern.localhost:{shop.port}/demo/shop/storm-lantern")
    page.locator(BADGE).click()
    page.locator(".panel .primary").wait_for()
    page.wait_for_timeout(250)
    shoot(page, "panel-independent-light")
    shop.close()
    chrome.store({"settings": {}})
