"""Right, wrong and missed values of saved product pages, and pages read per second and core.

    python -m bench pages

Uses the 101 saved pages of ../shared/data/pages. The rules were written with these pages in view, so
the figures say what the rules can do, not what they will do elsewhere. Beside them stands what
`extruct` finds in the same bytes (JSON-LD, then microdata, then OpenGraph, with price-parser), when
it is installed. Intervals are 95 %, by 1,000 resamples of the pages with a fixed seed. Speeds are
the better of two rounds in one process; reading and inflating files is not counted.
"""

import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from bs4 import BeautifulSoup
from price_parser import Price
from selectolax.lexbor import LexborHTMLParser

from bench.labels import KNOWN, is_assessed, outcome, value
from scrapers.engine import extract

PAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "pages"
# Pages whose address was not kept: an address of the same platform, with ids that prove nothing.
ADDRESSES = {
    "etsy": "https://www.etsy.com/listing/100000000/x",
    "alibaba": "https://www.alibaba.com/product-detail/x_1000000000000.html",
    "made-in-china": "https://www.made-in-china.com/x",
}
FIELDS = (
    "title",
    "price",
    "currency",
    "availability",
    "brand",
    "gtin",
    "model",
    "item_id",
    "rating.value",
    "rating.count",
    "seller.id",
    "seller.name",
)
ROUNDS = 2
SOUP_EVERY = 8
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved page and what a reader found on it."""

    url: str
    encoding: str
    data: bytes
    expected: dict[str, Any]


def saved() -> Iterator[Saved]:
    """Yield every saved page."""
    for path in sorted((PAGES / "expected").glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        url = case["url"] or ADDRESSES.get(case["expected"]["platform"], "https://shop.example/")
        data = gzip.decompress((PAGES / "html" / f"{case['id']}.html.gz").read_bytes())
        yield Saved(url, case["encoding"], data, case["expected"])


# --- right and wrong ------------------------------------------------------------------------------


def ours(page: Saved) -> dict[str, Any]:
    """Read every field by the rules."""
    return extract(page.data, page.url, encoding=page.encoding).fields


def union(page: Saved) -> dict[str, Any]:
    """Read what extruct finds: the first product of JSON-LD or microdata, else OpenGraph."""
    found = import_module("extruct").extract(
        page.data.decode(page.encoding),
        page.url,
        syntaxes=["json-ld", "microdata", "opengraph"],
        uniform=True,
        errors="ignore",
    )
    nodes = [*found["json-ld"], *found["microdata"]]
    product: dict[str, Any] = next(
        (node for node in nodes if "Product" in str(node.get("@type"))), {}
    )
    graph = found["opengraph"][0] if found["opengraph"] else {}
    return _from_product(product, graph)


def _from_product(product: dict[str, Any], graph: dict[str, Any]) -> dict[str, Any]:
    offer = _one(product.get("offers"))
    rating = _one(product.get("aggregateRating"))
    brand = product.get("brand")
    price = Price.fromstring(
        str(offer.get("price") or offer.get("lowPrice") or graph.get("product:price:amount") or "")
    )
    read = {
        "title": product.get("name") or graph.get("og:title"),
        "price": price.amount_text and str(price.amount),
        "currency": offer.get("priceCurrency") or graph.get("product:price:currency"),
        "availability": str(offer.get("availability") or "").rpartition("/")[2],
        "brand": brand.get("name") if isinstance(brand, dict) else brand,
        "gtin": next((product[name] for name in product if name.startswith("gtin")), None),
        "model": product.get("mpn") or product.get("model"),
        "item_id": product.get("sku") or product.get("productID"),
        "rating": {"value": rating.get("ratingValue"), "count": rating.get("reviewCount")},
    }
    return {name: value for name, value in read.items() if value}


def _one(value: Any) -> dict[str, Any]:
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, dict) else {}


def counted(reader: Callable[[Saved], dict[str, Any]], pages: list[Saved]) -> list[dict[str, str]]:
    """Return field -> outcome for each page."""
    return [
        {
            name: outcome(page.expected, fields, name)
            for name in FIELDS
            if is_assessed(page.expected, name)
        }
        for page in pages
        for fields in [reader(page)]
    ]


def out_of_stock(reader: Callable[[Saved], dict[str, Any]], pages: list[Saved]) -> str:
    """Return precision, recall and F1 of saying that a thing is out of stock."""
    pairs = [
        (value(page.expected, "availability"), value(reader(page), "availability"))
        for page in pages
        if page.expected.get("availability")
    ]
    said, true = ([pair[at] == "OutOfStock" for pair in pairs] for at in (1, 0))
    both = sum(a and b for a, b in zip(said, true, strict=True))
    precision, recall = both / max(1, sum(said)), both / max(1, sum(true))
    score = 2 * both / max(1, sum(said) + sum(true))
    return f"out of stock: {sum(true)} pages, P {precision:.3f} R {recall:.3f} F1 {score:.3f}"


def f1(outcomes: Counter[str]) -> float:
    """Return the harmonic mean of precision and recall; 0 when nothing is right."""
    right, wrong, missed = (outcomes[name] for name in ("right", "wrong", "missed"))
    return 2 * right / (2 * right + 2 * wrong + missed) if right else 0.0


def interval(each: list[str]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of F1 over pages."""
    chance = np.random.default_rng(2026)
    picks = chance.integers(0, len(each), size=(RESAMPLES, len(each)))
    scores = [f1(Counter(each[place] for place in pick)) for pick in picks]
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(low), float(high)


