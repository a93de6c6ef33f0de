"""Money of a case: claimed, offered, agreed, paid (the trader says), received (the consumer confirms).

Each amount is kept in its own currency and, where a rate is known, in one reference currency with the
rate and its date. A currency without a rate has no reference amount: nothing is guessed.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from service.complaints.intake.values import AMOUNT, CURRENCIES
from service.complaints.models import CaseAmount
from service.complaints.money import rates
from service.core.errors import InvalidInput

KINDS = ("claimed", "offered", "agreed", "paid", "received")


def record(
    session: Session, case_id: str, kind: str, given: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep an amount (`amount`, `currency`) of a case; raise InvalidInput for what is no amount."""
    amount, currency = _amount(given["amount"]), given["currency"]
    if currency not in CURRENCIES:
        raise InvalidInput("is not the code of a currency in use", where="currency")
    converted = rates.of_home(session.info["home"]).convert(amount, currency, now.date())
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


def _amount(value: Any) -> Decimal:
    if re.fullmatch(AMOUNT, str(value)) is None:
        raise InvalidInput("is not an amount such as 24.90", where="amount")
    return Decimal(str(value))
