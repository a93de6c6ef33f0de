"""Every read of the bundles of a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.councils.agreement import FROM
from service.complaints.councils.models import CaseBundle, KnownCouncil
from service.complaints.councils.sending import SEND
from service.complaints.privacy import reach
from service.core import access
from service.core.access import Asker
from service.core.views import view_of


@dataclass(frozen=True, slots=True)
class BundleView:
    """One bundle of a case; `waiting` says that it can be downloaded to be taken there as a file."""

    id: str
    kind: str
    incoming: bool
    council: str
    at: datetime
    delivered_at: datetime | None
    receipt_at: datetime | None
    waiting: bool
    detail: dict[str, Any]


def of_case(session: Session, case_id: str, *, asker: Asker) -> list[BundleView]:
    """Return the bundles of a case, the oldest first."""
    reach.case(session, case_id, asker=asker, action=SEND)
    rows = (
        select(CaseBundle, KnownCouncil.name)
        .join(KnownCouncil, KnownCouncil.id == CaseBundle.council_id)
        .where(CaseBundle.case_id == case_id)
    )
    return [
        view_of(BundleView, row, council=name, waiting=row.wire is not None)
        for row, name in session.execute(rows.order_by(CaseBundle.at, CaseBundle.id))
    ]


def file_of(session: Session, case_id: str, bundle_id: str, *, asker: Asker) -> bytes:
    """Return the bytes of a bundle that has not been answered yet, to be taken there as a file."""
    reach.case(session, case_id, asker=asker, action=SEND)
    row = session.get(CaseBundle, bundle_id)
    if row is None or row.case_id != case_id or row.wire is None:
        raise access.missing("bundle", bundle_id)
    return row.wire


def can_hand_over(session: Session, case_id: str, *, asker: Asker) -> bool:
    """Tell whether the case is in a state in which the council can hand it over."""
    return reach.case(session, case_id, asker=asker, action=SEND).state in FROM
