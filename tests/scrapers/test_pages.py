"""The rules over real saved pages: floors for right answers, a ceiling for wrong ones.

The floors are set below what was measured, so that a page more or less does not fail the build, and
a rule that breaks does. Nothing in the rules names one of these pages.
"""

import gzip
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from scrapers.engine import Extraction, extract

PAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "pages"
KNOWN = {"amazon", "ebay", "aliexpress", "taobao", "tmall", "etsy", "alibaba", "made-in-china"}
# Pages whose address was not kept: an address of the same platform, with ids that prove nothing.
ADDRESSES = {
    "etsy": "https://www.etsy.com/listing/100000000/x",
    "alibaba": "https://www.alibaba.com/product-detail/x_1000000000000.html",
    "made-in-china": "https://www.made-in-china.com/x",
}

# field: (least recall, least precision) over all pages where the field was assessed.
FLOORS = {
    "title": (0.90, 0.93),
    "price": (0.84, 0.95),
    "currency": (0.95, 0.98),
    "availability": (0.70, 0.93),
    "brand": (0.75, 0.90),
    "gtin": (0.68, 0.99),
    "model": (0.65, 0.97),
    "item_id": (0.66, 0.91),
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
    for path in sorted((PAGES / "expected").glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        platform = case["expected"]["platform"]
        url = case["url"] or ADDRESSES.get(platform, "https://shop.example/")
        page = gzip.decompress((PAGES / "html" / f"{case['id']}.html.gz").read_bytes())
        yield case["expected"], extract(page, url, encoding=case["encoding"])


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", normal(text)))


def normal(value: object) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(value))).strip().casefold()


def same_title(got: str, right: str) -> bool:
    ours, theirs = words(got), words(right)
    alike = 2 * len(ours & theirs) / max(1, len(ours) + len(theirs))
    return normal(got) == normal(right) or alike >= 0.9


def same_number(got: str, right: str) -> bool:
    try:
        return Decimal(str(got)) == Decimal(str(right))
    except InvalidOperation:
        return False


SAME: dict[str, Callable[[Any, Any], bool]] = {
    "title": same_title,
    "price": same_number,
    "rating.value": same_number,
    "gtin": lambda got, right: got.zfill(14) == right.zfill(14),
}


def value(fields: dict[str, Any], name: str) -> Any:
    group, _, last = name.rpartition(".")
    inner = fields.get(group) if group else fields
    return inner.get(last) if inner else None


def is_assessed(expected: dict[str, Any], name: str) -> bool:
    group, _, last = name.rpartition(".")
    if group and expected.get(group, ...) is None:
        return True
    return last in (expected.get(group) or {}) if group else last in expected


def outcome(expected: dict[str, Any], found: Extraction, name: str) -> str:
    right, got = value(expected, name), value(found.fields, name)
    if got is None:
        return "absent" if right is None else "missed"
    accepted = [right, *expected.get(f"{name}_accept", [])]
    same = SAME.get(name, lambda ours, theirs: normal(ours) == normal(theirs))
    return "right" if any(a is not None and same(got, a) for a in accepted) else "wrong"


def tally(pairs: list[Pair], *names: str) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for expected, found in pairs:
        for name in names:
            if is_assessed(expected, name):
                counts[name][outcome(expected, found, name)] += 1
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
    assert counts["wrong"] / (counts["right"] + counts["wrong"]) <= 0.04
