"""Tables of participation: which organisation takes part in a programme, for which merchants, from when."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Base, UtcDateTime


class Participation(Base):
    """An agreement by which a merchant's or platform's organisation conciliates cases of a council itself.

    `programme` is a name without version. It holds from the day `since` until the day before `until`.
    """

    __tablename__ = "participations"
    __table_args__ = (Index(None, "council_id", "programme"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    council_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    programme: Mapped[str] = mapped_column(String(40))
    since: Mapped[date] = mapped_column()
    until: Mapped[date | None] = mapped_column()
    evidence: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(80))
    ended_by: Mapped[str | None] = mapped_column(String(80))


class ParticipationKey(Base):
    """One merchant key that an agreement covers, checked to be the organisation's own."""

    __tablename__ = "participation_keys"

    participation_id: Mapped[str] = mapped_column(ForeignKey("participations.id"), primary_key=True)
    merchant_key: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
