"""Fetching official notices: ask, keep the bytes, check, and only then take.

A run is rows: its questions, one page each, with what came back. Whatever stops it, the next call goes on
with the pages that are waiting. Nothing is taken before every page is there and the whole is believed.
"""

import fcntl
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import TextIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrapers.errors import InvalidInput, ScrapersError
from scrapers.fetching import Disallowed, Fetcher
from scrapers.notices import Notice, Rejected, State
from service.core import access
from service.core.access import Asker
from service.core.errors import CaveatError, Conflict
from service.core.runtime import Runtime
from service.core.work import claim
from service.safety import answers, asking, operations, raw, runs, taking
from service.safety.answers import Job, Tell
from service.safety.asking import SyncFailed
from service.safety.models import SyncPage, SyncRun, SyncSource
from service.safety.taking import RunReport

SWEEP_SECONDS = 20.0


def _quiet(_what: str, _done: int, _known: int) -> None:
    return


def sync(
    runtime: Runtime,
    source_id: str,
    *,
    asker: Asker,
    fetcher: Fetcher,
    whole: bool = False,
    force: bool = False,
    tell: Tell = _quiet,
) -> RunReport:
    """Fetch what is new of a source (`whole`: everything) and take it; goes on with an interrupted run.

    Raises Conflict for a source that is off, at rest after failures (unless `force`) or being fetched,
    SyncFailed when it could not be fetched or is not believed.
    """
    access.require(asker, runs.MANAGE, access.Target("source", source_id))
    with runtime.reading() as session:
        row = session.get(SyncSource, source_id)
        if row is not None and not force:
            _refuse_resting(row, runtime.clock())
    return _sync(runtime, source_id, fetcher, whole=whole, tell=tell)


def _sync(
    runtime: Runtime,
    source_id: str,
    fetcher: Fetcher,
    *,
    whole: bool = False,
    seconds: float = math.inf,
    tell: Tell = _quiet,
) -> RunReport:
    """Do as `sync`, for whoever may. After `seconds` the run is left open for the next call."""
    source, feed = runs.source_of(source_id)
    runs.refuse_off(source)
    with _alone(runtime, source_id):
        with runtime.begin() as session:
            run = runs.resume(session, source_id, whole=whole, now=runtime.clock())
        job = Job(runtime, source, feed, run.id, runs.state_of(run), tell)
        try:
            complete = answers.fetch_all(job, fetcher, monotonic() + seconds)
        except ScrapersError as error:
            _failed(job, error)
        return taking.take(job) if complete else _interrupted(job)


def release(runtime: Runtime, source_id: str, *, asker: Asker, tell: Tell = _quiet) -> RunReport:
    """Take the last quarantined answer of a source all the same; Conflict when there is none."""
    access.require(asker, runs.MANAGE, access.Target("source", source_id))
    source, feed = runs.source_of(source_id)
    with _alone(runtime, source_id):
        with runtime.begin() as session:
            these = (SyncRun.source == source_id) & (SyncRun.state == runs.QUARANTINED)
            run = session.scalars(select(SyncRun).where(these).order_by(SyncRun.id.desc())).first()
            if run is None:
                raise Conflict("has nothing in quarantine", where=source_id)
            run.state, run.problem = runs.OPEN, f"released: {run.problem}"
        return taking.take(
            Job(runtime, source, feed, run.id, runs.state_of(run), tell), believed=True
        )


def replay(runtime: Runtime, source_id: str, *, asker: Asker, tell: Tell = _quiet) -> RunReport:
    """Read the kept answers of a source again, without asking it: after its reader was improved.

    Starts with the newest answer; each notice is taken from the newest that has it, back to the last
    time that everything was asked for.
    """
    access.require(asker, runs.MANAGE, access.Target("source", source_id))
    source, feed = runs.source_of(source_id)
    with _alone(runtime, source_id), runtime.reading() as session:
        pages = _kept_pages(session, source_id)
    if not pages:
        raise Conflict("has no answers that were kept", where=source_id)
    taken: set[str] = set()
    total = operations.ImportReport()
    job = Job(runtime, source, feed, pages[0].run_id, State(""), tell)
    for number, page in enumerate(pages, 1):
        records = [
            one
            for one in taking.read(job, page)
            if isinstance(one, Rejected) or one.notice_id not in taken
        ]
        taken.update(one.notice_id for one in records if isinstance(one, Notice))
        with runtime.begin() as session:
            total += taking.store(session, job, page, records)
        tell("replayed", number, len(pages))
    return RunReport(
        source_id, pages[0].run_id, runs.DONE, True, len(pages), len(taken), total.new,  # noqa: FBT003
        total.changed, total.unchanged, total.rejected, 0, "",
    )  # fmt: skip


def _kept_pages(session: Session, source_id: str) -> list[SyncPage]:
    done = (SyncRun.source == source_id) & (SyncRun.state == runs.DONE)
    first = select(func.max(SyncRun.id)).where(done, SyncRun.whole).scalar_subquery()
    pages = session.scalars(
        select(SyncPage)
        .join(SyncRun, SyncRun.id == SyncPage.run_id)
        .where(done, SyncRun.id >= first, SyncPage.state == runs.APPLIED)
        .order_by(SyncPage.run_id.desc(), SyncPage.id)
    )
    return [one for one in pages if runs.holds_notices(one)]


def sweep(runtime: Runtime) -> int:
    """Fetch from one enabled source that is due; return how many were done with.

    Asks for SWEEP_SECONDS at most, so that other work is not kept waiting; the next sweep goes on.
    """
    done = 0
    with runtime.begin() as session:
        due = claim(session, SyncSource, now=runtime.clock(), limit=1)
    for row in due:
        try:
            with asking.make_fetcher(runtime) as fetcher:
                report = _sync(runtime, row.source, fetcher, seconds=SWEEP_SECONDS)
                done += report.state != runs.OPEN
        except SyncFailed:
            done += 1  # kept with the source's state, which says when it is tried again
        except CaveatError as error:
            with runtime.begin() as session:
                runs.fail(session, row.source, str(error), runtime.clock())
    return done


@contextmanager
def _alone(runtime: Runtime, source_id: str) -> Iterator[TextIO]:
    """Let one process of this machine work on a source; a killed one lets go by itself."""
    folder = runtime.settings.home / raw.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{source_id}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("is being fetched already", where=source_id) from error
        yield file


def _refuse_resting(row: SyncSource, now: datetime) -> None:
    if row.retry_at is not None and now < row.retry_at:
        what = f"is left alone until {row.retry_at.isoformat()} after {row.failures} failures ({row.problem})"
        raise Conflict(what, where=row.source)


def _failed(job: Job, error: ScrapersError) -> None:
    """Record why fetching stopped; a wrong answer ends the run, a silent server only interrupts it."""
    now = job.runtime.clock()
    with job.runtime.begin() as session:
        if isinstance(error, Disallowed):
            runs.disallowed(session, job.source.id, now)
        if isinstance(error, InvalidInput):
            runs.close(session.get_one(SyncRun, job.run_id), runs.FAILED, str(error), now)
        runs.fail(session, job.source.id, str(error), now)
    raise SyncFailed(str(error), where=job.source.id) from error


def _interrupted(job: Job) -> RunReport:
    """Let go of a source whose run goes on later."""
    with job.runtime.begin() as session:
        runs.pause(session, job.source.id, job.runtime.clock())
        return taking.report(session, session.get_one(SyncRun, job.run_id))
