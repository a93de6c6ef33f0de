"""Taking part in a programme: who does, for which merchants, and which programme a case gets.

A council's supervisor records an agreement with an organisation (kind merchant or platform) and the
merchant keys that were checked to be its own. Everybody else's cases get direct mediation: nobody ends
without a way.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.complaints.course import eligibility, programmes
from service.complaints.intake import completeness
from service.complaints.models import Case
from service.complaints.traders.models import Participation, ParticipationKey
from service.core import access, audit
from service.core.access import Asker, Target
from service.core.errors import Conflict, InvalidInput
from service.merchants import operations as merchants
from service.merchants import queries as merchant_queries

ACTION, READ = "participation.decide", "participation.read"
KINDS = ("merchant", "platform")
LONGEST_EVIDENCE = 2000


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a supervisor records; `keys` are merchant keys, `evidence` says where the agreement stands."""

    organisation_id: str
    programme: str
    keys: Collection[str]
    evidence: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ParticipationView:
    """One agreement with its merchant keys, as a council's people see it."""

    id: str
    organisation_id: str
    organisation: str
    programme: str
    keys: list[str]
    evidence: str
    since: date
    until: date | None


def conciliating() -> tuple[str, ...]:
    """Return the names (without version) of the programmes in which merchants take part."""
    return tuple(
        sorted(
            {
                name.partition("@")[0]
                for name, found in programmes.load().items()
                if found.conciliates
            }
        )
    )


def admit(session: Session, agreement: Agreement, *, asker: Asker, now: datetime) -> str:
    """Record that an organisation takes part in a programme of the asker's council; return the id.

    Raises InvalidInput for an unknown programme, a wrong key or days in the wrong order, Conflict for an
    organisation of another kind or that nobody has verified, and for a merchant that another agreement covers on one of the days.
    """
    access.require(asker, ACTION, Target("programme", organisation=asker.organisation))
    _check(session, agreement)
    keys = sorted({_own_key(session, key) for key in agreement.keys})
    _check_free(session, asker.organisation, agreement, keys)
    row = Participation(
        id=str(uuid.uuid4()),
        council_id=asker.organisation,
        organisation_id=agreement.organisation_id,
        programme=agreement.programme,
        since=agreement.since,
        until=agreement.until,
        evidence=agreement.evidence.strip(),
        decided_at=now,
        decided_by=asker.label,
    )
    session.add(row)
    session.flush()
    session.add_all(ParticipationKey(participation_id=row.id, merchant_key=key) for key in keys)
    session.flush()
    _note(session, asker, row, now)
    return row.id


def end(
    session: Session, participation_id: str, *, until: date, asker: Asker, now: datetime
) -> None:
    """End an agreement with the day before `until`; cases that the merchant has stay with it."""
    row = session.get(Participation, participation_id)
    owner = row.council_id if row else None
    access.require(asker, ACTION, Target("participation", participation_id, organisation=owner))
    if row is None:
        raise access.missing("participation", participation_id)
    if until < row.since:
        raise _wrong("until", "lies before the first day")
    if row.until is None or until < row.until:
        row.until, row.ended_by = until, asker.label
        _note(session, asker, row, now)


def listed(session: Session, *, asker: Asker) -> list[ParticipationView]:
    """Return the agreements of the asker's council, the latest first."""
    access.enter(asker, READ)
    seen = access.visible(asker, READ, organisation=Participation.council_id)
    rows = session.scalars(
        select(Participation).where(seen).order_by(Participation.since.desc(), Participation.id)
    ).all()
    named = accounts.kinds_and_names(session, {row.organisation_id for row in rows})
    keys = _keys_of(session, [row.id for row in rows])
    return [
        ParticipationView(
            id=row.id,
            organisation_id=row.organisation_id,
            organisation=named[row.organisation_id][1],
            programme=row.programme,
            keys=keys.get(row.id, []),
            evidence=row.evidence,
            since=row.since,
            until=row.until,
        )
        for row in rows
    ]


