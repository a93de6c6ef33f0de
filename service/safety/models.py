"""Tables of official notices: what stands now, every earlier wording, what could not be taken, what was fetched."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime
from service.core.work import Claimable

NOTICE_ID_CHARS = 120
KEY_CHARS = 200
ADDRESS_CHARS = 200
REFERENCE_CHARS = 200


class ImportRun(Base):
    """One file taken in, with its counts."""

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(40), index=True)
    label: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)


class SafetyNotice(Base):
    """A notice as its authority words it now; `revision` counts its wordings from 1.

    `rank` says how near to the authority the wording is (see `Notice.rank`), `address` is its web
    address in the form by which other notices that name it find it.
    """

    __tablename__ = "safety_notices"

    notice_id: Mapped[str] = mapped_column(String(NOTICE_ID_CHARS), primary_key=True)
    source: Mapped[str] = mapped_column(String(40), index=True)
    authority: Mapped[str] = mapped_column(Text)
    jurisdiction: Mapped[str] = mapped_column(String(8))
    record_type: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    hazards: Mapped[list[str]] = mapped_column(JSON)
    url: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text)
    published: Mapped[str] = mapped_column(String(10))
    updated: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    rank: Mapped[int] = mapped_column(SmallInteger, server_default="2")
    address: Mapped[str] = mapped_column(String(ADDRESS_CHARS), server_default="", index=True)


class SafetyNoticeRevision(Base):
    """One wording of a notice; `body` is the canonical JSON whose SHA-256 is `content_hash`."""

    __tablename__ = "safety_notice_revisions"
    __table_args__ = (UniqueConstraint("notice_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"))
    revision: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"))


append_only(SafetyNoticeRevision.__table__)  # type: ignore[arg-type]


class AffectedProductRow(Base):
    """A product of a notice's present wording, with the scope to be shown beside any match."""

    __tablename__ = "affected_products"

    notice_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    brands: Mapped[list[str]] = mapped_column(JSON)
    models: Mapped[list[str]] = mapped_column(JSON)
    batches: Mapped[list[str]] = mapped_column(JSON)
    production_dates: Mapped[str] = mapped_column(Text)


class SafetyKeyRow(Base):
    """A key under which a listing finds a notice; tier 0 listing id, 1 GTIN, 2 brand and model."""

    __tablename__ = "safety_keys"
    __table_args__ = (Index(None, "notice_id"),)

    key: Mapped[str] = mapped_column(String(KEY_CHARS), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"), primary_key=True)
    tier: Mapped[int]
    position: Mapped[int]
    found_in: Mapped[str] = mapped_column(Text)


class RejectedRecord(Base):
    """A record that could not be taken; the same one is kept once however often it is read."""

    __tablename__ = "rejected_records"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(40), index=True)
    file: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(Text)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"))


class NoticeReference(Base):
    """What a notice's present wording says of another authority's notice, found there or not."""

    __tablename__ = "notice_references"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(REFERENCE_CHARS), index=True)
    field: Mapped[str] = mapped_column(Text)
    raw: Mapped[str] = mapped_column(Text)


class NoticeLink(Base):
    """Two notices of different authorities about the same product, and why that is said.

    The ids stand in order. Notices are never merged. `certain` is false where a person should compare.
    """

    __tablename__ = "notice_links"
    __table_args__ = (Index(None, "right_id"),)

    left_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"), primary_key=True)
    right_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    evidence: Mapped[str] = mapped_column(Text)
    certain: Mapped[bool]
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ListingMatch(Base):
    """A listing that a notice may mean: n listings to m affected products; a person decides what is unsure."""

    __tablename__ = "listing_matches"
    __table_args__ = (Index(None, "notice_id", "position"),)

    platform: Mapped[str] = mapped_column(String(40), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    tier: Mapped[int] = mapped_column(SmallInteger)
    confidence: Mapped[float]
    why: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[str | None] = mapped_column(String(36))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SyncSource(Claimable, Base):
    """How fetching from a source stands; due only once an operator enabled it.

    `watermark` is the day up to which everything was taken, `whole_at` when everything was last asked
    for. After `failures` in a row nothing is asked before `retry_at`.
    """

    __tablename__ = "sync_sources"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    enabled: Mapped[bool] = mapped_column(default=False)
    watermark: Mapped[str | None] = mapped_column(String(10))
    whole_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(Text, default="")
    robots: Mapped[str] = mapped_column(String(20), default="")
    robots_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SyncRun(Base):
    """One round of fetching: open, done, failed, quarantined or discarded.

    `whole` when it asked for everything; `records` counts the notices that its pages hold.
    """

    __tablename__ = "sync_runs"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(40), index=True)
    whole: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12))
    today: Mapped[str] = mapped_column(String(10))
    since: Mapped[str | None] = mapped_column(String(10))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(Text, default="")
    records: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)


class SyncPage(Base):
    """One question of a run and what came back: waiting, fetched, applied, gone or refused.

    `request` is the question as JSON and `asked` its SHA-256; the answer's bytes are kept under `sha256`
    before they are read.
    """

    __tablename__ = "sync_pages"
    __table_args__ = (UniqueConstraint("run_id", "asked"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("sync_runs.id"))
    asked: Mapped[str] = mapped_column(String(64), index=True)
    request: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str | None] = mapped_column(String(64))
    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(Text, default="")
    notices: Mapped[int] = mapped_column(default=0)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(Text, default="")


class NoticePresence(Base):
    """When a source that publishes everything last had a notice, and in how many runs since it was absent."""

    __tablename__ = "notice_presence"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("sync_runs.id"))
    absent: Mapped[int] = mapped_column(default=0)
