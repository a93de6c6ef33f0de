"""Pages read per second and core: full extraction beside other parsers that only parse.

    python -m bench pages

Uses the saved pages of ../shared/data/pages. All run in one process on the same bytes, best of
two rounds, so that the ratios hold on any machine. Reading and inflating files is not counted.
"""

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

from scrapers.engine import extract

PAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "pages"
ROUNDS = 2
SOUP_EVERY = 8

Saved = tuple[str, str, bytes]


def saved() -> list[Saved]:
    """Return (address, charset, bytes) of every saved page."""
    cases = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((PAGES / "expected").glob("*.json"))
    ]
    return [
        (
            case["url"] or "https://shop.example/",
            case["encoding"],
            gzip.decompress((PAGES / "html" / f"{case['id']}.html.gz").read_bytes()),
        )
        for case in cases
    ]


def seconds(work: Callable[[Saved], object], pages: list[Saved]) -> list[float]:
    """Return the CPU seconds that each page takes, the better of two rounds."""
    best = [float("inf")] * len(pages)
    for _ in range(ROUNDS):
        for place, page in enumerate(pages):
            started = time.process_time()
            work(page)
            best[place] = min(best[place], time.process_time() - started)
    return best


def full(page: Saved) -> object:
    """Read every field."""
    url, encoding, data = page
    return extract(data, url, encoding=encoding)


def lexbor(page: Saved) -> object:
    """Only parse, with the parser that we use."""
    return LexborHTMLParser(page[2].decode(page[1]))


def soup(page: Saved) -> object:
    """Only parse, with BeautifulSoup on Python's own parser."""
    return BeautifulSoup(page[2].decode(page[1]), "html.parser")


def line(name: str, times: list[float], pages: list[Saved]) -> None:
    """Print one row: pages per second, megabytes per second, the slowest page."""
    total = sum(times)
    size = sum(len(page[2]) for page in pages) / 1e6
    worst = sorted(times)[int(len(times) * 0.99)]
    print(
        f"{name:38} {len(pages):4} pages {len(pages) / total:8.1f} pages/s/core"
        f" {size / total:7.1f} MB/s   p99 {worst * 1000:6.1f} ms"
    )


def main() -> None:
    """Print the table."""
    if not PAGES.is_dir():
        print(f"skipped: saved pages are not at {PAGES}")
        return
    pages = saved()
    some = pages[::SOUP_EVERY]
    full(pages[0])
    line("extraction of all fields", seconds(full, pages), pages)
    line("  the same, on the pages below", seconds(full, some), some)
    line("lexbor, parse only", seconds(lexbor, some), some)
    line("BeautifulSoup html.parser, parse only", seconds(soup, some), some)


if __name__ == "__main__":
    main()
