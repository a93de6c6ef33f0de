"""Tables of intake: proofs of contact, tracking tokens, what makes two complaints one, inquiries."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Base, UtcDateTime


class ContactCheck(Base):
    """One attempt to prove that a contact is the complainant's; `proven_at` once it is.

    `contact` is the blind index of the address or number. The code that was sent is derived from the id
    (contact.code_of) and stands nowhere.
    """

    __tablename__ = "case_contact_checks"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    field: Mapped[str] = mapped_column(String(40))
    contact: Mapped[str] = mapped_column(String(64), index=True)
    proof: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proven_by: Mapped[str | None] = mapped_column(String(80))


class TrackingToken(Base):
    """The right to follow a case without an account: the SHA-256 of a random token.

    `letter` is the outbox row whose letter carries it.
    """

    __tablename__ = "case_tracking_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    letter: Mapped[str | None] = mapped_column(String(36), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseMatter(Base):
    """What a case is about, as a blind index of seller and order: two cases with one index are one."""

    __tablename__ = "case_matters"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    matter: Mapped[str] = mapped_column(String(64), index=True)


class Inquiry(Base):
    """A question to the desk; its texts are sealed under a key of its own in the key store."""

    __tablename__ = "inquiries"
    __table_args__ = (Index(None, "organisation_id", "state", "asked_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(20))
    listing_url: Mapped[str | None] = mapped_column(String(2000))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(String(80))
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"))
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column()
    question: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form
