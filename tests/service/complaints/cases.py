"""Cases for tests, filed by a complaint or put into the machine without one, and the people who move them."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from service.accounts import operations as accounts
from service.complaints import operations, queries
from service.complaints.course import machine
from service.complaints.intake import contact
from service.complaints.intake import filing as intake
from service.complaints.intake.models import ContactCheck
from service.complaints.intake.schemas import ComplaintSchema
from service.complaints.models import Case
from service.core.access import ANONYMOUS, HOME, OPERATOR, SYSTEM, Asker, Visit
from service.core.runtime import Runtime

MERCHANT = "aliexpress:shop:900000001"
FACTS: dict[str, Any] = {
    "listing_url": "https://www.aliexpress.com/item/1005001234567890.html",
    "category": "not_delivered",
    "amount": "24.90",
    "currency": "EUR",
    "country": "DE",
    "language": "en",
}
COMPLAINT: dict[str, Any] = {
    "listing_url": "https://www.aliexpress.com/item/1005001234567890.html",
    "platform": "aliexpress",
    "item_id": "1005001234567890",
    "merchant_key": "aliexpress:shop:900000001",
    "merchant_name": "Invented Store",
    "product_title": "Lamp",
    "category": "not_delivered",
    "description": "PLAINTEXT-NARRATIVE the parcel never came",
    "wanted": "refund",
    "purchase_date": "2026-10-01",
    "order_id": "PLAINTEXT-ORDER-1",
    "contacted": "no_answer",
    "evidence": ["receipt"],
    "amount": "24.90",
    "currency": "EUR",
    "contact_email": "PLAINTEXT-MAIL@example.com",
    "country": "DE",
    "language": "ko",
    "consent_share": True,
}
OFFICER = Asker("person", "officer", organisation=HOME, roles=frozenset({"complaint_officer"}))
SUPERVISOR = Asker("person", "super", organisation=HOME, roles=frozenset({"supervisor"}))
VISIT = Visit("192.0.2.1", "test", loopback=False)
KEY = {"Idempotency-Key": "a-fresh-random-value-1"}


def trader(organisation: str) -> Asker:
    """Return an agent of a merchant's organisation."""
    return Asker("person", "agent", organisation=organisation, roles=frozenset({"trader_agent"}))


def merchant(runtime: Runtime, name: str = "Shop") -> str:
    """Add a merchant's organisation that was verified; return its id."""
    now = runtime.clock()
    with runtime.begin() as session:
        accounts.home_organisation(session, now=now)
        own = accounts.create_organisation(
            session, OPERATOR, kind="merchant", name=name, evidence="register no. 1", now=now
        )
        accounts.set_organisation_state(session, OPERATOR, own, "verified", now=now)
        return own


def consumer(case_id: str) -> Asker:
    """Return the complainant of a case, known by its link."""
    return Asker("complainant", case_id)


def open_case(
    runtime: Runtime,
    *,
    state: str = "submitted",
    programme: str = "mediation@1",
    respondent: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> str:
    """Put a case into the machine; return its id."""
    with runtime.begin() as session:
        accounts.home_organisation(session, now=runtime.clock())
        case = Case(
            id=str(uuid.uuid4()),
            organisation_id=HOME,
            respondent_id=respondent,
            reference=f"CV-{uuid.uuid4().hex[:8]}",
            programme=programme,
            source="api",
            merchant_key=MERCHANT,
            facts=dict(FACTS | (facts or {})),
            fields_version="1",
            received_at=runtime.clock(),
            idempotency_key=uuid.uuid4().hex,
            request_digest="",
            complainant=uuid.uuid4().hex,
        )
        operations.open_case(
            session, case, state=state, event="submit", asker=SYSTEM, now=runtime.clock()
        )
        _prove_contact(session, case)
        return case.id


def file_case(runtime: Runtime, **change: str) -> queries.CaseView:
    """File a complaint and prove its contact by the code of the letter, so that the desk has it."""
    data = ComplaintSchema().load(COMPLAINT | change)
    with runtime.begin() as session:
        receipt = intake.file(
            session,
            runtime.vault,
            data,
            idempotency_key=f"key-{change}",
            asker=ANONYMOUS,
            now=runtime.clock(),
        )
        code = contact.latest_code(session, runtime.vault, receipt.case_id)
    done = intake.confirm(
        runtime, reference=receipt.reference, token=str(receipt.token), code=code, visit=VISIT
    )
    with runtime.reading() as session:
        found = queries.cases(session, OFFICER, limit=50)
        [case] = (each for each in found if each.reference == done.reference)
        return case


def _prove_contact(session: Session, case: Case) -> None:
    """Let a case that waits for it pass the gate; the gate itself has tests of its own (test_intake.py)."""
    now = case.received_at
    session.add(
        ContactCheck(
            id=str(uuid.uuid4()),
            case_id=case.id,
            field="contact_phone",
            contact=case.complainant,
            proof="call_back",
            created_at=now,
            expires_at=now,
            proven_at=now,
            proven_by="test",
        )
    )


def who_acts(case: Case, event: str) -> Asker:
    """Return somebody who may do an event to a case."""
    actor = machine.load().event(event).actor
    return {
        "consumer": consumer(case.id),
        "trader": trader(case.respondent_id or "nobody"),
        "council": OFFICER,
        "clock": SYSTEM,
    }[actor]


def walk(runtime: Runtime, case_id: str, *events: str, **detail: Any) -> operations.Moved:
    """Move a case by events, each done by who may; `detail` goes with the last one."""
    for number, event in enumerate(events, 1):
        given = detail if number == len(events) else {}
        with runtime.begin() as session:
            case = session.get_one(Case, case_id)
            moved = operations.act(
                session,
                case_id,
                event,
                asker=who_acts(case, event),
                version=case.version,
                now=runtime.clock(),
                detail=given,
            )
    return moved


@contextmanager
def reading(runtime: Runtime, case_id: str) -> Iterator[Case]:
    with runtime.reading() as session:
        yield session.get_one(Case, case_id)
