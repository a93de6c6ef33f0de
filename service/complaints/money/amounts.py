"""Money of a case: claimed, offered, agreed, paid (the trader says), received (the consumer confirms).

Each amount is kept in its own currency and, where a rate is known, in one reference currency with the
rate and its date. A currency without a rate has no reference amount: nothing is guessed.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.intake.values import AMOUNT, CURRENCIES
from service.complaints.models import CaseAmount
from service.complaints.money import rates
from service.complaints.money.rates import Converted
from service.core.errors import InvalidInput

CLAIMED = "claimed"
KINDS = (CLAIMED, "offered", "agreed", "paid", "received")


SLACK = Decimal("1.05")
"""How far amounts in two currencies may differ: their rates are of different days."""


def check_claim(
    session: Session, case_id: str, given: Mapping[str, Any], *, now: datetime, sure: bool
) -> None:
    """Ask whether somebody is sure of an amount above what was claimed; raise InvalidInput when nobody is.

    In another currency the reference amounts are compared; where a rate is missing nothing is asked.
    """
    amount, currency = _read(given)
    claims = select(CaseAmount).where(CaseAmount.case_id == case_id, CaseAmount.kind == CLAIMED)
    row = session.scalars(claims.order_by(CaseAmount.id.desc())).first()
    if row is None or sure:
        return
    if _is_above(session, amount, currency, row, now):
        what = (
            f"is more than the {row.amount} {row.currency} that were claimed; say that you are sure"
        )
        raise InvalidInput(what, where="amount", fields={"sure": what}, code="complaints.above")


def record(
    session: Session, case_id: str, kind: str, given: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep an amount (`amount`, `currency`) of a case; raise InvalidInput for what is no amount."""
    amount, currency = _read(given)
    converted = _convert(session, amount, currency, now)
    session.add(
        CaseAmount(
            case_id=case_id,
            kind=kind,
            amount=amount,
            currency=currency,
            at=now,
            reference_amount=converted.amount,
            reference_currency=converted.currency,
            rate=converted.rate,
            rate_date=converted.rate_date,
        )
    )


def _is_above(
    session: Session, amount: Decimal, currency: str, claim: CaseAmount, now: datetime
) -> bool:
    if claim.currency == currency:
        return amount > claim.amount
    there = _convert(session, amount, currency, now).amount
    if there is None or claim.reference_amount is None:
        return False
    return there > claim.reference_amount * SLACK


def _convert(session: Session, amount: Decimal, currency: str, now: datetime) -> Converted:
    return rates.of_home(session.info["home"]).convert(amount, currency, now.date())


def _read(given: Mapping[str, Any]) -> tuple[Decimal, str]:
    amount, currency = _amount(given["amount"]), given["currency"]
    if currency not in CURRENCIES:
        raise InvalidInput("is not the code of a currency in use", where="currency")
    return amount, currency


def _amount(value: Any) -> Decimal:
    if re.fullmatch(AMOUNT, str(value)) is None:
        raise InvalidInput("is not an amount such as 24.90", where="amount")
    return Decimal(str(value))
