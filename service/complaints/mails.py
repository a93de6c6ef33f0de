"""Letters about moves of a case: to the complainant, and to people at the desks of council and merchant."""

from service.accounts import queries as accounts
from service.complaints.course import machine, standing
from service.complaints.intake import mails as intake_mails
from service.complaints.models import Case
from service.core import mail
from service.core.messages import Messages, negotiate
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime


def deliver_moved(runtime: Runtime, row: OutboxRow) -> None:
    """Tell the complainant where the case stands; a later move is told by its own letter."""
    with runtime.begin() as session:
        case = session.get_one(Case, row.payload["case"])
        if case.state != row.payload["state"]:
            return
        reader = intake_mails.reader_of(session, runtime, row, case, "contact_email")
        state, due = case.state, standing.due_on(case)
    if reader is None:
        return
    now = reader.words.text(_key(reader.words, row.payload["event"], state))
    if due is not None and machine.load().states[state].actor == machine.CONSUMER:
        now += "\n\n" + reader.words.text("complaint.now.until", when=reader.words.date(due))
    args = {"reference": reader.reference, "now": now, "link": reader.link}
    _send(runtime, row, reader.words, reader.to, "mail.case_moved", **args)


def deliver_desk(runtime: Runtime, row: OutboxRow) -> None:
    """Tell somebody at a desk what has happened to a case, without anything of what it says."""
    with runtime.reading() as session:
        reference = session.get_one(Case, row.payload["case"]).reference
        to, language = accounts.letter_address(session, row.payload["person"])
    words = Messages.load(negotiate(language))
    args = {
        "reference": reference,
        "event": words.text(f"console.event.{row.payload['event']}"),
        "state": words.text(f"console.state.{row.payload['state']}"),
        "link": f"{runtime.settings.origin}/console/desk",
    }
    _send(runtime, row, words, to, "mail.case_desk", **args)


def _key(words: Messages, event: str, state: str) -> str:
    """Return the message for an event that has one of its own, else for the state."""
    own = f"complaint.now.{event}"
    return own if own in words else f"complaint.now.{state}"


def _send(
    runtime: Runtime, row: OutboxRow, words: Messages, to: str, key: str, **args: str
) -> None:
    subject, text = words.text(f"{key}.subject", **args), words.text(f"{key}.body", **args)
    mail.send(runtime.settings, row_id=row.id, to=to, subject=subject, text=text)
