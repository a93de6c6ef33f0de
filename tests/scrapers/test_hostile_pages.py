"""Pages made to keep the reader busy, and pages that say nothing at all."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from scrapers.engine import extract
from scrapers.errors import InvalidInput
from scrapers.html import Page
from service.commands.pages import extract_command

URL = "https://shop.example/p/1"
HEADING = b"<title>Lamp</title><h1>Lamp</h1>"
BUSY = {
    "nested prices": HEADING + b"<span class=price>9 EUR " * 4000,
    "nested prices and stock": HEADING + b'<div class="price stock brand">In stock ' * 4000,
    "label spans": HEADING + b"<span>Brand</span>" * 100_000,
    "label pairs": HEADING + b"<span>Brand</span><span>x</span>" * 100_000,
}


@pytest.mark.parametrize("page", BUSY.values(), ids=BUSY.keys())
def test_budgets_hold_a_page_below_two_seconds(page: bytes) -> None:
    extract(b"<p>", URL)  # reads the rules, once
    start = time.process_time()
    try:
        extract(page, URL)
    except InvalidInput as error:
        assert "too much text" in error.what  # noqa: PT017 -- both outcomes are right
    assert time.process_time() - start < 2


def test_only_so_many_elements_are_read_as_labels() -> None:
    late = b"<i>x</i><i>y</i>" * 10_000 + b"<i>Brand</i><i>Lumen</i>"
    assert len(Page(late).labels("i")) < 10_001


def test_nothing_is_buried_deep_enough_to_stand_outside() -> None:
    page = Page(b"<div id=description>" + b"<b>" * 2000 + b"<u>in</u></div><u>out</u>")
    kept = page.outside(page.css("u"), "#description")
    assert [page.text(node) for node in kept] == ["out"]


@pytest.mark.parametrize("data", [b"", bytes(range(256)) * 40], ids=["empty", "binary"])
def test_a_page_that_says_nothing_gets_a_remark(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "page"
    path.write_bytes(data)
    for url in (URL, "https://www.amazon.de/dp/B000000000"):
        result = CliRunner().invoke(extract_command, [str(path), "--url", url])
        assert result.exit_code == 0
        assert f"remark: {path}: nothing could be read on this page" in result.stderr
    path.write_bytes(b"<h1>Lamp</h1>")
    result = CliRunner().invoke(extract_command, [str(path), "--url", URL])
    assert "remark" not in result.stderr
