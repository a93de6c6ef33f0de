"""Amounts in five kinds, in their own currency and, where a rate is known, in one reference currency."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from service.complaints import queries
from service.complaints.intake.values import CURRENCIES
from service.complaints.money import amounts as money
from service.complaints.money import rates
from service.core.errors import Misconfigured
from service.core.runtime import Runtime
from tests.conftest import NOW
from tests.service.complaints.cases import merchant, open_case, walk

OWN = """
reference = "HKD"
source = "an operator"
[[tables]]
date = 2026-11-20
rates = { EUR = 0.125, CNY = 0.90 }
[[tables]]
date = 2026-01-01
rates = { EUR = 0.25 }
"""


def test_the_five_kinds_are_kept_as_they_come_up(runtime: Runtime) -> None:
    case = open_case(runtime, programme="express-platform@1", respondent=merchant(runtime))
    with runtime.begin() as session:
        money.record(session, case, "claimed", {"amount": "100", "currency": "CNY"}, now=NOW)
    walk(runtime, case, "screen_pass", "upload", "acknowledge")
    walk(runtime, case, "upload_result", amount="50", currency="CNY")
    walk(runtime, case, "accept", amount="50", currency="CNY")
    walk(runtime, case, "mark_paid", amount="50", currency="CNY")
    walk(runtime, case, "confirm_received", amount="49.90", currency="CNY")
    with runtime.reading() as session:
        rows = queries.amounts(session, case)
    assert tuple(row.kind for row in rows) == money.KINDS
    assert [row.amount for row in rows] == [
        Decimal(text) for text in ("100", "50", "50", "50", "49.90")
    ]
    assert rows[0].reference_amount == Decimal("12.81")
    assert (rows[0].reference_currency, rows[0].rate) == ("EUR", Decimal("7.8086"))
    assert rows[0].rate_date == date(2024, 6, 11)


def test_a_currency_without_a_rate_is_not_guessed(runtime: Runtime) -> None:
    case = open_case(runtime)
    with runtime.begin() as session:
        money.record(session, case, "claimed", {"amount": "5", "currency": "MOP"}, now=NOW)
        money.record(session, case, "claimed", {"amount": "5", "currency": "EUR"}, now=NOW)
    with runtime.reading() as session:
        unknown, own = queries.amounts(session, case)
    assert (unknown.amount, unknown.currency) == (Decimal(5), "MOP")
    assert (unknown.reference_amount, unknown.rate, unknown.rate_date) == (None, None, None)
    assert (own.reference_amount, own.rate) == (Decimal(5), Decimal(1))


def test_the_operators_own_rates_take_the_place_of_the_bundled_ones(runtime: Runtime) -> None:
    runtime.settings.home.mkdir(exist_ok=True)
    (runtime.settings.home / rates.FILE).write_text(OWN)
    case = open_case(runtime)
    with runtime.begin() as session:
        money.record(session, case, "claimed", {"amount": "24.90", "currency": "EUR"}, now=NOW)
    with runtime.reading() as session:
        [row] = queries.amounts(session, case)
    assert (row.reference_amount, row.reference_currency) == (Decimal("199.20"), "HKD")
    assert row.rate_date == date(2026, 11, 20)


def test_the_newest_rate_that_is_not_later_counts() -> None:
    known = rates.parse(OWN, "own")
    euro = Decimal(1)
    assert known.convert(euro, "EUR", date(2026, 6, 1)).amount == 4
    assert known.convert(euro, "EUR", date(2026, 11, 20)).amount == 8
    assert known.convert(euro, "EUR", date(2025, 6, 1)).amount is None
    assert known.convert(euro, "CNY", date(2026, 6, 1)).amount is None


@pytest.mark.parametrize(
    "text",
    [
        "reference =",
        'reference = "EUR"\nsource = "x"\n',
        OWN.replace("0.90", "0"),
        OWN.replace("0.90", '"much"'),
        OWN.replace("2026-11-20", '"yesterday"'),
    ],
)
def test_a_damaged_file_of_rates_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / rates.FILE).write_text(text)
    with pytest.raises(Misconfigured, match=rates.FILE):
        rates.of_home(tmp_path)


def test_the_bundled_rates_say_where_they_come_from_and_name_currencies_in_use(
    tmp_path: Path,
) -> None:
    known = rates.of_home(tmp_path)
    assert "https://www.ecb.europa.eu/" in known.source
    assert set(known.tables[-1]) <= set(CURRENCIES)
    assert {"EUR", "CNY", "HKD", "KRW", "USD"} <= set(known.tables[-1])
