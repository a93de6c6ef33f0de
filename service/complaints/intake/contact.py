"""Proving that a contact is the complainant's, before a complaint reaches any desk.

A code goes out by e-mail; an officer can call the number back instead, or see the message arrive at the
counter. Codes are derived from the row of the check, so that no table and no backup holds one, and a
letter that is delivered twice carries the same. A channel that can carry codes is a ContactSender;
e-mail is the only one that comes with Caveat.
"""

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.intake.fields import PROOFS
from service.complaints.intake.models import ContactCheck
from service.complaints.models import Case
from service.complaints.privacy import contact_index
from service.core import mail, outbox
from service.core.crypto import Vault
from service.core.errors import InvalidInput
from service.core.messages import Messages
from service.core.outbox import OutboxRow
from service.core.readable import ALPHABET
from service.core.runtime import Runtime

CODE = "code"
HANDED_OVER = "council"
CODE_LETTERS = 8
LIFETIME = timedelta(days=3)
CONTACT_MAIL = "mail.complaint_contact"


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """What goes to the complainant: the code, the link to enter it under, and until when it works."""

    to: str
    code: str
    reference: str
    link: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """A way to reach a complainant: the field it was given in, and what stands there."""

    field: str
    text: str


class ContactSender(Protocol):
    """A channel that carries codes; what it raises is tried again later, under the row's id."""

    def __call__(
        self, runtime: Runtime, row: OutboxRow, words: Messages, letter: CodeLetter
    ) -> None:
        """Hand one code over."""


def send_by_mail(runtime: Runtime, row: OutboxRow, words: Messages, letter: CodeLetter) -> None:
    """Hand a code over by e-mail."""
    args = {
        "code": letter.code,
        "reference": letter.reference,
        "link": letter.link,
        "until": words.date(letter.until),
    }
    mail.send(
        runtime.settings,
        row_id=row.id,
        to=letter.to,
        subject=words.text("mail.complaint_contact.subject", **args),
        text=words.text("mail.complaint_contact.body", **args),
    )


SENDERS: Mapping[str, ContactSender] = {"contact_email": send_by_mail}
"""By the field that holds the contact; an installation with an SMS gateway adds "contact_phone"."""


def send_code(
    session: Session, vault: Vault, case: Case, reach: Reach, *, now: datetime
) -> ContactCheck:
    """Have a code sent to a contact of the case."""
    if reach.field not in SENDERS:
        what = "no code can be sent there"
        raise InvalidInput(what, where=reach.field, code="complaints.no_sender")
    check = _begin(session, vault, case, reach, CODE, now)
    outbox.post(session, topic=CONTACT_MAIL, payload={"check": check.id}, now=now)
    return check


def record_proof(
    session: Session,
    vault: Vault,
    case: Case,
    reach: Reach,
    *,
    proof: str,
    by: str,
    now: datetime,
) -> ContactCheck:
    """Keep how an officer made sure that a contact is the complainant's; a code is sent, not seen."""
    if proof == CODE or reach.field not in PROOFS.get(proof, ()):
        raise InvalidInput("does not prove this contact", where="proof", code="complaints.proof")
    check = _begin(session, vault, case, reach, proof, now)
    check.proven_at, check.proven_by = now, by
    return check


def record_handed_over(
    session: Session, vault: Vault, case: Case, reach: Reach, *, by: str, now: datetime
) -> None:
    """Keep that another council, which hands the case over, made sure of a contact."""
    check = _begin(session, vault, case, reach, HANDED_OVER, now)
    check.proven_at, check.proven_by = now, by


def prove(
    session: Session, vault: Vault, case_id: str, typed: str, *, by: str, now: datetime
) -> ContactCheck | None:
    """Return the check that a typed code proves, None when it fits none that is still open."""
    for check in _live(session, case_id, now):
        if hmac.compare_digest(code_of(vault, check.id).encode(), _read(typed).encode()):
            check.proven_at = check.proven_at or now
            check.proven_by = check.proven_by or by
            return check
    return None


def proven(session: Session, case_id: str) -> ContactCheck | None:
    """Return the first proof of a case, None while there is none."""
    found = select(ContactCheck).where(
        ContactCheck.case_id == case_id, ContactCheck.proven_at.is_not(None)
    )
    return session.scalar(found.order_by(ContactCheck.proven_at).limit(1))


def fingerprint(vault: Vault, case: Case, reach: Reach) -> str:
    """Return the blind index of a contact of a case, however it is spelt."""
    country = case.facts.get("country")
    kind = contact_index.FIELDS[reach.field]
    return contact_index.fingerprint(vault, kind, reach.text, country=country)


def code_of(vault: Vault, check_id: str) -> str:
    """Return the code of a check: letters and digits that are not mistaken for one another."""
    number = int(vault.blind_index("contact-code", check_id), 16)
    letters = []
    for _ in range(CODE_LETTERS):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def latest_code(session: Session, vault: Vault, case_id: str) -> str:
    """Return the code of the latest letter, for the bundled sample, whose letters nobody reads."""
    sent = select(ContactCheck.id).where(
        ContactCheck.case_id == case_id, ContactCheck.proof == CODE
    )
    latest = session.scalars(sent.order_by(ContactCheck.created_at.desc()).limit(1)).one()
    return code_of(vault, latest)


def written(code: str) -> str:
    """Return a code as letters show it, in two groups."""
    half = CODE_LETTERS // 2
    return f"{code[:half]}-{code[half:]}"


def _read(typed: str) -> str:
    return "".join(character for character in typed.upper() if character.isalnum())


def _begin(
    session: Session, vault: Vault, case: Case, reach: Reach, proof: str, now: datetime
) -> ContactCheck:
    check = ContactCheck(
        id=str(uuid.uuid4()),
        case_id=case.id,
        field=reach.field,
        contact=fingerprint(vault, case, reach),
        proof=proof,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(check)
    session.flush()
    return check


def _live(session: Session, case_id: str, now: datetime) -> list[ContactCheck]:
    open_ones = select(ContactCheck).where(
        ContactCheck.case_id == case_id, ContactCheck.proof == CODE, ContactCheck.expires_at > now
    )
    return list(session.scalars(open_ones.order_by(ContactCheck.created_at.desc())))
