"""Every write to the store of official notices."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scrapers.notices import Notice, Rejected, Reprocessed, Republished, Source
from scrapers.notices.model import EXCERPT_CHARS
from service.core.batches import batches
from service.safety import links
from service.safety.bulk import insert_rows, uncollected
from service.safety.keys import derive
from service.safety.models import (
    AffectedProductRow,
    ImportRun,
    RejectedRecord,
    SafetyKeyRow,
    SafetyNotice,
    SafetyNoticeRevision,
)
from service.safety.queries import WITHDRAWN, body_of

BATCH = 500
FORMS: dict[int, type[Notice]] = {one.rank: one for one in (Notice, Republished, Reprocessed)}

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
_COPIED = (
    "notice_id",
    "source",
    "authority",
    "jurisdiction",
    "record_type",
    "status",
    "title",
    "url",
    "licence",
    "published",
    "updated",
    "rank",
)
"""Fields of a notice that are columns of its row as they are."""
_COPIER = attrgetter(*_COPIED)


@dataclass(slots=True)
class ImportReport:
    """Counts of one file: `read` is the sum of the other four."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __add__(self, other: "ImportReport") -> "ImportReport":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return ImportReport(*(one + more for one, more in pairs))


@dataclass(frozen=True, slots=True)
class Difference:
    """What importing does to one notice; `fields` names what differs from the stored wording."""

    change: str
    notice_id: str
    title: str
    fields: tuple[str, ...] = ()


class _Stored(NamedTuple):
    content_hash: str
    updated: str
    revision: int
    rank: int
    status: str


class _Seen(NamedTuple):
    """A notice that was read, its canonical JSON, and what is stored of it."""

    notice: Notice
    body: bytes
    content_hash: str
    stored: _Stored | None

    @property
    def change(self) -> str:
        if self.stored is None:
            return NEW
        if self.content_hash == self.stored.content_hash or not self._is_nearer:
            return UNCHANGED
        return CHANGED

    @property
    def _is_nearer(self) -> bool:
        """Tell whether this wording counts more: nearer to the authority, or as near and not older.

        What was withdrawn stands again once its authority publishes it again.
        """
        assert self.stored is not None  # noqa: S101 -- asked of stored notices only
        if self.notice.rank != self.stored.rank:
            return self.notice.rank > self.stored.rank
        again = self.stored.status == WITHDRAWN and self.notice.status != WITHDRAWN
        return again or self.notice.updated >= self.stored.updated

    @property
    def revision(self) -> int:
        return self.stored.revision + 1 if self.stored else 1


@dataclass
class _Import:
    """One run: where from, when, and what happened so far."""

    session: Session
    source: str
    label: str
    now: datetime
    run_id: int | None
    on_rejected: Callable[[Rejected], None] | None
    on_difference: Callable[[Difference], None] | None
    report: ImportReport = field(default_factory=ImportReport)
    hashes: dict[str, str] = field(default_factory=dict)


def import_notices(  # noqa: PLR0913 -- a run is described by all of these
    session: Session,
    source: Source,
    notices: Iterable[Notice | Rejected],
    *,
    now: datetime,
    run_label: str,
    dry_run: bool = False,
    on_rejected: Callable[[Rejected], None] | None = None,
    on_difference: Callable[[Difference], None] | None = None,
) -> ImportReport:
    """Store the notices of one file and return the counts; `dry_run` only compares.

    Idempotent: a notice that says the same is only marked as seen again. A changed one gets a new
    revision; an older wording than the stored one changes nothing. A second notice of one id that says
    something else is rejected. Runs in the caller's transaction: when `notices` raises InvalidInput
    nothing stays once that is rolled back.
    """
    run = _Import(session, source.id, run_label, now, None, on_rejected, on_difference)
    if not dry_run:
        run.run_id = _open_run(run)
    with uncollected():
        for batch in batches(notices, BATCH):
            run.report.read += len(batch)
            _take(run, batch)
    if run.run_id is not None:
        counts = update(ImportRun).where(ImportRun.id == run.run_id).values(asdict(run.report))
        session.execute(counts)
    return run.report


