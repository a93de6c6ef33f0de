"""Tables of cases; personal data stands only in `case_sealed`, under the case's own key."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime
from service.core.work import Claimable

FILTERS = ("state", "officer_id", "category")
"""What the queue filters by: its indexes carry them, so that a page is found without reading a row."""


def _category(context: Any) -> str | None:
    found: str | None = context.get_current_parameters()["facts"].get("category")
    return found


class Case(Claimable, Base):
    """A complaint that an organisation handles; `facts` holds the fields that are no personal data.

    `state` changes only through operations.act; `due_at` is computed from the case's events, `impact`
    by ranking.py as of `ranked_at`.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(None, "organisation_id", "state", "officer_id"),
        Index(None, "respondent_id", "state"),
        Index("ix_cases_queue_due", "organisation_id", "closed_at", "due_at", "id", *FILTERS),
        Index("ix_cases_queue_impact", "organisation_id", "closed_at", "impact", "id", *FILTERS),
        Index(None, "closed_at", "ranked_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    respondent_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"))
    officer_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(30))
    programme: Mapped[str] = mapped_column(String(60))
    merchant_key: Mapped[str | None] = mapped_column(String(200), index=True)
    category: Mapped[str | None] = mapped_column(String(40), default=_category)
    impact: Mapped[float] = mapped_column(default=0.0)
    ranked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    fields_version: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    respondent_grade: Mapped[str | None] = mapped_column(String(20))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    complainant: Mapped[str] = mapped_column(String(64), index=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class SealedField(Base):
    """One personal field of a case, opened only with a recorded purpose."""

    __tablename__ = "case_sealed"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(80), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class CaseEvent(Base):
    """What happened to a case, by whom; a move of the machine carries the states it led from and to."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    event: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(String(30))
    after: Mapped[str | None] = mapped_column(String(30))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class CaseAmount(Base):
    """An amount that somebody stated; the reference amount is null where no rate is known."""

    __tablename__ = "case_amounts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reference_amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    reference_currency: Mapped[str] = mapped_column(String(3))
    rate: Mapped[Decimal | None] = mapped_column(Numeric(18, 8))
    rate_date: Mapped[date | None] = mapped_column()


class CaseTask(Base):
    """Something that a person of the council has to look into, such as an alarm."""

    __tablename__ = "case_tasks"
    __table_args__ = (Index(None, "kind", "done_at", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    for_role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


append_only(CaseEvent.__table__)  # type: ignore[arg-type]
append_only(CaseAmount.__table__)  # type: ignore[arg-type]
