"""Other councils whose keys are known, and the keys of this installation for handing cases over."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.councils import format as bundle_format
from service.complaints.councils.format import OwnKeys, PublicKeys
from service.complaints.councils.models import KnownCouncil
from service.complaints.intake.values import COUNTRIES
from service.core import access, audit, keys
from service.core.access import Asker
from service.core.errors import Conflict, InvalidInput
from service.core.runtime import Runtime
from service.core.views import view_of

MANAGE, LIST = "council.manage", "council.list"
SIGNING, SEALING = "bundles.ed25519", "bundles.x25519"
LONGEST_NAME, LONGEST_ADDRESS = 120, 300


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What an administrator records: the other's card, and the fingerprint heard on another way."""

    card: str
    fingerprint: str
    name: str
    country: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class CouncilView:
    """A known council; `address` is None where bundles go as files only."""

    id: str
    name: str
    country: str
    address: str | None
    fingerprint: str
    added_at: datetime
    ended_at: datetime | None


def own_keys(runtime: Runtime) -> OwnKeys:
    """Return the private keys of this installation, made at the first use; they serve bundles only."""
    sealing = keys.secret(runtime.key_folder, SEALING)
    return OwnKeys(
        keys.signing_key(runtime.key_folder, SIGNING), X25519PrivateKey.from_private_bytes(sealing)
    )


def own_card(runtime: Runtime) -> dict[str, str]:
    """Return what other councils record of this installation."""
    settings = runtime.settings
    public = own_keys(runtime).public
    return bundle_format.card(public, name=settings.publisher_name, address=settings.origin)


def grouped(fingerprint: str) -> str:
    """Return a fingerprint in groups of four, to read out."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def add(runtime: Runtime, given: Acquaintance, *, asker: Asker) -> str:
    """Record a council and return its id.

    Raises InvalidInput for a wrong card, country or address and for a fingerprint that is not the
    card's, Conflict for one that is known already and for this installation itself.
    """
    access.require(asker, MANAGE)
    public = bundle_format.keys_of(given.card)
    if re.sub(r"\s", "", given.fingerprint).lower() != public.fingerprint:
        raise _wrong("fingerprint", "is not that of the card")
    _check(given)
    if public.fingerprint == own_keys(runtime).public.fingerprint:
        raise Conflict("is this installation itself", where="card", code="bundles.known")
    with runtime.begin() as session:
        return _add(session, given, public, asker, runtime.clock())


def end(session: Session, council_id: str, *, asker: Asker, now: datetime) -> None:
    """Take nothing from a council any more and send it nothing. Repeating it changes nothing."""
    access.require(asker, MANAGE)
    row = session.get(KnownCouncil, council_id)
    if row is None:
        raise access.missing("council", council_id)
    if row.ended_at is None:
        row.ended_at = now
        _note(session, asker, row, now)


def listed(session: Session, *, asker: Asker, active: bool = False) -> list[CouncilView]:
    """Return the known councils by name."""
    access.enter(asker, LIST)
    rows = select(KnownCouncil).order_by(KnownCouncil.name, KnownCouncil.id)
    if active:
        rows = rows.where(KnownCouncil.ended_at.is_(None))
    return [view_of(CouncilView, row) for row in session.scalars(rows)]


def active(session: Session, council_id: str) -> KnownCouncil:
    """Return a council that can be dealt with; raise InvalidInput without an id, NotFound for an ended one."""
    if not council_id:
        raise InvalidInput("choose a council", where="council")
    found = session.get(KnownCouncil, council_id)
    if found is None or found.ended_at is not None:
        raise access.missing("council", council_id)
    return found


def names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Return names of councils by id, for pages that name recipients."""
    found = select(KnownCouncil.id, KnownCouncil.name).where(KnownCouncil.id.in_(set(ids)))
    return {row.id: row.name for row in session.execute(found)}


def by_fingerprint(session: Session, fingerprint: str) -> KnownCouncil | None:
    """Return a council that is known and has not been ended."""
    found = select(KnownCouncil).where(
        KnownCouncil.fingerprint == fingerprint, KnownCouncil.ended_at.is_(None)
    )
    return session.scalar(found)


def public_keys(council: KnownCouncil) -> PublicKeys:
    """Return the recorded keys of a council."""
    return PublicKeys(council.signing_key, council.sealing_key)


def _add(
    session: Session, given: Acquaintance, public: PublicKeys, asker: Asker, now: datetime
) -> str:
    fingerprint = public.fingerprint
    known = select(KnownCouncil.id).where(KnownCouncil.fingerprint == fingerprint)
    if session.scalar(known) is not None:
        raise Conflict("is known already", where=fingerprint, code="bundles.known")
    row = KnownCouncil(
        id=str(uuid.uuid4()),
        name=given.name.strip(),
        country=given.country,
        address=given.address.strip().rstrip("/") or None,
        fingerprint=fingerprint,
        signing_key=public.signing,
        sealing_key=public.sealing,
        added_at=now,
        added_by=asker.label,
    )
    session.add(row)
    session.flush()
    _note(session, asker, row, now)
    return row.id


def _check(given: Acquaintance) -> None:
    if not 0 < len(given.name.strip()) <= LONGEST_NAME:
        raise _wrong("name", f"needs 1 to {LONGEST_NAME} characters")
    if given.country not in COUNTRIES:
        raise _wrong("country", "is not the two-letter code of a country")
    parts = urlsplit(given.address.strip())
    if given.address.strip() and (
        parts.scheme not in ("https", "http") or not parts.hostname or parts.username
    ):
        raise _wrong("address", "is no web address without credentials")
    if len(given.address) > LONGEST_ADDRESS:
        raise _wrong("address", "is too long")


def _note(session: Session, asker: Asker, row: KnownCouncil, now: datetime) -> None:
    audit.note(session, at=now, asker=asker, action=MANAGE, subject=f"council:{row.id}")


def _wrong(field: str, what: str) -> InvalidInput:
    return InvalidInput(what, where=field, fields={field: what})
