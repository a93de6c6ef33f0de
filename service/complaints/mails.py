"""Mails to the complainant: opened, rendered and handed over at the moment of delivery."""

from service.complaints import operations
from service.complaints.models import Case
from service.core import mail
from service.core.messages import Messages, negotiate
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime


def deliver_received(runtime: Runtime, row: OutboxRow) -> None:
    """Tell the complainant that the case has been received, in the language it was filed in."""
    with runtime.reading() as session:
        case = session.get_one(Case, row.payload["case"])
        recipient = operations.open_fields(session, runtime.vault, case).get("contact_email")
        locale, reference = case.facts.get("language"), case.reference
    if recipient is None:
        return
    words = Messages.load(negotiate(locale))
    text = words.text("mail.complaint_received.body", reference=reference)
    subject = words.text("mail.complaint_received.subject", reference=reference)
    mail.send(runtime.settings, row_id=row.id, to=recipient, subject=subject, text=text)
