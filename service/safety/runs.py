"""Every write to the state of fetching: sources, runs, their pages, and which notices were present."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from scrapers.notices import SOURCES, Request, Source, State
from scrapers.notices.source import NOTICES, Feed
from service.core import access
from service.core.access import Asker
from service.core.batches import batches
from service.core.errors import Conflict, NotFound
from service.core.jobs import request_sweep
from service.core.work import LEASE
from service.safety import operations
from service.safety.models import NoticePresence, SyncPage, SyncRun, SyncSource
from service.safety.operations import ImportReport

OPEN, DONE, FAILED, QUARANTINED, DISCARDED = "open", "done", "failed", "quarantined", "discarded"
WAITING, FETCHED, APPLIED, GONE, REFUSED = "waiting", "fetched", "applied", "gone", "refused"
MANAGE = "source.manage"

STALE = timedelta(days=2)
"""Age at which an interrupted run is given up: the lists it was made from have moved on."""
KEPT_SHARE = 0.8
"""Share of the notices that the last whole answer had below which a new one is not believed."""
ABSENT_RUNS = 2
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(days=1)
IDS_AT_ONCE = 500


def source_of(source_id: str) -> tuple[Source, Feed]:
    """Return a source that can be fetched; NotFound for any other."""
    source = SOURCES.get(source_id)
    if source is None or source.feed is None:
        raise NotFound("there is no such source to fetch from", where=source_id)
    return source, source.feed


def row_of(session: Session, source_id: str) -> SyncSource:
    """Return the state of a source, made at the first use."""
    row = session.get(SyncSource, source_id)
    if row is None:
        row = SyncSource(source=source_id, enabled=False, failures=0, problem="", robots="")
        session.add(row)
        session.flush()
    return row


def enable(session: Session, source_id: str, *, asker: Asker, now: datetime) -> None:
    """Have a source fetched on its cadence; Conflict for one that may not be fetched."""
    access.require(asker, MANAGE, access.Target("source", source_id))
    source, _ = source_of(source_id)
    refuse_off(source)
    row = row_of(session, source_id)
    row.enabled, row.due_at = True, row.due_at or now
    request_sweep(session)


def disable(session: Session, source_id: str, *, asker: Asker) -> None:
    """Fetch no more from a source; what was taken stays."""
    access.require(asker, MANAGE, access.Target("source", source_id))
    source_of(source_id)
    row = row_of(session, source_id)
    row.enabled, row.due_at = False, None


def refuse_off(source: Source) -> None:
    """Raise Conflict for a source that may not be fetched."""
    if source.off:
        raise Conflict(f"is switched off: {source.off}", where=source.id)


def resume(session: Session, source_id: str, *, whole: bool, now: datetime) -> SyncRun:
    """Return the run that was interrupted, or a new one with its first questions."""
    open_run = session.scalars(
        select(SyncRun).where(SyncRun.source == source_id, SyncRun.state == OPEN)
    ).first()
    if open_run and now - open_run.opened_at < STALE and (open_run.whole or not whole):
        return open_run
    if open_run:
        close(open_run, DISCARDED, "given up for a newer run", now)
    return _opened(session, source_id, whole=whole, now=now)


def _opened(session: Session, source_id: str, *, whole: bool, now: datetime) -> SyncRun:
    _, feed = source_of(source_id)
    row = row_of(session, source_id)
    complete = whole or feed.whole or row.watermark is None or _is_rescan(row, feed, now)
    since = None
    if not complete and row.watermark is not None:
        since = (datetime.fromisoformat(row.watermark) - feed.overlap).date().isoformat()
    today = now.date().isoformat()
    facts = {"state": OPEN, "whole": complete, "today": today, "since": since, "opened_at": now}
    run = SyncRun(source=source_id, problem="", records=0, withdrawn=0, **facts)
    run.new = run.changed = run.unchanged = run.rejected = 0
    session.add(run)
    session.flush()
    add_pages(session, run.id, feed.discover(state_of(run)))
    return run


def _is_rescan(row: SyncSource, feed: Feed, now: datetime) -> bool:
    return feed.rescan is not None and (row.whole_at is None or now - row.whole_at >= feed.rescan)


def state_of(run: SyncRun) -> State:
    """Return what the run's questions are made from."""
    return State(run.today, run.since)


def add_pages(session: Session, run_id: int, requests: Iterable[Request]) -> None:
    """Add questions to a run, each once."""
    wanted = {asked(one): one for one in requests}
    for batch in batches(list(wanted), IDS_AT_ONCE):
        known = set(
            session.scalars(
                select(SyncPage.asked).where(SyncPage.run_id == run_id, SyncPage.asked.in_(batch))
            )
        )
        rows = [
            {"run_id": run_id, "asked": one, "request": encoded(wanted[one]), "state": WAITING}
            for one in batch
            if one not in known
        ]
        if rows:
            session.execute(insert(SyncPage), rows)


def encoded(request: Request) -> str:
    """Return a question as it is kept."""
    return msgspec.json.encode(request).decode()


def decoded(page: SyncPage) -> Request:
    """Return the question of a page."""
    return msgspec.json.decode(page.request, type=Request)


