"""Letters about accounts: the address and the link are put together at the moment of delivery."""

from datetime import timedelta

from service.accounts import links
from service.accounts.models import Invitation, Organisation, Person, Reset
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
