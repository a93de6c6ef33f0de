"""Tables of official notices: what stands now, every earlier wording, and what could not be taken."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime

NOTICE_ID_CHARS = 120
KEY_CHARS = 200


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
    """A notice as its authority words it now; `revision` counts its wordings from 1."""

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
