"""Every write to the evidence store: facts are added, never changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core import access, audit
from service.core.access import Asker
from service.core.batches import batches
from service.core.clock import to_days
from service.core.errors import InvalidInput
from service.evidence.models import Evidence
from service.merchants import operations as merchants
from service.scores import operations as scores

BATCH = 500
ID_PREFIX = "ev_"
ID_HEX = 24
EXACT = "evidence.exact"
LONGEST_PURPOSE = 80


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be recorded; `payload` holds the fields of the event besides merchant and times."""

    merchant_key: str
    kind: str
    payload: Mapping[str, Any]
    true_at: datetime
    known_at: datetime
    source: str
    source_url: str | None = None
    licence: str | None = None

    @property
    def content_hash(self) -> str:
        """Return SHA-256 (hex) of what the fact says, when, and from whom; not of when it was stored."""
        said = [
            self.merchant_key,
            self.kind,
            dict(self.payload),
            round(to_days(self.true_at), 6),
            self.source,
            self.source_url,
        ]
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def evidence_id(self) -> str:
        """Return the id, derived from the hash: the same fact has the same id everywhere."""
        return ID_PREFIX + self.content_hash[:ID_HEX]


@dataclass
class Recorded:
    """How many facts were new and how many were known already."""

    new: int = 0
    known: int = 0


def record(session: Session, facts: Iterable[Fact], *, now: datetime) -> Recorded:
    """Store the facts that are not known yet and mark their merchants for scoring.

    Idempotent: a fact that says the same from the same source is stored once.
    """
    recorded = Recorded()
    for batch in batches(facts, BATCH):
        _record_batch(session, batch, now, recorded)
    return recorded


def note_exact_look(session: Session, *, purpose: str, asker: Asker, now: datetime) -> None:
    """Record what the exact facts are needed for, before they are read; raise InvalidInput without a purpose."""
    access.require(asker, EXACT)
    if not 0 < len(purpose.strip()) <= LONGEST_PURPOSE:
        what = f"must say in 1 to {LONGEST_PURPOSE} characters what the exact facts are needed for"
        raise InvalidInput(what, where="purpose", fields={"purpose": what}, code="evidence.purpose")
    audit.note(
        session, at=now, asker=asker, action=EXACT, subject="evidence", purpose=purpose.strip()
    )


def _record_batch(session: Session, batch: list[Fact], now: datetime, recorded: Recorded) -> None:
    facts = {fact.content_hash: fact for fact in batch}
    asked = select(Evidence.content_hash).where(Evidence.content_hash.in_(facts))
    fresh = [facts[digest] for digest in facts.keys() - set(session.scalars(asked))]
    for key in sorted({fact.merchant_key for fact in fresh}):
        merchants.ensure(session, key, now=now)
        scores.mark_dirty(session, key, now=now)
    _take_names(session, fresh)
    session.flush()
    session.add_all(_row(fact, now) for fact in fresh)
    session.flush()
    recorded.new += len(fresh)
    recorded.known += len(batch) - len(fresh)


def _take_names(session: Session, facts: Iterable[Fact]) -> None:
    for fact in facts:
        if fact.kind == "open":
            name, category = fact.payload.get("name"), fact.payload.get("category")
            merchants.describe(session, fact.merchant_key, name=name, category=category)


def _row(fact: Fact, now: datetime) -> Evidence:
    return Evidence(
        id=fact.evidence_id,
        merchant_key=fact.merchant_key,
        kind=fact.kind,
        payload=dict(fact.payload),
        true_at=fact.true_at,
        known_at=fact.known_at,
        source=fact.source,
        source_url=fact.source_url,
        licence=fact.licence,
        content_hash=fact.content_hash,
        recorded_at=now,
    )
