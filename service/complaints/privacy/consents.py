"""What the complainant lets others see, recipient by recipient and country by country; what was handed on."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.complaints.course import machine
from service.complaints.intake.values import COUNTRIES
from service.complaints.models import Case
from service.complaints.privacy import reach, visibility
from service.complaints.privacy.models import CaseSharing, CaseTransfer
from service.core.access import Asker
from service.core.errors import Conflict, InvalidInput, NotFound
from service.core.views import view_of

BASES = ("consent", "legal_duty", "legal_claim")
"""Why personal fields may be handed on: agreed to, demanded by law, needed for a claim of the complainant."""
CONSENT = "consent"
MERCHANT = "merchant"
"""The recipient of a case's seller, where that is no organisation here, or was not yet."""
ACTION = "case.consent"
UNSTATED = "ZZ"
"""Wherever the recipient is: CLDR's code for an unknown region."""


@dataclass(frozen=True, slots=True)
class Share:
    """Sealed fields (`file:ID` for a file) and who in which country (ISO 3166-1) gets them."""

    recipient: str
    country: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One consent as the complainant and the officer see it."""

    id: str
    recipient: str
    country: str
    fields: list[str]
    wording: str
    given_at: datetime
    given_by: str
    revoked_at: datetime | None


def organisation(organisation_id: str | None) -> str:
    """Return how a recipient that is an organisation here is named; channels are `channel:ID`."""
    return f"organisation:{organisation_id}"


def grant(
    session: Session,
    case_id: str,
    share: Share,
    *,
    wording: str,
    asker: Asker,
    now: datetime,
) -> str:
    """Record a consent and return its id; it takes the place of the recipient's earlier one.

    `wording` names the text that was agreed to, with its version. The complainant gives it, or an
    officer who was told so.
    """
    case = reach.case(session, case_id, asker=asker, action=ACTION)
    if share.country not in (*COUNTRIES, UNSTATED):
        raise InvalidInput("is not the two-letter code of a country", where="country")
    for earlier in session.scalars(_active(case_id, share.recipient)):
        _end(earlier, asker, now)
    consent = CaseSharing(
        id=str(uuid.uuid4()),
        case_id=case_id,
        recipient=share.recipient,
        country=share.country,
        fields=sorted(share.fields),
        wording=wording,
        given_at=now,
        given_by=asker.label,
    )
    session.add(consent)
    reach.note(session, case, asker=asker, action=ACTION, now=now)
    session.flush()
    return consent.id


def revoke(session: Session, case_id: str, consent_id: str, *, asker: Asker, now: datetime) -> None:
    """End a consent; what was handed on before stays in the record. Repeating it changes nothing."""
    case = reach.case(session, case_id, asker=asker, action=ACTION)
    consent = session.get(CaseSharing, consent_id)
    if consent is None or consent.case_id != case_id:
        raise NotFound("there is no such consent", where=consent_id)
    if consent.revoked_at is None:
        _end(consent, asker, now)
        reach.note(session, case, asker=asker, action=ACTION, now=now)


def of_case(session: Session, case_id: str, *, asker: Asker) -> list[ConsentView]:
    """Return every consent of a case, the oldest first."""
    reach.case(session, case_id, asker=asker, action=ACTION)
    rows = select(CaseSharing).where(CaseSharing.case_id == case_id)
    ordered = rows.order_by(CaseSharing.given_at, CaseSharing.id)
    return [view_of(ConsentView, row) for row in session.scalars(ordered)]


def shared_with(session: Session, case_id: str, recipient: str) -> frozenset[str]:
    """Return the fields that the complainant agrees to show a recipient now."""
    rows = session.scalars(_active(case_id, recipient))
    return frozenset(field for row in rows for field in row.fields)


def covers(session: Session, case_id: str, share: Share) -> bool:
    """Tell whether one consent covers the recipient, the country and every field."""
    return _covering(session, case_id, share) is not None


def shared_with_trader(session: Session, case_id: str, respondent_id: str | None) -> frozenset[str]:
    """Return the fields that the case's trader may see, agreed to under either of its names."""
    by_name = shared_with(session, case_id, MERCHANT)
    return by_name | shared_with(session, case_id, organisation(respondent_id))


def record_arrival(
    session: Session, case: Case, came_from: str, *, asker: Asker, now: datetime
) -> None:
    """Record what a trader gets to see, when a case comes to its desk from a state elsewhere."""
    states, stages = machine.load().states, visibility.load().stages
    if states[came_from].stage in stages or states[case.state].stage not in stages:
        return
    for recipient in (MERCHANT, organisation(case.respondent_id)):
        for consent in session.scalars(_active(case.id, recipient)):
            share = Share(recipient, consent.country, frozenset(consent.fields))
            record_transfer(session, case.id, share, basis=CONSENT, asker=asker, now=now)


def record_transfer(
    session: Session,
    case_id: str,
    share: Share,
    *,
    basis: str,
    asker: Asker,
    now: datetime,
) -> None:
    """Record that fields are handed on, in the transaction that does it.

    Raises InvalidInput for an unknown basis, Conflict when it is consent and that does not cover the
    recipient, the country and every field.
    """
    if basis not in BASES:
        raise InvalidInput(f"{basis!r} is no basis for handing data on", where="basis")
    consent = _covering(session, case_id, share) if basis == CONSENT else None
    if basis == CONSENT and consent is None:
        where = f"{share.recipient}, {share.country}"
        raise Conflict("the complainant has not agreed to that", where=where)
    session.add(
        CaseTransfer(
            case_id=case_id,
            at=now,
            actor=asker.label,
            recipient=share.recipient,
            country=share.country,
            fields=sorted(share.fields),
            basis=basis,
            sharing_id=consent.id if consent else None,
        )
    )


def _covering(session: Session, case_id: str, share: Share) -> CaseSharing | None:
    active = _active(case_id, share.recipient).where(CaseSharing.country == share.country)
    rows = session.scalars(active)
    return next((row for row in rows if share.fields <= set(row.fields)), None)


def _active(case_id: str, recipient: str) -> Select[CaseSharing]:
    return select(CaseSharing).where(
        CaseSharing.case_id == case_id,
        CaseSharing.recipient == recipient,
        CaseSharing.revoked_at.is_(None),
    )


def _end(consent: CaseSharing, asker: Asker, now: datetime) -> None:
    consent.revoked_at, consent.revoked_by = now, asker.label
