"""Who did what to which object and why: one append-only row for every write and every sensitive read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.core import access
from service.core.access import Asker
from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime


class AuditRow(Base):
    """One act; never holds personal data, only the ids of what was touched."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80), index=True)
    organisation: Mapped[str | None] = mapped_column(String(36), index=True)
    action: Mapped[str] = mapped_column(String(80))
    object: Mapped[str] = mapped_column(String(200), index=True)
    purpose: Mapped[str | None] = mapped_column(String(80))
    request: Mapped[str | None] = mapped_column(String(36))


append_only(AuditRow.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; None takes everything. `action` also matches as a beginning, e.g. "case."."""

    actor: str | None = None
    action: str | None = None
    object: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One act as it is shown."""

    id: int
    at: datetime
    actor: str
    organisation: str | None
    action: str
    object: str
    purpose: str | None
    request: str | None


def note(
    session: Session,
    *,
    at: datetime,
    asker: Asker,
    action: str,
    subject: str,
    purpose: str | None = None,
    organisation: str | None = None,
) -> None:
    """Record an act in the transaction in which it happens.

    `organisation` is whom the act concerns where the asker acts for none, such as at sign-in.
    """
    row = AuditRow(
        at=at,
        actor=asker.label,
        organisation=asker.organisation or organisation,
        action=action,
        object=subject,
        purpose=purpose,
        request=asker.request,
    )
    session.add(row)


def search(
    session: Session,
    asker: Asker,
    wanted: Wanted,
    *,
    now: datetime,
    limit: int,
    before: int | None = None,
) -> list[Line]:
    """Return acts that the asker may see, newest first, from before the row `before`; looking is an act too."""
    access.enter(asker, "audit.search")
    rows = session.scalars(_search(asker, wanted, before).limit(limit)).all()
    subject = f"audit:{wanted.object or wanted.actor or 'all'}"[:200]
    note(session, at=now, asker=asker, action="audit.search", subject=subject)
    names = Line.__dataclass_fields__
    return [Line(**{name: getattr(row, name) for name in names}) for row in rows]


def _search(asker: Asker, wanted: Wanted, before: int | None) -> Select[AuditRow]:
    found = (
        select(AuditRow)
        .where(access.visible(asker, "audit.search", organisation=AuditRow.organisation))
        .order_by(AuditRow.id.desc())
    )
    if wanted.actor is not None:
        found = found.where(AuditRow.actor == wanted.actor)
    if wanted.action is not None:
        found = found.where(AuditRow.action.startswith(wanted.action, autoescape=True))
    if wanted.object is not None:
        found = found.where(AuditRow.object == wanted.object)
    if wanted.since is not None:
        found = found.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        found = found.where(AuditRow.at < wanted.until)
    return found if before is None else found.where(AuditRow.id < before)
