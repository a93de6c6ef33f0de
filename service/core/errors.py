"""Every error that the service raises on purpose.

CaveatError
├── InvalidInput      422  what was sent cannot be taken; names what and where
├── NotFound          404
├── NotSignedIn       401  nobody is known to ask, and somebody must
├── NotAllowed        403
├── TooMany           429  tried too often; says when to come back
├── Conflict          409  the state does not allow it, or somebody was faster
└── Misconfigured     500  a setting is missing or wrong; the operator must act
"""

from collections.abc import Mapping
from http import HTTPStatus


class CaveatError(Exception):
    """Root of the tree; `what` is a sentence for people, `where` names the file, field or object.

    `code` names the message `error.<code>` for pages that say it in the reader's language.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "Something went wrong"

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        fields: Mapping[str, str] | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(what if where is None else f"{where}: {what}")
        self.what = what
        self.where = where
        self.fields = dict(fields or {})
        self.code = code


class InvalidInput(CaveatError):
    """What was sent cannot be taken; `fields` maps each field to what is wrong with it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "The input cannot be taken"


class NotFound(CaveatError):
    """There is no such thing, or it may not be seen."""

    status = HTTPStatus.NOT_FOUND
    title = "Not found"


class NotSignedIn(CaveatError):
    """Nobody is known to ask, and somebody must."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Sign in first"


class NotAllowed(CaveatError):
    """The person or key may not do this."""

    status = HTTPStatus.FORBIDDEN
    title = "Not allowed"


class TooMany(CaveatError):
    """Tried too often; `retry_minutes` says when it is worth trying again."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many tries"

    def __init__(self, what: str, *, retry_minutes: int, code: str | None = None) -> None:
        super().__init__(what, code=code)
        self.retry_minutes = retry_minutes


class Conflict(CaveatError):
    """The state does not allow it, or somebody was faster."""

    status = HTTPStatus.CONFLICT
    title = "Conflict"


class Misconfigured(CaveatError):
    """A setting is missing or wrong; the operator must act."""

    title = "A setting is missing or wrong"
