"""What it costs to know who asks: a session, an API key, and the password that opens a session.

    python -m bench accounts

CPU time of one core in one process, over an in-process SQLite file with some thousand sessions and
keys. A session or a key is checked at every request; a password only at sign-in, where it must be dear.
"""

import contextlib
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from service.accounts import first, keys, operations, passwords, people, sessions
from service.core import schema
from service.core.access import HOME, OPERATOR, Visit
from service.core.db import sqlite_url
from service.core.errors import NotAllowed, TooMany
from service.core.runtime import Runtime
from service.core.settings import Settings

CHECKS = 2_000
REFUSALS = 500
PASSWORDS = 5
OTHERS = 2_000
VISIT = Visit("192.0.2.1", "bench", loopback=False)


def filled(home: Path) -> tuple[Runtime, str, str]:
    """Return an installation with one session and one key among many, and their secrets."""
    runtime = Runtime(Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite")))
    schema.upgrade(runtime.engine)
    now = runtime.clock()
    with runtime.begin() as session:
        first.home_organisation(session, now=now)
        person = people.add_person(
            session,
            runtime.vault,
            name="Somebody",
            email="somebody@example.org",
            password_hash="",
            now=now,
        )
        people.give_roles(session, HOME, person.id, ["administrator", "supervisor"], now=now)
        for _ in range(OTHERS):
            opened = sessions.start(session, person, VISIT, stage="full", here_only=False, now=now)
            made = keys.create_key(
                session,
                OPERATOR,
                organisation_id=HOME,
                label="bench",
                scopes=["score.read"],
                days=1,
                now=now,
            )
    return runtime, opened.token, made.text


def refused(runtime: Runtime) -> None:
    """Try to sign in from an address that has used up its tries."""
    with contextlib.suppress(TooMany, NotAllowed):
        operations.sign_in(runtime, email="a@example.org", password="x", visit=VISIT)  # noqa: S106


def cpu_ms(work: Callable[[], object], times: int) -> list[float]:
    """Return the CPU milliseconds of each call, sorted."""
    found = []
    for _ in range(times):
        started = time.process_time_ns()
        work()
        found.append((time.process_time_ns() - started) / 1e6)
    return sorted(found)


def line(name: str, times: list[float]) -> None:
    """Print one row: median and slowest one in a hundred."""
    median, slow = times[len(times) // 2], times[int(len(times) * 0.99)]
    print(f"{name:34} {len(times):5} checks   median {median:8.3f} ms   p99 {slow:8.3f} ms")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        runtime, token, key = filled(Path(folder))
        sessions.find(runtime, token)
        keys.identify(runtime, key)
        line("session of a browser", cpu_ms(lambda: sessions.find(runtime, token), CHECKS))
        line("API key", cpu_ms(lambda: keys.identify(runtime, key), CHECKS))
        line("sign-in over the limit, refused", cpu_ms(partial(refused, runtime), REFUSALS))
        runtime.close()
    kept = passwords.make_hash("correct horse battery")
    line(
        "password, the right one",
        cpu_ms(lambda: passwords.fits(kept, "correct horse battery"), PASSWORDS),
    )
    line(
        "password, no such account",
        cpu_ms(lambda: passwords.fits(None, "whatever it may be"), PASSWORDS),
    )


if __name__ == "__main__":
    main()
