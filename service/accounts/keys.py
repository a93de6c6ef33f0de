"""API keys: `cav_<prefix>_<secret>`, the secret 256 bits, kept as its hash and shown once.

SHA-256 suffices for the hash: there is nothing to guess in 256 random bits, and each request pays for it.
"""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from service.accounts import names, sessions
from service.accounts.models import ApiKey, Organisation
from service.accounts.organisations import reachable
from service.core import access, audit, policy
from service.core.access import Asker, Target
from service.core.errors import Conflict, InvalidInput, NotSignedIn
from service.core.runtime import Runtime

SECRET_BYTES = 32
PREFIX_LETTERS = 8
LONGEST_DAYS = 366
USED_EVERY = timedelta(minutes=1)
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


class NewKey(NamedTuple):
    """A key that was just made; `text` is shown once and kept nowhere."""

    id: str
    text: str


def create_key(
    session: Session,
    asker: Asker,
    *,
    organisation_id: str,
    label: str,
    scopes: Iterable[str],
    days: int,
    now: datetime,
) -> NewKey:
    """Make a key of an organisation for some actions, valid for `days`."""
    organisation = reachable(session, asker, "key.create", organisation_id)
    if organisation.state not in sessions.ACTING_STATES:
        raise Conflict("nobody acts for this organisation now", where=organisation.name)
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(PREFIX_LETTERS))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = ApiKey(
        id=str(uuid.uuid4()),
        prefix=prefix,
        secret_hash=_hash(secret),
        label=names.clean_name(label, field="label"),
        organisation_id=organisation.id,
        scopes=_scopes(scopes),
        created_at=now,
        expires_at=now + timedelta(days=_days(days)),
    )
    session.add(row)
    session.flush()
    _note(session, asker, "key.create", row, now)
    return NewKey(row.id, f"cav_{prefix}_{secret}")


def revoke_key(session: Session, asker: Asker, key_id: str, *, now: datetime) -> str:
    """Revoke a key: the next request with it is refused. Returns the organisation it was for."""
    row = session.get(ApiKey, key_id)
    owner = row.organisation_id if row else None
    access.require(asker, "key.revoke", Target("key", key_id, organisation=owner))
    if row is None:
        raise access.missing("key", key_id)
    if row.revoked_at is None:
        row.revoked_at = now
        _note(session, asker, "key.revoke", row, now)
    return row.organisation_id


def identify(runtime: Runtime, text: str, *, request: str | None = None) -> Asker:
    """Return the asker of a key, by one statement; raise NotSignedIn for any that does not count now.

    Nothing is kept between requests, so a revoked key is refused at once.
    """
    mark, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    now = runtime.clock()
    with runtime.looking() as connection:
        row = connection.execute(_FIND, {"prefix": prefix}).one_or_none()
    known = row is not None and hmac.compare_digest(row.secret_hash, _hash(secret))
    if (
        row is None
        or not known
        or mark != "cav"
        or row.revoked_at is not None
        or row.expires_at <= now
        or row.state != "verified"
    ):
        raise NotSignedIn("this key is unknown, expired or revoked", where="Authorization")
    if row.last_used_at is None or now - row.last_used_at >= USED_EVERY:
        _use(runtime, row.id, now)
    return Asker(
        "key",
        prefix,
        row.label,
        organisation=row.organisation_id,
        organisation_name=row.organisation_name,
        scopes=frozenset(row.scopes),
        request=request,
    )


def _find() -> Select[*tuple[object, ...]]:
    return (
        select(
            ApiKey.id,
            ApiKey.secret_hash,
            ApiKey.label,
            ApiKey.scopes,
            ApiKey.expires_at,
            ApiKey.last_used_at,
            ApiKey.revoked_at,
            ApiKey.organisation_id,
            Organisation.name.label("organisation_name"),
            Organisation.state,
        )
        .join(Organisation, Organisation.id == ApiKey.organisation_id)
        .where(ApiKey.prefix == bindparam("prefix"))
    )


_FIND = _find()


def _use(runtime: Runtime, key_id: str, now: datetime) -> None:
    with runtime.begin() as session:
        session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))


def _scopes(scopes: Iterable[str]) -> list[str]:
    wanted = sorted(set(scopes))
    unknown = set(wanted) - set(policy.load().scopes)
    if unknown or not wanted:
        what = f"choose from {', '.join(policy.load().scopes)}"
        raise InvalidInput(what, where="scopes", fields={"scopes": what})
    return wanted


def _days(days: int) -> int:
    if not 0 < days <= LONGEST_DAYS:
        what = f"is not between 1 and {LONGEST_DAYS}"
        raise InvalidInput(what, where="days", fields={"days": what})
    return days


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note(session: Session, asker: Asker, action: str, row: ApiKey, now: datetime) -> None:
    audit.note(
        session,
        at=now,
        asker=asker,
        action=action,
        subject=f"key:{row.prefix}",
        organisation=row.organisation_id,
    )
