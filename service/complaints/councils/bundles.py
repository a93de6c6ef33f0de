"""Handing a case over to another council and hearing back: signed, sealed, with the complainant's consent.

The case stays with the council that hands it over, whose clock runs on: a result that comes back is
recorded and becomes a task, a person decides what follows. On the other side a case is opened like any
other; when it is closed, its outcome goes back by itself. Every kind of bundle is taken once, whatever
comes twice, and goes by POST or as a file.
"""

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from scrapers.fetching.posting import PostSettings, post
from service.complaints import notices
from service.complaints.councils import format as bundle_format
from service.complaints.councils import known as councils
from service.complaints.councils.format import BACK, CASE, RECEIPT, RESULT, Header
from service.complaints.councils.models import CaseBundle, KnownCouncil
from service.complaints.course.machine import COUNCIL, Event
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import COPY, Upload
from service.complaints.intake import contact
from service.complaints.intake import filing as intake
from service.complaints.intake.schemas import OfficerComplaintSchema
from service.complaints.models import Case, CaseAmount, CaseEvent, CaseTask
from service.complaints.privacy import consents, reach, sealed
from service.complaints.privacy.consents import CONSENT, Share
from service.core import access, outbox
from service.core.access import SYSTEM, Asker
from service.core.errors import CaveatError, Conflict, InvalidInput
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime

SEND, READ = "bundle.send", "bundle.read"
TOPIC = "bundle"
PURPOSE = "hand_over"
FROM = ("eligible", "referred_back", "mediation")
"""States in which a council can hand a case over: it has been screened, and the council must act."""
ABROAD = "council_abroad"
"""The recipient of the consent that the complaint form asks for."""
SETTLED = ("resolved", "closed_unconfirmed")
"""How a case ends with a result; every other end refers it back."""
LARGEST = 30_000_000
BATCH = 50
PATH = "/v1/bundles"
_TASKS = {RESULT: "bundle_result", BACK: "bundle_back"}
_FILE = "file:"


class NotTaken(Exception):
    """The other installation answered with another status than 2xx."""


