"""Milliseconds that the extension's reader takes of a page's own thread, in Chromium: python -m bench pages_browser.

Reads the saved pages nearest to 1.5 MB, each under its address. Identification is the mean of 200; extraction is
shown for the first reading of a page, which nothing has warmed, and as median and least of the nine after it. Other
work on the machine makes all of them longer, the least least: the load is printed beside them.
"""

import os
import statistics

from bench.pages import PAGES, Saved, saved
from scrapers.charsets import decode
from tests.extension.reading import Reader, reader

SIZE = 1_500_000
SHOWN = 6
TIMES = 10
GOALS = "goals: identity below 2 ms, extraction below 15 ms"


def line(chromium: Reader, page: Saved) -> str:
    """Return one row of the table."""
    text, _ = decode(page.data, header=page.encoding)
    identity, (first, *later) = chromium.timed(text.replace("\0", "\ufffd"), page.url, TIMES)
    size = len(page.data) / 1e6
    median, least = statistics.median(later), min(later)
    platform = page.expected["platform"] or ""
    return f"{platform:14} {size:5.2f} MB {identity:9.4f} {first:9.1f} {median:9.1f} {least:9.1f}"


def main() -> None:
    """Print the table."""
    if not PAGES.is_dir():
        print(f"skipped: saved pages are not at {PAGES}")
        return
    nearest = sorted(saved(), key=lambda page: abs(len(page.data) - SIZE))[:SHOWN]
    print(
        f"{'':14} {'size':>8} {'identity':>9} {'first':>9} {'median':>9} {'least':>9}   ms; {GOALS}"
    )
    with reader() as chromium:
        for page in nearest:
            print(line(chromium, page))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
