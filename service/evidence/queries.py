"""Every read of the evidence store."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, extract, func, select
from sqlalchemy.orm import Session

from service.core.clock import from_days, to_days
from service.evidence import public
from service.evidence.models import Evidence

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One fact as anybody may see it; evidence holds no personal data by construction."""

    id: str
    merchant_key: str
    kind: str
    payload: dict[str, Any]
    true_at: datetime
    known_at: datetime
    source: str
    source_url: str | None
    licence: str | None
    content_hash: str
    recorded_at: datetime


def evidence_view(session: Session, evidence_id: str) -> EvidenceView | None:
    """Return one fact by its id."""
    row = session.get(Evidence, evidence_id)
    return None if row is None else _view(row)


def of_merchant(
    session: Session, merchant_key: str, *, limit: int, offset: int = 0
) -> list[EvidenceView]:
    """Return a page of the merchant's facts, newest first by the day that is shown of them.

    Sorted by the exact day, a complaint would tell it by its neighbours.
    """
    page = (
        select(Evidence)
        .where(Evidence.merchant_key == merchant_key)
        .order_by(*(part.desc() for part in _shown_day()), Evidence.id)
        .limit(limit)
        .offset(offset)
    )
    return [_view(row) for row in session.scalars(page)]


def _shown_day() -> list[ColumnElement[int]]:
    year, month, day = (extract(part, Evidence.true_at) for part in ("year", "month", "day"))
    return [year, month, case((Evidence.kind.in_(public.COMPLAINTS), 1), else_=day)]


def count_of_merchant(session: Session, merchant_key: str) -> int:
    """Return how many facts are recorded about the merchant."""
    counted = select(func.count()).where(Evidence.merchant_key == merchant_key)
    return session.scalar(counted) or 0


def event_records(session: Session, merchant_key: str) -> Iterator[dict[str, Any]]:
    """Yield the merchant's history in the form the scorer reads (docs/events.md)."""
    return _records(session, Evidence.merchant_key == merchant_key)


def records_of_kinds(session: Session, kinds: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the facts of these kinds about all merchants in the form the scorer reads."""
    return _records(session, Evidence.kind.in_(kinds))


def verified_disclosures(session: Session, merchant_key: str) -> frozenset[str]:
    """Return the fields of disclosures that are confirmed, as each was last recorded; retracted ones are none."""
    known = records_of_merchant(session, merchant_key, ("disclosure", "retract"))
    latest: dict[str, dict[str, Any]] = {}
    for record in known:
        if record["type"] == "disclosure":
            latest[record["field"]] = record
        else:
            gone = record["id"]
            latest = {name: one for name, one in latest.items() if one.get("id") != gone}
    return frozenset(name for name, one in latest.items() if _confirmed(one))


def records_of_merchant(
    session: Session, merchant_key: str, kinds: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield the merchant's facts of these kinds in the form the scorer reads."""
    return _records(session, (Evidence.merchant_key == merchant_key) & Evidence.kind.in_(kinds))


def merchant_keys(session: Session) -> list[str]:
    """Return the keys of all merchants about whom something is recorded."""
    return list(session.scalars(select(Evidence.merchant_key).distinct()))


def public_records(session: Session) -> Iterator[dict[str, Any]]:
    """Yield every fact as an event of docs/events.md with its source, complaints made coarse (public.py)."""
    return (_sourced(_view(row)) for row in _rows(session))


def exact_records(session: Session) -> Iterator[dict[str, Any]]:
    """Yield the same with nothing made coarse, for an auditor's replay (operations.note_exact_look first)."""
    return (_sourced(_exact(row)) for row in _rows(session))


def shown_known(record: Mapping[str, Any]) -> datetime:
    """Return from when a fact in the scorer's form was known, as everybody may see it."""
    return public.moment_of(record["type"], from_days(record["known"]))


def _rows(session: Session) -> Iterator[Evidence]:
    rows = select(Evidence).order_by(Evidence.merchant_key, Evidence.true_at, Evidence.id)
    for row in session.scalars(rows.execution_options(yield_per=CHUNK)):
        yield row
        session.expunge(row)


def _sourced(seen: EvidenceView) -> dict[str, Any]:
    return {
        **seen.payload,
        "type": seen.kind,
        "merchant": seen.merchant_key,
        "t": to_days(seen.true_at),
        "known": to_days(seen.known_at),
        "evidence_id": seen.id,
        "source": seen.source,
        "source_url": seen.source_url,
        "licence": seen.licence,
    }


def _records(session: Session, which: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    names = ("id", "kind", "merchant_key", "payload", "true_at", "known_at")
    columns = [getattr(Evidence, name) for name in names]
    rows = select(*columns).where(which).order_by(Evidence.true_at, Evidence.id)
    for evidence_id, kind, merchant_key, payload, true_at, known_at in session.execute(rows):
        yield {
            **payload,
            "type": kind,
            "merchant": merchant_key,
            "t": to_days(true_at),
            "known": to_days(known_at),
            "evidence_id": evidence_id,
        }


def _confirmed(disclosure: Mapping[str, Any]) -> bool:
    return bool(disclosure.get("verified")) and disclosure.get("state", "valid") == "valid"


def _exact(row: Evidence) -> EvidenceView:
    return EvidenceView(**{name: getattr(row, name) for name in EvidenceView.__dataclass_fields__})


def _view(row: Evidence) -> EvidenceView:
    """Return a fact as everybody may see it."""
    return replace(
        _exact(row),
        payload=public.payload_of(row.kind, row.payload),
        true_at=public.moment_of(row.kind, row.true_at),
        known_at=public.moment_of(row.kind, row.known_at),
        recorded_at=public.moment_of(row.kind, row.recorded_at),
    )