@dataclass(frozen=True, slots=True)
class BundleView:
    """One bundle of a case; `waiting` says that it can be downloaded to be taken there as a file."""

    id: str
    kind: str
    incoming: bool
    council: str
    at: datetime
    delivered_at: datetime | None
    receipt_at: datetime | None
    waiting: bool
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a bundle that came; `repeated` when it had been taken before."""

    id: str
    kind: str
    reference: str
    repeated: bool


def hand_over(runtime: Runtime, case_id: str, council_id: str, *, asker: Asker) -> str:
    """Hand what the complainant agreed to over to a known council; return the bundle's id.

    Raises Conflict in a state in which the council has nothing to hand over, without the complainant's
    consent for that recipient and country, without a proven contact among what was agreed to, and
    while the same council has the case.
    """
    now = runtime.clock()
    with runtime.reading() as session:
        case = reach.case(session, case_id, asker=asker, action=SEND)
        share = _agreed(session, case, _council(session, council_id))
    files = [
        _file(runtime, case_id, name, asker) for name in sorted(share.fields) if _is_file(name)
    ]
    with runtime.begin() as session:
        case = reach.case(session, case_id, asker=asker, action=SEND)
        council = _council(session, council_id)
        _check_ready(session, case, council, share)
        payload = _payload(runtime, session, case, share, asker, now) | {"files": files}
        consents.record_transfer(session, case_id, share, basis=CONSENT, asker=asker, now=now)
        bundle_id = str(uuid.uuid4())
        _send(
            runtime,
            session,
            council,
            case,
            Header(CASE, bundle_id, bundle_id, *_ends(runtime, council, now)),
            payload,
        )
        _log(
            session,
            case,
            asker.label,
            "handed_over",
            {"bundle": bundle_id, "council": council.name},
            now,
        )
        notices.post(session, case, Event("handed_over", COUNCIL, tells=("consumer",)), now=now)
        reach.note(session, case, asker=asker, action=SEND, now=now, purpose=PURPOSE)
        return bundle_id


def receive(runtime: Runtime, wire: bytes, *, asker: Asker) -> Taken:
    """Take a bundle in: open a case, or record a receipt, a result or a referral back.

    Raises InvalidInput for what is no bundle, an unknown or ended sender, a wrong signature and what is
    not for this installation, Conflict for an id that came with other content. What was taken before
    is answered like the first time and changes nothing.
    """
    access.enter(asker, READ if asker.person else "bundle.deliver")
    said = bundle_format.header_of(wire)
    with runtime.begin() as session:
        council = councils.by_fingerprint(session, said.sender)
        if council is None:
            what = "is signed by nobody who is known here"
            raise InvalidInput(
                what, where="sender", fields={"bundle": what}, code="bundles.unknown"
            )
        keys = councils.public_keys(council)
        header, payload = bundle_format.open_bundle(
            wire, sender=keys, own=councils.own_keys(runtime)
        )
        known = session.get(CaseBundle, header.id, with_for_update=True)
        if known is None:
            known = _TAKE[header.kind](runtime, session, council, header, payload, wire)
            repeated = False
        else:
            _check_same(known, council, wire)
            repeated = True
        reference = session.get_one(Case, known.case_id).reference
        if header.kind == CASE:
            _receipt(runtime, session, council, known, reference)
    if header.kind == CASE:
        _add_files(runtime, known.case_id, payload["files"])
    return Taken(header.id, header.kind, reference, repeated)


def of_case(session: Session, case_id: str, *, asker: Asker) -> list[BundleView]:
    """Return the bundles of a case, the oldest first."""
    reach.case(session, case_id, asker=asker, action=SEND)
    rows = (
        select(CaseBundle, KnownCouncil.name)
        .join(KnownCouncil, KnownCouncil.id == CaseBundle.council_id)
        .where(CaseBundle.case_id == case_id)
    )
    return [
        BundleView(
            id=row.id,
            kind=row.kind,
            incoming=row.incoming,
            council=name,
            at=row.at,
            delivered_at=row.delivered_at,
            receipt_at=row.receipt_at,
            waiting=row.wire is not None,
            detail=row.detail,
        )
        for row, name in session.execute(rows.order_by(CaseBundle.at, CaseBundle.id))
    ]


def file_of(session: Session, case_id: str, bundle_id: str, *, asker: Asker) -> bytes:
    """Return the bytes of a bundle that has not been answered yet, to be taken there as a file."""
    reach.case(session, case_id, asker=asker, action=SEND)
    row = session.get(CaseBundle, bundle_id)
    if row is None or row.case_id != case_id or row.wire is None:
        raise access.missing("bundle", bundle_id)
    return row.wire


def can_hand_over(session: Session, case_id: str, *, asker: Asker) -> bool:
    """Tell whether the case is in a state in which the council can hand it over."""
    return reach.case(session, case_id, asker=asker, action=SEND).state in FROM


def deliver(runtime: Runtime, row: OutboxRow) -> None:
    """Send one bundle; raises what goes wrong, so that it is tried again later, under the same id."""
    with runtime.reading() as session:
        bundle = session.get_one(CaseBundle, row.payload["bundle"])
        council = session.get_one(KnownCouncil, bundle.council_id)
    if bundle.wire is None or council.address is None or council.ended_at is not None:
        return
    own = runtime.settings
    settings = PostSettings(time_cap=30.0, networks=own.private_networks, ports=own.ports)
    headers = {"Content-Type": "application/json"}
    status = post(council.address + PATH, bundle.wire, headers, settings)
    if status // 100 != 2:  # noqa: PLR2004 - success
        raise NotTaken(f"answered {status}")
    with runtime.begin() as session:
        bundle = session.get_one(CaseBundle, bundle.id)
        bundle.delivered_at = runtime.clock()
        if bundle.kind != CASE:
            bundle.wire = None


def sweep(runtime: Runtime) -> int:
    """Tell councils how the cases ended that they handed over; return how many."""
    answered = aliased(CaseBundle)
    told = exists().where(
        answered.thread == CaseBundle.thread,
        answered.incoming.is_(False),
        answered.kind.in_((RESULT, BACK)),
        answered.at >= Case.closed_at,
    )
    ended = (
        select(CaseBundle, Case)
        .join(Case, Case.id == CaseBundle.case_id)
        .where(CaseBundle.kind == CASE, CaseBundle.incoming, Case.closed_at.is_not(None), ~told)
        .order_by(CaseBundle.at)
        .limit(BATCH)
    )
    with runtime.begin() as session:
        found = session.execute(ended).all()
        for bundle, case in found:
            _answer(runtime, session, bundle, case)
        return len(found)


def _answer(runtime: Runtime, session: Session, bundle: CaseBundle, case: Case) -> None:
    """Send the outcome of a case back: its state, cause and amounts, no word that anybody wrote."""
    council = session.get_one(KnownCouncil, bundle.council_id)
    kind = RESULT if case.state in SETTLED else BACK
    header = Header(
        kind, str(uuid.uuid4()), bundle.thread, *_ends(runtime, council, runtime.clock())
    )
    _send(runtime, session, council, case, header, _outcome(session, case))


def _outcome(session: Session, case: Case) -> dict[str, Any]:
    last = select(CaseEvent.detail).where(
        CaseEvent.case_id == case.id, CaseEvent.after == case.state
    )
    cause = (session.scalar(last.order_by(CaseEvent.id.desc()).limit(1)) or {}).get("cause")
    rows = select(CaseAmount).where(CaseAmount.case_id == case.id, CaseAmount.kind != "claimed")
    amounts = [
        {"kind": row.kind, "amount": str(row.amount), "currency": row.currency}
        for row in session.scalars(rows.order_by(CaseAmount.id))
    ]
    closed = case.closed_at.isoformat() if case.closed_at else None
    return {"state": case.state, "cause": cause, "amounts": amounts, "closed_at": closed}


def _take_case(
    runtime: Runtime,
    session: Session,
    council: KnownCouncil,
    header: Header,
    payload: Mapping[str, Any],
    wire: bytes,
) -> CaseBundle:
    """Open the case that was handed over; its contact was proven by the council that did."""
    data = dict(payload["facts"]) | dict(payload["texts"])
    wrong = OfficerComplaintSchema().validate(data)
    if wrong:
        raise InvalidInput(
            "is not complete",
            where="case",
            fields={name: str(said) for name, said in wrong.items()},
        )
    case = intake.accept(
        session,
        runtime.vault,
        OfficerComplaintSchema().load(data),
        key=f"bundle:{header.id}",
        proven=payload["proof"]["field"],
        by=f"council:{council.id}",
        now=runtime.clock(),
    )
    detail = {"bundle": header.id, "council": council.name, "reference": payload["reference"]}
    _log(session, case, f"council:{council.id}", "came_over", detail, runtime.clock())
    return _keep(
        session,
        council,
        case.id,
        header,
        wire,
        {"reference": payload["reference"]},
        runtime.clock(),
    )


def _take_receipt(
    runtime: Runtime,
    session: Session,
    council: KnownCouncil,
    header: Header,
    payload: Mapping[str, Any],
    wire: bytes,
) -> CaseBundle:
    sent = _thread(session, council, header)
    if payload["digest"] != sent.digest:
        raise InvalidInput("is for other content than was sent", where="digest")
    now = runtime.clock()
    sent.receipt_at, sent.wire = now, None
    sent.delivered_at = sent.delivered_at or now
    case = session.get_one(Case, sent.case_id)
    detail = {"bundle": sent.id, "council": council.name, "reference": payload["reference"]}
    _log(session, case, f"council:{council.id}", "receipt", detail, now)
    return _keep(session, council, case.id, header, wire, {"reference": payload["reference"]}, now)


def _take_answer(
    runtime: Runtime,
    session: Session,
    council: KnownCouncil,
    header: Header,
    payload: Mapping[str, Any],
    wire: bytes,
) -> CaseBundle:
    """Record how the case ended there, and have the officer decide what follows here."""
    sent, now = _thread(session, council, header), runtime.clock()
    case = session.get_one(Case, sent.case_id)
    said = {name: payload.get(name) for name in ("state", "cause", "amounts", "closed_at")}
    detail = {"bundle": header.id, "council": council.name, **said}
    _log(session, case, f"council:{council.id}", _TASKS[header.kind], detail, now)
    session.add(
        CaseTask(
            case_id=case.id,
            kind=_TASKS[header.kind],
            for_role="complaint_officer",
            created_at=now,
            detail={"bundle": header.id},
        )
    )
    notices.post(session, case, Event(_TASKS[header.kind], COUNCIL, tells=("council",)), now=now)
    return _keep(session, council, case.id, header, wire, said, now)


_Take = Callable[[Runtime, Session, KnownCouncil, Header, Mapping[str, Any], bytes], CaseBundle]
_TAKE: Mapping[str, _Take] = {
    CASE: _take_case,
    RECEIPT: _take_receipt,
    RESULT: _take_answer,
    BACK: _take_answer,
}


def _receipt(
    runtime: Runtime, session: Session, council: KnownCouncil, taken: CaseBundle, reference: str
) -> None:
    """Say that a case was taken; whoever asks again gets the same receipt, signed anew."""
    receipt_id = str(uuid.uuid5(uuid.UUID(taken.id), RECEIPT))
    header = Header(RECEIPT, receipt_id, taken.thread, *_ends(runtime, council, taken.at))
    payload = {"digest": taken.digest, "reference": reference, "received_at": taken.at.isoformat()}
    case = session.get_one(Case, taken.case_id)
    _send(runtime, session, council, case, header, payload)


def _send(
    runtime: Runtime,
    session: Session,
    council: KnownCouncil,
    case: Case,
    header: Header,
    payload: Mapping[str, Any],
) -> None:
    wire = bundle_format.close(
        header, payload, own=councils.own_keys(runtime), recipient=council.sealing_key
    )
    row = session.get(CaseBundle, header.id)
    if row is None:
        row = CaseBundle(
            id=header.id,
            thread=header.thread,
            council_id=council.id,
            case_id=case.id,
            kind=header.kind,
            incoming=False,
            at=runtime.clock(),
            detail={},
        )
        session.add(row)
    row.wire, row.digest, row.delivered_at = wire, bundle_format.digest(wire), None
    session.flush()
    if council.address is not None:
        told = {"bundle": header.id, "case": case.id}
        outbox.post(session, topic=TOPIC, payload=told, now=runtime.clock())


def _keep(
    session: Session,
    council: KnownCouncil,
    case_id: str,
    header: Header,
    wire: bytes,
    detail: dict[str, Any],
    now: datetime,
) -> CaseBundle:
    row = CaseBundle(
        id=header.id,
        thread=header.thread,
        council_id=council.id,
        case_id=case_id,
        kind=header.kind,
        incoming=True,
        at=now,
        digest=bundle_format.digest(wire),
        detail=detail,
    )
    session.add(row)
    session.flush()
    return row


def _thread(session: Session, council: KnownCouncil, header: Header) -> CaseBundle:
    """Return the bundle that an answer belongs to; only the council that has the case may answer."""
    sent = session.get(CaseBundle, header.thread)
    if sent is None or sent.incoming or sent.kind != CASE or sent.council_id != council.id:
        raise InvalidInput("answers nothing that was sent to this council", where="thread")
    return sent


def _check_same(known: CaseBundle, council: KnownCouncil, wire: bytes) -> None:
    if not known.incoming or known.council_id != council.id:
        raise Conflict("its id is taken", where=known.id, code="bundles.refused")
    if known.digest != bundle_format.digest(wire) and known.kind != RECEIPT:
        raise Conflict("came before with other content", where=known.id, code="bundles.refused")


def _check_ready(session: Session, case: Case, council: KnownCouncil, share: Share) -> None:
    if case.state not in FROM or case.erased_at is not None:
        raise Conflict(
            "is not at a point where it can be handed over",
            where=case.reference,
            code="bundles.state",
        )
    proof = contact.proven(session, case.id)
    if proof is None or proof.field not in share.fields:
        raise Conflict(
            "the proven contact is not among what was agreed to",
            where=case.reference,
            code="bundles.contact",
        )
    answers = aliased(CaseBundle)
    answered = exists().where(answers.thread == CaseBundle.id, answers.kind.in_((RESULT, BACK)))
    there = select(CaseBundle.id).where(
        CaseBundle.case_id == case.id,
        CaseBundle.kind == CASE,
        CaseBundle.incoming.is_(False),
        CaseBundle.council_id == council.id,
        ~answered,
    )
    if session.scalar(there) is not None:
        raise Conflict(
            "this council has the case already", where=case.reference, code="bundles.there"
        )


def _agreed(session: Session, case: Case, council: KnownCouncil) -> Share:
    """Return what the complainant agrees to hand to this council in its country; raise Conflict for nothing."""
    held = set(sealed.names(session, case.id))
    held |= {
        evidence_files.field_of(row.id)
        for row in evidence_files.of_case(session, case.id, asker=SYSTEM, now=case.received_at)
        if row.copy
    }
    for recipient in (f"council:{council.id}", ABROAD):
        fields = consents.shared_with(session, case.id, recipient) & held
        share = Share(recipient, council.country, frozenset(fields))
        if fields and consents.covers(session, case.id, share):
            return share
    raise Conflict(
        "the complainant has not agreed to that",
        where=f"{council.name}, {council.country}",
        code="bundles.consent",
    )


def _council(session: Session, council_id: str) -> KnownCouncil:
    if not council_id:
        raise InvalidInput("choose a council", where="council")
    found = session.get(KnownCouncil, council_id)
    if found is None or found.ended_at is not None:
        raise access.missing("council", council_id)
    return found


def _ends(runtime: Runtime, council: KnownCouncil, at: datetime) -> tuple[str, str, str]:
    """Return sender, recipient and time of a header."""
    return councils.own_keys(runtime).public.fingerprint, council.fingerprint, at.isoformat()


def _payload(
    runtime: Runtime, session: Session, case: Case, share: Share, asker: Asker, now: datetime
) -> dict[str, Any]:
    wanted = [name for name in share.fields if not _is_file(name)]
    texts = sealed.read(
        session, runtime.vault, case.id, wanted, asker=asker, purpose=PURPOSE, now=now
    )
    proof = contact.proven(session, case.id)
    assert proof is not None  # noqa: S101 - _check_ready has asked
    facts = {name: value for name, value in case.facts.items() if name != "consent_abroad"}
    return {
        "reference": case.reference,
        "facts": facts,
        "texts": texts,
        "proof": {"field": proof.field, "how": proof.proof},
    }


def _file(runtime: Runtime, case_id: str, field: str, asker: Asker) -> dict[str, str]:
    """Return a file's copy without metadata; the look is recorded like every other."""
    file_id = field.removeprefix(_FILE)
    with runtime.reading() as session:
        [row] = [
            one
            for one in evidence_files.of_case(session, case_id, asker=asker, now=runtime.clock())
            if one.id == file_id
        ]
    opened = evidence_files.open_file(
        runtime, case_id, file_id, variant=COPY, asker=asker, purpose=PURPOSE
    )
    return {
        "kind": row.kind,
        "media_type": opened.media_type,
        "name": opened.name,
        "content": base64.b64encode(opened.content).decode(),
    }


def _add_files(runtime: Runtime, case_id: str, files: list[Mapping[str, str]]) -> None:
    """Add the files of a case that was handed over; one that is there, or is refused, is passed over."""
    for file in files:
        content = base64.b64decode(file["content"])
        upload = Upload(content, file["kind"], file["media_type"], file["name"])
        try:
            evidence_files.add(runtime, case_id, upload, asker=access.complainant(case_id))
        except CaveatError:
            continue


def _is_file(name: str) -> bool:
    return name.startswith(_FILE)


def _log(
    session: Session, case: Case, actor: str, event: str, detail: dict[str, Any], now: datetime
) -> None:
    session.add(CaseEvent(case_id=case.id, at=now, actor=actor, event=event, detail=detail))
