"""Cases that walked the machine months ago, for statistics: random, but every step is one of the machine."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.accounts import operations as accounts
from service.complaints.course import machine
from service.complaints.intake.fields import CATEGORIES
from service.complaints.models import Case, CaseAmount, CaseEvent
from service.core.access import HOME, Asker
from service.core.runtime import Runtime
from service.statistics import operations, queries
from service.statistics.tables import Row

SUPERVISOR = Asker("person", "super", organisation=HOME, roles=frozenset({"supervisor"}))
START = datetime(2026, 3, 1, tzinfo=UTC)
PROGRAMMES = ("mediation@1", "express-platform@1")
COUNTRIES = ("HK", "DE", "KR")


def walk(chance: random.Random, at: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return events of a random path, the machine's own, until it ends or the time is over."""
    table, state = machine.load(), "submitted"
    steps = [{"at": at, "event": "submit", "before": None, "after": state, "detail": {}}]
    while moves := [move for move in table.leaving(state) if not move.stays]:
        move = chance.choice(moves)
        at += timedelta(days=chance.random() * 9)
        if at >= until or len(steps) > 14:
            break
        cause = chance.choice(move.event.causes) if move.event.causes else None
        if move.target == "lapsed":
            cause = "evidence"
        state = move.target
        detail = {} if cause is None else {"cause": cause}
        steps.append(
            {
                "at": at,
                "event": move.event.name,
                "before": move.source,
                "after": state,
                "detail": detail,
            }
        )
    return steps


def cases(
    many: int, *, seed: int = 1, months: int = 6, merchants: int = 12
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]]:
    """Yield (case, events, amounts) as rows of their tables."""
    chance = random.Random(seed)  # noqa: S311 - cases, not secrets
    until = START + timedelta(days=31 * months)
    for number in range(many):
        own = f"case-{seed}-{number:07}"
        shop = int(merchants * chance.random() ** 2)
        at = START + timedelta(days=chance.random() * 30 * months)
        steps = walk(chance, at, until)
        currency = chance.choice(("EUR", "HKD"))
        case = {
            "id": own,
            "organisation_id": HOME,
            "reference": own,
            "state": steps[-1]["after"],
            "programme": chance.choice(PROGRAMMES),
            "merchant_key": f"platform{shop % 3}:shop:{shop}",
            "facts": {
                "category": chance.choice(list(CATEGORIES)[:4]),
                "country": chance.choice(COUNTRIES),
                "product_title": "PLANTED TITLE",
                "listing_url": "https://planted.example/PLANTED",
            },
            "fields_version": "1",
            "source": "api",
            "received_at": at,
            "submitted_at": at,
            "version": 1,
            "idempotency_key": uuid.uuid4().hex,
            "request_digest": "",
            "complainant": f"PLANTED-{own}",
        }
        amount = Decimal(chance.randrange(1000, 20000)) / 100
        stated = {
            "case_id": own,
            "kind": "claimed",
            "amount": amount,
            "currency": currency,
            "at": at,
            "reference_amount": amount if currency == "EUR" else (amount / 8).quantize(amount),
            "reference_currency": "EUR",
            "rate": Decimal(1) if currency == "EUR" else Decimal(8),
            "rate_date": START.date(),
        }
        yield case, [{"case_id": own, "actor": "test", **step} for step in steps], [stated]


def fill(runtime: Runtime, many: int, **how: int) -> None:
    """Put random cases into the database."""
    made = list(cases(many, **how))
    with runtime.begin() as session:
        accounts.home_organisation(session, now=runtime.clock())
        session.execute(insert(Case), [case for case, _, _ in made])
        session.execute(insert(CaseEvent), [row for _, rows, _ in made for row in rows])
        session.execute(insert(CaseAmount), [row for _, _, rows in made for row in rows])


def publish(runtime: Runtime) -> int:
    """Compute and release what is over; return the release's number."""
    with runtime.begin() as session:
        number = operations.compute(session, asker=SUPERVISOR, now=runtime.clock())
        operations.release(session, number, asker=SUPERVISOR, now=runtime.clock())
    return number


def released(session: Session, number: int) -> list[Row]:
    return list(queries.rows(session, number))
