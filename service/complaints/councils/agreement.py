"""The complainant's consent to hand a case to one named council: asked for by the desk, given by the page or API.

What is agreed to names the council, its country and the fields; without the proven contact and the
story the other council could not work, so these always go.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints import notices
from service.complaints.councils import known as councils
from service.complaints.councils import ledger
from service.complaints.councils.models import KnownCouncil
from service.complaints.course.machine import COUNCIL, Event
from service.complaints.files import operations as evidence_files
from service.complaints.intake import contact
from service.complaints.intake.fields import PERSONAL
from service.complaints.models import Case, CaseEvent
from service.complaints.privacy import consents, reach, sealed
from service.complaints.privacy.consents import Share
from service.complaints.privacy.sharing import ABROAD
from service.core.access import SYSTEM, Asker
from service.core.errors import Conflict, InvalidInput

ASK, GIVE = "bundle.send", "case.follow"
ASKED = "handover_asked"
WORDING = "handover/1"
STORY = "description"
FROM = ("eligible", "referred_back", "mediation")
"""States in which a council can hand a case over: it has been screened, and the council must act."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the complainant is asked: whether a council in a country may have these fields; `needed` always go."""

    council_id: str
    council: str
    country: str
    fields: tuple[str, ...]
    needed: tuple[str, ...]


def ask(session: Session, case_id: str, council_id: str, *, asker: Asker, now: datetime) -> None:
    """Ask the complainant to let a council have the case; asking again sends another letter.

    Raises Conflict where the case cannot be handed over now, or the complainant has agreed already.
    """
    case = reach.case(session, case_id, asker=asker, action=ASK)
    council = councils.active(session, council_id)
    check_state(case)
    if agreed(session, case, council) is not None:
        raise Conflict(
            "the complainant has agreed already", where=council.name, code="bundles.agreed"
        )
    detail = {"council": council.id, "name": council.name}
    ledger.log(session, case_id, asker.label, ASKED, detail, now)
    notices.post(session, case, Event(ASKED, COUNCIL, tells=("consumer",)), now=now)
    reach.note(session, case, asker=asker, action=ASK, now=now)


def questions(session: Session, case_id: str, *, asker: Asker) -> list[Question]:
    """Return what the complainant was asked and has not agreed to, while it matters."""
    case = reach.case(session, case_id, asker=asker, action=GIVE)
    if case.state not in FROM or case.erased_at is not None:
        return []
    asked = select(CaseEvent.detail).where(CaseEvent.case_id == case_id, CaseEvent.event == ASKED)
    ids = dict.fromkeys(row["council"] for row in session.scalars(asked.order_by(CaseEvent.id)))
    known = (session.get_one(KnownCouncil, one) for one in ids)
    return [
        _question(session, case, one)
        for one in known
        if one.ended_at is None and agreed(session, case, one) is None
    ]


def give(
    session: Session,
    case_id: str,
    council_id: str,
    *,
    asker: Asker,
    now: datetime,
    fields: Collection[str] | None = None,
) -> str:
    """Record the consent that was asked for and return its id; `fields` (all, when None) may leave some out.

    Raises InvalidInput for a council that nobody asked about and for fields that the case does not hold.
    """
    open_questions = {one.council_id: one for one in questions(session, case_id, asker=asker)}
    found = open_questions.get(council_id)
    if found is None:
        raise InvalidInput("is no council that was asked about", where="council")
    chosen = set(found.fields if fields is None else fields) | set(found.needed)
    if strange := sorted(chosen - set(found.fields)):
        raise InvalidInput(f"holds no {', '.join(strange)}", where="fields")
    share = Share(recipient(council_id), found.country, frozenset(chosen))
    return consents.grant(session, case_id, share, wording=WORDING, asker=asker, now=now)


def agreed(session: Session, case: Case, council: KnownCouncil) -> Share | None:
    """Return what the complainant agrees to hand to a council in its country, None for nothing."""
    held = holdings(session, case)
    for name in (recipient(council.id), ABROAD):
        fields = consents.shared_with(session, case.id, name) & held
        share = Share(name, council.country, frozenset(fields))
        if fields and consents.covers(session, case.id, share):
            return share
    return None


def holdings(session: Session, case: Case) -> frozenset[str]:
    """Return everything of a case that can be handed over: what the complainant told, and copies of files."""
    told = PERSONAL.intersection(sealed.names(session, case.id))
    files = evidence_files.of_case(session, case.id, asker=SYSTEM, now=case.received_at)
    return told | {evidence_files.field_of(row.id) for row in files if row.copy}


def recipient(council_id: str) -> str:
    """Return how consents and transfers name a council."""
    return f"council:{council_id}"


def check_state(case: Case) -> None:
    """Refuse a case that the council cannot hand over now."""
    if case.state not in FROM or case.erased_at is not None:
        raise Conflict(
            "is not at a point where it can be handed over",
            where=case.reference,
            code="bundles.state",
        )


def _question(session: Session, case: Case, council: KnownCouncil) -> Question:
    held = holdings(session, case)
    proof = contact.proven(session, case.id)
    needed = {STORY, *(() if proof is None else (proof.field,))} & held
    return Question(
        council.id, council.name, council.country, tuple(sorted(held)), tuple(sorted(needed))
    )
