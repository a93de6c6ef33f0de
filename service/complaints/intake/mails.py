"""Letters of intake: the code that proves a contact, and the receipt once the desk has the complaint.

Each carries a tracking link of its own, made at the moment of delivery.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.complaints.intake import contact, tracking
from service.complaints.intake import filing as intake
from service.complaints.intake.models import ContactCheck
from service.complaints.models import Case
from service.complaints.privacy import sealed
from service.core import mail
from service.core.access import SYSTEM
from service.core.messages import Messages, for_shopper
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter goes to, in which words, with which link."""

    to: str
    words: Messages
    link: str
    reference: str


def deliver_code(runtime: Runtime, row: OutboxRow) -> None:
    """Send a code; not when the contact was proven or the case ended meanwhile, or the code is too old."""
    with runtime.begin() as session:
        check = session.get(ContactCheck, row.payload["check"])
        case = session.get(Case, check.case_id) if check else None
        if check is None or case is None or case.state != intake.WAITING:
            return
        if check.expires_at <= runtime.clock():
            return
        reader = reader_of(session, runtime, row, case, check.field)
    if reader is None:
        return
    code = contact.written(contact.code_of(runtime.vault, check.id))
    letter = contact.CodeLetter(reader.to, code, reader.reference, reader.link, check.expires_at)
    contact.SENDERS[check.field](runtime, row, reader.words, letter)


def deliver_received(runtime: Runtime, row: OutboxRow) -> None:
    """Tell the complainant that the desk has the case, in the language it was filed in."""
    with runtime.begin() as session:
        case = session.get_one(Case, row.payload["case"])
        reader = reader_of(session, runtime, row, case, "contact_email")
    if reader is None:
        return
    args = {"reference": reader.reference, "link": reader.link}
    mail.send(
        runtime.settings,
        row_id=row.id,
        to=reader.to,
        subject=reader.words.text("mail.complaint_received.subject", **args),
        text=reader.words.text("mail.complaint_received.body", **args),
    )


def reader_of(
    session: Session, runtime: Runtime, row: OutboxRow, case: Case, field: str
) -> Reader | None:
    """Return whom a letter goes to and how, with a tracking link of the letter's own; None without an address."""
    now = runtime.clock()
    found = sealed.read(
        session,
        runtime.vault,
        case.id,
        [field],
        asker=SYSTEM,
        purpose="notify_complainant",
        now=now,
    )
    if field not in found:
        return None
    token = tracking.issue(session, case.id, now=now, letter=row.id)
    link = tracking.link(runtime.settings.origin, case.reference, token)
    words = for_shopper(case.language)
    return Reader(found[field], words, link, case.reference)
