"""Who did what to which object and why: one append-only row for every write and every sensitive read."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime


class AuditRow(Base):
    """One act; never holds personal data, only the ids of what was touched."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(80))
    object: Mapped[str] = mapped_column(String(200), index=True)
    purpose: Mapped[str | None] = mapped_column(String(80))


append_only(AuditRow.__table__)  # type: ignore[arg-type]


def note(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    purpose: str | None = None,
) -> None:
    """Record an act in the transaction in which it happens."""
    session.add(AuditRow(at=at, actor=actor, action=action, object=subject, purpose=purpose))
