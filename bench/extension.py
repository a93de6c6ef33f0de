"""Weight of the extension on a page, and what it asks of the network while one browses.

Builds the release, gzips each script that runs on a product page at level 9 (all that always runs there counts:
engine, rules, readers and the badge's words), then visits a hundred product pages of our own in Chromium and reads the
browser's own network log and what became of the worker.
"""

import contextlib
import datetime as dt
import gzip
import re
import tempfile
from collections.abc import Iterator, Mapping
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
SHARED = ("content/engine.js", "content/rules.js")
READERS = ("structured", "embedded", "codes")
PRODUCTS = {
    f"www.aliexpress.com/item/100500900{number:02}.html": pages.aliexpress(
        store=f"70000{number % 3 + 1}"
    )
    for number in range(100)
}
SELLERS = [
    *(f"aliexpress:shop:70000{number}" for number in range(1, 4)),
    "amazon:seller:A1CAVEATTEST01",
]


def weights(package: Path) -> dict[str, int]:
    """Return gzipped bytes of what runs on product pages and of what comes only when asked for."""

    def size(*paths: str) -> int:
        return sum(len(gzip.compress((package / path).read_bytes(), 9, mtime=0)) for path in paths)

    def everywhere(shop: str) -> int:
        found = re.search(rf'[{{ ]"?{shop}"?: \[([^]]*)\]', _readers(package))
        used = [name for name in READERS if found and f'"{name}"' in found[1]]
        return size(
            SCRIPT,
            BADGE,
            *SHARED,
            *(["content/suffixes.js"] if shop == "web" else []),
            f"content/shop.{shop}.js",
            *(f"content/{one}.js" for one in used),
        )

    return {
        "content_script": size(SCRIPT),
        **{f"all_on_{shop}": everywhere(shop) for shop in ("aliexpress", "amazon", "ebay", "web")},
        "panel_when_opened": size("content/panel.js", "words/keys.js", "words/en.js"),
        "package_zipped": package.with_suffix(".zip").stat().st_size,
    }


def _readers(package: Path) -> str:
    """Return the part of the package that says which readers each shop needs."""
    texts = (path.read_text() for path in sorted(package.glob("**/*.js")))
    text = next(each for each in texts if "caveat:readers" in each)
    return text[text.index("caveat:readers") :]


@contextlib.contextmanager
def browser(folder: Path, served: Mapping[str, str]) -> Iterator[browsers.Chromium]:
    """Start Chromium with the extension, whose user has taken a copy, and these pages by their addresses."""
    api, shops = browsers.Server(), browsers.Server(browsers.certificate(folder))
    api.answers["127.0.0.1/v1/packs/latest"] = browsers.Reply(
        _pack(), type="application/octet-stream"
    )
    shops.answers = {address: browsers.Reply(text) for address, text in served.items()}
    built = browsers.build(folder / "test", api=api.origin)
    with browsers.chromium(folder / "browser", built / "chromium", shops) as chrome:
        page = chrome.context.new_page()
        page.goto(chrome.url("welcome.html"))
        page.get_by_role("button", name="Get the local copy").click()
        page.get_by_role("button", name="Use this copy").click()
        page.get_by_text("The copy is in use").wait_for()
        chrome.wait_for_shops()
        page.close()
        yield chrome
    api.close()
    shops.close()


def browsing(folder: Path) -> dict[str, Any]:
    """Return what the extension asked for while a hundred product pages were visited, and whether its worker woke."""
    with browser(folder, PRODUCTS) as chrome:
        page, states = chrome.context.new_page(), dict[str, str]()
        page.goto(chrome.url("options.html"))
        tools = chrome.context.new_cdp_session(page)
        woken: list[str] = []

        def note(event: dict[str, Any]) -> None:
            for each in event["versions"]:
                running = each["runningStatus"] in {"starting", "running"}
                if running and states.get(each["versionId"]) == "stopped":
                    woken.append(each["versionId"])
                states[each["versionId"]] = each["runningStatus"]

        tools.on("ServiceWorker.workerVersionUpdated", note)
        tools.send("ServiceWorker.enable")
        tools.send("ServiceWorker.stopAllWorkers")
        page.wait_for_timeout(600)
        visited = chrome.context.new_page()
        for address in PRODUCTS:
            visited.goto(f"https://{address}")
            visited.locator(".badge button").wait_for()
    asked = browsers.extension_requests(chrome.net_log)
    return {
        "requests": [url for url in asked if not url.endswith("/v1/packs/latest")],
        "woken": woken,
    }


def _pack() -> bytes:
    merchants = [
        MerchantEntry(key, key.partition(":")[0], "B", warning=False, reason=None)
        for key in SELLERS
    ]
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
    print(f"{'requests, 100 products':24} {len(figures['requests']):7} (goal 0)")
    print(f"{'worker woken':24} {len(figures['woken']):7} (goal 0)")


if __name__ == "__main__":
    main()
