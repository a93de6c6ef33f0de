"""What notices themselves say about removals, computed from the shared material: real delays, real gaps."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from service.blocks import metrics, survival
from service.blocks.metrics import OrderFacts
from service.blocks.states import Check

FILE = "data/safety/eu_safety_gate_2023_2026.jsonl.gz"
REMOVED = re.compile(
    r"Removal of this product listing by the online marketplace"
    r"\s*Date of entry into force: (\d{2})/(\d{2})/(\d{4})"
)


def removals(path: Path) -> Iterator[tuple[date, date]]:
    """Yield when a notice was published and when it says that a marketplace removed the listing."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            day, month, year = map(int, row["report_date"].split("/"))
            for found in REMOVED.findall(row["measures"] or ""):
                gone = date(int(found[2]), int(found[1]), int(found[0]))
                yield date(year, month, day), gone


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


@pytest.fixture(scope="module")
def pairs(shared: Path) -> list[tuple[date, date]]:
    path = shared / FILE
    if not path.is_file():
        pytest.skip(f"needs {FILE}")
    return list(removals(path))


def test_most_removals_are_older_than_their_notice(pairs: list[tuple[date, date]]) -> None:
    days = sorted((gone - published).days for published, gone in pairs)
    assert len(days) > 300
    assert -120 < days[len(days) // 2] < 0  # published weeks after the listing was removed
    assert sum(day > 0 for day in days) > 20  # and some listings outlived their notice


def test_the_rates_take_real_delays(pairs: list[tuple[date, date]]) -> None:
    """Listings that outlived their notice, as if somebody had looked daily from its publication on."""
    late = [(published, gone) for published, gone in pairs if 0 < (gone - published).days <= 60]
    orders = [outlived(published, gone) for published, gone in late]
    now = noon(max(gone for _, gone in late) + timedelta(days=200))
    found = {one.name: one for one in metrics.rates(orders, now=now)}
    by_hand = sum((gone - published).days <= 3 for published, gone in late)
    assert found["removed_in_time.monitoring"].numerator == by_hand
    assert found["removed_in_time.monitoring"].denominator == len(late)
    curve = survival.curve([times for one in orders if (times := one.interval())])
    middle = sorted((gone - published).days for published, gone in late)[len(late) // 2]
    assert curve.median == pytest.approx(middle, abs=2)


def outlived(published: date, gone: date) -> OrderFacts:
    days = (gone - published).days
    looks = [Check(noon(published + timedelta(days=n)), "DE", "live") for n in range(days)]
    misses = [Check(noon(gone + timedelta(days=n)), "DE", "absent") for n in (0, 1)]
    return OrderFacts(
        platform="aliexpress",
        country="DE",
        found_by="monitoring",
        hazards=(),
        issued_at=noon(published),
        published=published.isoformat(),
        deadline=noon(published + timedelta(days=3)),
        state="issued",
        checks=(*looks, *misses),
    )
