"""Filing complaints: the one gate to the desk, whoever comes and however.

A complaint rests in `awaiting_contact_check` until its contact is proven; only `confirm` and an
officer's own proof lead to `submitted`. A shopper's complaint belongs to the organisation that runs this
installation, an officer's to the officer's own. Errors carry a `code` for the reader's language:
complaints.{code,closed,no_sender,proof,source}.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import attempts
from service.accounts import operations as accounts
from service.accounts.attempts import Limit
from service.complaints import operations
from service.complaints.course import programmes
from service.complaints.intake import contact, duplicates, respondents, tracking
from service.complaints.intake.fields import OFFICER, PERSONAL, PROOFS, SHOPPER, SOURCES, VERSION
from service.complaints.models import Case
from service.complaints.money import amounts as money
from service.complaints.privacy import contact_index, sealed, sharing
from service.complaints.traders import express
from service.core import access, audit, outbox
from service.core.access import Asker, Target, Visit
from service.core.bidi import unturned
from service.core.crypto import Vault
from service.core.errors import Conflict, InvalidInput
from service.core.readable import random_code
from service.core.runtime import Runtime

WAITING, SUBMITTED = "awaiting_contact_check", "submitted"
COUNCIL = "council"
RECEIVED_MAIL = "mail.complaint_received"
_HOUR = timedelta(hours=1)
# A reading room or a mobile carrier puts many people behind one address.
FILE_ADDRESS = Limit("complaint.address", 30, _HOUR)
FILE_KEY = Limit("complaint.key", 1000, _HOUR)
# Whoever types somebody else's address can have them sent this many letters, and no more.
LETTERS = Limit("complaint.letters", 5, _HOUR)
# Twenty tries an hour at 30 ** 8 codes.
CODE = Limit("complaint.code", 5, timedelta(minutes=15))
CODE_ADDRESS = Limit("complaint.code_address", 50, timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What who files gets back; `until` is when a case whose contact is not proven lapses.

    `token` opens the case: for the complainant only, an officer gets none. `repeated` when the same
    request came before.
    """

    case_id: str
    reference: str
    state: str
    received_at: datetime
    token: str | None
    until: datetime | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """How a complaint came to an officer (fields.SOURCES), and how its contact was proven (fields.PROOFS)."""

    source: str
    proof: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The case that a proven contact leads to.

    `outcome` is "submitted", or "joined" or "reopened" when the same matter was with the desk before;
    then reference and token are those of that case.
    """

    reference: str
    state: str
    token: str
    outcome: str


def submit(
    runtime: Runtime,
    data: Mapping[str, Any],
    *,
    source: str,
    idempotency_key: str,
    asker: Asker,
    visit: Visit,
) -> Receipt:
    """File a shopper's complaint (checked by ComplaintSchema), as often as the limits allow."""
    now = runtime.clock()
    who = {FILE_KEY: asker.id} if asker.kind == "key" else {FILE_ADDRESS: visit.address}
    limits = who | {LETTERS: data.get("contact_email", "").casefold()}
    with runtime.begin() as session:
        if _known(session, runtime.vault, idempotency_key) is None:
            attempts.take(session, runtime.vault, limits, now=now)
        return file(
            session,
            runtime.vault,
            data,
            source=source,
            idempotency_key=idempotency_key,
            asker=asker,
            now=now,
        )


def file(
    session: Session,
    vault: Vault,
    data: Mapping[str, Any],
    *,
    idempotency_key: str,
    asker: Asker,
    now: datetime,
    source: str = "extension",
) -> Receipt:
    """Open a case that waits for its contact to be proven; the same key and data return the same case."""
    access.require(asker, "complaint.file")
    _check_source(source, SHOPPER)
    digest = _digest(vault, data)
    known = _known(session, vault, idempotency_key)
    if known is not None:
        receipt = _repeat(known, digest)
        return replace(receipt, token=tracking.issue(session, known.id, now=now))
    case = _new_case(vault, data, source, idempotency_key, digest, now)
    case.organisation_id = accounts.home_organisation(session, now=now)
    _open(session, vault, case, data, asker, now)
    _send_code(session, vault, case, "contact_email", data, now)
    _note(session, asker, "complaint.file", case, now)
    return replace(_receipt(case), token=tracking.issue(session, case.id, now=now))


