"""The same complaint twice: the same proven contact, seller and order lead to the case that is there already.

Nobody learns of a case this way whose contact has not just been proven to be theirs.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from service.complaints import operations
from service.complaints.course import machine
from service.complaints.intake import tracking
from service.complaints.intake.models import CaseMatter, ContactCheck
from service.complaints.models import Case, CaseEvent
from service.complaints.privacy import sealed
from service.core import access
from service.core.crypto import Vault
from service.core.errors import Conflict

JOINED, REOPENED = "joined", "reopened"
BEFORE_THE_DESK = ("draft", "awaiting_contact_check")
REOPENS = "reopen"


def keep(session: Session, vault: Vault, case: Case, texts: Mapping[str, str]) -> None:
    """Keep what a case is about; without an order number it is the listing and the day of purchase."""
    seller = case.merchant_key or case.facts["listing_url"]
    order = re.sub(r"[\W_]+", "", texts.get("order_id", "")).casefold()
    if not order:
        order = f"{case.facts['listing_url']} {case.facts.get('purchase_date', '')}"
    matter = vault.blind_index("matter", f"{seller} {order}")
    session.add(CaseMatter(case_id=case.id, matter=matter))


def find(session: Session, case: Case) -> Case | None:
    """Return the latest case of the same matter and proven contact that has reached the desk.

    Two that come at once are looked at one after the other.
    """
    mine = session.get_one(CaseMatter, case.id)
    _one_at_a_time(session, mine.matter)
    own, other = aliased(ContactCheck), aliased(ContactCheck)
    same = (
        select(Case)
        .join(CaseMatter, CaseMatter.case_id == Case.id)
        .join(other, other.case_id == Case.id)
        .join(own, own.contact == other.contact)
        .where(
            CaseMatter.matter == mine.matter,
            Case.id != case.id,
            Case.organisation_id == case.organisation_id,
            Case.state.not_in(BEFORE_THE_DESK),
            own.case_id == case.id,
            own.proven_at.is_not(None),
            other.proven_at.is_not(None),
        )
    )
    return session.scalar(same.order_by(Case.received_at.desc()).limit(1))


def join(session: Session, vault: Vault, case: Case, earlier: Case, *, now: datetime) -> str | None:
    """Add a complaint to an earlier case, opening that again where it can be; return JOINED or REOPENED.

    None when the earlier case is over for good: then the new one goes its own way.
    """
    asker = access.complainant(earlier.id)
    told = {"message": str(uuid.uuid4())}
    if machine.load().states[earlier.state].closed:
        if not _reopen(session, earlier, told, now):
            return None
        outcome = REOPENED
    else:
        outcome = JOINED
    _tell(session, vault, case, earlier, told["message"], now)
    _line(session, earlier, asker.label, outcome, {**told, "reference": case.reference}, now)
    _close(session, case, earlier, now)
    return outcome


def _reopen(session: Session, earlier: Case, told: Mapping[str, str], now: datetime) -> bool:
    asker = access.complainant(earlier.id)
    try:
        operations.act(
            session,
            earlier.id,
            REOPENS,
            asker=asker,
            version=earlier.version,
            now=now,
            detail=dict(told),
        )
    except Conflict:
        return False
    return True


def _tell(
    session: Session, vault: Vault, case: Case, earlier: Case, message: str, now: datetime
) -> None:
    """Seal what the complainant wrote this time as a message of the earlier case."""
    asker = access.complainant(case.id)
    told = sealed.read(
        session, vault, case.id, ["description"], asker=asker, purpose="own_case", now=now
    )
    sealed.write(session, vault, earlier.id, f"message:{message}", told["description"])


def _close(session: Session, case: Case, earlier: Case, now: datetime) -> None:
    """Take back what has become part of another case; its links lead nowhere any more."""
    asker = access.complainant(case.id)
    _line(session, case, asker.label, JOINED, {"reference": earlier.reference}, now)
    operations.act(session, case.id, "withdraw", asker=asker, version=case.version, now=now)
    tracking.revoke(session, case.id, now=now)


def _line(
    session: Session, case: Case, actor: str, event: str, detail: Mapping[str, str], now: datetime
) -> None:
    line = CaseEvent(case_id=case.id, at=now, actor=actor, event=event, detail=dict(detail))
    session.add(line)


def _one_at_a_time(session: Session, matter: str) -> None:
    """SQLite has one writer anyway; PostgreSQL would let two transactions miss each other's case."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(matter[:15], 16))))
