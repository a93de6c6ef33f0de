"""Coming in: password, then code; the way back in after a forgotten password; accepting an invitation.

These take the runtime, not a session: hashing a password takes a quarter of a second, and no
transaction may wait for it. Every try is counted and committed before it is looked at.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.accounts import attempts, links, names, passwords, people, second_factor, sessions
from service.accounts.models import EmailChange, Invitation, Organisation, Person, Reset
from service.accounts.sessions import Opened
from service.core import access, audit, outbox
from service.core.access import ANONYMOUS, Asker, Visit
from service.core.errors import NotAllowed
from service.core.runtime import Runtime

RESET_MAIL = "mail.password_reset"
RESET_LIFETIME = timedelta(hours=1)


def sign_in(runtime: Runtime, *, email: str, password: str, visit: Visit) -> Opened:
    """Open a session for the right password; the answer and its time tell nothing about who has an account.

    Raises NotAllowed (accounts.credentials, accounts.here_only) and TooMany (accounts.limit).
    """
    with proven(runtime, email=email, password=password, visit=visit) as (session, person):
        return open_for(session, person, visit, now=runtime.clock())


@contextmanager
def proven(
    runtime: Runtime, *, email: str, password: str, visit: Visit
) -> Iterator[tuple[Session, Person]]:
    """Give a transaction and the person whose password this is; raise NotAllowed or TooMany.

    The try is counted before the password is looked at. What is done with the proof stands in one
    transaction with it, so that a password changed meanwhile proves nothing.
    """
    account = names.email_key(email[: names.LONGEST_EMAIL])
    last = _count_try(runtime, account, visit)
    with runtime.reading() as session:
        person = people.by_email(session, account)
    kept = person.password if person else None
    right = passwords.fits(kept, password)
    renewed = passwords.make_hash(password) if right and passwords.outdated(kept or "") else kept
    with runtime.begin() as session:
        person = people.by_email(session, account)
        if right and person is not None and person.password == kept:
            person.password = renewed or person.password
            attempts.clear(session, runtime.vault, attempts.SIGN_IN_ACCOUNT, account)
            yield session, person
            return
        _note_refusal(session, runtime, account, visit, last=last)
    raise NotAllowed("e-mail address or password is wrong", code="accounts.credentials")


def _count_try(runtime: Runtime, account: str, visit: Visit) -> bool:
    limits = {attempts.SIGN_IN_ADDRESS: visit.address, attempts.SIGN_IN_ACCOUNT: account}
    with runtime.begin() as session:
        return attempts.take(session, runtime.vault, limits, now=runtime.clock())


def _note_refusal(
    session: Session, runtime: Runtime, account: str, visit: Visit, *, last: bool
) -> None:
    mark = attempts.fingerprint(runtime.vault, attempts.SIGN_IN_ACCOUNT, account)
    asker = replace(ANONYMOUS, request=visit.request)
    action = "account.sign_in.limited" if last else "account.sign_in.refused"
    subject = f"account:{mark[:16]}"
    audit.note(session, at=runtime.clock(), asker=asker, action=action, subject=subject)


def open_for(session: Session, person: Person, visit: Visit, *, now: datetime) -> Opened:
    """Open a session as far as a password alone goes."""
    stage, here_only = _stage(person, visit)
    opened = sessions.start(session, person, visit, stage=stage, here_only=here_only, now=now)
    asker = Asker("person", person.id, request=visit.request)
    audit.note(
        session, at=now, asker=asker, action="account.sign_in", subject=f"person:{person.id}"
    )
    return opened


def enter_code(runtime: Runtime, asker: Asker, code: str, *, visit: Visit) -> Opened:
    """Complete signing in with a code of the authenticator or a recovery code; the session gets a new token.

    Raises NotAllowed (accounts.code) and TooMany (accounts.limit).
    """
    access.require(asker, "account.code", access.own(asker))
    now = runtime.clock()
    with runtime.begin() as session:
        right = prove_code(session, runtime, asker, code, visit=visit, recovery=True)
        if right:
            return sessions.rotate(session, asker, now=now, stage=sessions.FULL)
    raise wrong_code()


def prove_code(
    session: Session, runtime: Runtime, asker: Asker, code: str, *, visit: Visit, recovery: bool
) -> bool:
    """Tell whether the code is right, as one counted try, and use it up."""
    now, vault = runtime.clock(), runtime.vault
    limits = {attempts.CODE_ADDRESS: visit.address, attempts.CODE: asker.id}
    attempts.take(session, vault, limits, now=now)
    person = session.get_one(Person, asker.id)
    right = second_factor.take_code(session, vault, person, code, now)
    by_recovery = (
        not right
        and recovery
        and second_factor.take_recovery_code(session, vault, person, code, now)
    )
    if right or by_recovery:
        attempts.clear(session, vault, attempts.CODE, asker.id)
    action = "account.code.recovery" if by_recovery else "account.code"
    outcome = action if right or by_recovery else "account.code.refused"
    audit.note(session, at=now, asker=asker, action=outcome, subject=f"person:{asker.id}")
    return right or by_recovery


def wrong_code() -> NotAllowed:
    """Return the one answer for codes that are wrong or were used."""
    return NotAllowed("this code is wrong or was used", code="accounts.code")


def sign_out(session: Session, asker: Asker, *, now: datetime) -> None:
    """End the asker's session."""
    access.require(asker, "account.sign_out", access.own(asker))
    sessions.end(session, now=now, person=asker.id, only=asker.session)
    audit.note(
        session, at=now, asker=asker, action="account.sign_out", subject=f"person:{asker.id}"
    )


