"""Disclosures of the real saved pages beside the expected ones: nothing here knows a page."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapers.disclosures import legal_links, on_page
from scrapers.disclosures.numbers import kinds
from scrapers.disclosures.validators import normalised
from scrapers.html import Page

Case = tuple[dict[str, Any], dict[str, Any], Page, str]


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[Case]:
    return list(read_cases(shared / "data" / "pages"))


def read_cases(folder: Path) -> Iterator[Case]:
    for path in sorted((folder / "expected").glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        data = gzip.decompress((folder / "html" / f"{case['id']}.html.gz").read_bytes())
        page, url = Page(data, encoding=case["encoding"]), case["url"] or "https://shop.example/"
        yield case["expected"].get("disclosures") or {}, on_page(page, url), page, url


def test_precision_and_recall(cases: list[Case]) -> None:
    right = wrong = missed = 0
    for expected, found, _, _ in cases:
        for key, value in expected.items():
            right += found.get(key) == value
            wrong += key in found and found[key] != value
            missed += key not in found
    assert right >= 10
    assert right / (right + wrong) >= 0.98
    assert right / (right + missed + wrong) >= 0.85


def test_no_number_shown_fails_its_check(cases: list[Case]) -> None:
    shown = [
        (key, value) for _, found, _, _ in cases for key, value in found.items() if key in kinds()
    ]
    assert len(shown) >= 5
    for key, value in shown:
        assert normalised(kinds()[key].validator, str(value)) == value


def test_imprint_links_are_found(cases: list[Case]) -> None:
    pages = [(page, url) for _, _, page, url in cases if "Impressum" in (page.tree.html or "")]
    found = [any(link.kind == "imprint" for link in legal_links(*pair)) for pair in pages]
    assert len(found) >= 8
    assert sum(found) / len(found) >= 0.9
