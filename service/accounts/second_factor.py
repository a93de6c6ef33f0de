"""The second factor: a code that changes every 30 seconds (RFC 6238), and recovery codes that work once."""

import hmac
from datetime import datetime
from typing import NamedTuple

import pyotp
from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from service.accounts.models import Person, RecoveryCode
from service.core.crypto import Vault
from service.core.readable import random_code

STEP_SECONDS = 30
RECOVERY_CODES = 10
ISSUER = "Caveat"
# A clock that is one step off, and a code typed as it changes, still fit.
_DRIFT = (0, -1, 1)
_FIELD = "totp"


class SecondFactor(NamedTuple):
    """A secret to put into an authenticator: to type in, and as the address for the QR code."""

    secret: str
    uri: str


def start(session: Session, vault: Vault, person: Person) -> SecondFactor:
    """Return the person's secret that waits for its first code, making it when there is none."""
    if person.totp_sealed is None:
        plain = pyotp.random_base32()
        person.totp_sealed = vault.seal(person.wrapped_key, person.id, _FIELD, plain)
        session.flush()
    secret = _secret(vault, person)
    return SecondFactor(
        secret, pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)
    )


def take_code(session: Session, vault: Vault, person: Person, code: str, now: datetime) -> bool:
    """Use up a code of the authenticator; a code, or one before it, never works again."""
    if person.totp_sealed is None:
        return False
    step = _step(_secret(vault, person), "".join(code.split()), now)
    if step is None:
        return False
    # The condition makes it atomic: of two requests with one code only one changes the row.
    taken = session.execute(
        update(Person)
        .where(Person.id == person.id, Person.totp_last_step < step)
        .values(totp_last_step=step)
        .execution_options(synchronize_session=False)
    )
    return _changed_one(taken)


def take_recovery_code(
    session: Session, vault: Vault, person: Person, code: str, now: datetime
) -> bool:
    """Use up a recovery code."""
    taken = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.code_hash == _recovery_hash(vault, person.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return _changed_one(taken)


def new_recovery_codes(session: Session, vault: Vault, person: Person) -> list[str]:
    """Replace the person's recovery codes; they are returned once and kept as keyed hashes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [random_code(2, 5) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(code_hash=_recovery_hash(vault, person.id, code), person_id=person.id)
        for code in codes
    )
    return codes


def take_off(session: Session, person: Person) -> None:
    """Forget the person's second factor and recovery codes; the next sign-in sets up a new one."""
    person.totp_sealed = person.totp_since = None
    person.may_defer_totp = False
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def recovery_codes_left(session: Session, person_id: str) -> int:
    """Return how many recovery codes still work."""
    left = select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(left) or 0


def _step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is."""
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in (current + drift for drift in _DRIFT):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _secret(vault: Vault, person: Person) -> str:
    assert person.totp_sealed is not None  # noqa: S101 - the callers asked
    return vault.open(person.wrapped_key, person.id, _FIELD, person.totp_sealed)


def _recovery_hash(vault: Vault, person_id: str, code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return vault.blind_index(f"recovery:{person_id}", plain)


def _changed_one(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1
