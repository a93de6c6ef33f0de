"""The extension's reader in a real Chromium: a page is opened under its address, nothing of it runs."""

import contextlib
import functools
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from scrapers import export
from tests.extension.browsers import CHROMIUM, ROOT, executable, node

_BUILD = """
import { build } from "esbuild";
const made = await build({ entryPoints: ["../tests/extension/reading.ts"], bundle: true, write: false, format: "iife", charset: "utf8" });
process.stdout.write(made.outputFiles[0].text);
"""
# The parser takes scripts for allowed, as in a shopper's browser, and none of them runs.
_STILL = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'",
}


@functools.cache
def bundle() -> str:
    """Return the reader as one script, built from the extension's sources."""
    if not (ROOT / "extension" / "node_modules" / "esbuild").exists():
        pytest.skip("the extension's packages are missing: make extension")
    command = [node(), "--input-type=module", "--eval", _BUILD]
    done = subprocess.run(
        command, cwd=ROOT / "extension", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Reader:
    """A tab that opens pages and reads them; no request leaves the browser."""

    page: Any
    pages: dict[str, str]

    def read(self, html: str, url: str) -> dict[str, Any]:
        """Return the fields that the extension reads of a page at an address."""
        self._open(html, url)
        found: dict[str, Any] = self.page.evaluate("url => caveatRead(url, table, rules)", url)
        return found

    def timed(self, html: str, url: str, times: int) -> tuple[float, list[float]]:
        """Return milliseconds of one identification, and of each of some readings of a page."""
        self._open(html, url)
        asked = {"url": url, "times": times}
        script = "({url, times}) => caveatTimed(url, table, rules, times)"
        first, *rest = self.page.evaluate(script, asked)
        return first, rest

    def _open(self, html: str, url: str) -> None:
        self.pages.clear()
        self.pages["html"] = html
        self.page.goto(url, wait_until="domcontentloaded")


@contextlib.contextmanager
def reader() -> Iterator[Reader]:
    """Start Chromium with the reader in every page that is opened."""
    from playwright.sync_api import sync_playwright

    compiled = export.everything()
    data = {"table": compiled["platforms.json"], "rules": compiled["rules.json"]}
    tables = "".join(f"globalThis.{name} = {json.dumps(value)};" for name, value in data.items())
    pages: dict[str, str] = {}

    def answer(route: Any) -> None:
        if route.request.is_navigation_request() and "html" in pages:
            route.fulfill(headers=_STILL, body=pages.pop("html"))
        else:
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(CHROMIUM, "chromium"), chromium_sandbox=False
        )
        try:
            tab = browser.new_page()
            tab.route("**/*", answer)
            tab.add_init_script(f"{tables}\n{bundle()}")
            yield Reader(tab, pages)
        finally:
            browser.close()
