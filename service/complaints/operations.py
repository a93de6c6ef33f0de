"""Every write to cases: filing, recording an outcome, opening sealed fields for a purpose."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrapers.errors import ScrapersError
from scrapers.identity import WEB, identify
from service.accounts import operations as accounts
from service.complaints.fields import PERSONAL, VERSION
from service.complaints.models import Case, CaseEvent, SealedField
from service.core import access, audit, outbox
from service.core.access import Asker, Target
from service.core.crypto import Vault
from service.core.errors import Conflict, InvalidInput
from service.core.readable import random_code
from service.evidence import operations as evidence
from service.evidence.operations import Fact
from service.merchants import operations as merchants

RECEIVED, CLOSED = "received", "closed"
OUTCOMES = ("resolved", "unresolved", "no_reply", "unfounded", "invalid_contact", "withdrawn")
CONFIRMED = ("resolved", "unresolved", "no_reply")
SOURCE = "caveat-complaints"
PURPOSES = ("contact_complainant", "handle_case", "answer_access_request")
SEVERITY = {"not_delivered": 2, "not_as_described": 2, "unsafe": 3, "refund_refused": 2, "other": 1}
ASPECT = {
    "not_delivered": "delivery",
    "not_as_described": "goods",
    "unsafe": "goods",
    "refund_refused": "after_sales",
}
RECEIVED_MAIL = "mail.complaint_received"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the complainant gets back; `repeated` when the same request came before."""

    reference: str
    state: str
    received_at: datetime
    repeated: bool


def file(
    session: Session,
    vault: Vault,
    data: Mapping[str, Any],
    *,
    idempotency_key: str,
    asker: Asker,
    now: datetime,
) -> Receipt:
    """Open a case from checked data (see schemas.py); the same key and data return the same case.

    It belongs to the organisation that runs this installation.
    """
    access.require(asker, "complaint.file")
    digest = vault.blind_index("request", _canonical(data))
    key = vault.blind_index("idempotency", idempotency_key)
    known = session.scalar(select(Case).where(Case.idempotency_key == key))
    if known is not None:
        return _repeat(known, digest)
    case = _new_case(vault, data, key, digest, now)
    case.organisation_id = accounts.home_organisation(session, now=now)
    session.add(case)
    session.flush()
    _seal(session, vault, case, data)
    _log(session, case, now, "complainant", "received", {})
    _note(session, asker, "complaint.file", case, now)
    outbox.post(session, topic=RECEIVED_MAIL, payload={"case": case.id}, now=now)
    return Receipt(case.reference, case.state, case.received_at, repeated=False)


def record_outcome(
    session: Session, case_id: str, outcome: str, *, version: int, asker: Asker, now: datetime
) -> None:
    """Close a case; the complaint and its outcome become evidence about the merchant."""
    case = _reachable(session, asker, "case.outcome", case_id)
    if outcome not in OUTCOMES:
        raise InvalidInput(f"{outcome!r} is not an outcome", where="outcome")
    _check_current(case, version)
    if case.state != RECEIVED:
        raise Conflict("the case is already closed", where=case.reference)
    case.state, case.outcome, case.closed_at = CLOSED, outcome, now
    _log(session, case, now, asker.label, "outcome", {"outcome": outcome})
    _note(session, asker, "case.outcome", case, now)
    if case.merchant_key:
        evidence.record(session, _facts(case, now), now=now)
        _observe_seller(session, case)


def reveal(
    session: Session, vault: Vault, case_id: str, *, purpose: str, asker: Asker, now: datetime
) -> dict[str, str]:
    """Return the personal fields of a case; the purpose is recorded first, none is no access."""
    case = _reachable(session, asker, "case.reveal", case_id)
    if purpose not in PURPOSES:
        raise InvalidInput("choose what the data are needed for", where="purpose")
    _note(session, asker, "case.reveal", case, now, purpose)
    return open_fields(session, vault, case)


def open_fields(session: Session, vault: Vault, case: Case) -> dict[str, str]:
    """Return the personal fields, for deliveries to the complainant; people go through `reveal`."""
    if case.wrapped_key is None:
        return {}
    rows = session.scalars(select(SealedField).where(SealedField.case_id == case.id))
    return {row.field: vault.open(case.wrapped_key, case.id, row.field, row.sealed) for row in rows}


