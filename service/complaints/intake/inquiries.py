"""Questions to the desk: asked, answered, turned into a case. Their texts are sealed as those of cases are.

Whoever asks is answered by e-mail. An answer proves no contact: a question becomes a case through the
same gate as every complaint (intake.enter).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.accounts import attempts
from service.accounts import operations as accounts
from service.accounts.attempts import Limit
from service.complaints.intake import filing as intake
from service.complaints.intake.fields import OFFICER, SOURCES
from service.complaints.intake.models import Inquiry
from service.complaints.privacy import sealed
from service.core import access, audit, mail, outbox
from service.core.access import Asker, Target, Visit
from service.core.crypto import Vault
from service.core.errors import Conflict, InvalidInput
from service.core.messages import for_shopper
from service.core.outbox import OutboxRow
from service.core.readable import random_code
from service.core.runtime import Runtime
from service.core.views import view_of

OPEN, ANSWERED, CONVERTED = STATES = ("open", "answered", "converted")
ANSWER_MAIL = "mail.inquiry_answer"
LONGEST_ANSWER = 5000
PURPOSE = "answer_inquiry"
KEPT = timedelta(days=180)
"""How long an answered question is kept that became no case."""
BATCH = 100
ASK_ADDRESS = Limit("inquiry.address", 10, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Asked:
    """What who asks gets back."""

    id: str
    reference: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class InquiryView:
    """A question as lists show it: no word of it."""

    id: str
    reference: str
    state: str
    source: str
    topic: str
    language: str
    listing_url: str | None
    asked_at: datetime
    answered_at: datetime | None
    case_id: str | None
    version: int


def ask(
    runtime: Runtime,
    data: Mapping[str, Any],
    *,
    source: str,
    idempotency_key: str,
    asker: Asker,
    visit: Visit,
) -> Asked:
    """Keep a question (checked by InquirySchema); the same key returns the same one.

    It belongs to the organisation that runs this installation, an officer's to the officer's own.
    """
    by_officer = source in SOURCES[OFFICER]
    action = "inquiry.answer" if by_officer else "inquiry.ask"
    access.require(asker, action, Target("inquiry", organisation=asker.organisation))
    now, vault = runtime.clock(), runtime.vault
    key = vault.blind_index("inquiry", idempotency_key)
    with runtime.begin() as session:
        known = session.scalar(select(Inquiry).where(Inquiry.idempotency_key == key))
        if known is not None:
            return Asked(known.id, known.reference, known.asked_at)
        if not by_officer:
            attempts.take(session, vault, {ASK_ADDRESS: visit.address}, now=now)
    inquiry = _new(data, source, key, now)
    sealed.create_key(vault, inquiry.id, now=now)
    runtime.key_store.confirm([inquiry.id])
    with runtime.begin() as session:
        _write(session, vault, inquiry, data, asker if by_officer else None, now)
        _note(session, asker, "inquiry.ask", inquiry, now)
    return Asked(inquiry.id, inquiry.reference, inquiry.asked_at)


def read(
    session: Session, vault: Vault, inquiry_id: str, *, asker: Asker, now: datetime
) -> dict[str, str]:
    """Return the question, the contact and the answer, as far as there are any; the look is recorded."""
    inquiry = _reachable(session, asker, "inquiry.answer", inquiry_id)
    _note(session, asker, "inquiry.read", inquiry, now, PURPOSE)
    return _open(vault, inquiry)


def answer(
    session: Session,
    vault: Vault,
    inquiry_id: str,
    text: str,
    *,
    version: int,
    asker: Asker,
    now: datetime,
) -> None:
    """Answer a question by e-mail; raise Conflict when somebody was faster."""
    inquiry = _reachable(session, asker, "inquiry.answer", inquiry_id)
    if not text.strip() or len(text) > LONGEST_ANSWER:
        what = f"must have one to {LONGEST_ANSWER} characters"
        raise InvalidInput(what, fields={"answer": what}, code="complaints.answer")
    if inquiry.version != version or inquiry.state != OPEN:
        raise Conflict(
            "somebody answered it meanwhile", where=inquiry.reference, code="complaints.answered"
        )
    inquiry.answer = vault.seal(_key(vault, inquiry.id), inquiry.id, "answer", text.strip())
    inquiry.state, inquiry.answered_at, inquiry.answered_by = ANSWERED, now, asker.label
    _note(session, asker, "inquiry.answer", inquiry, now)
    outbox.post(session, topic=ANSWER_MAIL, payload={"inquiry": inquiry.id}, now=now)


def convert(
    session: Session,
    vault: Vault,
    inquiry_id: str,
    data: Mapping[str, Any],
    *,
    told: intake.Told,
    asker: Asker,
    now: datetime,
) -> intake.Receipt:
    """Turn a question into a complaint (checked by OfficerComplaintSchema), through the same gate."""
    inquiry = _reachable(session, asker, "inquiry.answer", inquiry_id)
    if inquiry.case_id is not None:
        raise Conflict("is a case already", where=inquiry.reference, code="complaints.converted")
    receipt = intake.enter(
        session,
        vault,
        data,
        told=told,
        idempotency_key=f"inquiry:{inquiry.id}",
        asker=asker,
        now=now,
    )
    inquiry.state, inquiry.case_id = CONVERTED, receipt.case_id
    _note(session, asker, "inquiry.convert", inquiry, now)
    return receipt


def sweep(runtime: Runtime) -> int:
    """Erase questions that were answered long ago: their texts, then their keys; return how many."""
    now = runtime.clock()
    old = select(Inquiry).where(
        Inquiry.state == ANSWERED, Inquiry.answered_at < now - KEPT, Inquiry.erased_at.is_(None)
    )
    with runtime.begin() as session:
        rows = list(session.scalars(old.limit(BATCH).with_for_update(skip_locked=True)))
        for row in rows:
            row.question = row.contact = row.answer = row.listing_url = None
            row.erased_at = now
    # A crash before this leaves keys that open nothing any more.
    runtime.key_store.destroy([row.id for row in rows], now=now)
    return len(rows)


def listed(
    session: Session, asker: Asker, *, state: str | None, limit: int, offset: int = 0
) -> list[InquiryView]:
    """Return a page of the questions that the asker may see, those that wait longest first."""
    rows = select(Inquiry).where(
        access.visible(asker, "inquiry.answer", organisation=Inquiry.organisation_id)
    )
    if state is not None:
        rows = rows.where(Inquiry.state == state)
    ordered = rows.order_by(Inquiry.state != OPEN, Inquiry.asked_at, Inquiry.id)
    return [_view(row) for row in session.scalars(ordered.limit(limit).offset(offset))]


def count(session: Session, asker: Asker, *, state: str | None) -> int:
    """Return how many questions there are."""
    seen = access.visible(asker, "inquiry.answer", organisation=Inquiry.organisation_id)
    rows = select(func.count()).select_from(Inquiry).where(seen)
    return session.scalar(rows if state is None else rows.where(Inquiry.state == state)) or 0


def one(session: Session, asker: Asker, inquiry_id: str) -> InquiryView:
    """Return one question without its texts; raise NotFound when there is none that the asker may see."""
    return _view(_reachable(session, asker, "inquiry.answer", inquiry_id))


def deliver_answer(runtime: Runtime, row: OutboxRow) -> None:
    """Send an answer to who asked, where an e-mail address was given."""
    with runtime.reading() as session:
        inquiry = session.get_one(Inquiry, row.payload["inquiry"])
    if inquiry.erased_at is not None:
        return
    texts = _open(runtime.vault, inquiry)
    if "@" not in texts.get("contact", ""):
        return
    words = for_shopper(inquiry.language)
    args = {"reference": inquiry.reference, "answer": texts["answer"]}
    args |= {"link": f"{runtime.settings.origin}/complaint"}
    mail.send(
        runtime.settings,
        row_id=row.id,
        to=texts["contact"],
        subject=words.text("mail.inquiry_answer.subject", **args),
        text=words.text("mail.inquiry_answer.body", **args),
    )


def _new(data: Mapping[str, Any], source: str, key: str, now: datetime) -> Inquiry:
    return Inquiry(
        id=str(uuid.uuid4()),
        reference=f"CQ-{random_code(2, 4)}",
        state=OPEN,
        source=source,
        topic=data["topic"],
        language=data.get("language", "en"),
        listing_url=data.get("listing_url"),
        asked_at=now,
        idempotency_key=key,
    )


def _write(
    session: Session,
    vault: Vault,
    inquiry: Inquiry,
    data: Mapping[str, Any],
    officer: Asker | None,
    now: datetime,
) -> None:
    home = accounts.home_organisation(session, now=now)
    inquiry.organisation_id = (officer.organisation if officer else None) or home
    wrapped = _key(vault, inquiry.id)
    contact = data.get("contact_email") or data.get("contact_phone", "")
    inquiry.question = vault.seal(wrapped, inquiry.id, "question", data["question"])
    inquiry.contact = vault.seal(wrapped, inquiry.id, "contact", contact)
    session.add(inquiry)
    session.flush()


def _open(vault: Vault, inquiry: Inquiry) -> dict[str, str]:
    if inquiry.erased_at is not None:
        return {}
    texts = {"question": inquiry.question, "contact": inquiry.contact, "answer": inquiry.answer}
    held = {name: text for name, text in texts.items() if text is not None}
    wrapped = _key(vault, inquiry.id)
    return {name: vault.open(wrapped, inquiry.id, name, text) for name, text in held.items()}


def _key(vault: Vault, inquiry_id: str) -> bytes:
    found = sealed.data_keys(vault).get(inquiry_id)
    if found is None:
        raise Conflict("its texts have been erased", where=inquiry_id)
    return found


def _reachable(session: Session, asker: Asker, action: str, inquiry_id: str) -> Inquiry:
    found = session.get(Inquiry, inquiry_id)
    owner = found.organisation_id if found else None
    access.require(asker, action, Target("inquiry", inquiry_id, organisation=owner))
    if found is None:
        raise access.missing("inquiry", inquiry_id)
    return found


def _view(row: Inquiry) -> InquiryView:
    return view_of(InquiryView, row)


def _note(
    session: Session,
    asker: Asker,
    action: str,
    inquiry: Inquiry,
    now: datetime,
    purpose: str | None = None,
) -> None:
    audit.note(
        session,
        at=now,
        asker=asker,
        action=action,
        subject=f"inquiry:{inquiry.id}",
        purpose=purpose,
        organisation=inquiry.organisation_id,
    )
