"""Taking what a complete run brought: page by page into the store, unless too much of it is gone."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrapers.notices import Notice, Rejected
from service.safety import operations, raw, runs
from service.safety.answers import Job
from service.safety.asking import SyncFailed
from service.safety.models import SyncPage, SyncRun


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


def take(job: Job, *, believed: bool = False) -> RunReport:
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
        return report(session, run)


def _take_page(job: Job) -> bool:
    """Store the notices of one fetched page with its mark, at once or not at all."""
    with job.runtime.begin() as session:
        page = runs.next_page(session, job.run_id, runs.FETCHED)
        if page is None:
            return False
        page.state = runs.APPLIED
        if runs.holds_notices(page):
            run = session.get_one(SyncRun, job.run_id)
            records = list(read(job, page))
            runs.count(run, store(session, job, page, records))
            runs.seen(session, run, (one.notice_id for one in records if isinstance(one, Notice)))
        left = select(func.count()).where(SyncPage.run_id == job.run_id)
        total = session.scalar(left) or 0
        waiting = session.scalar(left.where(SyncPage.state == runs.FETCHED)) or 0
    job.tell("taken", total - waiting, total)
    return True


def read(job: Job, page: SyncPage) -> Iterator[Notice | Rejected]:
    """Yield the records of a kept answer."""
    data = raw.get(job.runtime.settings.home, page.sha256 or "")
    return job.source.read(data, runs.decoded(page).url)


def store(
    session: Session, job: Job, page: SyncPage, records: list[Notice | Rejected]
) -> operations.ImportReport:
    """Store the notices of one page."""
    now = job.runtime.clock()
    label = f"sync run {page.run_id}, page {page.id}"
    return operations.import_notices(session, job.source, records, now=now, run_label=label)


def _oddities(session: Session, run_id: int) -> str:
    odd = select(SyncPage.problem).where(SyncPage.run_id == run_id, SyncPage.problem != "")
    return "; ".join(session.scalars(odd.limit(5)))


def report(session: Session, run: SyncRun) -> RunReport:
    """Return what a run did so far."""
    pages = session.scalar(select(func.count()).where(SyncPage.run_id == run.id)) or 0
    names = ("state", "whole", "records", "new", "changed", "unchanged", "rejected", "withdrawn")
    facts = {name: getattr(run, name) for name in names}
    return RunReport(source=run.source, run=run.id, pages=pages, problem=run.problem, **facts)