def withdraw(session: Session, notice_ids: Iterable[str], *, source: str, now: datetime) -> int:
    """Mark notices that their source no longer publishes as withdrawn, as a new wording; return how many.

    Nothing is deleted; one that is published again stands again.
    """
    run = _Import(session, source, "no longer published", now, None, None, None)
    run.run_id = _open_run(run)
    count = 0
    for batch in batches(notice_ids, BATCH):
        gone = [one for one in map(partial(_withdrawn, session), batch) if one is not None]
        _replace(run, gone)
        _write_parts(run, gone)
        count += len(gone)
    values = {"read": count, "changed": count}
    session.execute(update(ImportRun).where(ImportRun.id == run.run_id).values(values))
    return count


def _withdrawn(session: Session, notice_id: str) -> _Seen | None:
    row = session.get(SafetyNotice, notice_id, populate_existing=True)
    if row is None or row.status == WITHDRAWN:
        return None
    body = body_of(session, notice_id)
    notice = replace(msgspec.json.decode(body, type=FORMS[row.rank]), status=WITHDRAWN)
    data = msgspec.json.encode(notice)
    stored = _Stored(row.content_hash, row.updated, row.revision, row.rank, row.status)
    return _Seen(notice, data, hashlib.sha256(data).hexdigest(), stored)


def _open_run(run: _Import) -> int:
    row = ImportRun(source=run.source, label=run.label, at=run.now)
    run.session.add(row)
    run.session.flush()
    return row.id


def _take(run: _Import, batch: list[Notice | Rejected]) -> None:
    rejected: list[Rejected] = []
    fresh: list[tuple[Notice, bytes, str]] = []
    for one in batch:
        if isinstance(one, Rejected):
            rejected.append(one)
            continue
        body = msgspec.json.encode(one)
        digest = hashlib.sha256(body).hexdigest()
        before = run.hashes.setdefault(one.notice_id, digest)
        if before is digest:
            fresh.append((one, body, digest))
        elif before == digest:
            run.report.unchanged += 1
        else:
            rejected.append(_repeated(one, body))
    _store(run, _compared(run.session, fresh))
    _reject(run, rejected)


def _repeated(notice: Notice, body: bytes) -> Rejected:
    reason = "an earlier record of this file has the same id and says something else"
    return Rejected(reason, notice.notice_id, body.decode()[:EXCERPT_CHARS])


def _compared(session: Session, fresh: list[tuple[Notice, bytes, str]]) -> list[_Seen]:
    """Put beside each notice what is stored under its id."""
    asked = select(
        SafetyNotice.notice_id,
        SafetyNotice.content_hash,
        SafetyNotice.updated,
        SafetyNotice.revision,
        SafetyNotice.rank,
        SafetyNotice.status,
    ).where(SafetyNotice.notice_id.in_([notice.notice_id for notice, _, _ in fresh]))
    stored = {row.notice_id: _Stored(*row[1:]) for row in session.execute(asked)}
    return [_Seen(*one, stored.get(one[0].notice_id)) for one in fresh]


def _store(run: _Import, seen: list[_Seen]) -> None:
    by_change: dict[str, list[_Seen]] = {NEW: [], CHANGED: [], UNCHANGED: []}
    for one in seen:
        by_change[one.change].append(one)
    run.report.new += len(by_change[NEW])
    run.report.changed += len(by_change[CHANGED])
    run.report.unchanged += len(by_change[UNCHANGED])
    _tell(run, by_change[NEW] + by_change[CHANGED])
    if run.run_id is None:
        return
    insert_rows(run.session, SafetyNotice, [_notice_row(one, run.now) for one in by_change[NEW]])
    _replace(run, by_change[CHANGED])
    _write_parts(run, by_change[NEW] + by_change[CHANGED])
    _mark_seen(run, by_change[UNCHANGED])
    changed = [one.notice.notice_id for one in by_change[CHANGED]]
    stored = [one.notice for one in by_change[NEW] + by_change[CHANGED]]
    links.record(run.session, stored, changed, now=run.now)


