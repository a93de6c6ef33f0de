"""What it costs to protect a case: sealing, opening, wrapping, and a look through the whole door.

    python -m bench sealing

Wall time of one thread, the median of some rounds. The door includes the key store, the access log and
the audit, in an in-process SQLite file of its own for each database.
"""

import io
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from service.accounts import operations as accounts
from service.complaints.models import Case
from service.complaints.privacy import sealed
from service.core import media, schema
from service.core.access import HOME, SYSTEM
from service.core.crypto import Vault
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings

ROUNDS = 7
TEXT = "x" * 200
FILE = os.urandom(1_000_000)


def measure(name: str, act: Callable[[], object], times: int) -> None:
    act()
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(times):
            act()
        found.append((time.perf_counter() - started) / times)
    print(f"   {name:<46}{statistics.median(found) * 1e6:10.1f} us")


def crypto() -> None:
    vault = Vault.of(os.urandom(32))
    key = vault.new_key("case")
    closed = vault.seal(key, "case", "description", TEXT)
    big = vault.seal_bytes(key, "case", "file", FILE)
    measure("seal a field of 200 characters", lambda: vault.seal(key, "case", "f", TEXT), 2000)
    measure("open it", lambda: vault.open(key, "case", "description", closed), 2000)
    measure("make and wrap a data key", lambda: vault.new_key("case"), 2000)
    measure("rewrap a data key (rotation)", lambda: vault.rewrap(key, "case"), 2000)
    measure("fingerprint of a contact", lambda: vault.blind_index("contact", "a@example.com"), 2000)
    measure("seal a file of 1 MB", lambda: vault.seal_bytes(key, "case", "file", FILE), 20)
    measure("open it", lambda: vault.open_bytes(key, "case", "file", big), 20)


def door(home: Path) -> None:
    runtime = Runtime(Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite")))
    schema.upgrade(runtime.engine)
    case_id, now = str(uuid.uuid4()), runtime.clock()
    sealed.create_key(runtime.vault, case_id, now=now)
    with runtime.begin() as session:
        accounts.home_organisation(session, now=now)
        session.add(_case(case_id, runtime))
        session.flush()
        sealed.write_all(session, runtime.vault, case_id, {f"message:{n}": TEXT for n in range(8)})

    def look() -> None:
        with runtime.begin() as session:
            sealed.read(
                session,
                runtime.vault,
                case_id,
                ["message:1"],
                asker=SYSTEM,
                purpose="hand_over",
                now=now,
            )

    def key() -> None:
        sealed.create_key(runtime.vault, str(uuid.uuid4()), now=now)

    measure("make a key in the store (on the disk)", key, 100)
    measure("one field through the door, recorded", look, 100)
    runtime.close()


def _case(case_id: str, runtime: Runtime) -> Case:
    return Case(
        id=case_id,
        organisation_id=HOME,
        reference="CV-BENCH",
        state="submitted",
        programme="mediation@1",
        source="api",
        facts={},
        fields_version="1",
        received_at=runtime.clock(),
        idempotency_key="k",
        request_digest="",
        complainant="c",
    )


def pictures() -> None:
    out = io.BytesIO()
    Image.effect_noise((4000, 3000), 20).convert("RGB").save(out, "JPEG", quality=60)
    content = out.getvalue()
    name = f"check and copy a photograph of {len(content) / 1e6:.1f} MB, 12 MP"
    measure(name, lambda: media.check(content), 1)


def main() -> None:
    crypto()
    with tempfile.TemporaryDirectory() as folder:
        door(Path(folder))
    pictures()
