"""Taking bundles in: a case of another council, or a receipt, a result or a referral back of one sent there.

Each is taken once, whatever comes twice. A case is opened like any other; files that cannot be taken are
named in the receipt, and both officers are asked to look.
"""

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from service.complaints import notices
from service.complaints.councils import delivery, ledger
from service.complaints.councils import format as bundle_format
from service.complaints.councils import known as councils
from service.complaints.councils.format import BACK, CASE, RECEIPT, RESULT, Header
from service.complaints.councils.models import CaseBundle, KnownCouncil
from service.complaints.course.machine import COUNCIL, Event
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import Upload
from service.complaints.intake import filing as intake
from service.complaints.intake.schemas import OfficerComplaintSchema
from service.complaints.models import Case
from service.core import access
from service.core.access import SYSTEM, Asker
from service.core.errors import CaveatError, InvalidInput
from service.core.runtime import Runtime

READ, DELIVER = "bundle.read", "bundle.deliver"
LARGEST = 30_000_000
REFUSED = "bundle_files"
"""The event and task that name files which could not be taken."""
CHECKED = "refused"
"""What a bundle's detail, the event and the receipt name them by, once all files were looked at."""
_TASKS = {RESULT: "bundle_result", BACK: "bundle_back"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a bundle that came; `repeated` when it had been taken before."""

    id: str
    kind: str
    reference: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """A bundle whose signature holds, in the transaction that takes it."""

    runtime: Runtime
    session: Session
    council: KnownCouncil
    header: Header
    payload: Mapping[str, Any]
    wire: bytes

    @property
    def by(self) -> str:
        """Return how histories name the council."""
        return f"council:{self.council.id}"

    def keep(self, case_id: str, detail: dict[str, Any]) -> CaseBundle:
        """Keep that it came."""
        return ledger.keep_received(
            self.session,
            self.header,
            self.wire,
            council=self.council,
            case_id=case_id,
            detail=detail,
            now=self.runtime.clock(),
        )

    def log(self, case_id: str, event: str, detail: dict[str, Any]) -> None:
        """Write a line into a case's history."""
        told = {"council": self.council.name, **detail}
        ledger.log(self.session, case_id, self.by, event, told, self.runtime.clock())


def receive(runtime: Runtime, wire: bytes, *, asker: Asker) -> Taken:
    """Take a bundle in: open a case, or record a receipt, a result or a referral back.

    Raises InvalidInput for what is no bundle, an unknown or ended sender, a wrong signature and what is
    not for this installation, Conflict for an id that came with other content. What was taken before
    is answered like the first time and changes nothing.
    """
    access.enter(asker, READ if asker.person else DELIVER)
    with runtime.begin() as session:
        arrival = _open(runtime, session, wire)
        known = session.get(CaseBundle, arrival.header.id, with_for_update=True)
        repeated = known is not None
        if known is None:
            known = _TAKE[arrival.header.kind](arrival)
        else:
            ledger.check_same(known, arrival.council, wire)
        reference = session.get_one(Case, known.case_id).reference
    if known.kind == CASE:
        if CHECKED not in known.detail:
            _note_files(runtime, known.id, _add_files(runtime, known.case_id, arrival.payload))
        _send_receipt(runtime, known.id, reference)
    return Taken(known.id, known.kind, reference, repeated)


def _open(runtime: Runtime, session: Session, wire: bytes) -> Arrival:
    council = councils.by_fingerprint(session, bundle_format.header_of(wire).sender)
    if council is None:
        what = "is signed by nobody who is known here"
        raise InvalidInput(what, where="sender", fields={"bundle": what}, code="bundles.unknown")
    sender, own = councils.public_keys(council), councils.own_keys(runtime)
    header, payload = bundle_format.open_bundle(wire, sender=sender, own=own)
    return Arrival(runtime, session, council, header, payload, wire)


def _take_case(arrival: Arrival) -> CaseBundle:
    """Open the case that was handed over; its contact was proven by the council that did."""
    payload, runtime = arrival.payload, arrival.runtime
    data = dict(payload["facts"]) | dict(payload["texts"])
    if wrong := OfficerComplaintSchema().validate(data):
        named = {name: str(said) for name, said in wrong.items()}
        raise InvalidInput("is not complete", where="case", fields=named)
    case = intake.accept(
        arrival.session,
        runtime.vault,
        OfficerComplaintSchema().load(data),
        key=f"bundle:{arrival.header.id}",
        proven=payload["proof"]["field"],
        by=arrival.by,
        now=runtime.clock(),
    )
    there = {"reference": payload["reference"]}
    arrival.log(case.id, "came_over", {"bundle": arrival.header.id, **there})
    return arrival.keep(case.id, there)


def _take_receipt(arrival: Arrival) -> CaseBundle:
    sent = ledger.answered(arrival.session, arrival.council, arrival.header)
    if arrival.payload["digest"] != sent.digest:
        raise InvalidInput("is for other content than was sent", where="digest")
    now = arrival.runtime.clock()
    sent.receipt_at, sent.wire = now, None
    sent.delivered_at = sent.delivered_at or now
    said = {name: arrival.payload.get(name) for name in ("reference", CHECKED)}
    arrival.log(sent.case_id, "receipt", {"bundle": sent.id, **said})
    if said[CHECKED]:
        ledger.ask_officer(arrival.session, sent.case_id, REFUSED, sent.id, now)
    return arrival.keep(sent.case_id, said)


def _take_answer(arrival: Arrival) -> CaseBundle:
    """Record how the case ended there, and have the officer decide what follows here."""
    session, now = arrival.session, arrival.runtime.clock()
    sent = ledger.answered(session, arrival.council, arrival.header)
    said = {name: arrival.payload.get(name) for name in ("state", "cause", "amounts", "closed_at")}
    task = _TASKS[arrival.header.kind]
    arrival.log(sent.case_id, task, {"bundle": arrival.header.id, **said})
    ledger.ask_officer(session, sent.case_id, task, arrival.header.id, now)
    case = session.get_one(Case, sent.case_id)
    notices.post(session, case, Event(task, COUNCIL, tells=("council",)), now=now)
    return arrival.keep(sent.case_id, said)


_TAKE: Mapping[str, Callable[[Arrival], CaseBundle]] = {
    CASE: _take_case,
    RECEIPT: _take_receipt,
    RESULT: _take_answer,
    BACK: _take_answer,
}


def _add_files(runtime: Runtime, case_id: str, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Add the files of a case that was handed over; return which were refused, by place, kind and why."""
    refused = []
    for place, file in enumerate(payload["files"], 1):
        try:
            content = base64.b64decode(file["content"], validate=True)
            upload = Upload(content, file["kind"], file["media_type"], file["name"])
            evidence_files.add(runtime, case_id, upload, asker=access.complainant(case_id))
        except (CaveatError, ValueError) as error:
            why = error.what if isinstance(error, CaveatError) else "is no base64"
            refused.append({"place": place, "kind": file["kind"], "why": why})
    return refused


def _note_files(runtime: Runtime, bundle_id: str, refused: list[dict[str, Any]]) -> None:
    """Keep that the files were looked at, and have an officer look at those that were refused."""
    now = runtime.clock()
    with runtime.begin() as session:
        taken = session.get_one(CaseBundle, bundle_id)
        taken.detail = {**taken.detail, CHECKED: refused}
        if refused:
            told = {"bundle": bundle_id, CHECKED: refused}
            ledger.log(session, taken.case_id, SYSTEM.label, REFUSED, told, now)
            ledger.ask_officer(session, taken.case_id, REFUSED, bundle_id, now)


def _send_receipt(runtime: Runtime, bundle_id: str, reference: str) -> None:
    """Say that a case was taken; whoever asks again gets the same receipt, signed anew."""
    with runtime.begin() as session:
        taken = session.get_one(CaseBundle, bundle_id)
        council = session.get_one(KnownCouncil, taken.council_id)
        own = str(uuid.uuid5(uuid.UUID(taken.id), RECEIPT))
        head = delivery.header(
            runtime, council, RECEIPT, at=taken.at, bundle_id=own, thread=taken.thread
        )
        payload = {
            "digest": taken.digest,
            "reference": reference,
            "received_at": taken.at.isoformat(),
            CHECKED: taken.detail[CHECKED],
        }
        delivery.send(runtime, session, council, taken.case_id, head, payload)
