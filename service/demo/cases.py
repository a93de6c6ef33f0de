"""Closed cases of the sample (cases.toml): told by telephone, walked to their ends, counted, released.

Every step is the operation that a real case takes, at a moment of the last months. The shops' names
end in .localhost, by which every page knows that they are invented.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from service.accounts import operations as accounts
from service.complaints import operations as cases
from service.complaints.course import machine
from service.complaints.intake import filing
from service.complaints.intake.filing import Told
from service.complaints.intake.schemas import OfficerComplaintSchema
from service.core.access import HOME, SYSTEM, Asker
from service.core.runtime import Runtime
from service.statistics import operations as statistics

CLERK = Asker("person", "sample", organisation=HOME, roles=frozenset({"supervisor"}))
BY_TELEPHONE = Told("telephone", "call_back")
MORNING = timedelta(hours=9)
DAYS_TO_FILE = 8
"""Complaints come in during the first days of a month, so that each ends within it."""


@dataclass(frozen=True, slots=True)
class Story:
    """One complaint with what becomes of it; `number` tells it from the others."""

    number: int
    told_at: datetime
    data: Mapping[str, Any]
    steps: tuple[tuple[int, str, Mapping[str, Any]], ...]


def load(runtime: Runtime, now: datetime) -> int:
    """Walk every case to its end, release the statistics of their months, and return how many there are."""
    stories = list(_stories(now))
    with runtime.begin() as session:
        accounts.home_organisation(session, now=now)
        for story in stories:
            _walk(session, runtime, story)
        number = statistics.compute(session, asker=CLERK, now=now)
        statistics.release(session, number, asker=CLERK, now=now)
    return len(stories)


def _stories(now: datetime) -> Iterator[Story]:
    """Yield the cases of the last whole months, oldest month first."""
    plan = tomllib.loads(files(__package__).joinpath("cases.toml").read_text("utf-8"))
    numbers = count(1)
    lasts = max(len(row["times"]) for row in plan["stories"])
    for place, month in enumerate(_months(now, lasts)):
        for row in plan["stories"]:
            for _ in range(row["times"][place]):
                number = next(numbers)
                told_at = month + MORNING + timedelta(days=number % DAYS_TO_FILE)
                steps = tuple((step[0], step[1], dict(*step[2:])) for step in row["steps"])
                yield Story(number, told_at, _complaint(plan, row, number, told_at), steps)


def _complaint(
    plan: Mapping[str, Any], row: Mapping[str, Any], number: int, told_at: datetime
) -> dict[str, Any]:
    shop = plan["shops"][number % len(plan["shops"])]
    dates = {
        name: (told_at - timedelta(days=days)).date().isoformat()
        for name, days in row["days_before"].items()
    }
    given = {
        **dates,
        "listing_url": f"http://{shop}/item-{number}",
        "merchant_address": "Invented for demonstration",
        "merchant_contact": f"desk@{shop}",
        "category": row["category"],
        "description": "This complaint is invented for demonstration.",
        "wanted": "refund",
        "amount": row["price"],
        "currency": row["currency"],
        "order_id": f"DEMO-{number}",
        "contacted": "no_answer",
        "no_evidence_reason": "later",
        "contact_phone": f"+44 7700 900{number:03}",
        "country": plan["countries"][number % len(plan["countries"])],
        "consent_share": True,
    }
    return dict(OfficerComplaintSchema().load(given))


def _walk(session: Session, runtime: Runtime, story: Story) -> None:
    receipt = filing.enter(
        session,
        runtime.vault,
        story.data,
        told=BY_TELEPHONE,
        idempotency_key=f"caveat-demo-case-{story.number}",
        asker=CLERK,
        now=story.told_at,
    )
    for days, event, given in story.steps:
        detail = dict(given)
        if share := detail.pop("amount", None):
            price = Decimal(story.data["amount"])
            detail |= {
                "amount": f"{price * Decimal(share):.2f}",
                "currency": story.data["currency"],
            }
        if machine.load().events[event].actor == "consumer":
            detail["told_by"] = BY_TELEPHONE.source
        cases.act(
            session,
            receipt.case_id,
            event,
            asker=SYSTEM if machine.load().events[event].actor == machine.CLOCK else CLERK,
            version=None,
            now=story.told_at + timedelta(days=days),
            detail=detail,
        )


def _months(now: datetime, how_many: int) -> list[datetime]:
    """Return the beginnings of the last whole months, oldest first."""
    found = [now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)]
    for _ in range(how_many):
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[:0:-1]
