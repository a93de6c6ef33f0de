"""Saved pages of real shops: the extension reads them by the law as the service does."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from scrapers.disclosures import JURISDICTIONS, assess_readings, read
from scrapers.html import Page
from tests.extension import browsers

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.slow]

EACH = 9
"""Of the saved pages, so that it ends in time."""
LEAST = 0.98
"""Of the answers, those that must be the same: the extension knows fewer kinds of numbers, and a browser
mends broken markup in its own way."""
SHOP = "globalThis.caveatShop = { table: { tracking: [], platforms: {} }, web: {} }"
ANSWERS = "caveatAssess().items.map(({ id, state, value }) => [id, [state, value]])"


@pytest.fixture
def reader() -> Iterator[Any]:
    """A page in a browser without the extension: its script is brought by the test."""
    path = browsers.executable(browsers.CHROMIUM, "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=False)
        yield browser.new_page()
        browser.close()


def test_saved_pages_are_read_by_the_law_as_in_python(
    reader: Any, test_build: Path, shared: Path
) -> None:
    content = test_build / "chromium" / "content"
    engine = (content / "law.js").read_text("utf-8")
    lists = {name: (content / f"law.{name}.js").read_text("utf-8") for name in JURISDICTIONS}
    pages = shared / "data" / "pages"
    all_, differing = 0, []
    for path in sorted((pages / "expected").glob("*.json"))[::EACH]:
        case = json.loads(path.read_text("utf-8"))
        if not case["url"]:
            continue
        page = gzip.decompress((pages / "html" / f"{case['id']}.html.gz").read_bytes())
        show(reader, case["url"], page.decode(case["encoding"] or "utf-8", "replace"))
        for script in (SHOP, engine):
            reader.evaluate(f"() => {{ {script} }}")
        readings = [read(Page(page, encoding=case["encoding"]), case["url"])]
        for name, script in lists.items():
            reader.evaluate(f"() => {{ {script} }}")
            theirs = dict(reader.evaluate(ANSWERS))
            ours = assess_readings(readings, name, kind="rendered")
            all_ += len(ours)
            differing += [
                (case["id"], name, item.id, item.state, theirs[item.id])
                for item in ours
                if theirs[item.id] != [item.state, item.value]
            ]
    assert all_ > 500
    assert 1 - len(differing) / all_ >= LEAST, differing


def show(reader: Any, url: str, text: str) -> None:
    """Show a saved page under its own address, with no script and nothing else of its shop."""

    def answer(route: Any) -> None:
        if not route.request.is_navigation_request():
            return route.abort()
        quiet = {"Content-Security-Policy": "default-src 'none'"}
        return route.fulfill(body=text, content_type="text/html; charset=utf-8", headers=quiet)

    reader.unroute_all()
    reader.route("**/*", answer)
    reader.goto(url, wait_until="commit")
    reader.wait_for_load_state("domcontentloaded")