def _tell(run: _Import, differing: list[_Seen]) -> None:
    if run.on_difference is None:
        return
    for one in differing:
        fields = _changed_fields(run.session, one) if one.stored else ()
        run.on_difference(Difference(one.change, one.notice.notice_id, one.notice.title, fields))


def _changed_fields(session: Session, one: _Seen) -> tuple[str, ...]:
    before = msgspec.json.decode(body_of(session, one.notice.notice_id))
    after = msgspec.json.decode(one.body)
    return tuple(name for name in after if before.get(name) != after[name])


def _replace(run: _Import, changed: list[_Seen]) -> None:
    """Set the present wording of changed notices; products and keys of the old wording go."""
    if not changed:
        return
    ids = [one.notice.notice_id for one in changed]
    for table in (AffectedProductRow, SafetyKeyRow):
        run.session.execute(delete(table).where(table.notice_id.in_(ids)))
    for one in changed:
        row = _notice_row(one, run.now)
        del row["first_seen"]
        this = SafetyNotice.notice_id == row.pop("notice_id")
        run.session.execute(update(SafetyNotice).where(this).values(row))


def _write_parts(run: _Import, seen: list[_Seen]) -> None:
    revisions = [_revision_row(run, one) for one in seen]
    insert_rows(run.session, SafetyNoticeRevision, revisions)
    products = [row for one in seen for row in _product_rows(one.notice)]
    insert_rows(run.session, AffectedProductRow, products)
    keys = [
        {"notice_id": one.notice.notice_id, **key._asdict()}
        for one in seen
        for key in derive(one.notice)
    ]
    insert_rows(run.session, SafetyKeyRow, keys)


def _mark_seen(run: _Import, unchanged: list[_Seen]) -> None:
    ids = [one.notice.notice_id for one in unchanged]
    if ids:
        these = SafetyNotice.notice_id.in_(ids)
        run.session.execute(update(SafetyNotice).where(these).values(last_seen=run.now))


def _notice_row(one: _Seen, now: datetime) -> dict[str, Any]:
    notice = one.notice
    return {
        **dict(zip(_COPIED, _COPIER(notice), strict=True)),
        "hazards": list(notice.hazards),
        "address": links.address_of(notice.url),
        "revision": one.revision,
        "content_hash": one.content_hash,
        "first_seen": now,
        "last_seen": now,
    }


def _revision_row(run: _Import, one: _Seen) -> dict[str, Any]:
    return {
        "notice_id": one.notice.notice_id,
        "revision": one.revision,
        "content_hash": one.content_hash,
        "body": one.body.decode(),
        "recorded_at": run.now,
        "run_id": run.run_id,
    }


def _product_rows(notice: Notice) -> Iterator[dict[str, Any]]:
    for position, product in enumerate(notice.products):
        yield {
            "notice_id": notice.notice_id,
            "position": position,
            "name": product.name,
            "kind": product.kind,
            "brands": list(product.brands),
            "models": list(product.models),
            "batches": list(product.batches),
            "production_dates": product.production_dates,
        }


def _reject(run: _Import, rejected: list[Rejected]) -> None:
    run.report.rejected += len(rejected)
    for one in rejected:
        if run.on_rejected:
            run.on_rejected(one)
        if run.run_id is not None:
            run.session.merge(_rejected_row(run, one))
    run.session.flush()


def _rejected_row(run: _Import, one: Rejected) -> RejectedRecord:
    said = f"{run.source}\x1f{one.reason}\x1f{one.excerpt}"
    fingerprint = hashlib.sha256(said.encode()).hexdigest()
    known = run.session.get(RejectedRecord, fingerprint)
    return RejectedRecord(
        fingerprint=fingerprint,
        source=run.source,
        file=run.label,
        place=one.where,
        reason=one.reason,
        excerpt=one.excerpt.replace("\x00", "\ufffd"),
        first_seen=known.first_seen if known else run.now,
        last_seen=run.now,
        run_id=run.run_id,
    )
