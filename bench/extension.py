"""Weight of the extension on a page, and what it asks of the network while one browses.

Builds the release, gzips each script that runs on a product
page at level 9 (all that always runs there counts: rules, readers and the badge's words), then visits three product pages of our own in Chromium and reads the browser's own
network log.
"""

import datetime as dt
import gzip
import re
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.packs import format as pack_format
from service.packs.header import Publisher
from service.packs.tables import MerchantEntry
from tests.extension import browsers, pages

GOALS = {"content_script": 8 * 1024, "package_zipped": 150 * 1024}
SCRIPT = "content/content.js"
BADGE = "content/badge.en.js"
READERS = ("structured", "embedded", "codes")
PRODUCTS = {
    f"www.aliexpress.com/item/1005009000{number}.html": pages.aliexpress(store=f"70000{number}")
    for number in range(1, 4)
}


def weights(package: Path) -> dict[str, int]:
    """Return gzipped bytes of what runs on product pages and of what comes only when asked for."""

    def size(*paths: str) -> int:
        return sum(len(gzip.compress((package / path).read_bytes(), 9, mtime=0)) for path in paths)

    def everywhere(shop: str) -> int:
        source = (package / "background.js").read_text()
        found = re.search(
            rf'[{{ ]"?{shop}"?: \[([^]]*)\]', source[source.index("caveat:readers") :]
        )
        used = [name for name in READERS if found and f'"{name}"' in found[1]]
        return size(
            SCRIPT, BADGE, f"content/shop.{shop}.js", *(f"content/{one}.js" for one in used)
        )

    return {
        "content_script": size(SCRIPT),
        **{f"all_on_{shop}": everywhere(shop) for shop in ("aliexpress", "amazon", "ebay", "web")},
        "panel_when_opened": size("content/panel.js", "content/words.en.js"),
        "package_zipped": sum(
            size(str(path.relative_to(package))) for path in package.rglob("*") if path.is_file()
        ),
    }


SLOWER = 4
LOADS = 30
WATCH = """
  addEventListener("DOMContentLoaded", () => { window.parsed = performance.now(); });
  window.shifts = 0;
  new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifts += each.value; })
    .observe({ type: "layout-shift", buffered: true });
  new MutationObserver((records) => {
    for (const { addedNodes } of records)
      for (const node of addedNodes) if (node.localName?.startsWith("x-")) window.shown ??= performance.now();
  }).observe(document, { childList: true, subtree: true });
"""


def browsing(folder: Path) -> dict[str, Any]:
    """Return what the extension asked for while three product pages were visited and read, and its speed."""
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
        page.close()
        speed = _speed(chrome)
    asked = browsers.extension_requests(chrome.net_log)
    return {"requests": [url for url in asked if not url.endswith("/v1/packs/latest")], **speed}


def _speed(chrome: browsers.Chromium) -> dict[str, Any]:
    """Return milliseconds from the end of parsing to the badge on a slower processor, and layout shift."""
    page = chrome.context.new_page()
    page.add_init_script(WATCH)
    tools = chrome.context.new_cdp_session(page)
    tools.send("ServiceWorker.enable")
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    waits, shifts = [], 0.0
    for _ in range(LOADS):
        tools.send("ServiceWorker.stopAllWorkers")
        page.goto(f"https://{next(iter(PRODUCTS))}")
        page.wait_for_function("window.shown && window.parsed")
        waits.append(page.evaluate("shown - parsed"))
        shifts += page.evaluate("shifts")
    page.close()
    return {"waits": sorted(waits), "layout_shift": shifts}


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
        return {"gzip_bytes": weights(package), **browsing(folder)}


def main() -> None:
    """Print sizes, requests and speed."""
    figures = measure()
    for name, size in figures["gzip_bytes"].items():
        goal = f"  (goal {GOALS[name]})" if name in GOALS else ""
        print(f"{name.replace('_', ' '):24} {size:7,} bytes gzipped, not minified{goal}")
    print(f"{'requests on three pages':24} {len(figures['requests']):7} (goal 0)")
    middle, late = figures["waits"][LOADS // 2], figures["waits"][LOADS * 95 // 100]
    print(
        f"badge after DOMContentLoaded, processor {SLOWER} times slower, worker stopped: "
        f"median {middle:.0f} ms (goal below 0), 95 of 100 within {late:.0f} ms"
    )
    print(f"{'layout shift':24} {figures['layout_shift']:7} (goal 0)")


if __name__ == "__main__":
    main()
