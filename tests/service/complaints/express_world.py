"""A programme with a merchant that takes part, and cases on their way to it, for tests."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.complaints import queries
from service.complaints.models import Case
from service.complaints.operations import Moved
from service.complaints.traders import desk as trader_desk
from service.complaints.traders import express
from service.complaints.traders.desk import Answer
from service.complaints.traders.express import Agreement
from service.core.access import Asker
from service.core.runtime import Runtime
from tests.service.accounts.people import home, organisation
from tests.service.complaints import cases
from tests.service.complaints.intake_world import confirm, submit

KEY = "aliexpress:shop:900000001"
EXPRESS, MEDIATION = "express-platform@2", "mediation@2"
FROM_HONG_KONG: dict[str, Any] = {
    "country": "HK",
    "merchant_country": "CN",
    "contact_name": "Chan Tai Man",
    "contact_phone": "+852 5550 0123",
    "share_contact": ["contact_name", "contact_email"],
    "amount": "320.00",
    "currency": "HKD",
}


def admit(runtime: Runtime, organisation: str, **change: Any) -> str:
    """Let an organisation take part for the sample's merchant."""
    given: dict[str, Any] = {
        "organisation_id": organisation,
        "programme": "express-platform",
        "keys": [KEY],
        "evidence": "Agreement 2026/17, keys checked by a test transfer",
        "since": date(2026, 1, 1),
    }
    with runtime.begin() as session:
        return express.admit(
            session, Agreement(**given | change), asker=cases.SUPERVISOR, now=runtime.clock()
        )


def merchant(runtime: Runtime) -> str:
    """Add an organisation that takes part; return its id."""
    home(runtime)
    joined = organisation(runtime, "Shop", kind="merchant")
    admit(runtime, joined)
    return joined


def file(runtime: Runtime, key: str = "a-fresh-key-0001", **change: Any) -> str:
    """File a complaint from Hong Kong and prove its contact; return the case's id."""
    receipt = submit(runtime, key, **FROM_HONG_KONG | change)
    confirm(runtime, receipt)
    return receipt.case_id


def at_trader(runtime: Runtime, **change: Any) -> str:
    """File a complaint, screen it and upload it to the merchant."""
    case_id = file(runtime, **change)
    cases.walk(runtime, case_id, "screen_pass", "upload")
    return case_id


def answer(runtime: Runtime, case_id: str, event: str, asker: Asker, **said: str) -> Moved:
    """Make a move of the merchant's on the case as it stands."""
    with cases.reading(runtime, case_id) as case:
        version = case.version
    return trader_desk.answer(runtime, case_id, Answer(event, version, **said), asker=asker)


def programme_of(runtime: Runtime, case_id: str) -> tuple[str, str | None]:
    """Return the programme and the respondent of a case."""
    with runtime.reading() as session:
        case = session.get_one(Case, case_id)
        return case.programme, case.respondent_id


def amounts(runtime: Runtime, case_id: str) -> Mapping[str, str]:
    """Return the latest amount of each kind."""
    with runtime.reading() as session:
        return {row.kind: str(row.amount) for row in queries.amounts(session, case_id)}
