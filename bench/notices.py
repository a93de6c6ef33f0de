"""Official notices imported per second into an empty SQLite file, beside the floor of writing alone.

    python -m bench notices

`imported` is everything: reading the saved file, checking it, finding listing ids, making keys and
storing with revisions in one transaction a file. `read only` is the connector without the store,
`again` the same files a second time. The peer is the Python driver's executemany of the very same
finished rows into the same tables: what any importer must pay. Uses the saved Safety Gate files
beside the checkout, or invented notices where those are absent. One process, one core; the best of
three rounds, because other work on the machine can only slow a round down. `per core` counts the time
that the processor worked for the process, which is what the goal is about; the other column counts
the clock on the wall, waits for the disk and other programs' turns included.
"""

import gzip
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from scrapers.notices import SOURCES
from service.core import schema
from service.core.clock import utc_now
from service.core.db import connect, sqlite_url
from service.safety import operations

SOURCE = SOURCES["eu-safety-gate"]
SAVED = Path(__file__).parents[2] / "shared" / "data" / "safety"
INVENTED = 10_000
ROUNDS = 3
SHOWN = {
    "imported": "imported",
    "read only": "  of which read only",
    "again": "again, nothing changed",
    "executemany": "peer: executemany of the finished rows",
}
TABLES = (
    "import_runs",
    "safety_notices",
    "safety_notice_revisions",
    "affected_products",
    "safety_keys",
    "notice_references",
    "notice_links",
    "rejected_records",
)


def feeds() -> tuple[str, list[bytes]]:
    """Return what is measured, in words, and the decompressed files."""
    files = sorted(SAVED.glob("eu_safety_gate_2023_*.jsonl.gz"))
    if files:
        return "saved Safety Gate notices", [gzip.decompress(one.read_bytes()) for one in files]
    rows = (json.dumps(_invented(number)) for number in range(INVENTED))
    return "invented notices (no saved ones here)", ["\n".join(rows).encode() + b"\n"]


def _invented(number: int) -> dict[str, str]:
    asin = f"B0{number:08d}"
    return {
        "report_date": "15/05/2026",
        "caseNumber": f"SR/{number:05d}/26",
        "reference": f"https://ec.europa.eu/safety-gate-alerts/screen/webReport/alertDetail/{number}",
        "category": "Toys",
        "product": "Wooden rattle",
        "brand": f"Lumen {number % 997}",
        "type_numberOfModel": f"LS-{number}B, LS-{number}C",
        "barcode": f"40063813{number:05d}",
        "riskType": "Choking, Chemical",
        "danger": "Small parts come off. " * 10,
        "description": f"Rattle of wood. Sold online, in particular via Amazon (ASIN: {asin}).",
    }


Times = tuple[float, float]


def seconds(work: Callable[[], object]) -> Times:
    """Return how long `work` takes: on the wall, and of the processor."""
    wall, core = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - core


def imported(engine: Engine, data: list[bytes]) -> None:
    for number, one in enumerate(data):
        with Session(engine) as session, session.begin():
            records = SOURCE.parse(one)
            label = f"file {number}"
            operations.import_notices(session, SOURCE, records, now=utc_now(), run_label=label)


def fresh(path: Path) -> Engine:
    engine = connect(sqlite_url(path))
    schema.upgrade(engine)
    return engine


def written(filled: Path, empty: Path) -> Times:
    """Return how long plain executemany takes for the rows of `filled`, in one transaction."""
    with closing(sqlite3.connect(filled)) as source, closing(sqlite3.connect(empty)) as target:
        rows = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608 -- names are ours
        return seconds(lambda: _executemany(target, rows))


def _executemany(target: sqlite3.Connection, rows: dict[str, list[tuple[object, ...]]]) -> None:
    with target:
        for name, many in rows.items():
            if many:
                marks = ", ".join("?" * len(many[0]))
                target.executemany(f"INSERT INTO {name} VALUES ({marks})", many)  # noqa: S608 -- names are ours


def one_round(data: list[bytes]) -> dict[str, Times]:
    with tempfile.TemporaryDirectory() as folder:
        filled, empty = Path(folder, "filled.sqlite"), Path(folder, "empty.sqlite")
        engine = fresh(filled)
        times = {
            "imported": seconds(lambda: imported(engine, data)),
            "again": seconds(lambda: imported(engine, data)),
            "read only": seconds(lambda: [sum(1 for _ in SOURCE.parse(one)) for one in data]),
        }
        engine.dispose()
        fresh(empty).dispose()
        return times | {"executemany": written(filled, empty)}


def main() -> None:
    what, data = feeds()
    count = sum(one.count(b"\n") for one in data)
    rounds = [one_round(data) for _ in range(ROUNDS)]
    print(f"   {count} {what}, {sum(map(len, data)) / 1e6:.0f} MB")
    print(f"   {'notices/s':<40}  per core  on the wall")
    for name, words in SHOWN.items():
        wall, core = (min(times[name][n] for times in rounds) for n in (0, 1))
        print(f"   {words:<40} {count / core:9.0f} {count / wall:9.0f}")


if __name__ == "__main__":
    main()
