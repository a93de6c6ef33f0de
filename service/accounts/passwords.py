"""Passwords: argon2id, its cost set by measurement (bench/accounts.py), and what is refused as one."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.core.errors import InvalidInput

SHORTEST, LONGEST = 12, 200
FEWEST_DIFFERENT = 5
# Within 200-300 ms on one core of the machine this was written on; memory is what makes guessing
# on special hardware dear, so it was raised before the passes (RFC 9106, section 4).
MEMORY_KIB = 65_536
PASSES = 4
LANES = 1

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def make_hash(password: str) -> str:
    """Return the hash to keep, with its salt and cost."""
    return _HASHER.hash(_normal(password))


def fits(kept: str | None, password: str) -> bool:
    """Tell whether the password is the one that was kept; without one the same time is spent."""
    # Made before it is known whether it is needed, as the first making takes time as well.
    nobody = _nobody()
    try:
        return _HASHER.verify(kept or nobody, _normal(password[: LONGEST + 1])) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Tell whether a hash was made at another cost and should be made again."""
    return _HASHER.check_needs_rehash(kept)


def check_new(password: str, *, not_like: tuple[str, ...] = ()) -> None:
    """Refuse a new password that is too short, too long, or easy: repetitive or one's own name or address."""
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise _refused(f"at least {SHORTEST} characters", "short")
    if len(plain) > LONGEST:
        raise _refused(f"at most {LONGEST} characters", "long")
    folded = plain.casefold()
    if len(set(folded)) < FEWEST_DIFFERENT or any(
        part.casefold() in folded for part in not_like if len(part) >= FEWEST_DIFFERENT
    ):
        raise _refused("too easy to guess from who you are or from its start", "plain")


def _normal(password: str) -> str:
    """Return one form for what different keyboards send for the same characters (RFC 8265)."""
    return unicodedata.normalize("NFC", password)


@cache
def _nobody() -> str:
    return make_hash("the password of an account that does not exist")


def _refused(what: str, code: str) -> InvalidInput:
    return InvalidInput(
        what, where="password", fields={"password": what}, code=f"accounts.password.{code}"
    )