def table(name: str, results: list[dict[str, str]]) -> None:
    """Print precision, recall and F1 of each field."""
    print(f"\n{name}, {len(results)} pages")
    print(f"{'field':14} {'right':>5} {'wrong':>5} {'missed':>6}     P     R    F1  [95 %]")
    for field in FIELDS:
        each = [result[field] for result in results if field in result]
        counts = Counter(each)
        right, wrong, missed = counts["right"], counts["wrong"], counts["missed"]
        if not right + wrong + missed:
            continue
        low, high = interval(each)
        print(
            f"{field:14} {right:5} {wrong:5} {missed:6} {right / max(1, right + wrong):5.3f}"
            f" {right / max(1, right + wrong + missed):5.3f} {f1(counts):5.3f}  [{low:.3f}, {high:.3f}]"
        )
    shown = Counter(one for result in results for one in result.values())
    print(f"wrong among shown: {shown['wrong'] / max(1, shown['wrong'] + shown['right']):.3f}")


# --- speed ----------------------------------------------------------------------------------------


def seconds(work: Callable[[Saved], object], pages: list[Saved]) -> list[float]:
    """Return the CPU seconds that each page takes, the better of two rounds."""
    best = [float("inf")] * len(pages)
    for _ in range(ROUNDS):
        for place, page in enumerate(pages):
            started = time.process_time()
            work(page)
            best[place] = min(best[place], time.process_time() - started)
    return best


def line(name: str, times: list[float], pages: list[Saved]) -> None:
    """Print one row: pages per second, megabytes per second, the slowest page."""
    total = sum(times)
    size = sum(len(page.data) for page in pages) / 1e6
    worst = sorted(times)[int(len(times) * 0.99)]
    print(
        f"{name:38} {len(pages):4} pages {len(pages) / total:8.1f} pages/s/core"
        f" {size / total:7.1f} MB/s   p99 {worst * 1000:6.1f} ms"
    )


def speeds(pages: list[Saved], readers: dict[str, Callable[[Saved], dict[str, Any]]]) -> None:
    """Print full extraction beside other readers and beside parsers that only parse."""
    some = pages[::SOUP_EVERY]
    print()
    line("all fields by the rules", seconds(ours, pages), pages)
    line("lexbor, parse only", seconds(lambda p: LexborHTMLParser(p.data), pages), pages)
    line("the rules, on the pages below", seconds(ours, some), some)
    for name, reader in list(readers.items())[1:]:
        line(name, seconds(reader, some), some)
    line(
        "BeautifulSoup html.parser, parse only",
        seconds(lambda p: BeautifulSoup(p.data.decode(p.encoding), "html.parser"), some),
        some,
    )


def main() -> None:
    """Print the tables."""
    if not PAGES.is_dir():
        print(f"skipped: saved pages are not at {PAGES}")
        return
    pages = list(saved())
    readers: dict[str, Callable[[Saved], dict[str, Any]]] = {"rules": ours}
    if find_spec("extruct"):
        readers["extruct"] = union
    for name, reader in readers.items():
        for kind, is_known in (("known platforms", True), ("other sites", False)):
            some = [p for p in pages if (p.expected["platform"] in KNOWN) == is_known]
            table(f"{name}: {kind}", counted(reader, some))
        print(f"\n{name}, all pages: {out_of_stock(reader, pages)}")
    speeds(pages, readers)


if __name__ == "__main__":
    main()
