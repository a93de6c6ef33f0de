"""Filing a complaint: how long the answer takes, through the whole application, one request after the other.

    python -m bench cases_intake

An in-process SQLite file that holds some thousand cases already; letters are left to the worker. The
goal is a 95th percentile of 50 ms for filing; confirming and following stand beside it. CPU time says
what one core spends, and is what remains comparable on a machine that others use as well.
"""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any

from service import app
from service.complaints.intake import contact, tracking
from service.core import schema
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings

BEFORE, FILED = 500, 300
GOAL_MS = 50
COMPLAINT: dict[str, Any] = {
    "listing_url": "https://www.aliexpress.com/item/1005001234567890.html",
    "merchant_key": "aliexpress:shop:900000001",
    "category": "not_delivered",
    "description": "The parcel never came. " * 40,
    "wanted": "refund",
    "purchase_date": "2026-10-01",
    "amount": "24.90",
    "currency": "EUR",
    "contacted": "no_answer",
    "tried": "Wrote twice.",
    "evidence": ["receipt", "chat"],
    "country": "DE",
    "merchant_country": "CN",
    "contact_name": "Somebody",
    "contact_phone": "+49 30 1234567",
    "consent_share": True,
}


class Bench:
    """One installation and the complaints that were filed there."""

    def __init__(self, home: Path) -> None:
        url = sqlite_url(home / "caveat.sqlite")
        self.runtime = Runtime(Settings(home=home, database_url=url))
        schema.upgrade(self.runtime.engine)
        self.api: Any = app.create_api(self.runtime).test_client()
        self.receipts: list[tuple[str, str]] = []

    def file(self) -> None:
        """File one complaint, each from an address and to a mailbox of its own."""
        number = len(self.receipts)
        answer = self.api.post(
            "/v1/complaints",
            json=COMPLAINT
            | {"order_id": f"order {number}", "contact_email": f"somebody{number}@example.org"},
            headers={"Idempotency-Key": f"a-fresh-random-key-{number}"},
            environ_overrides={
                "REMOTE_ADDR": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            },
        )
        assert answer.status_code == 201, answer.text
        self.receipts.append((answer.json["reference"], answer.json["tracking"]["token"]))

    def confirm(self, number: int) -> Callable[[], None]:
        """Return what enters the right code for a complaint."""
        reference, token = self.receipts[number]
        held = {"Tracking-Token": token}
        with self.runtime.reading() as session:
            case = tracking.find(session, reference, token, now=self.runtime.clock())
            code = contact.latest_code(session, self.runtime.vault, case.id)

        def act() -> None:
            answer = self.api.post(
                f"/v1/complaints/{reference}/contact",
                json={"code": code},
                headers=held,
                environ_overrides={"REMOTE_ADDR": f"10.9.{number >> 8 & 255}.{number & 255}"},
            )
            assert answer.json["outcome"] == "submitted", answer.text

        return act

    def follow(self, number: int) -> None:
        """Ask how a case stands."""
        reference, token = self.receipts[number]
        answer = self.api.get(f"/v1/complaints/{reference}", headers={"Tracking-Token": token})
        assert answer.status_code == 200


def timed(acts: Sequence[Callable[[], None]]) -> list[tuple[float, float]]:
    """Return the milliseconds each took: by the clock, and of the processor."""
    found = []
    for act in acts:
        started, used = time.perf_counter(), time.process_time()
        act()
        found.append(((time.perf_counter() - started) * 1e3, (time.process_time() - used) * 1e3))
    return found


def line(name: str, times: list[tuple[float, float]], goal: int | None = None) -> None:
    """Print one row."""
    clock, processor = (quantiles(each, n=100) for each in zip(*times, strict=True))
    said = "reached" if goal is None or clock[94] <= goal else "MISSED"
    shown = "".join(f"{cuts[at]:>8.1f}" for cuts in (clock, processor) for at in (49, 94, 98))
    print(f"{name:<26}{shown}" + ("" if goal is None else f"   goal p95 {goal} ms: {said}"))


def main() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for _ in range(BEFORE):
            bench.file()
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        print(f"load of the machine: {load:.1f} processes a core")
        print(f"{'milliseconds':<26}" + f"{'p50':>8}{'p95':>8}{'p99':>8}" * 2)
        line(f"file, beside {BEFORE:,} cases", timed([bench.file] * FILED), GOAL_MS)
        line("prove the contact", timed([bench.confirm(number) for number in range(FILED)]))
        follows = [partial(bench.follow, number) for number in range(FILED)]
        line("follow", timed(follows))
        bench.runtime.close()


if __name__ == "__main__":
    main()
