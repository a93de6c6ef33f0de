"""Complaints on their way through the gate, for tests: filed, their letters read, their codes entered."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from service.accounts import operations as accounts
from service.complaints.intake import filing as intake
from service.complaints.intake.schemas import ComplaintSchema, OfficerComplaintSchema
from service.core.access import ANONYMOUS, HOME, Asker, Visit
from service.core.runtime import Runtime

SHOPPER_VISIT = Visit("192.0.2.9", "test", loopback=False)
OFFICER = Asker("person", "officer", organisation=HOME, roles=frozenset({"complaint_officer"}))
COMPLAINT: dict[str, Any] = {
    "listing_url": "https://www.aliexpress.com/item/1005001234567890.html",
    "merchant_key": "aliexpress:shop:900000001",
    "category": "not_delivered",
    "description": "The parcel never came.",
    "wanted": "refund",
    "purchase_date": "2026-10-01",
    "amount": "24.90",
    "currency": "EUR",
    "order_id": "ORDER-1",
    "contacted": "no_answer",
    "evidence": ["receipt"],
    "contact_email": "jo@example.org",
    "country": "DE",
    "language": "en",
    "consent_share": True,
}
TOLD = {name: text for name, text in COMPLAINT.items() if name != "contact_email"} | {
    "contact_phone": "+49 30 1234567"
}


def submit(runtime: Runtime, key: str = "a-fresh-key-0001", **change: Any) -> intake.Receipt:
    """File a shopper's complaint."""
    data = ComplaintSchema().load(COMPLAINT | change)
    return intake.submit(
        runtime,
        data,
        source="web",
        idempotency_key=key,
        asker=ANONYMOUS,
        visit=SHOPPER_VISIT,
    )


def enter(
    runtime: Runtime,
    key: str = "a-fresh-key-0002",
    *,
    proof: str = "call_back",
    source: str = "telephone",
    asker: Asker = OFFICER,
    **change: Any,
) -> intake.Receipt:
    """Enter what somebody told an officer."""
    data = OfficerComplaintSchema().load(TOLD | change)
    with runtime.begin() as session:
        accounts.home_organisation(session, now=runtime.clock())
    with runtime.begin() as session:
        return intake.enter(
            session,
            runtime.vault,
            data,
            told=intake.Told(source, proof),
            idempotency_key=key,
            asker=asker,
            now=runtime.clock(),
        )


def letters(runtime: Runtime, reference: str = "") -> list[EmailMessage]:
    """Deliver what is due; return the letters that name a reference."""
    runtime.sweep()
    paths = sorted(
        (runtime.settings.home / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns
    )
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    return [letter for letter in read if reference in str(letter["Subject"])]


def code_for(runtime: Runtime, receipt: intake.Receipt) -> str:
    """Read the code from the latest letter."""
    subjects = [str(letter["Subject"]) for letter in letters(runtime, receipt.reference)]
    codes = [
        found[0] for subject in subjects if (found := re.search(r"\b\w{4}-\w{4}(?= )", subject))
    ]
    return codes[-1]


def confirm(runtime: Runtime, receipt: intake.Receipt, code: str | None = None) -> intake.Confirmed:
    """Enter the code of the letter."""
    return intake.confirm(
        runtime,
        reference=receipt.reference,
        token=str(receipt.token),
        code=code_for(runtime, receipt) if code is None else code,
        visit=SHOPPER_VISIT,
    )
