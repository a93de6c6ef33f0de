"""What leaves the device, and what pages can see of the extension."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.packs.keys import fingerprint
from tests.extension import browsers, pages
from tests.extension.conftest import DESKTOP, octets, take_copy

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

PRODUCTS = (
    "https://www.aliexpress.com/item/10050010001.html",
    "https://www.amazon.com/dp/B0CAVEAT01",
    "https://www.aliexpress.com/item/10050010002.html",
)
PACK = "/v1/packs/latest"


def test_browsing_sends_nothing(
    test_build: Path, api: browsers.Server, shops: browsers.Server, tmp_path: Path
) -> None:
    with browsers.chromium(tmp_path, test_build / "chromium", shops, viewport=DESKTOP) as chrome:
        take_copy(chrome)
        chrome.wait_for_shops()
        page = chrome.context.new_page()
        for url in PRODUCTS:
            page.goto(url)
            page.locator(".badge button").click()
            page.get_by_role("dialog").get_by_role("button", name="File a complaint").wait_for()
    asked = browsers.extension_requests(chrome.net_log)
    assert asked == [f"{api.origin}{PACK}"]
    assert [request.url for request in api.requests] == [f"http://127.0.0.1{PACK}"]


def test_the_copy_is_asked_for_only_after_consent_and_shows_whose_it_is(
    test_build: Path,
    api: browsers.Server,
    shops: browsers.Server,
    tmp_path: Path,
    make_pack: Callable[..., bytes],
    signing_key: Ed25519PrivateKey,
) -> None:
    api.requests.clear()
    with browsers.chromium(tmp_path, test_build / "chromium", shops, viewport=DESKTOP) as chrome:
        page = chrome.context.new_page()
        page.goto(chrome.url("welcome.html"))
        page.get_by_role("button", name="Get the local copy").wait_for()
        assert api.requests == []
        page.get_by_role("button", name="Get the local copy").click()
        page.get_by_role("button", name="Use this copy").wait_for()
        text = page.inner_text("#copy")
        assert "Test Consumer Desk" in text
        assert fingerprint(signing_key.public_key().public_bytes_raw()) in " ".join(text.split())
        [request] = api.requests
        assert {"cookie", "referer", "origin"}.isdisjoint(name.lower() for name in request.headers)
        assert chrome.worker.evaluate("chrome.storage.local.get('pack/0')") == {}
        page.get_by_role("button", name="Use this copy").click()
        page.get_by_text("The copy is in use").wait_for()
        alarm = chrome.worker.evaluate("chrome.alarms.get('copy')")
        hours = (alarm["scheduledTime"] / 1000 - time.time()) / 3600
        assert 11.9 < hours < 36.1

        for pack, says in (
            (make_pack(version=2, key=Ed25519PrivateKey.generate()), "signed by another publisher"),
            (make_pack(version=2)[:-1] + b"x", "signature of the copy is wrong"),
            (make_pack(version=2, days_old=-3), "dated in the future"),
            (b"<html>502 Bad Gateway</html>", "could not be read"),
        ):
            api.answers[f"127.0.0.1{PACK}"] = octets(pack)
            page.goto(chrome.url("options.html"))
            page.get_by_role("button", name="Bring it up to date now").click()
            page.get_by_text(says).wait_for()
            assert (
                chrome.worker.evaluate(
                    "chrome.storage.local.get('pack/0').then((s) => s['pack/0'].pack.version)"
                )
                == 1
            )
    api.answers[f"127.0.0.1{PACK}"] = octets(make_pack())


def test_a_page_cannot_look_into_the_release_build(
    release_build: Path, shops: browsers.Server, tmp_path: Path
) -> None:
    shop = browsers.Server()
    shop.answers["127.0.0.1/lamp"] = browsers.Reply(pages.independent())
    with browsers.chromium(tmp_path, release_build / "chromium", shops, viewport=DESKTOP) as chrome:
        page = chrome.context.new_page()
        page.goto(f"{shop.origin}/lamp")
        # The API's host is the one host that a release build may read without being asked to.
        chrome.worker.evaluate(
            """async (url) => {
              const [{ id }] = await chrome.tabs.query({ url });
              const files = ["badge.en", "engine", "rules", "suffixes", "shop.web", "structured", "codes", "content"].map((name) => `content/${name}.js`);
              await chrome.scripting.executeScript({ target: { tabId: id }, files });
            }""",
            "http://127.0.0.1/lamp*",
        )
        page.wait_for_function(
            "document.documentElement.lastElementChild.localName.startsWith('x-')"
        )
        seen = page.evaluate(
            """async () => {
              const host = document.documentElement.lastElementChild;
              const probe = (path) => fetch(`chrome-extension://${path}`).then(() => true, () => false);
              return { root: host.shadowRoot, text: host.textContent, children: host.childNodes.length };
            }"""
        )
        assert seen == {"root": None, "text": "", "children": 0}
        devtools = chrome.context.new_cdp_session(page)
        tree = str(devtools.send("DOM.getDocument", {"depth": -1, "pierce": True}))
        assert "'shadowRootType': 'closed'" in tree
        assert "No local copy yet" in tree
    shop.close()


def test_no_file_of_the_package_is_open_to_pages(chrome: browsers.Chromium) -> None:
    page = chrome.context.new_page()
    page.goto(PRODUCTS[0])
    paths = ["manifest.json", "content/content.js", "icons/32.png", "pages/welcome.html"]
    reached = page.evaluate(
        """(urls) => Promise.all(urls.map((url) => fetch(url).then(() => true, () => false)))""",
        [f"chrome-extension://{chrome.id}/{path}" for path in paths],
    )
    page.close()
    assert reached == [False] * len(paths)


def test_the_name_of_a_publisher_cannot_cover_its_fingerprint(
    page: Any, chrome: browsers.Chromium, api: browsers.Server, make_pack: Callable[..., bytes]
) -> None:
    api.answers[f"127.0.0.1{PACK}"] = octets(make_pack(publisher="\u202e" + "desk " * 99))
    chrome.worker.evaluate("chrome.storage.local.remove('pack/0')")
    page.goto(chrome.url("welcome.html"))
    page.get_by_role("button", name="Get the local copy").click()
    page.get_by_role("button", name="Use this copy").wait_for()
    name = page.locator("#copy .name")
    assert name.inner_text() == "desk " * 23 + "desk…"
    api.answers[f"127.0.0.1{PACK}"] = octets(make_pack())
    take_copy(chrome)
