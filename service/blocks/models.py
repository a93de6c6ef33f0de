"""Tables of block orders and their verification. Every state, check and record of evidence is append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime

PLATFORM_CHARS = 40
ITEM_CHARS = 120
LISTING_CHARS = 200
LABEL_CHARS = 80


class BlockReceiver(Base):
    """Which organisation answers for a platform, and where signed notifications go."""

    __tablename__ = "block_receivers"

    platform: Mapped[str] = mapped_column(String(PLATFORM_CHARS), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    webhook_url: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class BlockList(Base):
    """One uploaded list of a regulator: a draft until another person releases it.

    `series` names the list through its editions; `body` is the canonical JSON of its rows.
    """

    __tablename__ = "block_lists"
    __table_args__ = (Index(None, "organisation_id", "series", "state"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    series: Mapped[str] = mapped_column(String(40))
    country: Mapped[str] = mapped_column(String(2))
    title: Mapped[str] = mapped_column(String(200))
    file: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    based_on: Mapped[str | None] = mapped_column(ForeignKey("block_lists.id"))
    state: Mapped[str] = mapped_column(String(20))
    uploaded_by: Mapped[str] = mapped_column(String(LABEL_CHARS))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[str | None] = mapped_column(String(LABEL_CHARS))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Agreement(Base):
    """What a platform and a regulator agreed, with the document it stands in."""

    __tablename__ = "block_agreements"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    platform: Mapped[str] = mapped_column(String(PLATFORM_CHARS))
    title: Mapped[str] = mapped_column(String(200))
    signed_on: Mapped[str] = mapped_column(String(10))
    source_url: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(String(LABEL_CHARS))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(Agreement.__table__)  # type: ignore[arg-type]


class Commitment(Base):
    """One promise of an agreement: who gave it, since when, and where it is written.

    A correction is a new row that names the one it replaces.
    """

    __tablename__ = "block_commitments"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("block_agreements.id"), index=True)
    promised_by: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    since: Mapped[str] = mapped_column(String(10))
    until: Mapped[str | None] = mapped_column(String(10))
    source_url: Mapped[str] = mapped_column(Text)
    replaces: Mapped[str | None] = mapped_column(ForeignKey("block_commitments.id"))
    recorded_by: Mapped[str] = mapped_column(String(LABEL_CHARS))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(Commitment.__table__)  # type: ignore[arg-type]


class BlockOrder(Base):
    """One listing to be taken off one country's market.

    `state` and `position` repeat the newest row of `block_events`. `merchant_key` is written once,
    when the listing's own seller is known.
    """

    __tablename__ = "block_orders"
    __table_args__ = (
        Index(None, "platform", "position"),
        Index(None, "organisation_id", "state", "issued_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    platform: Mapped[str] = mapped_column(String(PLATFORM_CHARS))
    item_id: Mapped[str] = mapped_column(String(ITEM_CHARS))
    listing_key: Mapped[str] = mapped_column(String(LISTING_CHARS), index=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("safety_notices.notice_id"), index=True)
    notice_published: Mapped[str] = mapped_column(String(10))
    hazards: Mapped[list[str]] = mapped_column(JSON)
    country: Mapped[str] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(String(30))
    legal_basis: Mapped[str] = mapped_column(Text)
    severity: Mapped[int]
    found_by: Mapped[str] = mapped_column(String(20))
    list_id: Mapped[str | None] = mapped_column(ForeignKey("block_lists.id"), index=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=0)
    merchant_key: Mapped[str | None] = mapped_column(String(200))
    next_check: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class BlockEvent(Base):
    """One state of an order: which, when, by whom, why. Its id is the order's place in the feed."""

    __tablename__ = "block_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("block_orders.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(LABEL_CHARS))
    state: Mapped[str] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


append_only(BlockEvent.__table__)  # type: ignore[arg-type]


class ListingCheck(Base):
    """What was seen when somebody looked at a listing from one place.

    A shopper's sighting fills the listing, the hour, the locale and nothing else.
    """

    __tablename__ = "listing_checks"
    __table_args__ = (Index(None, "listing_key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    listing_key: Mapped[str] = mapped_column(String(LISTING_CHARS))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(20))
    result: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"))
    evidence: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


append_only(ListingCheck.__table__)  # type: ignore[arg-type]


class EvidenceRecord(Base):
    """One WARC file in the order of recording; `chain` binds it to all before it.

    `previous` is unique, so that two writers can never continue the same link.
    """

    __tablename__ = "block_evidence"
    __table_args__ = (UniqueConstraint("previous"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    day: Mapped[str] = mapped_column(String(10), index=True)
    at: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    chain: Mapped[str] = mapped_column(String(64))


append_only(EvidenceRecord.__table__)  # type: ignore[arg-type]


class BlockReport(Base):
    """The public report on one platform, or on all ("") together, as computed last.

    `state` says which records it was made of: another one makes it old. `body` is the report as JSON.
    """

    __tablename__ = "block_reports"

    platform: Mapped[str] = mapped_column(String(PLATFORM_CHARS), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)


class RelistingCandidate(Base):
    """A listing that may be a blocked product under another item id; a person decides."""

    __tablename__ = "relisting_candidates"
    __table_args__ = (UniqueConstraint("order_id", "listing_key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("block_orders.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    listing_key: Mapped[str] = mapped_column(String(LISTING_CHARS), index=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tier: Mapped[int]
    why: Mapped[str] = mapped_column(Text)
    merchant_key: Mapped[str | None] = mapped_column(String(200))
    same_seller: Mapped[bool | None] = mapped_column()
    state: Mapped[str] = mapped_column(String(20))
    decided_by: Mapped[str | None] = mapped_column(String(LABEL_CHARS))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
