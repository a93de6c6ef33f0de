"""An invented council with people, keys, a case and a second organisation: what the pages are shown with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from service import app
from service.accounts import first, links, operations, queries, sessions
from service.accounts.models import Reset
from service.complaints import queries as cases
from service.complaints.intake import filing as intake
from service.complaints.privacy import sealed
from service.core import schema
from service.core.access import ANONYMOUS, HOME, Asker, Visit
from service.core.db import connect, sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.wiring import SWEEPS
from tests.conftest import NOW
from tests.service.complaints.cases import COMPLAINT

COUNCIL = "Haneul Consumer Council"
GROUP = "Lantern Consumer Group"
EMAIL = "minji@haneul.example"
PASSWORD = "quiet harbour seven lanterns"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
ELSEWHERE = Visit("198.51.100.7", PHONE, loopback=False)
HERE = Visit("127.0.0.1", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", loopback=True)
STEP = timedelta(seconds=30)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """A running installation and the ways into it."""

    runtime: Runtime
    clock: Clock
    origin: str = ""
    secret: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    def code(self) -> str:
        """A code of the administrator's authenticator that has not been used: each moves the clock."""
        self.clock.now += STEP
        return pyotp.TOTP(self.secret).at(self.clock.now)

    def asker(self, token: str) -> Asker:
        found = sessions.find(self.runtime, token)
        assert found is not None
        return found.asker

    def signed_in(self, visit: Visit = HERE) -> tuple[str, Asker]:
        """The token of a new session of the administrator, and who that is."""
        opened = operations.sign_in(self.runtime, email=EMAIL, password=PASSWORD, visit=visit)
        if opened.stage == "code":
            opened = operations.enter_code(
                self.runtime, self.asker(opened.token), self.code(), visit=visit
            )
        return opened.token, self.asker(opened.token)

    def invited(self, email: str, roles: list[str], organisation: str = HOME) -> str:
        """The token in the letter that invites an address."""
        _, asker = self.signed_in()
        with self.runtime.begin() as session:
            made = operations.invite(
                session,
                asker,
                organisation,
                email=email,
                roles=roles,
                language="en",
                now=self.clock(),
            )
        return links.make(self.runtime.vault, links.INVITATION, made)

    def joined(self, name: str, email: str, roles: list[str], organisation: str = HOME) -> None:
        token = self.invited(email, roles, organisation)
        operations.accept_invitation(
            self.runtime, token=token, name=name, password=PASSWORD, visit=HERE
        )

    def reset_link(self) -> str:
        """The token in the letter that gives the administrator a new password."""
        operations.ask_reset(self.runtime, email=EMAIL, visit=HERE)
        with self.runtime.reading() as session:
            newest = select(Reset.id).order_by(Reset.created_at.desc(), Reset.id)
            return links.make(
                self.runtime.vault, links.RESET, session.scalars(newest).first() or ""
            )


@contextmanager
def empty(folder: Path) -> Iterator[World]:
    """An installation without anybody."""
    url = sqlite_url(folder / "caveat.sqlite")
    engine = connect(url)
    schema.upgrade(engine)
    engine.dispose()
    clock = Clock()
    runtime = Runtime(Settings(home=folder, database_url=url), sweeps=SWEEPS, clock=clock)
    yield World(runtime, clock)
    runtime.close()


@contextmanager
def serving(world: World) -> Iterator[None]:
    """Answer on a port of this machine until the end of the block."""
    application = app.create(world.runtime)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    world.origin = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def settle(world: World) -> None:
    """Fill an installation: an administrator with a second factor, colleagues, a group, keys, a case."""
    runtime = world.runtime
    token = first.new_link(runtime)
    assert token is not None
    opened = operations.create_first_administrator(
        runtime, token=token, name="Minji Kim", email=EMAIL, password=PASSWORD, visit=HERE
    )
    asker = world.asker(opened.token)
    world.secret = operations.start_second_factor(runtime, asker).secret
    operations.confirm_second_factor(runtime, asker, world.code(), visit=HERE)
    _, asker = world.signed_in()
    with runtime.begin() as session:
        world.ids["group"] = _organisations(session, asker, world.clock())
    world.joined("Joon-ho Park", "joonho@haneul.example", ["auditor"])
    world.joined(
        "Elisabeth von Hohenlohe-Waldenburg",
        "elisabeth.von.hohenlohe-waldenburg@haneul.example",
        ["complaint_officer", "contributor", "reviewer", "supervisor"],
    )
    world.joined("Minji Kim", EMAIL, ["administrator", "editor"], world.ids["group"])
    world.ids |= {
        "invitation": world.invited("new.colleague@haneul.example", ["reader", "reviewer"]),
        "known": world.invited(EMAIL, ["auditor"]),
        "reset": world.reset_link(),
    }
    world.signed_in(ELSEWHERE)
    _, asker = world.signed_in()
    with runtime.begin() as session:
        _keys(session, asker, world.clock())
        world.ids["case"] = _case(session, runtime, asker, world.clock())


def _organisations(session: Session, asker: Asker, now: datetime) -> str:
    own = queries.organisation(session, asker, HOME)
    operations.change_organisation(
        session, asker, HOME, name=COUNCIL, evidence=own.evidence, now=now
    )
    added: dict[str, str] = {
        "kind": "consumer_group",
        "name": GROUP,
        "evidence": "Register of associations, number 4711, lantern.example/imprint",
    }
    group = operations.create_organisation(session, asker, **added, now=now)
    operations.set_organisation_state(session, asker, group, "verified", now=now)
    operations.create_organisation(
        session, asker, kind="platform", name="Open Market Square", evidence="", now=now
    )
    return group


def _keys(session: Session, asker: Asker, now: datetime) -> None:
    wanted: dict[str, Any] = {"organisation_id": HOME, "now": now}
    for label, scopes in (
        ("Score display of the magazine", ["score.read", "evidence.read"]),
        ("Old import", ["complaint.file"]),
    ):
        made = operations.create_key(session, asker, label=label, scopes=scopes, days=90, **wanted)
    operations.revoke_key(session, asker, made.id, now=now)


def _case(session: Session, runtime: Runtime, asker: Asker, now: datetime) -> str:
    intake.file(
        session,
        runtime.vault,
        COMPLAINT,
        idempotency_key="a-fresh-random-value-2",
        asker=ANONYMOUS,
        now=now,
    )
    [case] = cases.cases(session, asker, limit=1)
    sealed.read(session, runtime.vault, case.id, purpose="handle_case", asker=asker, now=now)
    return case.id


class _Quiet(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log_request(self, *_args: object) -> None:
        """Say nothing."""
