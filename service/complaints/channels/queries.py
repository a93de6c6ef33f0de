"""Every read of desks and referrals."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.channels import from_case, registry, router
from service.complaints.channels.models import CaseReferral
from service.complaints.channels.reach import reachable
from service.complaints.channels.reminders import PLANNED
from service.complaints.channels.router import Option
from service.complaints.channels.situation import Status, Tried
from service.complaints.models import SealedField
from service.core.access import Asker
from service.core.views import view_of


@dataclass(frozen=True, slots=True)
class ReferralView:
    """One desk that a case goes or went to."""

    id: str
    channel_id: str
    status: str
    sent_on: date | None
    due_at: datetime | None
    version: int


def channels(
    *, jurisdiction: str | None = None, kind: str | None = None, status: str | None = "active"
) -> list[dict[str, Any]]:
    """Return desks as JSON, in the registry's order; None takes all of them."""
    wanted = {"jurisdiction": jurisdiction, "kind": kind, "status": status}
    rows = (registry.as_json(one) for one in registry.load().channels.values())
    return [row for row in rows if all(v is None or row[k] == v for k, v in wanted.items())]


def options_for_case(
    session: Session,
    asker: Asker,
    case_id: str,
    *,
    as_of: date,
    record: Collection[str] = (),
) -> tuple[Option, ...]:
    """Return where a case can be taken, from its facts, its field names and its referrals.

    `record` names what is known about the trader (see from_case.py). Raises NotFound for a case out
    of reach.
    """
    case = reachable(session, asker, case_id)
    tried = {
        row.channel_id: Tried(cast("Status", row.status), row.sent_on)
        for row in _rows(session, case_id)
        if row.status != PLANNED
    }
    names = session.scalars(select(SealedField.field).where(SealedField.case_id == case_id)).all()
    return router.route(from_case.situation(case.facts, names, tried=tried, record=record), as_of)


def referrals(session: Session, asker: Asker, case_id: str) -> list[ReferralView]:
    """Return the desks of a case, oldest first; the references are sealed fields `referral:ID`."""
    reachable(session, asker, case_id)
    return [view_of(ReferralView, row) for row in _rows(session, case_id)]


def _rows(session: Session, case_id: str) -> list[CaseReferral]:
    ordered = select(CaseReferral).where(CaseReferral.case_id == case_id)
    return list(session.scalars(ordered.order_by(CaseReferral.created_at, CaseReferral.id)))
