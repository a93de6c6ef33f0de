"""Handing a case over to another council: what the complainant agreed to, signed and sealed.

The case stays with the council that hands it over, whose clock runs on; what comes back is recorded and
becomes a task (receiving.py), a person decides what follows.
"""

import base64
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from service.complaints import notices
from service.complaints.councils import agreement, delivery, ledger
from service.complaints.councils import known as councils
from service.complaints.councils.format import BACK, CASE, RESULT
from service.complaints.councils.models import CaseBundle, KnownCouncil
from service.complaints.course.machine import COUNCIL, Event
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import COPY
from service.complaints.intake import contact
from service.complaints.models import Case
from service.complaints.privacy import consents, reach, sealed
from service.complaints.privacy.consents import CONSENT, Share
from service.core.access import Asker
from service.core.errors import Conflict
from service.core.runtime import Runtime

SEND = "bundle.send"
PURPOSE = "hand_over"
HANDED = "handed_over"
_FILE = "file:"


def hand_over(runtime: Runtime, case_id: str, council_id: str, *, asker: Asker) -> str:
    """Hand what the complainant agreed to over to a known council; return the bundle's id.

    Raises Conflict in a state in which the council has nothing to hand over, without the complainant's
    consent for that recipient and country, without a proven contact among what was agreed to, and
    while the same council has the case.
    """
    now = runtime.clock()
    with runtime.reading() as session:
        case = reach.case(session, case_id, asker=asker, action=SEND)
        share = _agreed(session, case, councils.active(session, council_id))
    files = [
        _file(runtime, case_id, name, asker) for name in sorted(share.fields) if _is_file(name)
    ]
    with runtime.begin() as session:
        case = reach.case(session, case_id, asker=asker, action=SEND)
        council = councils.active(session, council_id)
        _check_ready(session, case, council, share)
        payload = _payload(runtime, session, case, share, asker, now) | {"files": files}
        consents.record_transfer(session, case_id, share, basis=CONSENT, asker=asker, now=now)
        head = delivery.header(runtime, council, CASE, at=now)
        delivery.send(runtime, session, council, case_id, head, payload)
        told = {"bundle": head.id, "council": council.name}
        ledger.log(session, case_id, asker.label, HANDED, told, now)
        notices.post(session, case, Event(HANDED, COUNCIL, tells=("consumer",)), now=now)
        reach.note(session, case, asker=asker, action=SEND, now=now, purpose=PURPOSE)
        return head.id


def _agreed(session: Session, case: Case, council: KnownCouncil) -> Share:
    share = agreement.agreed(session, case, council)
    if share is None:
        raise Conflict(
            "the complainant has not agreed to that",
            where=f"{council.name}, {council.country}",
            code="bundles.consent",
        )
    return share


def _check_ready(session: Session, case: Case, council: KnownCouncil, share: Share) -> None:
    agreement.check_state(case)
    proof = contact.proven(session, case.id)
    if proof is None or proof.field not in share.fields:
        raise Conflict(
            "the proven contact is not among what was agreed to",
            where=case.reference,
            code="bundles.contact",
        )
    if _is_there(session, case.id, council.id):
        raise Conflict(
            "this council has the case already", where=case.reference, code="bundles.there"
        )


def _is_there(session: Session, case_id: str, council_id: str) -> bool:
    """Tell whether a council was given the case and has not answered yet."""
    answers = aliased(CaseBundle)
    ended = exists().where(answers.thread == CaseBundle.id, answers.kind.in_((RESULT, BACK)))
    there = select(CaseBundle.id).where(
        CaseBundle.case_id == case_id,
        CaseBundle.kind == CASE,
        CaseBundle.incoming.is_(False),
        CaseBundle.council_id == council_id,
        ~ended,
    )
    return session.scalar(there.limit(1)) is not None


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


def _is_file(name: str) -> bool:
    return name.startswith(_FILE)
