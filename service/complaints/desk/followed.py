"""What a complainant can do by the tracking link, without an account: see, answer, decide, take back.

Each call begins with the token; what it opens is a case of the complainant's own, and the operations
check that again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from service.complaints import operations, queries
from service.complaints.councils import agreement
from service.complaints.councils import known as councils
from service.complaints.councils.agreement import Question
from service.complaints.course.machine import Event
from service.complaints.desk import case_view, correspondence
from service.complaints.desk.case_view import Moment, TransferView
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import FileView
from service.complaints.intake import queries as intake_queries
from service.complaints.intake import tracking
from service.complaints.intake.queries import Tracked
from service.complaints.models import Case, CaseAmount
from service.complaints.operations import Moved
from service.complaints.privacy import access_log, consents, erasure_requests, sealed
from service.complaints.privacy.access_log import Look
from service.complaints.privacy.consents import ConsentView
from service.complaints.privacy.visibility import COMPLAINANT
from service.core import access
from service.core.access import Asker
from service.core.errors import InvalidInput
from service.core.runtime import Runtime

OWN = "own_case"
GATE = ("submit", "confirm_contact")
"""Moves that belong to filing; the code of the letter makes them."""
INTERNAL = ("note", "assigned")
"""Lines of the history that are the desk's own affair."""
WITH_WORDS = ("supply", "dispute", "appeal", "reopen", "not_received", "withdraw")
"""Moves that the complainant explains; `NEEDS_WORDS` are nothing without the explanation."""
NEEDS_WORDS = ("supply",)


@dataclass(frozen=True, slots=True)
class Followed:
    """A case as its complainant sees it; `looks` are those of others, `texts` their words by field."""

    case: Tracked
    id: str
    version: int
    due_on: date | None
    waiting: str | None
    council: str
    possible: list[Event]
    moments: list[Moment]
    texts: Mapping[str, str]
    files: list[FileView]
    amounts: list[CaseAmount]
    looks: list[Look]
    organisations: Mapping[str, str]
    consents: list[ConsentView]
    questions: list[Question]
    transfers: list[TransferView]
    erasing: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What the complainant does: an event, the version of the case that was looked at, words, an amount.

    `sure` when the amount is more than was claimed.
    """

    event: str
    version: int | None
    text: str = ""
    amount: str = ""
    currency: str = ""
    sure: bool = False


def own(session: Session, reference: str, token: str, *, now: datetime) -> tuple[Case, Asker]:
    """Return the case that a token opens, and its complainant; raise NotFound for any other."""
    case = tracking.find(session, reference, token, now=now)
    return case, access.complainant(case.id)


def follow(runtime: Runtime, reference: str, token: str) -> Followed:
    """Return a case; messages in it are opened, and that look is recorded like every other."""
    now = runtime.clock()
    with runtime.begin() as session:
        case, asker = own(session, reference, token, now=now)
        view = queries.view(case)
        looks = access_log.of_case(session, case.id, asker=asker)
        seen_by = [look for look in looks if look.role != COMPLAINANT]
        named = [case.organisation_id, case.respondent_id, *(look.organisation for look in seen_by)]
        agreed = consents.of_case(session, case.id, asker=asker)
        organisations = case_view.organisations(session, named)
        organisations |= councils.names(session, [case_view.id_of(one.recipient) for one in agreed])
        return Followed(
            case=intake_queries.tracked(session, reference, token, now=now),
            id=case.id,
            version=case.version,
            due_on=view.due_on,
            waiting=queries.waiting_for(case.state),
            council=organisations.get(case.organisation_id, ""),
            possible=_possible(session, case, asker, now),
            moments=_moments(session, case.id),
            texts=_texts(session, runtime, case, asker, now),
            files=evidence_files.of_case(session, case.id, asker=asker, now=now),
            amounts=queries.amounts(session, case.id),
            looks=seen_by,
            organisations=organisations,
            consents=agreed,
            questions=agreement.questions(session, case.id, asker=asker),
            transfers=case_view.transfers(session, case.id),
            erasing=erasure_requests.waiting(session, case.id) is not None,
            erased=case.erased_at is not None,
        )


def act(runtime: Runtime, reference: str, token: str, step: Step) -> Moved:
    """Make a move of the complainant's; the words that come with it are sealed in the same transaction."""
    now = runtime.clock()
    with runtime.begin() as session:
        case, asker = own(session, reference, token, now=now)
        if step.event in GATE:
            raise InvalidInput("is made by the code of the letter", where="event")
        detail: dict[str, Any] = {}
        if step.amount:
            detail |= {"amount": step.amount, "currency": step.currency, "sure": step.sure}
        if step.text.strip() or step.event in NEEDS_WORDS:
            detail["message"] = correspondence.seal(
                session, runtime.vault, case.id, correspondence.MESSAGE, step.text
            )
        return operations.act(
            session,
            case.id,
            step.event,
            asker=asker,
            version=step.version,
            now=now,
            detail=detail,
        )


def write(runtime: Runtime, reference: str, token: str, text: str) -> None:
    """Send a message to the desk."""
    now = runtime.clock()
    with runtime.begin() as session:
        case, asker = own(session, reference, token, now=now)
        kind = correspondence.MESSAGE
        correspondence.write(session, runtime.vault, case.id, kind, text, asker=asker, now=now)


def revoke(runtime: Runtime, reference: str, token: str, consent_id: str) -> None:
    """Take a consent back."""
    now = runtime.clock()
    with runtime.begin() as session:
        case, asker = own(session, reference, token, now=now)
        consents.revoke(session, case.id, consent_id, asker=asker, now=now)


def agree(
    runtime: Runtime, reference: str, token: str, council_id: str, fields: Collection[str] | None
) -> None:
    """Let a council that the desk asked about have the case; see agreement.give."""
    now = runtime.clock()
    with runtime.begin() as session:
        case, asker = own(session, reference, token, now=now)
        agreement.give(session, case.id, council_id, asker=asker, now=now, fields=fields)


def ask_erasure(runtime: Runtime, reference: str, token: str) -> None:
    """Ask the desk to erase the personal data of a closed case."""
    now = runtime.clock()
    with runtime.begin() as session:
        case, asker = own(session, reference, token, now=now)
        erasure_requests.ask(session, case.id, asker=asker, now=now)


def _possible(session: Session, case: Case, asker: Asker, now: datetime) -> list[Event]:
    found = queries.possible(session, asker, case.id, now=now)
    return [event for event in found if event.name not in GATE and case.erased_at is None]


def _moments(session: Session, case_id: str) -> list[Moment]:
    found = case_view.history(session, case_id)
    return [moment for moment in found if moment.event not in INTERNAL]


def _texts(
    session: Session, runtime: Runtime, case: Case, asker: Asker, now: datetime
) -> Mapping[str, str]:
    held = [
        name for name in sealed.names(session, case.id) if name.startswith(("message:", "result:"))
    ]
    if not held or case.erased_at is not None:
        return {}
    return sealed.shown(session, runtime.vault, case.id, held, asker=asker, purpose=OWN, now=now)
