"""The first administrator: a one-time link that is printed on the machine, until there is one."""

import hmac
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import links, names, passwords, sessions
from service.accounts.models import Membership, Organisation
from service.accounts.people import add_person, check_free
from service.accounts.sessions import Opened
from service.core import audit
from service.core.access import HOME, SYSTEM, Asker, Visit
from service.core.errors import NotAllowed
from service.core.files import whole_file
from service.core.runtime import Runtime

HOME_NAME = "First council"
ROLES = ("administrator", "supervisor", "complaint_officer")
TOKEN_FILE = "first-administrator"  # noqa: S105 - a file name


def home_organisation(session: Session, *, now: datetime) -> str:
    """Return the id of the organisation that runs this installation, making it when there is none.

    Its id is fixed, so that two processes starting at once cannot make two.
    """
    if session.get(Organisation, HOME) is None:
        session.add(
            Organisation(
                id=HOME,
                kind="council",
                name=HOME_NAME,
                name_key=names.name_key(HOME_NAME),
                state="verified",
                evidence="Runs this installation",
                created_at=now,
                verified_at=now,
            )
        )
        session.flush()
        audit.note(
            session,
            at=now,
            asker=SYSTEM,
            action="organisation.create",
            subject=f"organisation:{HOME}",
        )
    return HOME


def has_administrator(session: Session) -> bool:
    """Tell whether somebody administers this installation."""
    found = select(Membership.person_id).where(
        Membership.organisation_id == HOME, Membership.role == "administrator"
    )
    return session.scalar(found.limit(1)) is not None


def new_link(runtime: Runtime) -> str | None:
    """Return a new one-time token for the first administrator, replacing any unused one; None when there is one."""
    with runtime.begin() as session:
        home_organisation(session, now=runtime.clock())
        if has_administrator(session):
            _file(runtime).unlink(missing_ok=True)
            return None
    token = secrets.token_urlsafe(32)
    runtime.key_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with whole_file(_file(runtime), mode=0o600) as file:
        file.write(token.encode())
    return token


def link_is_open(runtime: Runtime, token: str) -> bool:
    """Tell whether the token is the one that was printed last and is unused; looking does not spend it."""
    try:
        expected = _file(runtime).read_bytes()
    except FileNotFoundError:
        return False
    return hmac.compare_digest(expected, token.encode())


def create_first_administrator(
    runtime: Runtime,
    *,
    token: str,
    name: str,
    email: str,
    password: str,
    visit: Visit,
    organisation: str = "",
) -> Opened:
    """Make the first account with the one-time link, which this spends, and sign it in.

    `organisation` is what the organisation that runs this installation is called from now on.
    On this machine itself the second factor may be set up later; then the account works only here
    until it is. Raises NotAllowed (code accounts.link), InvalidInput, Conflict.
    """
    if not link_is_open(runtime, token):
        raise links.refused()
    name, email = names.clean_name(name), names.clean_email(email)
    passwords.check_new(password, not_like=(name, email.partition("@")[0]))
    hashed, now = passwords.make_hash(password), runtime.clock()
    with runtime.begin() as session:
        if has_administrator(session):
            raise NotAllowed("there is an administrator already", code="accounts.link")
        check_free(session, email)
        person = add_person(
            session, runtime.vault, name=name, email=email, password_hash=hashed, now=now
        )
        person.may_defer_totp = visit.loopback
        home_organisation(session, now=now)
        if organisation:
            _call_home(session, organisation)
        session.add_all(
            Membership(organisation_id=HOME, person_id=person.id, role=role, since=now)
            for role in ROLES
        )
        session.flush()
        stage = sessions.FULL if visit.loopback else sessions.ENROL
        opened = sessions.start(
            session, person, visit, stage=stage, here_only=visit.loopback, now=now
        )
        asker = Asker("person", person.id, organisation=HOME, request=visit.request)
        audit.note(
            session, at=now, asker=asker, action="account.first", subject=f"person:{person.id}"
        )
        _spend(runtime)
    return opened


def _call_home(session: Session, name: str) -> None:
    home = session.get_one(Organisation, HOME)
    home.name = names.clean_name(name, field="organisation")
    home.name_key = names.name_key(home.name)


def _spend(runtime: Runtime) -> None:
    """Remove the file, within the transaction: of two requests only one finds it."""
    try:
        _file(runtime).unlink()
    except FileNotFoundError:
        raise links.refused() from None


def _file(runtime: Runtime) -> Path:
    return runtime.key_folder / TOKEN_FILE
