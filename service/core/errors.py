"""Every error that the service raises on purpose.

CaveatError
├── InvalidInput      422  what was sent cannot be taken; names what and where
├── NotFound          404
├── NotAllowed        403
├── Conflict          409  the state does not allow it, or somebody was faster
└── Misconfigured     500  a setting is missing or wrong; the operator must act
"""

from collections.abc import Mapping
from http import HTTPStatus


class CaveatError(Exception):
    """Root of the tree; `what` is a sentence for people, `where` names the file, field or object."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "Something went wrong"

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(what if where is None else f"{where}: {what}")
        self.what = what
        self.where = where
        self.fields = dict(fields or {})


class InvalidInput(CaveatError):
    """What was sent cannot be taken; `fields` maps each field to what is wrong with it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "The input cannot be taken"


class NotFound(CaveatError):
    """There is no such thing, or it may not be seen."""

    status = HTTPStatus.NOT_FOUND
    title = "Not found"


class NotAllowed(CaveatError):
    """The person or key may not do this."""

    status = HTTPStatus.FORBIDDEN
    title = "Not allowed"


class Conflict(CaveatError):
    """The state does not allow it, or somebody was faster."""

    status = HTTPStatus.CONFLICT
    title = "Conflict"


class Misconfigured(CaveatError):
    """A setting is missing or wrong; the operator must act."""

    title = "A setting is missing or wrong"
