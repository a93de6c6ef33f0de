"""The job runner (Huey) only says "look now": what is to be done stands in the database.

A task that is lost or a worker that is killed loses nothing: rows carry `claimed_until`, and the next
sweep finds them again (see core/work.py).
"""

import sqlite3
from collections.abc import Callable

from huey import RedisHuey, SqliteHuey, crontab
from huey.api import Huey
from huey.consumer import Consumer
from sqlalchemy.orm import Session

from service.core.errors import Misconfigured
from service.core.settings import Settings

_REQUESTED = "sweep requested"
LONGEST_POLL_SECONDS = 1.0


class Jobs:
    """One queue with one task, the sweep; it also runs every minute by itself."""

    def __init__(self, settings: Settings, sweep: Callable[[], None]) -> None:
        self.huey = _queue(settings)
        self._sweep = self.huey.task(name="sweep")(sweep)
        self.huey.periodic_task(crontab(minute="*"), name="sweep_every_minute")(sweep)

    def look_now(self) -> None:
        """Tell the worker to look at the database now."""
        self._sweep()

    def work(self) -> None:
        """Run the worker until it is told to stop."""
        consumer = Consumer(
            self.huey,
            workers=1,
            periodic=True,
            max_delay=LONGEST_POLL_SECONDS,
            graceful_signal="TERM",
        )
        consumer.run()


def request_sweep(session: Session) -> None:
    """Have the worker told, once the transaction has been committed, that there is work."""
    session.info[_REQUESTED] = True


def sweep_requested(session: Session) -> bool:
    """Tell whether work was written, and forget it."""
    return bool(session.info.pop(_REQUESTED, False))


def _queue(settings: Settings) -> Huey:
    if settings.redis_url:
        return RedisHuey("caveat", url=settings.redis_url, results=False)
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / "jobs.sqlite"
    try:
        return SqliteHuey("caveat", filename=str(path), results=False)
    except sqlite3.DatabaseError as error:
        raise Misconfigured(
            f"cannot be used as the job queue ({error})", where=str(path)
        ) from error
