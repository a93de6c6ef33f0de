"""Statistics of a month's cases beside 100,000: counting, and finding what can be published.

python -m bench statistics [or CASES=10000 python -m bench statistics]
"""

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from service.core import schema
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.statistics import queries
from tests.service.statistics.world import fill, publish

MANY = int(os.environ.get("CASES", "100000"))
NOW = datetime(2028, 11, 20, 12, 0, tzinfo=UTC)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite"))
        runtime = Runtime(settings, clock=lambda: NOW)
        schema.upgrade(runtime.engine)
        fill(runtime, MANY, months=24, merchants=300)
        started, busy = time.perf_counter(), time.process_time()
        number = publish(runtime)
        spent, worked = time.perf_counter() - started, time.process_time() - busy
        with runtime.reading() as session:
            release = queries.release(session, number)
        print(
            f"{MANY:,} cases of 24 months: {spent:.0f} s ({worked:.0f} s of one processor), "
            f"{release.rows:,} rows, {release.withheld:,} withheld"
        )
        runtime.close()
