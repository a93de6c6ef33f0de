"""Evidence files of a case: checked by content, sealed under the case's key, opened for a purpose.

The original is kept as it came, for the desk and the complainant. Others see a copy without metadata,
once the complainant has agreed to show them the file. The stored name is a keyed hash of the plain
bytes, so that the same file in two cases does not tell.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.complaints.course import machine
from service.complaints.intake.fields import BY_ID
from service.complaints.models import Case, CaseEvent
from service.complaints.privacy import consents, reach, sealed
from service.complaints.privacy.models import CaseFile
from service.complaints.privacy.visibility import TRADER
from service.core import access, antivirus, media
from service.core.access import Asker
from service.core.errors import Conflict, InvalidInput, NotAllowed
from service.core.media import Checked
from service.core.runtime import Runtime
from service.core.views import view_of

KINDS = BY_ID["evidence"].options
ACTION = "case.attach"
MOST_FILES = 20
MOST_BYTES = 50_000_000
"""Of all files of one case together."""
LONGEST_NAME = 200
ORIGINAL, COPY = VARIANTS = ("original", "copy")


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in; `declared` is the media type and `name` the file name that came with it."""

    content: bytes
    kind: str
    declared: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class FileView:
    """A file without its content; `copy` says whether others can be shown one without metadata."""

    id: str
    kind: str
    media_type: str
    size: int
    copy: bool
    remarks: list[str]
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """The content of a file, to be sent as an attachment only."""

    content: bytes
    media_type: str
    name: str


def add(runtime: Runtime, case_id: str, upload: Upload, *, asker: Asker) -> FileView:
    """Add a file to an open case; one that the case has already is not added twice.

    Raises InvalidInput for what media.py or the virus scanner refuses, for an unknown kind and beyond
    the limits of a case, Conflict when the case is closed or erased.
    """
    with runtime.reading() as session:
        reach.case(session, case_id, asker=asker, action=ACTION)
    if upload.kind not in KINDS:
        raise InvalidInput(f"must be one of {', '.join(KINDS)}", where="kind")
    if len(upload.name or "") > LONGEST_NAME:
        raise InvalidInput(f"is longer than {LONGEST_NAME} characters", where="name")
    antivirus.refuse_harmful(upload.content, antivirus.scanners(runtime.settings))
    checked = media.check(upload.content, declared=upload.declared, name=upload.name)
    try:
        return _add(runtime, case_id, upload, checked, asker)
    except IntegrityError:
        # The same file came twice at once: the other one stands now.
        return _add(runtime, case_id, upload, checked, asker)


def of_case(session: Session, case_id: str, *, asker: Asker, now: datetime) -> list[FileView]:
    """Return the files of a case that the asker may see, the oldest first."""
    case, role = sealed.reached(session, case_id, asker)
    rows = select(CaseFile).where(CaseFile.case_id == case_id)
    found = session.scalars(rows.order_by(CaseFile.uploaded_at, CaseFile.id)).all()
    seen = sealed.visible(session, case, role, [field_of(row.id) for row in found], now=now)
    return [_view(row) for row in found if field_of(row.id) in seen]


def open_file(
    runtime: Runtime, case_id: str, file_id: str, *, variant: str, asker: Asker, purpose: str
) -> Opened:
    """Return a file's content; the look is recorded first. A trader only ever gets the copy.

    Raises NotFound for a file out of reach, InvalidInput for an unknown variant or purpose, Conflict
    when there is no such copy.
    """
    if variant not in VARIANTS:
        raise InvalidInput(f"must be one of {', '.join(VARIANTS)}", where="variant")
    now, vault = runtime.clock(), runtime.vault
    look: dict[str, Any] = {"asker": asker, "purpose": purpose, "now": now}
    with runtime.begin() as session:
        row = _to_open(session, case_id, file_id, variant, look)
        name = sealed.read(session, vault, case_id, [field_of(file_id)], **look)
        content = _unseal(runtime, session, row, variant)
        return Opened(content, row.media_type, name.get(field_of(file_id), _plain_name(row)))


def field_of(file_id: str) -> str:
    """Return how a file is called among the sealed fields, in consents and in the access log."""
    return f"file:{file_id}"


