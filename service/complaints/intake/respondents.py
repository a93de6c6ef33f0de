"""Who a complaint is against: the merchant that the page or address names, and whether they can be found.

A seller to whom nothing can be delivered is looked for: a task of the desk. What comes of it is counted,
"respondent_not_found" among the causes for which cases fail.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrapers.errors import ScrapersError
from scrapers.identity import WEB, identify
from service.complaints.course import standing
from service.complaints.intake import completeness
from service.complaints.intake.completeness import Respondent
from service.complaints.intake.fields import IDENTIFIES
from service.complaints.models import Case, CaseTask
from service.core import access, audit
from service.core.access import Asker
from service.core.errors import Conflict, InvalidInput
from service.evidence import queries as evidence
from service.merchants import operations as merchants
from service.merchants import queries as merchant_queries

TRACING = "trace_respondent"
NOT_FOUND = "respondent_not_found"
DECIDE = "case.decide"


def merchant_key(data: Mapping[str, Any]) -> str | None:
    """Return the merchant as the page named it, else as the URL does; never a guess by name."""
    try:
        found = identify(data["listing_url"])
    except ScrapersError:
        return None
    return found.merchant_key or _stated(data.get("merchant_key"), found.platform)


def grade(data: Mapping[str, Any], key: str | None, *, verified: bool = False) -> str:
    """Grade whether the seller can be found, from what the complaint says (completeness.GRADES).

    A shop of its own is a name: who runs the domain stands elsewhere. `verified` when somebody checked
    who it is, as of participating traders.
    """
    own_domain = key is None or key.partition(":")[0] == WEB
    return completeness.findability(
        Respondent(
            seller_id=not own_domain,
            verified=verified,
            address="merchant_address" in data,
            contact="merchant_contact" in data,
            name="merchant_name" in data or key is not None,
        )
    )


def is_verified(session: Session, key: str | None) -> bool:
    """Tell whether a register, an authority or a curator confirmed who a merchant is."""
    if key is None:
        return False
    own = merchant_queries.canonical_key(session, key)
    return not IDENTIFIES.isdisjoint(evidence.verified_disclosures(session, own))


def start_tracing(session: Session, case: Case, *, now: datetime) -> None:
    """Have the desk look for a seller to whom nothing can be delivered yet."""
    if case.respondent_grade not in completeness.UNTRACED:
        return
    session.add(
        CaseTask(
            case_id=case.id,
            kind=TRACING,
            for_role="complaint_officer",
            created_at=now,
            detail={"grade": case.respondent_grade},
        )
    )


def finish_tracing(
    session: Session, case_id: str, *, found: str | None, asker: Asker, now: datetime
) -> None:
    """Record what the search came to: the new grade, or None for a seller who was not found.

    The case itself is moved on by the officer, with the cause "respondent_not_found" where it fails.
    """
    case = session.get(Case, case_id)
    access.require(asker, DECIDE, standing.target(case_id, case))
    task = session.scalar(_open_task(case_id))
    if case is None or task is None:
        raise Conflict("nobody is looked for", where=case_id)
    if found not in (None, completeness.IDENTIFIED, completeness.REACHABLE):
        raise InvalidInput("must be identified, reachable, or nothing", where="found")
    case.respondent_grade = found or case.respondent_grade
    task.done_at, task.done_by = now, asker.label
    task.detail = {**task.detail, "result": found or NOT_FOUND}
    audit.note(
        session,
        at=now,
        asker=asker,
        action=DECIDE,
        subject=f"case:{case_id}",
        organisation=case.organisation_id,
    )


def count_not_found(session: Session) -> int:
    """Return how many searches ended without a result: a cause of failure that is counted."""
    done = select(CaseTask.detail).where(CaseTask.kind == TRACING, CaseTask.done_at.is_not(None))
    return sum(1 for detail in session.scalars(done) if detail.get("result") == NOT_FOUND)


def count_open(session: Session) -> int:
    """Return how many sellers are being looked for."""
    waiting = select(func.count()).where(CaseTask.kind == TRACING, CaseTask.done_at.is_(None))
    return session.scalar(waiting) or 0


def _open_task(case_id: str) -> Any:
    return select(CaseTask).where(
        CaseTask.case_id == case_id, CaseTask.kind == TRACING, CaseTask.done_at.is_(None)
    )


def _stated(key: str | None, platform: str | None) -> str | None:
    """Return a key that the page named, where its platform has sellers of its own and the key is one."""
    if key is None or platform == WEB or key.partition(":")[0] != platform:
        return None
    return key if merchants.is_key(key) else None
