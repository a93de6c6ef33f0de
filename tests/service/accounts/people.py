"""Organisations, people and browsers for tests, made as the operations make them."""

import re
import uuid
from collections.abc import Iterable

from flask.testing import FlaskClient

from service import app
from service.accounts import first, names, passwords, people, sessions
from service.accounts.models import Organisation, Person
from service.core.access import HOME, Asker, Visit
from service.core.runtime import Runtime

PASSWORD = "correct horse battery"
VISIT = Visit(address="192.0.2.1", agent="test", loopback=False)
HERE = Visit(address="127.0.0.1", agent="test", loopback=True)


def pages_client(runtime: Runtime) -> FlaskClient:
    """Return a browser without any cookie."""
    api = app.create_api(runtime)
    return app.create_pages(runtime, description=api.extensions["description"]).test_client()


def organisation(
    runtime: Runtime, name: str, kind: str = "council", state: str = "verified"
) -> str:
    """Add an organisation; return its id."""
    now = runtime.clock()
    row = Organisation(
        id=str(uuid.uuid4()),
        kind=kind,
        name=name,
        name_key=names.name_key(name),
        state=state,
        evidence="register no. 1",
        created_at=now,
    )
    with runtime.begin() as session:
        session.add(row)
    return row.id


def home(runtime: Runtime) -> str:
    """Make sure the organisation that runs the installation is there; return its id."""
    with runtime.begin() as session:
        return first.home_organisation(session, now=runtime.clock())


def person(
    runtime: Runtime,
    email: str = "officer@example.org",
    *,
    roles: Iterable[str] = ("complaint_officer",),
    organisation_id: str = HOME,
) -> Person:
    """Add a person with roles in an organisation; the second factor counts as set up."""
    home(runtime)
    now = runtime.clock()
    with runtime.begin() as session:
        row = people.add_person(
            session,
            runtime.vault,
            name=f"Person {email.partition('@')[0]}",
            email=email,
            password_hash=passwords.make_hash(PASSWORD),
            now=now,
        )
        row.totp_since = now
        people.give_roles(session, organisation_id, row.id, roles, now=now)
    return row


def token_of(
    runtime: Runtime, row: Person, *, stage: str = sessions.FULL, here_only: bool = False
) -> str:
    """Open a session of a person; return its token."""
    with runtime.begin() as session:
        opened = sessions.start(
            session, row, VISIT, stage=stage, here_only=here_only, now=runtime.clock()
        )
    return opened.token


def asker_of(runtime: Runtime, token: str) -> Asker:
    """Return who a token belongs to."""
    found = sessions.find(runtime, token)
    assert found is not None
    return found.asker


def signed_in(runtime: Runtime, row: Person, **stage: str) -> FlaskClient:
    """Return a browser in which a person is signed in."""
    client = pages_client(runtime)
    with client.session_transaction() as cookie:
        cookie["token"] = token_of(runtime, row, **stage)  # type: ignore[arg-type]
    return client


def csrf(page: str) -> str:
    """Return the token that the forms of a page carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)
