"""The answers to a run's questions: each is kept before it is read, checked, and may lead to more questions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrapers.errors import InvalidInput
from scrapers.fetching import Fetcher, FetchError, Snapshot
from scrapers.notices import Feed, Notice, Request, Source, State
from service.core.runtime import Runtime
from service.safety import asking, raw, runs
from service.safety.asking import OK
from service.safety.models import SyncPage, SyncRun

NOT_MODIFIED, GONE = 304, (404, 410)

Tell = Callable[[str, int, int], None]
"""Told (what is done, how many pages are done, how many are known)."""


@dataclass(frozen=True, slots=True)
class Job:
    """A run being worked on."""

    runtime: Runtime
    source: Source
    feed: Feed
    run_id: int
    state: State
    tell: Tell


def fetch_all(job: Job, fetcher: Fetcher, end: float) -> bool:
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


def _headers(job: Job, before: SyncPage | None) -> dict[str, str]:
    headers = {"Accept": job.feed.accept}
    headers |= asking.credentials_of(job.source.id, job.feed.credentials, job.runtime)
    if before and before.etag:
        headers["If-None-Match"] = before.etag
    if before and before.last_modified:
        headers["If-Modified-Since"] = before.last_modified
    return headers


def _keep(
    job: Job, page: SyncPage, request: Request, snapshot: Snapshot, before: SyncPage | None
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
    job: Job, page: SyncPage, state: str, *, more: Iterable[Request] = (), **facts: Any
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


def _digest(job: Job, snapshot: Snapshot, before: SyncPage | None) -> str:
    """Return the name under which an answer is kept; FetchError for one that is none."""
    if snapshot.status == NOT_MODIFIED and before is not None and before.sha256:
        return before.sha256
    if snapshot.status != OK or snapshot.state != "page":
        what = "a wall for machines" if snapshot.state == "blocked" else "no answer to the question"
        raise FetchError(f"HTTP {snapshot.status}, {what}", snapshot.final_url)
    return raw.put(job.runtime.settings.home, snapshot.body)


def _checked(job: Job, request: Request, data: bytes) -> tuple[int, str, list[Request]]:
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