def enter(
    session: Session,
    vault: Vault,
    data: Mapping[str, Any],
    *,
    told: Told,
    idempotency_key: str,
    asker: Asker,
    now: datetime,
) -> Receipt:
    """Enter what somebody told an officer (checked by OfficerComplaintSchema), through the same gate.

    With the proof "code" the case waits for the code that goes by e-mail; otherwise the officer has made
    sure of the contact, which is recorded.
    """
    access.require(asker, "case.enter", Target("case", organisation=asker.organisation))
    _check_source(told.source, OFFICER)
    digest = _digest(vault, {**data, **asdict(told)})
    known = _known(session, vault, idempotency_key)
    if known is not None:
        return _repeat(known, digest)
    case = _new_case(vault, data, told.source, idempotency_key, digest, now)
    case.organisation_id = str(asker.organisation)
    _open(session, vault, case, data, asker, now)
    _note(session, asker, "case.enter", case, now)
    return _receipt(_prove(session, vault, case, data, told.proof, asker, now))


def accept(
    session: Session,
    vault: Vault,
    data: Mapping[str, Any],
    *,
    key: str,
    proven: str,
    by: str,
    now: datetime,
) -> Case:
    """Open a case that another council hands over, through the same gate; return the case it leads to.

    `proven` is the contact field that the other council has made sure of, `by` that council.
    """
    if proven not in data or proven not in contact_index.FIELDS:
        raise InvalidInput("is no contact that is given", where="proof")
    case = _new_case(vault, data, COUNCIL, key, _digest(vault, data), now)
    case.organisation_id = accounts.home_organisation(session, now=now)
    _open(session, vault, case, data, access.SYSTEM, now)
    reach = contact.Reach(proven, data[proven])
    contact.record_handed_over(session, vault, case, reach, by=by, now=now)
    return _pass_gate(session, vault, case, now)[0]


def confirm(runtime: Runtime, *, reference: str, token: str, code: str, visit: Visit) -> Confirmed:
    """Prove the contact of a case by the code that was sent to it; the complaint then goes to the desk."""
    now = runtime.clock()
    limits = {CODE: reference, CODE_ADDRESS: visit.address}
    with runtime.begin() as session:
        tracking.find(session, reference, token, now=now)
        attempts.take(session, runtime.vault, limits, now=now)
    with runtime.begin() as session:
        case = tracking.find(session, reference, token, now=now)
        asker = access.complainant(case.id)
        if contact.prove(session, runtime.vault, case.id, code, by=asker.label, now=now) is None:
            what = "is not the code of the latest letter, or is too old"
            raise InvalidInput(what, fields={"code": what}, code="complaints.code")
        reached, outcome = _pass_gate(session, runtime.vault, case, now)
        token = tracking.issue(session, reached.id, now=now)
        return Confirmed(reached.reference, reached.state, token, outcome)


def send_again(runtime: Runtime, *, reference: str, token: str) -> None:
    """Send another code to the e-mail address of a case that still waits for one."""
    now, vault = runtime.clock(), runtime.vault
    with runtime.begin() as session:
        case = tracking.find(session, reference, token, now=now)
        if case.state != WAITING:
            raise Conflict(
                "its contact is proven already", where=reference, code="complaints.closed"
            )
        asker = access.complainant(case.id)
        found = sealed.read(
            session, vault, case.id, ["contact_email"], asker=asker, purpose="own_case", now=now
        )
        attempts.take(session, vault, {LETTERS: found["contact_email"].casefold()}, now=now)
        _send_code(session, vault, case, "contact_email", found, now)


def _pass_gate(session: Session, vault: Vault, case: Case, now: datetime) -> tuple[Case, str]:
    """Lead a case whose contact is proven to the desk, or into the case that it repeats."""
    if case.state != WAITING:
        return case, SUBMITTED
    earlier = duplicates.find(session, case)
    if earlier is not None and (outcome := duplicates.join(session, vault, case, earlier, now=now)):
        return earlier, outcome
    asker = access.complainant(case.id)
    operations.act(session, case.id, "confirm_contact", asker=asker, version=case.version, now=now)
    respondents.start_tracing(session, case, now=now)
    outbox.post(session, topic=RECEIVED_MAIL, payload={"case": case.id}, now=now)
    return case, SUBMITTED