def participants(session: Session, council_id: str, merchant_key: str, day: date) -> dict[str, str]:
    """Return which organisation takes part for a merchant on a day, by name of the programme."""
    key = merchant_queries.canonical_key(session, merchant_key)
    found = (
        select(Participation.programme, Participation.organisation_id)
        .join(ParticipationKey, ParticipationKey.participation_id == Participation.id)
        .where(
            Participation.council_id == council_id,
            ParticipationKey.merchant_key == key,
            Participation.since <= day,
            or_(Participation.until.is_(None), Participation.until > day),
        )
    )
    return {row.programme: row.organisation_id for row in session.execute(found)}


def pin(session: Session, case: Case, *, now: datetime) -> None:
    """Give a case its programme and respondent, by who takes part today and what its facts say."""
    day = now.date()
    key = case.merchant_key
    joined = {} if key is None else participants(session, case.organisation_id, key, day)
    case.programme = eligibility.programme_for(case.facts, joined=joined, day=day)
    case.respondent_id = joined.get(case.programme.partition("@")[0])
    if case.respondent_id is not None:
        case.respondent_grade = completeness.IDENTIFIED


def pin_late(session: Session, case: Case, *, now: datetime) -> None:
    """Give a case whose merchant has joined since it was filed to that programme; nothing is taken away."""
    before = case.programme
    if case.respondent_id is None:
        pin(session, case, now=now)
    if case.respondent_id is None:
        case.programme = before


def _check(session: Session, agreement: Agreement) -> None:
    kind, _ = accounts.kinds_and_names(session, [agreement.organisation_id]).get(
        agreement.organisation_id, ("", "")
    )
    if kind not in KINDS:
        raise Conflict("only a merchant or a platform takes part", code="express.kind")
    if not accounts.is_verified(session, agreement.organisation_id):
        raise Conflict("the organisation has not been verified", code="express.unverified")
    if agreement.programme not in conciliating():
        raise _wrong("programme", f"must be one of {', '.join(conciliating())}")
    if not agreement.keys:
        raise _wrong("keys", "names no merchant")
    if not 0 < len(agreement.evidence.strip()) <= LONGEST_EVIDENCE:
        raise _wrong("evidence", "must say where the agreement stands")
    if agreement.until is not None and agreement.until <= agreement.since:
        raise _wrong("until", "must lie after the first day")


def _own_key(session: Session, key: str) -> str:
    if not merchants.is_key(key):
        raise _wrong("keys", f"{key[:80]!r} is no merchant key such as aliexpress:shop:900000001")
    return merchant_queries.canonical_key(session, key)


def _check_free(
    session: Session, council_id: str | None, agreement: Agreement, keys: Collection[str]
) -> None:
    """Refuse a merchant for whom somebody takes part on one of the days already."""
    taken = (
        select(ParticipationKey.merchant_key)
        .join(Participation, Participation.id == ParticipationKey.participation_id)
        .where(
            Participation.council_id == council_id,
            Participation.programme == agreement.programme,
            ParticipationKey.merchant_key.in_(keys),
            _overlaps(agreement),
        )
    )
    found = session.scalar(taken.limit(1))
    if found is not None:
        raise Conflict("another agreement covers this merchant", where=found, code="express.taken")


def _overlaps(agreement: Agreement) -> ColumnElement[bool]:
    still = or_(Participation.until.is_(None), Participation.until > agreement.since)
    if agreement.until is None:
        return still
    return still & (Participation.since < agreement.until)


def _keys_of(session: Session, ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = select(ParticipationKey).where(ParticipationKey.participation_id.in_(ids))
    for row in session.scalars(rows.order_by(ParticipationKey.merchant_key)):
        found.setdefault(row.participation_id, []).append(row.merchant_key)
    return found


def _note(session: Session, asker: Asker, row: Participation, now: datetime) -> None:
    audit.note(
        session,
        at=now,
        asker=asker,
        action=ACTION,
        subject=f"participation:{row.id}",
        organisation=row.council_id,
    )


def _wrong(field: str, what: str) -> InvalidInput:
    return InvalidInput(what, where=field, fields={field: what})
