"""Block exchange and its report: orders, checks, evidence and figures on one core, in an SQLite file.

A year of a busy installation: ORDERS listings, each looked at LOOKS times.
"""

import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from scrapers.fetching import Snapshot
from service.blocks import evidence, operations, queries, reports, states, sweeps, warc
from service.blocks.states import Check
from service.core import schema
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from tests.service.blocks import world as making
from tests.service.conftest import FixedClock

ORDERS, LOOKS = 1_000, 12
PAGE_BYTES = 280_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite"))
        runtime = Runtime(settings, clock=FixedClock())
        schema.upgrade(runtime.engine)
        measure(making.make(runtime), home)
        runtime.close()


def measure(world: making.World, home: Path) -> None:
    listings = [f"{10**15 + number}" for number in range(ORDERS)]
    each("issue an order", ORDERS, lambda: issue(world, listings))
    each("record a check", ORDERS * LOOKS, lambda: look(world, listings))
    each("state of a listing from its checks", ORDERS, lambda: judge(LOOKS))
    each("page of the feed, 200 orders", 20, lambda: feed(world))
    each("report on a platform, computed", 1, lambda: report(world))
    sweeps.make_reports(world.runtime)
    each(
        "report on a platform, as a page reads it", 100, lambda: [stored(world) for _ in range(100)]
    )
    each(f"evidence of a {PAGE_BYTES // 1000} kB page", 100, lambda: keep(world, home))
    each("audit of a record", 100, lambda: audit(world, home))


def each(name: str, many: int, run: Callable[[], object]) -> None:
    started = time.perf_counter()
    run()
    took = (time.perf_counter() - started) / many
    print(f"   {name:<40} {1000 * took:10.3f} ms")


def issue(world: making.World, listings: list[str]) -> None:
    now = world.runtime.clock()
    with world.runtime.begin() as session:
        for item in listings:
            wanted = operations.Wanted(**(making.ORDER | {"item_id": item}))
            operations.issue(session, world.lead, wanted, now=now)


def look(world: making.World, listings: list[str]) -> None:
    chance = random.Random(1)  # noqa: S311 - a simulation
    lives = {item: chance.expovariate(0.3) for item in listings}
    clock = world.runtime.clock
    for day in range(LOOKS):
        clock.now += timedelta(days=1)  # type: ignore[attr-defined]
        with world.runtime.begin() as session:
            for item in listings:
                result = "live" if day < lives[item] else "absent"
                seen = operations.Seen(f"aliexpress:item:{item}", result, "ko-KR", clock())
                operations.record_manual(session, world.watcher, seen, now=clock())


def judge(looks: int) -> None:
    clock = FixedClock()()
    checks = [Check(clock + timedelta(days=n), "KR", "absent") for n in range(looks)]
    for _ in range(ORDERS):
        assert states.state_of(checks) == "gone"


def feed(world: making.World) -> None:
    for _ in range(20):
        with world.runtime.reading() as session:
            assert len(queries.feed(session, world.agent).orders) == queries.FEED_LIMIT


def stored(world: making.World) -> None:
    with world.runtime.reading() as session:
        reports.report(session, platform="aliexpress", now=world.runtime.clock())


def report(world: making.World) -> None:
    with world.runtime.reading() as session:
        made = reports.computed(session, platform="aliexpress", now=world.runtime.clock())
    assert made.total.orders == ORDERS


def keep(world: making.World, home: Path) -> None:
    body = b"<title>Lamp</title><h1>Lamp</h1>" + b"<p>words of a page</p>" * (PAGE_BYTES // 22)
    now = world.runtime.clock()
    for number in range(100):
        url = f"https://www.aliexpress.com/item/{10**15 + number}.html"
        snapshot = Snapshot(url, url, 200, {"content-type": "text/html"}, body, now, "page")
        looked = warc.Looked(url, "ko-KR", "live", "n", "h", {"title": "Lamp"}, "bench")
        with world.runtime.begin() as session:
            evidence.keep(session, home, warc.write(snapshot, looked), now=now)


def audit(world: making.World, home: Path) -> None:
    with world.runtime.reading() as session:
        found = evidence.audit(session, home, now=world.runtime.clock())
    assert (found.records, found.broken) == (100, None)