def _prove(
    session: Session,
    vault: Vault,
    case: Case,
    data: Mapping[str, Any],
    proof: str,
    asker: Asker,
    now: datetime,
) -> Case:
    """Keep how the officer made sure of the contact, or have a code sent; return the case it leads to."""
    field = next((name for name in PROOFS.get(proof, ()) if name in data), None)
    if field is None:
        what = "does not fit a contact that is given"
        raise InvalidInput(what, fields={"proof": what}, code="complaints.proof")
    if proof == contact.CODE:
        _send_code(session, vault, case, field, data, now)
        return case
    reach = contact.Reach(field, data[field])
    contact.record_proof(session, vault, case, reach, proof=proof, by=asker.label, now=now)
    return _pass_gate(session, vault, case, now)[0]


def _send_code(
    session: Session,
    vault: Vault,
    case: Case,
    field: str,
    texts: Mapping[str, Any],
    now: datetime,
) -> None:
    contact.send_code(session, vault, case, contact.Reach(field, texts[field]), now=now)


def _open(
    session: Session, vault: Vault, case: Case, data: Mapping[str, Any], asker: Asker, now: datetime
) -> None:
    """Write a case with its sealed texts, its claim, its consents and what it is about; its key comes first."""
    key = sealed.create_key(vault, case.id, now=now)
    case.complainant = contact_index.pseudonym(session, vault, data)
    verified = respondents.is_verified(session, case.merchant_key)
    case.respondent_grade = respondents.grade(data, case.merchant_key, verified=verified)
    express.pin(session, case, now=now)
    operations.open_case(session, case, state=WAITING, event="submit", asker=asker, now=now)
    texts = {name: data[name] for name in PERSONAL & data.keys()}
    sealed.write_first(session, vault, case.id, key, texts)
    contact_index.index(session, vault, case.id, texts, country=data.get("country"))
    if "amount" in data:
        money.record(session, case.id, "claimed", data, now=now)
    duplicates.keep(session, vault, case, texts)
    sharing.grant(session, case, data, now=now)


def _new_case(
    vault: Vault, data: Mapping[str, Any], source: str, key: str, digest: str, now: datetime
) -> Case:
    return Case(
        id=str(uuid.uuid4()),
        reference=f"CV-{random_code(2, 4)}",
        programme=programmes.DEFAULT,
        source=source,
        language=data.get("language"),
        merchant_key=respondents.merchant_key(data),
        facts={name: _shown(value) for name, value in data.items() if name not in PERSONAL},
        fields_version=VERSION,
        received_at=now,
        idempotency_key=_key(vault, key),
        request_digest=digest,
    )


def _shown(value: Any) -> Any:
    return unturned(value) if isinstance(value, str) else value


def _known(session: Session, vault: Vault, key: str) -> Case | None:
    return session.scalar(select(Case).where(Case.idempotency_key == _key(vault, key)))


def _key(vault: Vault, key: str) -> str:
    return vault.blind_index("idempotency", key)


def _digest(vault: Vault, data: Mapping[str, Any]) -> str:
    return vault.blind_index("request", json.dumps(dict(data), sort_keys=True, ensure_ascii=False))


def _repeat(case: Case, digest: str) -> Receipt:
    if case.request_digest != digest:
        raise Conflict("was used before for another complaint", where="Idempotency-Key")
    return replace(_receipt(case), repeated=True)


def _receipt(case: Case) -> Receipt:
    until = case.due_at if case.state == WAITING else None
    return Receipt(case.id, case.reference, case.state, case.received_at, None, until)


def _check_source(source: str, door: str) -> None:
    if source not in SOURCES[door]:
        known = ", ".join(SOURCES[door])
        raise InvalidInput(f"must be one of {known}", where="source", code="complaints.source")


def _note(session: Session, asker: Asker, action: str, case: Case, now: datetime) -> None:
    audit.note(
        session,
        at=now,
        asker=asker,
        action=action,
        subject=f"case:{case.id}",
        organisation=case.organisation_id,
    )