def _observe_seller(session: Session, case: Case) -> None:
    """Keep who sold the listing, once a person has looked at the case and found it real."""
    listing = identify(case.facts["listing_url"]).listing_key
    if listing and case.merchant_key and case.outcome in CONFIRMED:
        merchants.observe_seller(
            session, listing, case.merchant_key, source=SOURCE, observed_at=case.received_at
        )


def _repeat(case: Case, digest: str) -> Receipt:
    if case.request_digest != digest:
        raise Conflict("was used before for another complaint", where="Idempotency-Key")
    return Receipt(case.reference, case.state, case.received_at, repeated=True)


def _new_case(vault: Vault, data: Mapping[str, Any], key: str, digest: str, now: datetime) -> Case:
    case_id = str(uuid.uuid4())
    return Case(
        id=case_id,
        reference=_reference(),
        state=RECEIVED,
        merchant_key=_merchant_key(data),
        facts={name: value for name, value in data.items() if name not in PERSONAL},
        fields_version=VERSION,
        received_at=now,
        idempotency_key=key,
        request_digest=digest,
        complainant=_complainant(vault, data),
        wrapped_key=vault.new_key(case_id),
    )


def _seal(session: Session, vault: Vault, case: Case, data: Mapping[str, Any]) -> None:
    assert case.wrapped_key is not None  # noqa: S101 - a new case has its key
    for name in sorted(PERSONAL & data.keys()):
        sealed = vault.seal(case.wrapped_key, case.id, name, data[name])
        session.add(SealedField(case_id=case.id, field=name, sealed=sealed))


def _merchant_key(data: Mapping[str, Any]) -> str | None:
    """Return the merchant as the page named it, else as the URL does; never a guess by name."""
    try:
        found = identify(data["listing_url"])
    except ScrapersError:
        return None
    return found.merchant_key or _stated(data.get("merchant_key"), found.platform)


def _stated(key: str | None, platform: str | None) -> str | None:
    """Return a key that the page named, where its platform has sellers of its own and the key is one."""
    if key is None or platform == WEB or key.partition(":")[0] != platform:
        return None
    return key if merchants.is_key(key) else None


def _complainant(vault: Vault, data: Mapping[str, Any]) -> str:
    contact = data.get("contact_email") or data.get("contact_phone", "")
    return vault.blind_index("complainant", contact.strip().casefold())


def _facts(case: Case, now: datetime) -> list[Fact]:
    assert case.merchant_key is not None  # noqa: S101 - the caller asked
    category = case.facts["category"]
    complaint = {
        "id": case.id,
        "reviewer": case.complainant[:24],
        "amount": float(case.facts["amount"]),
        "currency": case.facts["currency"],
        "severity": SEVERITY[category],
        "contact_complete": case.outcome != "invalid_contact",
        "evidence": False,
    }
    if category in ASPECT:
        complaint["aspect"] = ASPECT[category]
    # A merchant is told of a case before it counts: it is known from its outcome on.
    times = {"known_at": now, "source": SOURCE}
    closed = {"id": case.id, "outcome": case.outcome}
    return [
        Fact(case.merchant_key, "complaint", complaint, true_at=case.received_at, **times),  # type: ignore[arg-type]
        Fact(case.merchant_key, "complaint_closed", closed, true_at=now, **times),  # type: ignore[arg-type]
    ]


def _reachable(session: Session, asker: Asker, action: str, case_id: str) -> Case:
    case = session.get(Case, case_id)
    owner = case.organisation_id if case else None
    access.require(asker, action, Target("case", case_id, organisation=owner))
    if case is None:
        raise access.missing("case", case_id)
    return case


def _check_current(case: Case, version: int) -> None:
    if case.version != version:
        raise Conflict(
            "somebody changed the case meanwhile; look at it again", where=case.reference
        )


def _log(
    session: Session, case: Case, now: datetime, actor: str, event: str, detail: dict[str, Any]
) -> None:
    session.add(CaseEvent(case_id=case.id, at=now, actor=actor, event=event, detail=detail))


def _note(
    session: Session,
    asker: Asker,
    action: str,
    case: Case,
    now: datetime,
    purpose: str | None = None,
) -> None:
    subject = f"case:{case.id}"
    audit.note(
        session,
        at=now,
        asker=asker,
        action=action,
        subject=subject,
        purpose=purpose,
        organisation=case.organisation_id,
    )


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(dict(data), sort_keys=True, ensure_ascii=False)


def _reference() -> str:
    return f"CV-{random_code(2, 4)}"
