"""Fetching official notices: ask, keep the bytes, check, and only then take.

A run is rows: its questions, one page each, with what came back. Whatever stops it, the next call goes on
with the pages that are waiting. Nothing is taken before every page is there and the whole is believed.
"""

import fcntl
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, TextIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrapers.errors import InvalidInput, ScrapersError
from scrapers.fetching import Disallowed, Fetcher, FetchError, Snapshot
from scrapers.notices import Feed, Notice, Rejected, Request, Source, State
from service.core import access
from service.core.access import Asker
from service.core.errors import CaveatError, Conflict
from service.core.runtime import Runtime
from service.core.work import claim
from service.safety import asking, operations, raw, runs
from service.safety.asking import OK, SyncFailed
from service.safety.models import SyncPage, SyncRun, SyncSource

SWEEP_SECONDS = 20.0
NOT_MODIFIED, GONE = 304, (404, 410)

Tell = Callable[[str, int, int], None]
"""Told (what is done, how many pages are done, how many are known)."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did; `problem` says why it is not, or not quite, as it should be."""

    source: str
    run: int
    state: str
    whole: bool
    pages: int
    records: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    withdrawn: int
    problem: str


@dataclass(frozen=True, slots=True)
class _Job:
    """A run being worked on."""

    runtime: Runtime
    source: Source
    feed: Feed
    run_id: int
    state: State
    tell: Tell


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
        job = _Job(runtime, source, feed, run.id, runs.state_of(run), tell)
        try:
            complete = _fetch_all(job, fetcher, monotonic() + seconds)
        except ScrapersError as error:
            _failed(job, error)
        return _take(job) if complete else _interrupted(job)


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
        return _take(_Job(runtime, source, feed, run.id, runs.state_of(run), tell), believed=True)


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
    job = _Job(runtime, source, feed, pages[0].run_id, State(""), tell)
    for number, page in enumerate(pages, 1):
        records = [
            one
            for one in _read(job, page)
            if isinstance(one, Rejected) or one.notice_id not in taken
        ]
        taken.update(one.notice_id for one in records if isinstance(one, Notice))
        with runtime.begin() as session:
            total += _import(session, source, records, page, runtime.clock())
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


def _failed(job: _Job, error: ScrapersError) -> None:
    """Record why fetching stopped; a wrong answer ends the run, a silent server only interrupts it."""
    now = job.runtime.clock()
    with job.runtime.begin() as session:
        if isinstance(error, Disallowed):
            runs.disallowed(session, job.source.id, now)
        if isinstance(error, InvalidInput):
            runs.close(session.get_one(SyncRun, job.run_id), runs.FAILED, str(error), now)
        runs.fail(session, job.source.id, str(error), now)
    raise SyncFailed(str(error), where=job.source.id) from error


def _interrupted(job: _Job) -> RunReport:
    """Let go of a source whose run goes on later."""
    with job.runtime.begin() as session:
        runs.pause(session, job.source.id, job.runtime.clock())
        return _report(session, session.get_one(SyncRun, job.run_id))


def _fetch_all(job: _Job, fetcher: Fetcher, end: float) -> bool:
    """Ask every question of a run that has no answer yet; False when the time was over before."""
    while monotonic() < end:
        with job.runtime.reading() as session:
            page = runs.next_page(session, job.run_id, runs.WAITING)
            before = runs.earlier(session, page) if page else None
            done, known = _progress(session, job.run_id)
        if page is None:
            return True
        job.tell("fetched", done, known)
        request = runs.decoded(page)
        snapshot = fetcher.fetch(
            asking.address(job.runtime, request.url),
            headers=_headers(job, before),
            form=request.form or None,
        )
        _keep(job, page, request, snapshot, before)
    return False


def _progress(session: Session, run_id: int) -> tuple[int, int]:
    waiting = func.count().filter(SyncPage.state == runs.WAITING)
    row = session.execute(select(func.count(), waiting).where(SyncPage.run_id == run_id)).one()
    return row[0] - row[1], row[0]


def _headers(job: _Job, before: SyncPage | None) -> dict[str, str]:
    headers = {"Accept": job.feed.accept}
    headers |= asking.credentials_of(job.source.id, job.feed.credentials, job.runtime)
    if before and before.etag:
        headers["If-None-Match"] = before.etag
    if before and before.last_modified:
        headers["If-Modified-Since"] = before.last_modified
    return headers


def _keep(
    job: _Job, page: SyncPage, request: Request, snapshot: Snapshot, before: SyncPage | None
) -> None:
    """Keep an answer before it is read; then check it and add the questions that it leads to."""
    if snapshot.status in GONE and request.may_be_gone:
        _settle(job, page, runs.GONE)
        return
    digest = _digest(job, snapshot, before)
    facts: dict[str, Any] = {
        "sha256": digest,
        "etag": snapshot.headers.get("etag", before.etag if before else ""),
        "last_modified": snapshot.headers.get("last-modified", ""),
    }
    try:
        checked = _checked(job, request, raw.get(job.runtime.settings.home, digest))
    except InvalidInput as error:
        _settle(job, page, runs.REFUSED, problem=str(error), **facts)
        raise
    notices, problem, more = checked
    _settle(job, page, runs.FETCHED, more=more, notices=notices, problem=problem, **facts)


