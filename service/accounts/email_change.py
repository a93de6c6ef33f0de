"""Another e-mail address to sign in with: asked for with everything one knows, confirmed at the new address."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.accounts import attempts, links, names, people, sessions
from service.accounts.models import EmailChange, Person, Reset
from service.accounts.profile import prove_password
from service.accounts.signing_in import RESET_MAIL, close_email_changes, prove_code, wrong_code
from service.core import access, audit, outbox
from service.core.access import Asker, Visit
from service.core.errors import InvalidInput
from service.core.runtime import Runtime

LIFETIME = timedelta(hours=24)
NEW_ADDRESS, OLD_ADDRESS = "new_address_of", "old_address_of"
"""What the payloads of the two letters call the row; the addresses stand there, not in the outbox."""


def ask_email_change(
    runtime: Runtime,
    asker: Asker,
    *,
    email: str,
    current: str,
    code: str,
    visit: Visit,
    language: str = "en",
) -> None:
    """Send a link to the new address and word of it to the present one; nothing changes until then.

    The answer tells nothing about who else has the new address. Raises NotAllowed
    (accounts.credentials, accounts.code), InvalidInput (accounts.email.same), TooMany.
    """
    access.require(asker, "profile.email", access.own(asker))
    email = names.clean_email(email)
    person = prove_password(runtime, asker, current, visit=visit)
    if names.email_key(email) == person.email_key:
        what = "this is the address already"
        raise InvalidInput(what, fields={"email": what}, code="accounts.email.same")
    now = runtime.clock()
    with runtime.begin() as session:
        if _code_fits(session, runtime, asker, person, code, visit):
            attempts.take(session, runtime.vault, {attempts.EMAIL_CHANGE: asker.id}, now=now)
            attempts.clear(session, runtime.vault, attempts.SIGN_IN_ACCOUNT, person.email_key)
            close_email_changes(session, asker.id, now=now)
            _open(session, asker, person, email, language, now)
            return
    raise wrong_code()


def confirm_email_change(runtime: Runtime, asker: Asker, *, token: str, visit: Visit) -> None:
    """Put the new address into force by the link; all sessions end but the one that confirms.

    Raises NotAllowed (accounts.link), Conflict (accounts.taken), TooMany.
    """
    now = runtime.clock()
    with runtime.begin() as session:
        limit = {attempts.LINK_ADDRESS: visit.address}
        attempts.take(session, runtime.vault, limit, now=now)
    with runtime.begin() as session:
        row = open_change(session, links.row_of(runtime.vault, links.EMAIL, token), now=now)
        people.check_free(session, row.email)
        if not close_email_changes(session, row.person_id, now=now):
            raise links.refused()
        person = session.get_one(Person, row.person_id)
        person.email, person.email_key = row.email, names.email_key(row.email)
        _close_resets(session, person.id, now)
        here = asker.session if asker.person == person.id else None
        sessions.end(session, now=now, person=person.id, but=here)
        by = Asker("person", person.id, organisation=asker.organisation, request=visit.request)
        _note(session, by, "account.email", person.id, now)


def open_change(session: Session, row_id: str, *, now: datetime) -> EmailChange:
    """Return a change that may still be confirmed; raise NotAllowed otherwise."""
    row = session.get(EmailChange, row_id)
    if row is None or row.closed_at is not None or row.expires_at <= now:
        raise links.refused()
    return row


def _code_fits(
    session: Session, runtime: Runtime, asker: Asker, person: Person, code: str, visit: Visit
) -> bool:
    """Tell whether the code is right; who has no second factor yet gives none."""
    return person.totp_since is None or prove_code(
        session, runtime, asker, code, visit=visit, recovery=False
    )


def _open(
    session: Session, asker: Asker, person: Person, email: str, language: str, now: datetime
) -> None:
    row = EmailChange(
        id=str(uuid.uuid4()),
        person_id=person.id,
        email=email,
        previous=person.email,
        language=language,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    for address in (NEW_ADDRESS, OLD_ADDRESS):
        outbox.post(session, topic=RESET_MAIL, payload={address: row.id}, now=now)
    _note(session, asker, "profile.email", person.id, now)


def _close_resets(session: Session, person_id: str, now: datetime) -> None:
    """Close links for a new password: they went to the address that no longer counts."""
    unused = update(Reset).where(Reset.person_id == person_id, Reset.used_at.is_(None))
    session.execute(unused.values(used_at=now))


def _note(session: Session, asker: Asker, action: str, person_id: str, now: datetime) -> None:
    audit.note(session, at=now, asker=asker, action=action, subject=f"person:{person_id}")
