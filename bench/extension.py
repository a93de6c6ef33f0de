"""Weight of the extension on a page, and what it asks of the network while one browses.

Builds the release, gzips each script that runs on a product
page at level 9, then visits three product pages of our own in Chromium and reads the browser's own
network log.
"""

import datetime as dt
import gzip
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.packs import format as pack_format
from service.packs.header import Publisher
from service.packs.tables import MerchantEntry
from tests.extension import browsers, pages

GOAL_BYTES = 8 * 1024
SCRIPT = "content/content.js"
BESIDE = ("content/badge.en.js", "content/codes.js")
PRODUCTS = {
    f"www.aliexpress.com/item/1005009000{number}.html": pages.aliexpress(store=f"70000{number}")
    for number in range(1, 4)
}


def weights(package: Path) -> dict[str, int]:
    """Return gzipped bytes of what runs on product pages and of what comes only when asked for."""

    def size(*paths: str) -> int:
        return sum(len(gzip.compress((package / path).read_bytes(), 9, mtime=0)) for path in paths)

    return {
        "content_script": size(SCRIPT),
        "all_on_aliexpress": size(SCRIPT, *BESIDE, "content/shop.aliexpress.js"),
        "all_on_amazon": size(SCRIPT, *BESIDE, "content/shop.amazon.js"),
        "panel_when_opened": size("content/panel.js", "content/words.en.js"),
    }


def requests(folder: Path) -> list[str]:
    """Return what the extension asked for while three product pages were visited and read."""
    api, shops = browsers.Server(), browsers.Server(browsers.certificate(folder))
    api.answers["127.0.0.1/v1/packs/latest"] = browsers.Reply(
        _pack(), type="application/octet-stream"
    )
    shops.answers = {address: browsers.Reply(text) for address, text in PRODUCTS.items()}
    built = browsers.build(folder / "test", api=api.origin)
    with browsers.chromium(folder / "browser", built / "chromium", shops) as chrome:
        page = chrome.context.new_page()
        page.goto(chrome.url("welcome.html"))
        page.get_by_role("button", name="Get the local copy").click()
        page.get_by_role("button", name="Use this copy").click()
        page.get_by_text("The copy is in use").wait_for()
        chrome.wait_for_shops()
        for address in PRODUCTS:
            page.goto(f"https://{address}")
            page.locator(".badge button").click()
            page.locator(".panel .primary").wait_for()
    asked = browsers.extension_requests(chrome.net_log)
    return [url for url in asked if not url.endswith("/v1/packs/latest")]


def _pack() -> bytes:
    keys = [f"aliexpress:shop:70000{number}" for number in range(1, 4)]
    merchants = [MerchantEntry(key, "aliexpress", "B", warning=False, reason=None) for key in keys]
    issued = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
    issue = pack_format.Issue(Publisher("bench", "Bench"), 1, issued)
    return pack_format.encode(
        issue, pack_format.Contents(merchants=merchants), Ed25519PrivateKey.generate()
    )


def measure() -> dict[str, Any]:
    """Return all figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = browsers.build(folder / "release", test=False) / "chromium"
        return {"gzip_bytes": weights(package), "requests_on_three_pages": requests(folder)}


def main() -> None:
    """Print sizes and the number of requests."""
    figures = measure()
    for name, size in figures["gzip_bytes"].items():
        goal = f"  (goal {GOAL_BYTES})" if name == "content_script" else ""
        print(f"{name.replace('_', ' '):24} {size:7,} bytes gzipped, not minified{goal}")
    print(f"{'requests on three pages':24} {len(figures['requests_on_three_pages']):7} (goal 0)")


if __name__ == "__main__":
    main()