def _settle(
    job: _Job, page: SyncPage, state: str, *, more: Iterable[Request] = (), **facts: Any
) -> None:
    """Write down what came of a question, in one go with the further ones."""
    now = job.runtime.clock()
    with job.runtime.begin() as session:
        row = session.get_one(SyncPage, page.id)
        row.state, row.fetched_at = state, now
        for name, value in facts.items():
            setattr(row, name, value)
        runs.add_pages(session, job.run_id, more)
        session.get_one(SyncRun, job.run_id).records += row.notices
        runs.asked_now(session, job.source.id, now)


def _digest(job: _Job, snapshot: Snapshot, before: SyncPage | None) -> str:
    """Return the name under which an answer is kept; FetchError for one that is none."""
    if snapshot.status == NOT_MODIFIED and before is not None and before.sha256:
        return before.sha256
    if snapshot.status != OK or snapshot.state != "page":
        what = "a wall for machines" if snapshot.state == "blocked" else "no answer to the question"
        raise FetchError(f"HTTP {snapshot.status}, {what}", snapshot.final_url)
    return raw.put(job.runtime.settings.home, snapshot.body)


def _checked(job: _Job, request: Request, data: bytes) -> tuple[int, str, list[Request]]:
    """Return (notices on the page, what is odd about it, further questions).

    Raises InvalidInput for an answer that is none, and for an empty page before the announced last
    one; where a list is known to end early, such a page ends it.
    """
    more = job.feed.follow(request, data, job.state)
    if request.part != "notices":
        return 0, "", more
    notices = sum(isinstance(one, Notice) for one in job.source.read(data, request.url))
    problem = ""
    if not notices and request.page < request.last:
        problem = f"page {request.page} of {request.last} is empty"
        if not job.feed.ends_early:
            raise InvalidInput(problem, request.url)
    return notices, problem, more


def _take(job: _Job, *, believed: bool = False) -> RunReport:
    """Store what a complete run brought, unless too much of it is gone."""
    now = job.runtime.clock()
    with job.runtime.begin() as session:
        run = session.get_one(SyncRun, job.run_id)
        reason = None if believed else runs.quarantine_reason(session, run)
        if reason is not None:
            runs.close(run, runs.QUARANTINED, reason, now)
            runs.fail(session, job.source.id, reason, now)
    if reason is not None:
        what = f"kept but not taken: {reason}; `caveat sync {job.source.id} --release` takes it"
        raise SyncFailed(what, where=job.source.id)
    while _take_page(job):
        pass
    with job.runtime.begin() as session:
        run = session.get_one(SyncRun, job.run_id)
        run.withdrawn = runs.settle_absent(session, run, now) if run.whole else 0
        run.problem = run.problem or _oddities(session, run.id)
        runs.succeed(session, run, now)
        return _report(session, run)


def _take_page(job: _Job) -> bool:
    """Store the notices of one fetched page with its mark, at once or not at all."""
    with job.runtime.begin() as session:
        page = runs.next_page(session, job.run_id, runs.FETCHED)
        if page is None:
            return False
        page.state = runs.APPLIED
        if runs.holds_notices(page):
            run = session.get_one(SyncRun, job.run_id)
            records = list(_read(job, page))
            runs.count(run, _import(session, job.source, records, page, job.runtime.clock()))
            runs.seen(session, run, (one.notice_id for one in records if isinstance(one, Notice)))
        left = select(func.count()).where(SyncPage.run_id == job.run_id)
        total = session.scalar(left) or 0
        waiting = session.scalar(left.where(SyncPage.state == runs.FETCHED)) or 0
    job.tell("taken", total - waiting, total)
    return True


def _read(job: _Job, page: SyncPage) -> Iterator[Notice | Rejected]:
    data = raw.get(job.runtime.settings.home, page.sha256 or "")
    return job.source.read(data, runs.decoded(page).url)


def _import(
    session: Session,
    source: Source,
    records: list[Notice | Rejected],
    page: SyncPage,
    now: datetime,
) -> operations.ImportReport:
    label = f"sync run {page.run_id}, page {page.id}"
    return operations.import_notices(session, source, records, now=now, run_label=label)


def _oddities(session: Session, run_id: int) -> str:
    odd = select(SyncPage.problem).where(SyncPage.run_id == run_id, SyncPage.problem != "")
    return "; ".join(session.scalars(odd.limit(5)))


def _report(session: Session, run: SyncRun) -> RunReport:
    pages = session.scalar(select(func.count()).where(SyncPage.run_id == run.id)) or 0
    names = ("state", "whole", "records", "new", "changed", "unchanged", "rejected", "withdrawn")
    facts = {name: getattr(run, name) for name in names}
    return RunReport(source=run.source, run=run.id, pages=pages, problem=run.problem, **facts)