def asked(request: Request) -> str:
    """Return the SHA-256 of what is asked; the number of pages announced is no part of it."""
    same = msgspec.structs.replace(request, last=1)
    return hashlib.sha256(encoded(same).encode()).hexdigest()


def next_page(session: Session, run_id: int, state: str) -> SyncPage | None:
    """Return the first page in a state, None when there is none left."""
    these = select(SyncPage).where(SyncPage.run_id == run_id, SyncPage.state == state)
    return session.scalars(these.order_by(SyncPage.id).limit(1)).first()


def earlier(session: Session, page: SyncPage) -> SyncPage | None:
    """Return the last answer to the same question that was taken."""
    return session.scalars(
        select(SyncPage)
        .join(SyncRun, SyncRun.id == SyncPage.run_id)
        .where(
            SyncPage.asked == page.asked,
            SyncPage.state == APPLIED,
            SyncPage.id != page.id,
            SyncRun.state == DONE,
        )
        .order_by(SyncPage.id.desc())
        .limit(1)
    ).first()


def quarantine_reason(session: Session, run: SyncRun) -> str | None:
    """Return why a whole answer is not believed, None when it is."""
    if not run.whole:
        return None
    before = session.scalars(
        select(SyncRun.records)
        .where(SyncRun.source == run.source, SyncRun.whole, SyncRun.state == DONE)
        .order_by(SyncRun.id.desc())
        .limit(1)
    ).first()
    if run.records < KEPT_SHARE * (before or 0):
        lost = 1 - run.records / before if before else 0
        return f"{run.records} notices instead of {before}: {lost:.0%} are gone"
    return None


def seen(session: Session, run: SyncRun, notice_ids: Iterable[str]) -> None:
    """Note that a run had these notices."""
    for batch in batches(dict.fromkeys(notice_ids), IDS_AT_ONCE):
        these = (NoticePresence.source == run.source) & NoticePresence.notice_id.in_(batch)
        known = set(session.scalars(select(NoticePresence.notice_id).where(these)))
        session.execute(update(NoticePresence).where(these).values(run_id=run.id, absent=0))
        rows = [
            {"source": run.source, "notice_id": one, "run_id": run.id, "absent": 0}
            for one in batch
            if one not in known
        ]
        if rows:
            session.execute(insert(NoticePresence), rows)


def settle_absent(session: Session, run: SyncRun, now: datetime) -> int:
    """Count what a whole run did not have, and withdraw what was absent twice; return how many were."""
    missing = (NoticePresence.source == run.source) & (NoticePresence.run_id != run.id)
    session.execute(update(NoticePresence).where(missing).values(absent=NoticePresence.absent + 1))
    gone = missing & (NoticePresence.absent == ABSENT_RUNS)
    ids = session.scalars(select(NoticePresence.notice_id).where(gone)).all()
    return operations.withdraw(session, ids, source=run.source, now=now) if ids else 0


def count(run: SyncRun, report: ImportReport) -> None:
    """Add what a page brought to the run's counts."""
    run.new += report.new
    run.changed += report.changed
    run.unchanged += report.unchanged
    run.rejected += report.rejected


def close(run: SyncRun, state: str, problem: str, now: datetime) -> None:
    """End a run."""
    run.state, run.problem, run.closed_at = state, problem, now


def succeed(session: Session, run: SyncRun, now: datetime) -> None:
    """Close a run whose pages were all taken, and move the watermark."""
    _, feed = source_of(run.source)
    row = row_of(session, run.source)
    close(run, DONE, run.problem, now)
    row.watermark = max(row.watermark or "", run.today)
    row.whole_at = run.opened_at if run.whole else row.whole_at
    row.succeeded_at, row.failures, row.retry_at, row.problem = now, 0, None, run.problem
    _rest(row, now + feed.cadence)


def fail(session: Session, source_id: str, problem: str, now: datetime) -> None:
    """Leave a source alone for a while, longer after each failure in a row."""
    row = row_of(session, source_id)
    pause = min(FIRST_PAUSE * 2 ** min(row.failures, 10), LONGEST_PAUSE)
    row.failures += 1
    row.problem, row.retry_at = problem, now + pause
    _rest(row, row.retry_at)


def pause(session: Session, source_id: str, now: datetime) -> None:
    """Let others work; the source is due again at once."""
    _rest(row_of(session, source_id), now)


def _rest(row: SyncSource, until: datetime) -> None:
    row.due_at = until if row.enabled else None
    row.claimed_until = None


def asked_now(session: Session, source_id: str, now: datetime) -> None:
    """Note that the site let us ask, and that somebody is still working on the source."""
    row = row_of(session, source_id)
    row.robots, row.robots_at = "allows", now
    row.claimed_until = now + LEASE if row.claimed_until else None


def disallowed(session: Session, source_id: str, now: datetime) -> None:
    """Note that the site's robots.txt does not let us ask."""
    row = row_of(session, source_id)
    row.robots, row.robots_at = "disallows", now


def holds_notices(page: SyncPage) -> bool:
    """Tell whether a page's answer holds notices, not only the way to them."""
    return decoded(page).part == NOTICES
