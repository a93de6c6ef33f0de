"""Letters about accounts: the address and the link are put together at the moment of delivery."""

from datetime import timedelta

from service.accounts import links, people
from service.accounts.email_change import NEW_ADDRESS, OLD_ADDRESS
from service.accounts.lost_factor import LOST_FACTOR
from service.accounts.models import EmailChange, Invitation, Organisation, Person, Reset
from service.core import mail
from service.core.messages import Messages, Value, negotiate
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime


def deliver_invitation(runtime: Runtime, row: OutboxRow) -> None:
    """Send the link that opens an invitation; one that was closed meanwhile is not sent."""
    with runtime.reading() as session:
        found = session.get_one(Invitation, row.payload["invitation"])
        organisation = session.get_one(Organisation, found.organisation_id).name
    if found.accepted_at or found.withdrawn_at:
        return
    token = links.make(runtime.vault, links.INVITATION, found.id)
    words = Messages.load(negotiate(found.language))
    link = f"{runtime.settings.origin}/console/invitation/{token}"
    _send(
        runtime,
        row,
        words,
        to=found.email,
        key="mail.invitation",
        organisation=organisation,
        link=link,
        until=words.date(found.expires_at),
    )


def deliver_reset(runtime: Runtime, row: OutboxRow) -> None:
    """Send what goes with a way of signing in that is replaced; the payload's name says which letter."""
    [name] = row.payload
    _LETTERS[name](runtime, row)


def _tell_of_second_factor(runtime: Runtime, row: OutboxRow) -> None:
    """Tell somebody that others took the second factor off, in the language they were invited in."""
    with runtime.reading() as session:
        person = session.get_one(Person, row.payload[LOST_FACTOR])
        language = people.language_of(session, person)
    words = Messages.load(negotiate(language))
    link = f"{runtime.settings.origin}/console/sign-in"
    _send(runtime, row, words, to=person.email, key="mail.second_factor", link=link)


def _send_reset_link(runtime: Runtime, row: OutboxRow) -> None:
    """Send the link for a new password; nobody has the address when the request names no person."""
    with runtime.reading() as session:
        found = session.get_one(Reset, row.payload["reset"])
        person = session.get(Person, found.person_id) if found.person_id else None
    if person is None or found.used_at is not None:
        return
    token = links.make(runtime.vault, links.RESET, found.id)
    words = Messages.load(negotiate(found.language))
    link = f"{runtime.settings.origin}/console/reset/{token}"
    minutes = (found.expires_at - found.created_at) // timedelta(minutes=1)
    _send(runtime, row, words, to=person.email, key="mail.reset", link=link, minutes=minutes)


def _send_email_link(runtime: Runtime, row: OutboxRow) -> None:
    """Send the link that confirms a new address; not when it was closed, or is somebody else's."""
    with runtime.reading() as session:
        found = session.get(EmailChange, row.payload[NEW_ADDRESS])
        taken = found is not None and people.by_email(session, found.email) is not None
    if found is None or found.closed_at is not None or taken:
        return
    words = Messages.load(negotiate(found.language))
    link = f"{runtime.settings.origin}/console/email/{links.make(runtime.vault, links.EMAIL, found.id)}"
    until = words.date(found.expires_at)
    _send(runtime, row, words, to=found.email, key="mail.new_email", link=link, until=until)


def _tell_old_address(runtime: Runtime, row: OutboxRow) -> None:
    """Tell the present address that another one is to take its place, and how to stop it."""
    with runtime.reading() as session:
        found = session.get(EmailChange, row.payload[OLD_ADDRESS])
    if found is None:
        return
    words = Messages.load(negotiate(found.language))
    link = f"{runtime.settings.origin}/console/reset"
    _send(runtime, row, words, to=found.previous, key="mail.old_email", link=link)


_LETTERS = {
    "reset": _send_reset_link,
    LOST_FACTOR: _tell_of_second_factor,
    NEW_ADDRESS: _send_email_link,
    OLD_ADDRESS: _tell_old_address,
}


def _send(
    runtime: Runtime, row: OutboxRow, words: Messages, *, to: str, key: str, **args: Value
) -> None:
    mail.send(
        runtime.settings,
        row_id=row.id,
        to=to,
        subject=words.text(f"{key}.subject", **args),
        text=words.text(f"{key}.body", **args),
    )
