"""Two installations that know each other, and a case that one hands to the other."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from service.accounts import operations as accounts
from service.complaints.councils import known as councils
from service.complaints.councils import receiving
from service.complaints.councils.known import Acquaintance
from service.complaints.councils.models import CaseBundle
from service.complaints.privacy import consents
from service.complaints.privacy.consents import Share
from service.core import schema
from service.core.access import ANONYMOUS, OPERATOR
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.wiring import SWEEPS
from tests.service.complaints import cases
from tests.service.complaints.express_world import file
from tests.service.conftest import FixedClock

HANDED = frozenset({"contact_name", "contact_email", "description", "order_id"})


@contextmanager
def installation(home: Path) -> Iterator[Runtime]:
    """Open an installation of its own, with its home organisation."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite"))
    runtime = Runtime(settings, sweeps=SWEEPS, clock=FixedClock())
    schema.upgrade(runtime.engine)
    with runtime.begin() as session:
        accounts.home_organisation(session, now=runtime.clock())
    yield runtime
    runtime.close()


def know(runtime: Runtime, other: Runtime, country: str, address: str = "") -> str:
    """Have one installation record the other's keys; return the id there."""
    card = councils.own_card(other)
    given = Acquaintance(
        json.dumps(card),
        councils.grouped(card["fingerprint"]),
        f"Council {country}",
        country,
        address,
    )
    return councils.add(runtime, given, asker=OPERATOR)


def ready(runtime: Runtime, council: str, *, agreed: frozenset[str] = HANDED) -> str:
    """File a complaint, bring it into mediation, and have the complainant agree to hand it over."""
    case_id = file(runtime)
    cases.walk(runtime, case_id, "screen_pass", "mediate_directly")
    if agreed:
        agree(runtime, case_id, f"council:{council}", "CN", agreed)
    return case_id


def agree(
    runtime: Runtime, case_id: str, recipient: str, country: str, fields: frozenset[str]
) -> None:
    """Record the complainant's consent."""
    with runtime.begin() as session:
        consents.grant(
            session,
            case_id,
            Share(recipient, country, fields),
            wording="test",
            asker=cases.consumer(case_id),
            now=runtime.clock(),
        )


def waiting(runtime: Runtime) -> list[bytes]:
    """Return the bytes of every bundle that is to go out, the oldest first."""
    with runtime.reading() as session:
        rows = select(CaseBundle).where(CaseBundle.wire.is_not(None)).order_by(CaseBundle.at)
        return [row.wire for row in session.scalars(rows) if row.wire is not None]


def take(runtime: Runtime, wire: bytes) -> receiving.Taken:
    """Take a bundle as the door of the API does."""
    return receiving.receive(runtime, wire, asker=ANONYMOUS)
