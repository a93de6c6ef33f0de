"""Sessions live in the database: listed, ended at once, and known only by the hash of their token."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, delete, select, update
from sqlalchemy.orm import Session

from service.accounts.models import EmailChange, Membership, Organisation, Person, SessionRow
from service.core.access import Asker, Visit
from service.core.runtime import Runtime

FULL, CODE, ENROL = "full", "code", "enrol"
LIFETIME = timedelta(hours=12)
IDLE = timedelta(hours=2)
KEPT = timedelta(days=30)
HALF_LIFETIME = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
# What somebody may be in an organisation that nobody has verified yet.
UNVERIFIED_ROLES = frozenset({"administrator", "reader"})
ACTING_STATES = ("verified", "pending")


class Opened(NamedTuple):
    """A session's new token, shown to the browser once, and how far the person has signed in."""

    token: str
    stage: str


class Found(NamedTuple):
    """Who a token belongs to; `here_only` sessions count on this machine itself."""

    asker: Asker
    here_only: bool
    last_seen_at: datetime


def start(
    session: Session, person: Person, visit: Visit, *, stage: str, here_only: bool, now: datetime
) -> Opened:
    """Open a session for a browser, acting for the organisation the person last acted for."""
    token = secrets.token_urlsafe(32)
    row = SessionRow(
        id=str(uuid.uuid4()),
        token_hash=_hash(token),
        person_id=person.id,
        organisation_id=_last_organisation(session, person.id),
        stage=stage,
        here_only=here_only,
        agent=visit.agent,
        address=visit.address,
        created_at=now,
        last_seen_at=now,
        expires_at=now + (LIFETIME if stage == FULL else HALF_LIFETIME),
    )
    session.add(row)
    session.flush()
    return Opened(token, stage)


def rotate(
    session: Session, asker: Asker, *, now: datetime, **changes: str | bool | None
) -> Opened:
    """Give the asker's session a new token, as its powers change; the old token is dead at once."""
    row = session.get_one(SessionRow, asker.session)
    token = secrets.token_urlsafe(32)
    row.token_hash = _hash(token)
    for name, value in changes.items():
        setattr(row, name, value)
    if row.stage == FULL and asker.stage != FULL:
        row.expires_at = now + LIFETIME
    session.flush()
    return Opened(token, row.stage)


def end(
    session: Session,
    *,
    now: datetime,
    person: str | None = None,
    organisation: str | None = None,
    only: str | None = None,
    but: str | None = None,
) -> int:
    """End the live sessions that fit every given condition; returns how many there were."""
    ending = update(SessionRow).where(SessionRow.ended_at.is_(None), SessionRow.expires_at > now)
    if person is not None:
        ending = ending.where(SessionRow.person_id == person)
    if organisation is not None:
        ending = ending.where(SessionRow.organisation_id == organisation)
    if only is not None:
        ending = ending.where(SessionRow.id == only)
    if but is not None:
        ending = ending.where(SessionRow.id != but)
    ended = ending.values(ended_at=now).returning(SessionRow.id)
    return len(session.scalars(ended.execution_options(synchronize_session=False)).all())


def find(runtime: Runtime, token: str, *, request: str | None = None) -> Found | None:
    """Return who a token belongs to, by one statement; None when it is unknown, ended or too old."""
    now = runtime.clock()
    asked = {"token": _hash(token), "now": now, "idle": now - IDLE}
    with runtime.looking() as connection:
        rows = connection.execute(_FIND, asked).all()
    if not rows:
        return None
    found = Found(_asker(rows, request), rows[0].here_only, rows[0].last_seen_at)
    if now - found.last_seen_at >= SEEN_EVERY:
        _see(runtime, found.asker, now)
    return found


def _find() -> Select[*tuple[object, ...]]:
    member = and_(
        Membership.organisation_id == SessionRow.organisation_id,
        Membership.person_id == SessionRow.person_id,
    )
    return (
        select(
            SessionRow.id,
            SessionRow.person_id,
            SessionRow.stage,
            SessionRow.here_only,
            SessionRow.last_seen_at,
            Person.name.label("person_name"),
            Organisation.id.label("organisation"),
            Organisation.name.label("organisation_name"),
            Organisation.state,
            Membership.role,
        )
        .join(Person, Person.id == SessionRow.person_id)
        .outerjoin(Organisation, Organisation.id == SessionRow.organisation_id)
        .outerjoin(Membership, member)
        .where(
            SessionRow.token_hash == bindparam("token"),
            SessionRow.ended_at.is_(None),
            SessionRow.expires_at > bindparam("now", type_=SessionRow.expires_at.type),
            SessionRow.last_seen_at > bindparam("idle", type_=SessionRow.last_seen_at.type),
        )
    )


_FIND = _find()


def acting_roles(state: str, roles: frozenset[str]) -> frozenset[str]:
    """Return which of the roles count in an organisation of this state."""
    return {"verified": roles, "pending": roles & UNVERIFIED_ROLES}.get(state, frozenset())


def _asker(rows: "Sequence[Row[*tuple[object, ...]]]", request: str | None) -> Asker:
    first = rows[0]
    given = frozenset(row.role for row in rows if row.role)
    roles = acting_roles(first.state, given)
    acting = bool(given) and first.state in ACTING_STATES
    return Asker(
        "person",
        first.person_id,
        first.person_name,
        organisation=first.organisation if acting else None,
        organisation_name=first.organisation_name if acting else "",
        roles=roles,
        session=first.id,
        stage=first.stage,
        request=request,
    )


def _see(runtime: Runtime, asker: Asker, now: datetime) -> None:
    with runtime.begin() as session:
        session.execute(
            update(SessionRow).where(SessionRow.id == asker.session).values(last_seen_at=now)
        )


def _last_organisation(session: Session, person_id: str) -> str | None:
    """Return the organisation of the person's newest session while a member, else the first joined."""
    member = (
        select(Membership.organisation_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person_id, Organisation.state.in_(ACTING_STATES))
    )
    last = (
        select(SessionRow.organisation_id)
        .where(SessionRow.person_id == person_id, SessionRow.organisation_id.in_(member))
        .order_by(SessionRow.created_at.desc())
        .limit(1)
    )
    return session.scalar(last) or session.scalar(member.order_by(Membership.since).limit(1))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sweep(runtime: Runtime) -> int:
    """Remove sessions and changes of address that ended long ago: where somebody was is personal."""
    with runtime.begin() as session:
        for table in (SessionRow, EmailChange):
            session.execute(delete(table).where(table.expires_at < runtime.clock() - KEPT))
    return 0
