"""One's own account: name, password, second factor, sessions, and the organisation one acts for."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.accounts import attempts, names, passwords, people, second_factor, sessions
from service.accounts.models import Organisation, Person
from service.accounts.second_factor import SecondFactor
from service.accounts.sessions import Opened
from service.accounts.signing_in import prove_code, set_password, wrong_code
from service.core import access, audit
from service.core.access import Asker, Visit
from service.core.errors import Conflict, NotAllowed
from service.core.runtime import Runtime


def change_name(session: Session, asker: Asker, *, name: str, now: datetime) -> None:
    """Change one's own name."""
    access.require(asker, "profile.change", access.own(asker))
    session.get_one(Person, asker.id).name = names.clean_name(name)
    _note(session, asker, "profile.name", now)


def change_password(
    runtime: Runtime, asker: Asker, *, current: str, new: str, visit: Visit
) -> Opened:
    """Change one's own password: all other sessions end, this one gets a new token.

    Raises NotAllowed (accounts.credentials), InvalidInput (accounts.password.*), TooMany.
    """
    access.require(asker, "profile.change", access.own(asker))
    now = runtime.clock()
    person = prove_password(runtime, asker, current, visit=visit)
    passwords.check_new(new, not_like=(person.name, person.email.partition("@")[0]))
    hashed = passwords.make_hash(new)
    with runtime.begin() as session:
        attempts.clear(session, runtime.vault, attempts.SIGN_IN_ACCOUNT, person.email_key)
        set_password(session, asker.id, hashed, now=now, but=asker.session)
        _note(session, asker, "profile.password", now)
        return sessions.rotate(session, asker, now=now)


def prove_password(runtime: Runtime, asker: Asker, current: str, *, visit: Visit) -> Person:
    """Return the asker's row if this is the password, as one counted try; raise NotAllowed, TooMany."""
    with runtime.begin() as session:
        person = session.get_one(Person, asker.id)
        limits = {
            attempts.SIGN_IN_ADDRESS: visit.address,
            attempts.SIGN_IN_ACCOUNT: person.email_key,
        }
        attempts.take(session, runtime.vault, limits, now=runtime.clock())
    if not passwords.fits(person.password, current):
        raise NotAllowed("the present password is wrong", code="accounts.credentials")
    return person


def start_second_factor(runtime: Runtime, asker: Asker) -> SecondFactor:
    """Return the secret to put into an authenticator; the same until a code of it is confirmed.

    Raises Conflict when there is a second factor: its secret is never shown again.
    """
    access.require(asker, "profile.second_factor", access.own(asker))
    with runtime.begin() as session:
        person = session.get_one(Person, asker.id)
        _none_yet(person)
        return second_factor.start(session, runtime.vault, person)


def confirm_second_factor(
    runtime: Runtime, asker: Asker, code: str, *, visit: Visit
) -> tuple[Opened, list[str]]:
    """Put the second factor into force by a first code; returns the new token and the recovery codes.

    All other sessions end: they were opened without it. Raises NotAllowed (accounts.code), TooMany.
    """
    access.require(asker, "profile.second_factor", access.own(asker))
    now = runtime.clock()
    with runtime.begin() as session:
        person = session.get_one(Person, asker.id)
        _none_yet(person)
        if prove_code(session, runtime, asker, code, visit=visit, recovery=False):
            person.totp_since, person.may_defer_totp = now, False
            codes = second_factor.new_recovery_codes(session, runtime.vault, person)
            sessions.end(session, now=now, person=asker.id, but=asker.session)
            _note(session, asker, "profile.second_factor", now)
            opened = sessions.rotate(session, asker, now=now, stage=sessions.FULL, here_only=False)
            return opened, codes
    raise wrong_code()


def remove_second_factor(runtime: Runtime, asker: Asker, code: str, *, visit: Visit) -> Opened:
    """Take the second factor out of force, to set up a new one; until then the session can do only that.

    Takes a code of the authenticator or a recovery code. Raises NotAllowed (accounts.code), TooMany.
    """
    access.require(asker, "profile.second_factor", access.own(asker))
    now = runtime.clock()
    with runtime.begin() as session:
        if prove_code(session, runtime, asker, code, visit=visit, recovery=True):
            person = session.get_one(Person, asker.id)
            second_factor.take_off(session, person)
            sessions.end(session, now=now, person=asker.id, but=asker.session)
            _note(session, asker, "profile.second_factor.remove", now)
            return sessions.rotate(session, asker, now=now, stage=sessions.ENROL)
    raise wrong_code()


def new_recovery_codes(runtime: Runtime, asker: Asker, code: str, *, visit: Visit) -> list[str]:
    """Replace one's recovery codes, proven by a code of the authenticator; the old ones stop working."""
    access.require(asker, "profile.change", access.own(asker))
    with runtime.begin() as session:
        if prove_code(session, runtime, asker, code, visit=visit, recovery=False):
            person = session.get_one(Person, asker.id)
            _note(session, asker, "profile.recovery_codes", runtime.clock())
            return second_factor.new_recovery_codes(session, runtime.vault, person)
    raise wrong_code()


def end_session(session: Session, asker: Asker, session_id: str, *, now: datetime) -> None:
    """End one of one's own sessions; raise NotFound for any other."""
    access.require(asker, "profile.change", access.own(asker))
    if not sessions.end(session, now=now, person=asker.id, only=session_id):
        raise access.missing("session", session_id)
    audit.note(
        session, at=now, asker=asker, action="profile.session.end", subject=f"session:{session_id}"
    )


def end_other_sessions(session: Session, asker: Asker, *, now: datetime) -> int:
    """End all of one's own sessions but this one; returns how many."""
    access.require(asker, "profile.change", access.own(asker))
    ended = sessions.end(session, now=now, person=asker.id, but=asker.session)
    _note(session, asker, "profile.session.end_others", now)
    return ended


def act_for(session: Session, asker: Asker, organisation_id: str, *, now: datetime) -> Opened:
    """Act for another of one's organisations; the session gets a new token with its new powers."""
    access.require(asker, "profile.act_for", access.own(asker))
    organisation = session.get(Organisation, organisation_id)
    if (
        organisation is None
        or organisation.state not in sessions.ACTING_STATES
        or not people.roles_of(session, organisation_id, asker.id)
    ):
        raise access.missing("organisation", organisation_id)
    opened = sessions.rotate(session, asker, now=now, organisation_id=organisation_id)
    subject = f"organisation:{organisation_id}"
    audit.note(session, at=now, asker=asker, action="profile.act_for", subject=subject)
    return opened


def _none_yet(person: Person) -> None:
    if person.totp_since is not None:
        raise Conflict("the second factor is set up already", code="accounts.second_factor")


def _note(session: Session, asker: Asker, action: str, now: datetime) -> None:
    audit.note(session, at=now, asker=asker, action=action, subject=f"person:{asker.id}")
