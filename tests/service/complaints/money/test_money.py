"""Amounts in five kinds, in their own currency and, where a rate is known, in one reference currency."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from service.complaints import queries
from service.complaints.intake.values import CURRENCIES
from service.complaints.money import amounts as money
from service.complaints.money import rates
from service.core.errors import InvalidInput, Misconfigured
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


@pytest.mark.parametrize(
    ("amount", "currency", "asks"),
    [
        ("100.00", "EUR", False),
        ("100.01", "EUR", True),
        ("840.00", "HKD", False),
        ("900.00", "HKD", True),
        ("99999.00", "MOP", False),
    ],
)
def test_an_amount_above_the_claim_needs_somebody_to_be_sure(
    runtime: Runtime, amount: str, currency: str, *, asks: bool
) -> None:
    """In another currency by the day's rates, with room for their change; without a rate nobody is asked."""
    runtime.settings.home.mkdir(parents=True, exist_ok=True)
    (runtime.settings.home / rates.FILE).write_text(OWN)
    case = open_case(runtime, programme="express-platform@1", respondent=merchant(runtime))
    with runtime.begin() as session:
        money.record(session, case, "claimed", {"amount": "100", "currency": "EUR"}, now=NOW)
    walk(runtime, case, "screen_pass", "upload", "acknowledge")
    if asks:
        with pytest.raises(InvalidInput, match="say that you are sure") as refused:
            walk(runtime, case, "upload_result", amount=amount, currency=currency)
        assert set(refused.value.fields) == {"sure"}
    said = {"sure": True} if asks else {}
    walk(runtime, case, "upload_result", amount=amount, currency=currency, **said)
    with runtime.reading() as session:
        detail = queries.events(session, case)[-1].detail
        assert [row.kind for row in queries.amounts(session, case)] == ["claimed", "offered"]
    assert detail == {"amount": amount, "currency": currency, **said}


def test_who_is_sure_of_nothing_says_so_for_nothing(runtime: Runtime) -> None:
    case = open_case(runtime)
    with pytest.raises(InvalidInput, match="does not take sure"):
        walk(runtime, case, "screen_pass", sure=True)