def ask_reset(runtime: Runtime, *, email: str, visit: Visit, language: str = "en") -> None:
    """Send a link for a new password, if somebody signs in with the address; otherwise do the same work.

    Raises TooMany only: the answer tells nothing about who has an account.
    """
    account, now = names.email_key(email[: names.LONGEST_EMAIL]), runtime.clock()
    limits = {attempts.RESET_ADDRESS: visit.address, attempts.RESET_ACCOUNT: account}
    with runtime.begin() as session:
        attempts.take(session, runtime.vault, limits, now=now)
        person = people.by_email(session, account)
        row = Reset(
            id=str(uuid.uuid4()),
            person_id=person.id if person else None,
            language=language,
            created_at=now,
            expires_at=now + RESET_LIFETIME,
        )
        session.add(row)
        outbox.post(session, topic=RESET_MAIL, payload={"reset": row.id}, now=now)
        asker = replace(ANONYMOUS, request=visit.request)
        audit.note(session, at=now, asker=asker, action="account.reset", subject=f"reset:{row.id}")


def reset_password(runtime: Runtime, *, token: str, password: str, visit: Visit) -> None:
    """Set a new password by a link; every session of the person ends, the second factor stays.

    Raises NotAllowed (accounts.link), InvalidInput, TooMany.
    """
    now = runtime.clock()
    with runtime.begin() as session:
        limit = {attempts.LINK_ADDRESS: visit.address}
        attempts.take(session, runtime.vault, limit, now=now)
    with runtime.reading() as session:
        row = open_reset(session, links.row_of(runtime.vault, links.RESET, token), now=now)
        person = session.get_one(Person, row.person_id)
    passwords.check_new(password, not_like=(person.name, person.email.partition("@")[0]))
    hashed = passwords.make_hash(password)
    with runtime.begin() as session:
        _use(session, row, now)
        set_password(session, person.id, hashed, now=now, but=None)
        account = person.email_key
        attempts.clear(session, runtime.vault, attempts.SIGN_IN_ACCOUNT, account)
        asker = Asker("person", person.id, request=visit.request)
        subject = f"person:{person.id}"
        audit.note(session, at=now, asker=asker, action="account.new_password", subject=subject)


def open_reset(session: Session, row_id: str, *, now: datetime) -> Reset:
    """Return a request for a new password that may still be used; raise NotAllowed otherwise."""
    row = session.get(Reset, row_id)
    if row is None or row.person_id is None or row.used_at is not None or row.expires_at <= now:
        raise links.refused()
    return row


