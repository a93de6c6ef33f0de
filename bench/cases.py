"""Deadlines: how fast one is computed, and what the sweep costs beside a million cases.

    python -m bench cases [or CASES=100000 python -m bench cases]

One core, one process, an in-process SQLite file. The sweep is idempotent and reads an index, so what it
costs depends on the cases whose time is over, not on how many wait; recomputing all of them is what a
change of calendars costs.
"""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from service.accounts import operations as accounts
from service.complaints.course import clocks, machine, programmes, sweeps
from service.complaints.course.clocks import Step
from service.complaints.models import Case, CaseEvent
from service.core import schema
from service.core.access import HOME
from service.core.batches import batches
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings

MANY = int(os.environ.get("CASES", "1000000"))
DUE = 2_000
DEADLINES = 20_000
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COUNTRIES = ("DE", "HK", "KR", "US", "BR", "FR")
PROGRAMME = "express-platform@1"


def history(chance: random.Random) -> list[Step]:
    """Return a random path of up to twelve moves that ends in an open state."""
    table = machine.load()
    at = NOW - timedelta(days=chance.random() * 200)
    steps = [Step(at, "submit", None, "submitted")]
    for _ in range(chance.randrange(12)):
        moves = [
            move for move in table.leaving(steps[-1].after) if not table.states[move.target].closed
        ]
        move = chance.choice(moves)
        at += timedelta(days=chance.random() * 5)
        steps.append(Step(at, move.event.name, move.source, move.target))
    return steps


def measure_deadlines() -> None:
    chance = random.Random(1)  # noqa: S311 - cases, not secrets
    programme = programmes.get(PROGRAMME)
    cases = [
        (history(chance), programme.places(chance.choice(COUNTRIES))) for _ in range(DEADLINES)
    ]
    for country in (*COUNTRIES, "CN"):
        clocks.calendars.of(country)
    started = time.process_time()
    for steps, places in cases:
        clocks.due_at(steps, programme, places)
    spent = time.process_time() - started
    mean = sum(len(steps) for steps, _ in cases) / len(cases)
    print(f"deadlines: {DEADLINES / spent:,.0f}/s/core (goal 20,000), {mean:.1f} moves a case")


def rows(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a case that waits for its screening, with its first event."""
    own = f"case-{number:08}"
    case = {
        "id": own,
        "organisation_id": HOME,
        "reference": f"B-{number:08}",
        "state": "submitted",
        "programme": PROGRAMME,
        "source": "api",
        "facts": {"country": COUNTRIES[number % len(COUNTRIES)], "category": "other"},
        "fields_version": "1",
        "received_at": NOW,
        "submitted_at": NOW,
        "due_at": NOW + timedelta(days=4, seconds=number % 86_400),
        "version": 1,
        "idempotency_key": own,
        "request_digest": own,
        "complainant": own,
    }
    step = {"case_id": own, "at": NOW, "actor": "bench", "event": "submit", "before": None}
    return case, step | {"after": "submitted", "detail": {}}


def fill(runtime: Runtime) -> None:
    with runtime.begin() as session:
        accounts.home_organisation(session, now=NOW)
    numbers: Iterator[int] = iter(range(MANY))
    for batch in batches(numbers, 50_000):
        made = [rows(number) for number in batch]
        with runtime.begin() as session:
            session.execute(insert(Case), [case for case, _ in made])
            session.execute(insert(CaseEvent), [step for _, step in made])


def timed(what: str, runtime: Runtime, work: Any) -> float:
    started, busy = time.perf_counter(), time.process_time()
    done = 0
    while now := work(runtime):
        done += now
        if work is sweeps.recompute:
            break
    spent = time.perf_counter() - started
    busy = time.process_time() - busy
    print(f"{what}: {spent:.2f} s ({busy:.2f} s of the processor), {done:,} cases")
    return busy


def measure_sweep(home: Path) -> None:
    runtime = Runtime(
        Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite")), clock=lambda: NOW
    )
    schema.upgrade(runtime.engine)
    started = time.perf_counter()
    fill(runtime)
    print(f"made {MANY:,} open cases in {time.perf_counter() - started:.0f} s")
    timed("sweep with nothing due", runtime, sweeps.sweep)
    timed(
        f"all {MANY:,} deadlines computed anew and written (goal 60 s)", runtime, sweeps.recompute
    )
    timed("the same again, nothing to write", runtime, sweeps.recompute)
    with runtime.begin() as session:
        past = NOW - timedelta(days=30)
        few = Case.id < f"case-{DUE:08}"
        session.execute(update(Case).where(few).values(due_at=past))
    later = NOW + timedelta(days=30)
    runtime.clock = lambda: later
    with runtime.begin() as session:
        session.execute(update(Case).where(Case.id >= f"case-{DUE:08}").values(due_at=None))
    spent = timed(f"sweep with {DUE:,} deadlines passed", runtime, sweeps.sweep)
    print(
        f"   {DUE / spent:,.0f} moves of the clock a second of the processor, each a transaction with its event"
    )
    runtime.close()


def main() -> None:
    measure_deadlines()
    with tempfile.TemporaryDirectory() as folder:
        measure_sweep(Path(folder))
