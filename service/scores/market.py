"""What is usual among all merchants, and who goes on with whose evidence: looked at once a day.

The market of a day rests on what was known when it began. What a score took from it is written into
the answer, so that the score can be computed again.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

import scoring
from scoring import batch, identity, manipulation
from scoring.constants import latest
from scoring.events import Event, Review
from scoring.priors import Priors
from service.core.clock import to_days
from service.evidence import queries as evidence

SAMPLE = 300
"""Merchants from which is estimated what is usual."""
REVIEWS = 5000
"""Reviews of other merchants beside which a merchant's own are looked at."""
TRUSTED = 0.9
"""Weight from which a review counts in full: only the doubted ones are written down."""
IDENTITY = ("open", "closed", "disclosure")

_MARKETS: WeakKeyDictionary[Engine | Connection, "Market"] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Market:
    """The market as it was known when the day (since 1970) began."""

    day: int
    usual: Priors
    reviews: Sequence[Review]
    identities: dict[str, list[Event]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a merchant's score takes from the market: see `scoring.score`."""

    usual: Priors
    doubted: dict[str, float]
    predecessors: dict[str, list[Event]]


def of(session: Session, now: datetime) -> Market:
    """Return the market of the day, made once in each process."""
    day = math.floor(to_days(now))
    place = session.get_bind()
    found = _MARKETS.get(place)
    if found is None or found.day != day:
        found = _MARKETS[place] = _make(session, day)
    return found


def setting(session: Session, market: Market, key: str, events: Sequence[Event]) -> Setting:
    """Return what the merchant's score takes from the market."""
    own = [event for event in events if isinstance(event, Review)]
    others = [review for review in market.reviews if review.merchant != key]
    weights = manipulation.reliability(manipulation.suspicions([*own, *others]))
    doubted = {r.id: weights[r.id] for r in own if weights[r.id] < TRUSTED}
    known = {**market.identities, key: list(events)}
    before = identity.predecessors(known, market.day + 1.0, latest().identity).get(key, [])
    return Setting(market.usual, doubted, {old: _events(session, old) for old in before})


def _make(session: Session, day: int) -> Market:
    keys = sorted(evidence.merchant_keys(session), key=_shuffled)[:SAMPLE]
    by_merchant = {key: _known(_events(session, key), day) for key in keys}
    reviews = [e for own in by_merchant.values() for e in own if isinstance(e, Review)]
    weights = manipulation.reliability(manipulation.suspicions(reviews))
    usual = batch.usual(by_merchant, float(day), latest(), weights)
    identities: dict[str, list[Event]] = defaultdict(list)
    for event in scoring.from_records(evidence.records_of_kinds(session, IDENTITY)):
        identities[event.merchant].append(event)
    return Market(day, usual, reviews[:REVIEWS], identities)


def _shuffled(key: str) -> bytes:
    """Order keys in a way that says nothing about the merchants, and is the same everywhere."""
    return hashlib.sha256(key.encode()).digest()


def _events(session: Session, key: str) -> list[Event]:
    return scoring.from_records(evidence.event_records(session, key))


def _known(events: Iterable[Event], day: int) -> list[Event]:
    return [event for event in events if event.learnt <= day]
