"""How often somebody may try: counted in the database, so that more processes or a restart give no more tries.

Counted are the account that is tried and the address the try comes from, each as a keyed fingerprint.
"""

import ipaddress
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.accounts.models import Attempt
from service.core.crypto import Vault
from service.core.errors import TooMany
from service.core.runtime import Runtime

_QUARTER, _HOUR = timedelta(minutes=15), timedelta(hours=1)
# A provider gives a household a whole /64; counting single addresses there would count nothing.
_IPV6_HOUSEHOLD = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries within `window`."""

    name: str
    most: int
    window: timedelta


SIGN_IN_ACCOUNT = Limit("sign_in.account", 10, _QUARTER)
SIGN_IN_ADDRESS = Limit("sign_in.address", 50, _QUARTER)
# Five tries at three valid codes of a million a quarter hour: under one in seven hundred a day.
CODE = Limit("code", 5, _QUARTER)
CODE_ADDRESS = Limit("code.address", 30, _QUARTER)
RESET_ACCOUNT = Limit("reset.account", 3, _HOUR)
RESET_ADDRESS = Limit("reset.address", 20, _HOUR)
EMAIL_CHANGE = Limit("email.account", 3, _HOUR)
LINK_ADDRESS = Limit("link.address", 30, _HOUR)
LONGEST = _HOUR


def take(session: Session, vault: Vault, limits: dict[Limit, str], *, now: datetime) -> bool:
    """Count one try against every limit; raise TooMany, counting nothing, when one is used up.

    Returns whether this was the last try of some limit, which is worth a line in the audit.
    """
    subjects = {limit: fingerprint(vault, limit, who) for limit, who in limits.items()}
    _one_at_a_time(session, subjects.values())
    used = {limit: _used(session, limit, subjects[limit], now) for limit in limits}
    for limit, (count, oldest) in used.items():
        if count >= limit.most:
            raise _too_many(limit, oldest, now)
    session.add_all(Attempt(subject=subject, at=now) for subject in subjects.values())
    session.flush()
    return any(count + 1 == limit.most for limit, (count, _) in used.items())


def clear(session: Session, vault: Vault, limit: Limit, who: str) -> None:
    """Forget the tries: the rightful one came through."""
    session.execute(delete(Attempt).where(Attempt.subject == fingerprint(vault, limit, who)))


def fingerprint(vault: Vault, limit: Limit, who: str) -> str:
    """Return how the tries of somebody are found again; an IPv6 address counts by its network."""
    return vault.blind_index(f"attempt:{limit.name}", _network(who))


def sweep(runtime: Runtime) -> int:
    """Remove tries that no limit counts any more; returns 0, as nothing is left to do at once."""
    with runtime.begin() as session:
        session.execute(delete(Attempt).where(Attempt.at < runtime.clock() - LONGEST))
    return 0


def _one_at_a_time(session: Session, subjects: Iterable[str]) -> None:
    """Have tries at the same account or from the same address counted one after the other.

    SQLite has one writer anyway; PostgreSQL would let two transactions count the same tries.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for subject in sorted(subjects):
        session.execute(select(func.pg_advisory_xact_lock(int(subject[:15], 16))))


def _used(
    session: Session, limit: Limit, subject: str, now: datetime
) -> tuple[int, datetime | None]:
    counted = select(func.count(), func.min(Attempt.at, type_=Attempt.at.type))
    recent = counted.where(Attempt.subject == subject, Attempt.at > now - limit.window)
    count, oldest = session.execute(recent).one()
    return count, oldest


def _too_many(limit: Limit, oldest: datetime | None, now: datetime) -> TooMany:
    left = (oldest or now) + limit.window - now
    minutes = max(1, math.ceil(left / timedelta(minutes=1)))
    return TooMany(
        f"too many tries; try again in {minutes} minutes",
        retry_minutes=minutes,
        code="accounts.limit",
    )


def _network(who: str) -> str:
    try:
        address = ipaddress.ip_address(who)
    except ValueError:
        return who
    if address.version == 4:  # noqa: PLR2004 - IPv4
        return who
    return str(ipaddress.ip_network((address, _IPV6_HOUSEHOLD), strict=False))
