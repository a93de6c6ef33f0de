"""Every read of checks of shops."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.core import access
from service.core.access import Asker, Target
from service.disclosures.models import ShopCheck
from service.disclosures.operations import READ


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check as its organisation sees it."""

    id: str
    url: str
    country: str
    asked_at: datetime
    state: str
    attempts: int
    due_at: datetime | None
    done_at: datetime | None
    merchant_key: str | None
    jurisdiction: str
    pages: list[dict[str, Any]]
    items: list[dict[str, Any]]


def checks(session: Session, asker: Asker, *, limit: int, offset: int = 0) -> list[CheckView]:
    """Return the checks that the asker may see, newest first."""
    newest = select(ShopCheck).where(_visible(asker)).order_by(ShopCheck.asked_at.desc())
    page = newest.order_by(ShopCheck.id).limit(limit).offset(offset)
    return [_view(row) for row in session.scalars(page)]


def count(session: Session, asker: Asker) -> int:
    """Return how many checks the asker may see."""
    return session.scalar(select(func.count()).select_from(ShopCheck).where(_visible(asker))) or 0


def check(session: Session, asker: Asker, check_id: str) -> CheckView:
    """Return one check; raise NotFound for one that the asker may not see."""
    row = session.get(ShopCheck, check_id)
    owner = row.organisation_id if row else None
    access.require(asker, READ, Target("check", check_id, organisation=owner))
    if row is None:
        raise access.missing("check", check_id)
    return _view(row)


def _visible(asker: Asker) -> Any:
    return access.visible(asker, READ, organisation=ShopCheck.organisation_id)


def _view(row: ShopCheck) -> CheckView:
    return CheckView(**{name: getattr(row, name) for name in CheckView.__dataclass_fields__})
