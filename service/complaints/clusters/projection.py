"""Cases as statistics see them: what they are about and how they moved. No personal column is read.

A listing's address, a product's title and a complainant's pseudonym are not among the columns, so that
nothing of them can reach a figure. An erased case keeps all of what is read here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.complaints.course import machine, outcomes
from service.complaints.intake.fields import CATEGORIES
from service.complaints.intake.models import Inquiry
from service.complaints.intake.values import COUNTRIES
from service.complaints.models import Case, CaseAmount, CaseEvent

CHUNK = 5_000
UNKNOWN = "unknown"
_CATEGORIES, _COUNTRIES = frozenset(CATEGORIES), frozenset(COUNTRIES)


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a case."""

    at: datetime
    event: str
    before: str | None
    after: str
    cause: str | None


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that somebody stated; without a known rate there is none in the reference currency."""

    at: datetime
    kind: str
    amount: Decimal
    currency: str
    reference_amount: Decimal | None
    reference_currency: str
    rate_date: date | None


@dataclass(frozen=True, slots=True)
class History:
    """A case: programme, platform, merchant, category, country; its moves and amounts, oldest first."""

    place: tuple[str, str, str, str, str]
    steps: tuple[Step, ...]
    amounts: tuple[Amount, ...] = field(default=())


def histories(session: Session, *, since: datetime, until: datetime) -> Iterator[History]:
    """Yield the cases in which something happened from `since`, with all that did before `until`."""
    amounts = _amounts(session, since, until)
    rows = session.execute(_moves(since, until).execution_options(yield_per=CHUNK))
    for case_id, group in groupby(rows, key=lambda row: row[0]):
        moves = list(group)
        steps = tuple(Step(*row[5:]) for row in moves)
        yield History(_place(*moves[0][1:5]), steps, tuple(amounts.get(case_id, ())))


def first_move(session: Session) -> datetime | None:
    """Return when the first case moved."""
    moves = select(CaseEvent.at).where(CaseEvent.after.is_not(None))
    return session.scalar(moves.order_by(CaseEvent.at).limit(1))


def inquiries(session: Session, *, until: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield when a question was asked, answered or became a case."""
    asked = select(Inquiry.asked_at, Inquiry.answered_at, Inquiry.case_id, Case.received_at)
    rows = asked.outerjoin(Case, Case.id == Inquiry.case_id).where(Inquiry.asked_at < until)
    for asked_at, answered_at, case_id, received_at in session.execute(rows):
        yield asked_at, "asked"
        if answered_at is not None and answered_at < until:
            yield answered_at, "answered"
        if case_id is not None and received_at < until:
            yield received_at, "converted"


def turns() -> dict[str, tuple[str, str]]:
    """Return the stage of each open state and who must act in it."""
    states = machine.load().states.values()
    return {state.name: (state.stage, state.actor) for state in states if state.actor}


def told_states() -> frozenset[str]:
    """Return the states in which the merchant has heard of a case."""
    return outcomes.table().told


def _moves(since: datetime, until: datetime) -> Select[Any]:
    moved = CaseEvent.after.is_not(None) & (CaseEvent.at < until)
    touched = select(CaseEvent.case_id).where(moved, CaseEvent.at >= since)
    facts = [Case.facts[name].as_string() for name in ("category", "country")]
    columns = (
        *(CaseEvent.case_id, Case.programme, Case.merchant_key, *facts),
        *(CaseEvent.at, CaseEvent.event, CaseEvent.before, CaseEvent.after),
        CaseEvent.detail["cause"].as_string(),
    )
    rows: Select[Any] = select(*columns)
    joined = rows.join(Case, Case.id == CaseEvent.case_id)
    return joined.where(moved, CaseEvent.case_id.in_(touched)).order_by(
        CaseEvent.case_id, CaseEvent.id
    )


def _place(
    programme: str, merchant: str | None, category: str | None, country: str | None
) -> tuple[str, str, str, str, str]:
    """Return what a case is about in words of closed lists; what is on none of them is unknown."""
    return (
        programme,
        merchant.partition(":")[0] if merchant else UNKNOWN,
        merchant or UNKNOWN,
        category if category and category in _CATEGORIES else UNKNOWN,
        country if country and country in _COUNTRIES else UNKNOWN,
    )


def _amounts(session: Session, since: datetime, until: datetime) -> dict[str, list[Amount]]:
    columns: tuple[Any, ...] = (
        *(CaseAmount.case_id, CaseAmount.at, CaseAmount.kind, CaseAmount.amount),
        *(CaseAmount.currency, CaseAmount.reference_amount, CaseAmount.reference_currency),
        CaseAmount.rate_date,
    )
    within = (CaseAmount.at >= since) & (CaseAmount.at < until)
    found: dict[str, list[Amount]] = {}
    for case_id, *row in session.execute(select(*columns).where(within).order_by(CaseAmount.id)):
        found.setdefault(case_id, []).append(Amount(*row))
    return found