def _add(
    runtime: Runtime, case_id: str, upload: Upload, checked: Checked, asker: Asker
) -> FileView:
    now = runtime.clock()
    digest = runtime.vault.blind_index(
        f"file:{case_id}", hashlib.sha256(upload.content).hexdigest()
    )
    with runtime.begin() as session:
        case = reach.case(session, case_id, asker=asker, action=ACTION)
        known = session.scalar(
            select(CaseFile).where(CaseFile.case_id == case_id, CaseFile.digest == digest)
        )
        if known is not None:
            return _view(known)
        _check_room(session, case, len(upload.content))
        row = _row(case_id, upload, checked, digest, asker, now)
        _store(runtime, session, row, upload.content, checked.copy)
        session.add(row)
        if name := _plain(upload.name or ""):
            sealed.write(session, runtime.vault, case_id, field_of(row.id), name)
        _log(session, case, row, asker, now)
        session.flush()
        return _view(row)


def _to_open(
    session: Session, case_id: str, file_id: str, variant: str, look: dict[str, Any]
) -> CaseFile:
    """Return the row of a file that may be opened, once the look is recorded."""
    case, role = sealed.admit(session, case_id, asker=look["asker"], purpose=look["purpose"])
    row, field = session.get(CaseFile, file_id), field_of(file_id)
    if row is None or row.case_id != case_id:
        raise access.missing("file", file_id)
    if not sealed.visible(session, case, role, [field], now=look["now"]):
        raise NotAllowed("the file may not be seen now", where=file_id)
    if role == TRADER and variant == ORIGINAL:
        raise NotAllowed("the original is for the desk only", where=file_id)
    if variant == COPY and not row.copy:
        raise Conflict("no copy without metadata can be made of this file", where=file_id)
    sealed.record(session, case, [f"{field}:{variant}"], role=role, **look)
    return row


def _check_room(session: Session, case: Case, size: int) -> None:
    if machine.load().states[case.state].closed or case.erased_at is not None:
        raise Conflict("the case is closed", where=case.reference)
    held = select(func.count(), func.coalesce(func.sum(CaseFile.size), 0))
    count, total = session.execute(held.where(CaseFile.case_id == case.id)).one()
    if count >= MOST_FILES:
        raise InvalidInput(
            f"a case holds {MOST_FILES} files at most", where="file", code="file.many"
        )
    if total + size > MOST_BYTES:
        what = f"the files of a case hold {MOST_BYTES:,} bytes at most"
        raise InvalidInput(what, where="file", code="file.many")


def _row(
    case_id: str, upload: Upload, checked: Checked, digest: str, asker: Asker, now: datetime
) -> CaseFile:
    return CaseFile(
        id=str(uuid.uuid4()),
        case_id=case_id,
        kind=upload.kind,
        media_type=checked.media_type,
        size=len(upload.content),
        digest=digest,
        copy=checked.copy is not None,
        remarks=list(checked.remarks),
        uploaded_at=now,
        uploaded_by=_owner(asker),
    )


def _owner(asker: Asker) -> str:
    """Return who added a file; one of a trader belongs to its organisation, whoever of it looks."""
    acting = access.relations(asker, ACTION)
    own = acting == {"respondent"} and asker.organisation is not None
    return consents.organisation(asker.organisation) if own else asker.label


def _store(
    runtime: Runtime, session: Session, row: CaseFile, original: bytes, copy: bytes | None
) -> None:
    key = sealed.live_key(session, runtime.vault, row.case_id)
    for variant, content in ((ORIGINAL, original), (COPY, copy)):
        if content is not None:
            place = _place(row, variant)
            closed = runtime.vault.seal_bytes(key, row.case_id, place, content)
            runtime.storage.put(row.case_id, place, closed)


def _unseal(runtime: Runtime, session: Session, row: CaseFile, variant: str) -> bytes:
    place = _place(row, variant)
    closed = runtime.storage.get(row.case_id, place)
    key = sealed.live_key(session, runtime.vault, row.case_id)
    return runtime.vault.open_bytes(key, row.case_id, place, closed)


def _place(row: CaseFile, variant: str) -> str:
    return f"{row.digest}.{variant}"


def _plain(name: str) -> str:
    """Return a name without the folders before it and without what cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable()).strip()


def _plain_name(row: CaseFile) -> str:
    return f"{row.kind}.{media.rules().types[row.media_type].extensions[0]}"


def _log(session: Session, case: Case, row: CaseFile, asker: Asker, now: datetime) -> None:
    detail = {"file": row.id, "kind": row.kind}
    session.add(
        CaseEvent(case_id=case.id, at=now, actor=asker.label, event="file_added", detail=detail)
    )
    reach.note(session, case, asker=asker, action=ACTION, now=now)


def _view(row: CaseFile) -> FileView:
    return view_of(FileView, row)
