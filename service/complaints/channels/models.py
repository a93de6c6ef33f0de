"""Where a complainant took a case: desks outside, with what they answered."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Base, UtcDateTime
from service.core.work import Claimable


class CaseReferral(Claimable, Base):
    """One desk for a case; `due_at` is when to remind of its next clock.

    The desk's reference number stands in the sealed field `referral:ID` of the case.
    """

    __tablename__ = "case_referrals"
    __table_args__ = (Index(None, "case_id", "channel_id", unique=True),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    channel_id: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20))
    sent_on: Mapped[date | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form
