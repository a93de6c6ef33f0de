"""The rules over real saved pages: floors for right answers, a ceiling for wrong ones.

The floors are set below what was measured, so that a page more or less does not fail the build, and
a rule that breaks does. Nothing in the rules names one of these pages.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from bench.labels import KNOWN, is_assessed, outcome
from bench.pages import PAGES, saved
from scrapers.engine import Extraction, extract

# field: (least recall, least precision) over all pages where the field was assessed.
FLOORS = {
    "title": (0.94, 0.94),
    "price": (0.95, 0.99),
    "currency": (0.95, 0.98),
    "availability": (0.91, 0.96),
    "brand": (0.84, 0.92),
    "gtin": (0.9, 0.99),
    "model": (0.75, 0.97),
    "item_id": (0.86, 0.9),
    "rating.value": (0.97, 0.99),
    "rating.count": (0.97, 0.99),
    "seller.id": (0.98, 1.0),
    "seller.name": (0.95, 1.0),
    "seller.first_party": (0.95, 1.0),
}

Pair = tuple[dict[str, Any], Extraction]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    if not PAGES.is_dir():
        pytest.skip(f"saved pages are not at {PAGES}")
    return list(read_pairs())


def read_pairs() -> Iterator[Pair]:
    for page in saved():
        yield page.expected, extract(page.data, page.url, encoding=page.encoding)


def tally(pairs: list[Pair], *names: str) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for expected, found in pairs:
        for name in names:
            if is_assessed(expected, name):
                counts[name][outcome(expected, found.fields, name)] += 1
    return counts


@pytest.mark.parametrize("name", FLOORS)
def test_floors(pairs: list[Pair], name: str) -> None:
    counts = tally(pairs, name)[name]
    recall, precision = FLOORS[name]
    assert counts["right"] / (counts["right"] + counts["wrong"] + counts["missed"]) >= recall
    assert counts["right"] / (counts["right"] + counts["wrong"]) >= precision


def test_no_seller_is_ever_the_wrong_one(pairs: list[Pair]) -> None:
    known = [pair for pair in pairs if pair[0]["platform"] in KNOWN]
    counts = tally(known, "seller.id", "seller.name", "seller.first_party")
    assert sum(counter["wrong"] for counter in counts.values()) == 0
    assert counts["seller.id"]["right"] >= 18


def test_known_platforms_are_read_almost_completely(pairs: list[Pair]) -> None:
    known = [pair for pair in pairs if pair[0]["platform"] in KNOWN]
    for name, counts in tally(known, "title", "price", "currency", "availability").items():
        assert counts["wrong"] == 0, name
        assert counts["right"] >= 0.95 * (counts["right"] + counts["missed"]), name


def test_few_of_all_values_shown_are_wrong(pairs: list[Pair]) -> None:
    counts = sum(tally(pairs, *FLOORS).values(), Counter())
    assert counts["wrong"] / (counts["right"] + counts["wrong"]) <= 0.03


def test_most_of_what_is_out_of_stock_is_said_to_be(pairs: list[Pair]) -> None:
    gone = [
        found.fields for expected, found in pairs if expected.get("availability") == "OutOfStock"
    ]
    assert sum(fields.get("availability") == "OutOfStock" for fields in gone) >= 0.7 * len(gone)
    there = [found.fields for expected, found in pairs if expected.get("availability") == "InStock"]
    assert sum(fields.get("availability") == "OutOfStock" for fields in there) <= 1
