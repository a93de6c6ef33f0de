"""Python and the extension read the same of whole pages, as a real browser parses them."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bench.pages import PAGES, saved
from scrapers.charsets import decode
from scrapers.engine import extract
from tests.extension.browsers import ROOT
from tests.extension.reading import Reader, reader
from tests.scrapers.test_rules import CASES, content_fields

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

SITES = ROOT / "tests" / "scrapers" / "sites"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Reader]:
    with reader() as started:
        yield started


def differences(chromium: Reader, pages: Iterator[tuple[str, str]]) -> dict[str, Any]:
    """Return, by address, what the two read differently, and how many pages there were."""
    found: dict[str, Any] = {}
    for number, (html, url) in enumerate(pages):
        theirs = chromium.read(html, url)
        ours = content_fields(extract(html.encode(), url, encoding="utf-8", kind="rendered"))
        if ours != theirs:
            names = sorted(ours.keys() | theirs.keys())
            found[f"{number} {url}"] = {
                name: (ours.get(name), theirs.get(name))
                for name in names
                if ours.get(name) != theirs.get(name)
            }
    return found


def own_pages() -> Iterator[tuple[str, str]]:
    """Yield the pages of our own: those of sites, and those of the vectors that use the shipped rules."""
    for folder in sorted(SITES.iterdir()):
        info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
        data = gzip.decompress((folder / "page.html.gz").read_bytes())
        yield decode(data, header=info.get("encoding"))[0], info["url"]
    for case in CASES:
        if "rules" not in case and case["html"]:
            yield case["html"], case["url"]


def saved_pages() -> Iterator[tuple[str, str]]:
    for page in saved():
        text, _ = decode(page.data, header=page.encoding)
        yield text.replace("\0", "\ufffd"), page.url


def test_our_own_pages_are_read_alike(chromium: Reader) -> None:
    assert differences(chromium, own_pages()) == {}


@pytest.mark.slow
def test_saved_pages_are_read_alike(chromium: Reader) -> None:
    if not PAGES.is_dir():
        pytest.skip(f"saved pages are not at {PAGES}")
    assert differences(chromium, saved_pages()) == {}
