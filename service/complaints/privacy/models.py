"""Tables of what protects a complainant: who looked, who may, what was handed on, what was erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.complaints.models import Case
from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime


class CaseAccess(Base):
    """One look at sealed fields: who, for which organisation, which fields, what for. Holds no plain text."""

    __tablename__ = "case_access"
    __table_args__ = (Index(None, "organisation", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    organisation: Mapped[str | None] = mapped_column(String(36))
    role: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(40))
    fields: Mapped[list[str]] = mapped_column(JSON)


class CaseContact(Base):
    """A keyed fingerprint of an address or number, to find a person's cases without plain text."""

    __tablename__ = "case_contacts"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class CaseSharing(Base):
    """What the complainant agreed to show to one recipient in one country, until it is revoked."""

    __tablename__ = "case_sharing"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    fields: Mapped[list[str]] = mapped_column(JSON)
    wording: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str] = mapped_column(String(80))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(80))


class CaseTransfer(Base):
    """Personal fields that were handed to somebody else: to whom, in which country, on what basis."""

    __tablename__ = "case_transfers"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    recipient: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    fields: Mapped[list[str]] = mapped_column(JSON)
    basis: Mapped[str] = mapped_column(String(20))
    sharing_id: Mapped[str | None] = mapped_column(ForeignKey("case_sharing.id"))


class CaseFile(Base):
    """An evidence file; its bytes lie sealed in the file store, its name is the sealed field `file:ID`.

    `digest` is a keyed hash of the plain bytes. `copy` says whether there is one without metadata to
    show to others, `remarks` what was found in it.
    """

    __tablename__ = "case_files"
    __table_args__ = (Index(None, "case_id", "digest", unique=True),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(40))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column()
    digest: Mapped[str] = mapped_column(String(64))
    copy: Mapped[bool] = mapped_column()
    remarks: Mapped[list[str]] = mapped_column(JSON)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by: Mapped[str] = mapped_column(String(80))


class CaseErasure(Base):
    """A case whose personal data are gone, or go now: `finished_at` is when its key was destroyed."""

    __tablename__ = "case_erasures"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class CaseHold(Base):
    """A legal reason to keep a case for now; `file` is the number under which the other body runs it."""

    __tablename__ = "case_holds"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(80))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str | None] = mapped_column(String(80))


def _details(model: type[Base]) -> Any:
    return model.__table__


# The sweep asks which closed cases are old enough.
Index(None, Case.erased_at, Case.state, Case.closed_at)
append_only(_details(CaseAccess))
append_only(_details(CaseTransfer))