def set_password(
    session: Session, person_id: str, hashed: str, *, now: datetime, but: str | None
) -> None:
    """Keep a new password; what was done with the old one ends, apart from the session named by `but`."""
    session.execute(update(Person).where(Person.id == person_id).values(password=hashed))
    sessions.end(session, now=now, person=person_id, but=but)
    close_email_changes(session, person_id, now=now)


def close_email_changes(session: Session, person_id: str, *, now: datetime) -> bool:
    """Close the change of address that waits for its confirmation; tell whether there was one."""
    waiting = update(EmailChange).where(
        EmailChange.person_id == person_id, EmailChange.closed_at.is_(None)
    )
    closed = waiting.values(closed_at=now).returning(EmailChange.id)
    return bool(session.scalars(closed.execution_options(synchronize_session=False)).all())


def accept_invitation(
    runtime: Runtime, *, token: str, name: str, password: str, visit: Visit
) -> Opened:
    """Join an organisation by the link of an invitation and sign in as far as a password goes.

    Who has an account under the invited address already gives its password; `name` is ignored then.
    Raises NotAllowed (accounts.link, accounts.credentials), InvalidInput, Conflict, TooMany.
    """
    now = runtime.clock()
    with runtime.reading() as session:
        row_id = links.row_of(runtime.vault, links.INVITATION, token)
        invitation = open_invitation(session, row_id, now=now)
        email = invitation.email
        known = people.by_email(session, email) is not None
    if known:
        with proven(runtime, email=email, password=password, visit=visit) as (session, person):
            return _join(session, invitation, person, visit, now)
    name = names.clean_name(name)
    passwords.check_new(password, not_like=(name, email.partition("@")[0]))
    hashed = passwords.make_hash(password)
    with runtime.begin() as session:
        people.check_free(session, email)
        person = people.add_person(
            session, runtime.vault, name=name, email=email, password_hash=hashed, now=now
        )
        return _join(session, invitation, person, visit, now)


def _join(
    session: Session, invitation: Invitation, person: Person, visit: Visit, now: datetime
) -> Opened:
    organisation = invitation.organisation_id
    _accept(session, invitation, now)
    people.give_roles(session, organisation, person.id, invitation.roles, now=now)
    asker = Asker("person", person.id, organisation=organisation, request=visit.request)
    subject = f"invitation:{invitation.id}"
    audit.note(session, at=now, asker=asker, action="account.invitation", subject=subject)
    return open_for(session, person, visit, now=now)


def open_invitation(session: Session, row_id: str, *, now: datetime) -> Invitation:
    """Return an invitation that may still be accepted; raise NotAllowed otherwise."""
    row = session.get(Invitation, row_id)
    if row is None or row.accepted_at or row.withdrawn_at or row.expires_at <= now:
        raise links.refused()
    if session.get_one(Organisation, row.organisation_id).state not in sessions.ACTING_STATES:
        raise links.refused()
    return row


def _stage(person: Person, visit: Visit) -> tuple[str, bool]:
    if person.totp_since is not None:
        return sessions.CODE, False
    if not person.may_defer_totp:
        return sessions.ENROL, False
    if not visit.loopback:
        raise NotAllowed(
            "set up the second factor on the machine that runs Caveat first",
            code="accounts.here_only",
        )
    return sessions.FULL, True


def _use(session: Session, row: Reset, now: datetime) -> None:
    """Mark the link as used; of two requests only one finds it unused."""
    unused = update(Reset).where(Reset.id == row.id, Reset.used_at.is_(None))
    if not session.scalars(unused.values(used_at=now).returning(Reset.id)).all():
        raise links.refused()


def _accept(session: Session, row: Invitation, now: datetime) -> None:
    still = Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
    accepting = update(Invitation).where(Invitation.id == row.id, *still)
    if not session.scalars(accepting.values(accepted_at=now).returning(Invitation.id)).all():
        raise links.refused()
