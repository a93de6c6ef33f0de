"""The only door to personal data of a case: sealed field by field, opened only for a recorded purpose.

A case's key is made before the case itself (`create_key`), in the key store of its own; a key without a
case is swept (case_keys.py). `read` writes who looked at what into the same transaction, and asks
visibility.toml what the asker may see. Names of fields: those of fields.json, `message:ID`, `note:ID`,
`result:ID` for texts within a case, `file:ID` for the name of a file.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.complaints.course import machine, standing
from service.complaints.models import Case, CaseEvent, SealedField
from service.complaints.privacy import consents, reach, visibility
from service.complaints.privacy.models import CaseAccess, CaseFile
from service.complaints.privacy.visibility import COMPLAINANT, OFFICER, SYSTEM, TRADER, Situation
from service.core import access
from service.core.access import Asker
from service.core.bidi import unturned
from service.core.crypto import DataKeys, SealBroken, Vault
from service.core.errors import Conflict, InvalidInput, NotAllowed

PURPOSES = visibility.purposes_of(OFFICER)
REVEAL = "case.reveal"
ACTIONS = {OFFICER: REVEAL, TRADER: "case.reveal_trader", COMPLAINANT: "case.reveal_own"}


def create_key(vault: Vault, case_id: str, *, now: datetime) -> bytes:
    """Make the key of a case, before the case is written: it stands at once, in a database of its own.

    Returns the wrapped key, for `write_first`.
    """
    key = vault.new_key(case_id)
    data_keys(vault).put(case_id, key, now=now)
    return key


def write_first(
    session: Session, vault: Vault, case_id: str, key: bytes, texts: Mapping[str, str]
) -> None:
    """Seal the texts of a case under the key that was just made for it: nothing else stands there yet."""
    session.add_all(
        SealedField(case_id=case_id, field=field, sealed=vault.seal(key, case_id, field, text))
        for field, text in sorted(texts.items())
    )


def write(session: Session, vault: Vault, case_id: str, field: str, text: str) -> None:
    """Seal a text of a case; a field that stands already is replaced. Raise Conflict once erased."""
    write_all(session, vault, case_id, {field: text})


def write_all(session: Session, vault: Vault, case_id: str, texts: Mapping[str, str]) -> None:
    """Seal texts by field name."""
    key = live_key(session, vault, case_id)
    held = {row.field: row for row in session.scalars(_held(case_id, texts))}
    for field in held.keys() & texts.keys():
        held[field].sealed = vault.seal(key, case_id, field, texts[field])
    new = {field: text for field, text in texts.items() if field not in held}
    write_first(session, vault, case_id, key, new)


def read(
    session: Session,
    vault: Vault,
    case_id: str,
    fields: Collection[str] | None = None,
    *,
    asker: Asker,
    purpose: str,
    now: datetime,
) -> dict[str, str]:
    """Return texts by field name: all that the asker may see, or those that are asked for.

    The look is recorded in the same transaction, so it needs a writing one. Fields that the case has
    not are left out. Raises InvalidInput for a purpose that is not on the asker's list, NotAllowed for
    a field that the asker may not see, NotFound for a case out of reach.
    """
    case, role = admit(session, case_id, asker=asker, purpose=purpose)
    there = set(names(session, case_id))
    wanted = there if fields is None else there & set(fields)
    seen = visible(session, case, role, wanted, now=now)
    if fields is not None and seen != wanted:
        raise NotAllowed(f"may not be seen now: {', '.join(sorted(wanted - seen))}", where="fields")
    if seen:
        record(session, case, sorted(seen), role=role, asker=asker, purpose=purpose, now=now)
    return _open(session, vault, case_id, seen)


def shown(
    session: Session,
    vault: Vault,
    case_id: str,
    fields: Collection[str] | None = None,
    **look: Any,
) -> dict[str, str]:
    """Return texts as `read` does, as people may be shown them: what is sealed stays as it was written."""
    found = read(session, vault, case_id, fields, **look)
    return {name: unturned(text) for name, text in found.items()}


def admit(session: Session, case_id: str, *, asker: Asker, purpose: str) -> tuple[Case, str]:
    """Return the case and the role in which the asker opens its fields for this purpose."""
    case, role = reached(session, case_id, asker)
    if purpose not in visibility.purposes_of(role):
        raise InvalidInput("choose what the data are needed for", where="purpose")
    return case, role


def reached(session: Session, case_id: str, asker: Asker) -> tuple[Case, str]:
    """Return the case and the role in which the asker looks at it; raise when there is no such role."""
    case = session.get(Case, case_id)
    role = _role(case, case_id, asker)
    if case is None:
        raise access.missing("case", case_id)
    return case, role


def visible(
    session: Session, case: Case, role: str, fields: Collection[str], *, now: datetime
) -> set[str]:
    """Return those of the fields that a role may see now."""
    return visibility.visible_fields(role, fields, _situation(session, case, role), now=now)


def with_trader(session: Session, case: Case, *, now: datetime) -> bool:
    """Tell whether a case is with its trader, or was until it was closed a short while ago."""
    return visibility.with_trader(_situation(session, case, TRADER), now=now)


def record(
    session: Session,
    case: Case,
    fields: Collection[str],
    *,
    role: str,
    asker: Asker,
    purpose: str,
    now: datetime,
) -> None:
    """Write who looks at which fields what for, for the complainant and for the audit."""
    session.add(
        CaseAccess(
            case_id=case.id,
            at=now,
            actor=asker.label,
            organisation=asker.organisation,
            role=role,
            purpose=purpose,
            fields=list(fields),
        )
    )
    reach.note(session, case, asker=asker, action=REVEAL, now=now, purpose=purpose)


def names(session: Session, case_id: str) -> list[str]:
    """Return which sealed fields a case has, not what they say."""
    held = select(SealedField.field).where(SealedField.case_id == case_id)
    return list(session.scalars(held.order_by(SealedField.field)))


def live_key(session: Session, vault: Vault, case_id: str) -> bytes:
    """Return the wrapped key of a case; raise Conflict when its data have been erased."""
    found = _wrapped(session, vault, case_id)
    if found is None:
        raise Conflict("its personal data have been erased", where=case_id)
    return found


def data_keys(vault: Vault) -> DataKeys:
    """Return the store of case keys."""
    assert vault.data_keys is not None  # noqa: S101 - only tests of crypto have a vault without
    return vault.data_keys


def _wrapped(session: Session, vault: Vault, case_id: str) -> bytes | None:
    """Return the key from its store, or from the case where it stood before the store was there."""
    before = select(Case.wrapped_key).where(Case.id == case_id)
    return data_keys(vault).get(case_id) or session.scalar(before)


def _open(session: Session, vault: Vault, case_id: str, fields: Collection[str]) -> dict[str, str]:
    rows = session.scalars(_held(case_id, fields).order_by(SealedField.field)).all()
    key = _wrapped(session, vault, case_id) if rows else None
    if rows and key is None:
        raise SealBroken("its key is missing; restore the key store", where=f"case {case_id}")
    return {row.field: vault.open(key or b"", case_id, row.field, row.sealed) for row in rows}


def _held(case_id: str, fields: Iterable[str]) -> Select[SealedField]:
    return select(SealedField).where(SealedField.case_id == case_id, SealedField.field.in_(fields))


def _role(case: Case | None, case_id: str, asker: Asker) -> str:
    if asker.kind == access.SYSTEM.kind:
        return SYSTEM
    target = standing.target(case_id, case)
    for role, action in ACTIONS.items():
        if access.may(asker, action, target):
            return role
    access.require(asker, ACTIONS[OFFICER], target)
    raise access.missing("case", case_id)


def _situation(session: Session, case: Case, role: str) -> Situation:
    """Return what the sight of a trader depends on; nobody else's does."""
    states = machine.load().states
    stage = states[case.state].stage
    if role != TRADER:
        return Situation(stage)
    last = select(CaseEvent.before).where(
        CaseEvent.case_id == case.id, CaseEvent.after == case.state, CaseEvent.before != case.state
    )
    before = session.scalar(last.order_by(CaseEvent.id.desc()).limit(1)) if case.closed_at else None
    return Situation(
        stage=stage,
        closed_from=states[before].stage if before else None,
        closed_at=case.closed_at,
        shared=consents.shared_with_trader(session, case.id, case.respondent_id)
        | _own_files(session, case),
    )


def _own_files(session: Session, case: Case) -> frozenset[str]:
    """Return the files that the trader itself added."""
    owner = consents.organisation(case.respondent_id)
    own = select(CaseFile.id).where(CaseFile.case_id == case.id, CaseFile.uploaded_by == owner)
    return frozenset(f"file:{file_id}" for file_id in session.scalars(own))
