"""Tables of handing cases over: the councils that are known, and every bundle that was sent or came."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Base, UtcDateTime


class KnownCouncil(Base):
    """Another installation whose keys an administrator compared by their fingerprint.

    Two public keys of 32 bytes: it signs with the one (Ed25519) and opens with the other (X25519).
    """

    __tablename__ = "known_councils"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    address: Mapped[str | None] = mapped_column(String(300))
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    signing_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealing_key: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseBundle(Base):
    """One bundle; `thread` is the id of the one that handed the case over, `digest` that of its bytes.

    `wire` holds what is still to be delivered, readable by its recipient only; it goes with the
    delivery of a receipt, result or referral back, and of a case with its receipt. `detail` holds no
    personal data.
    """

    __tablename__ = "case_bundles"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    thread: Mapped[str] = mapped_column(String(36), index=True)
    council_id: Mapped[str] = mapped_column(ForeignKey("known_councils.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    incoming: Mapped[bool] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    receipt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wire: Mapped[bytes | None] = mapped_column(LargeBinary)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
