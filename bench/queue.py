"""The queue of an officer with 100,000 open cases: what a page costs, from request to the last byte.

    python -m bench queue [or CASES=10000 python -m bench queue]

One process, an in-process SQLite file, every box and order in turn, signed in as an officer. Time of the
processor, so that a busy machine does not tell: nothing in a request waits for anything else.
"""

import os
import random
import statistics
import tempfile
import time
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import update

from bench import cases
from service import app
from service.accounts import first, passwords, people, sessions
from service.complaints.desk import ranking
from service.complaints.models import Case
from service.core import schema
from service.core.access import HOME, Visit
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings

MANY = int(os.environ.get("CASES", "100000"))
REQUESTS = 20
PAGES = (
    "/console/",
    "/console/?order=impact",
    "/console/?box=mine",
    "/console/?box=unassigned&order=impact",
    "/console/?box=overdue",
    "/console/?category=other",
    "/console/?state=submitted",
    "/console/?reference=B-0001",
)
VISIT = Visit(address="192.0.2.1", agent="bench", loopback=False)


def officer(runtime: Runtime) -> tuple[FlaskClient, str]:
    """Return a browser in which an officer is signed in, and who that is."""
    with runtime.begin() as session:
        first.home_organisation(session, now=runtime.clock())
        row = people.add_person(
            session,
            runtime.vault,
            name="Officer",
            email="officer@example.org",
            password_hash=passwords.make_hash("correct horse battery"),
            now=runtime.clock(),
        )
        row.totp_since = runtime.clock()
        people.give_roles(session, HOME, row.id, ["complaint_officer"], now=runtime.clock())
    with runtime.begin() as session:
        opened = sessions.start(
            session, row, VISIT, stage=sessions.FULL, here_only=False, now=runtime.clock()
        )
    api = app.create_api(runtime)
    pages = app.create_pages(runtime, description=api.extensions["description"])
    client = pages.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = opened.token
    return client, row.id


def measure(client: FlaskClient, path: str) -> list[float]:
    client.get(path)
    spent = []
    for _ in range(REQUESTS):
        started = time.process_time()
        answer = client.get(path)
        spent.append((time.process_time() - started) * 1000)
        assert answer.status_code == 200
    return spent


def main() -> None:
    cases.MANY = MANY
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite"))
        runtime = Runtime(settings, clock=lambda: cases.NOW)
        schema.upgrade(runtime.engine)
        cases.fill(runtime)
        client, own = officer(runtime)
        few = random.Random(1).sample(range(MANY), min(200, MANY))  # noqa: S311 - cases, not secrets
        with runtime.begin() as session:
            mine = Case.id.in_([f"case-{number:08}" for number in few])
            session.execute(update(Case).where(mine).values(officer_id=own))
        started, ranked = time.perf_counter(), 0
        while done := ranking.sweep(runtime):
            ranked += done
        print(f"ranked {ranked:,} cases by impact in {time.perf_counter() - started:.1f} s")
        everything: list[float] = []
        for path in PAGES:
            spent = measure(client, path)
            everything += spent
            print(f"{path}: median {statistics.median(spent):.0f} ms, slowest {max(spent):.0f} ms")
        worst = statistics.quantiles(everything, n=20)[-1]
        print(f"queue page, {MANY:,} open cases: p95 {worst:.0f} ms (goal 100 ms)")
        runtime.close()
