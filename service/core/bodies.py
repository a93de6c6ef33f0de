"""Addresses whose request is a file: a larger body than elsewhere.

The API takes the file itself as the body. A page without scripts can only send a form in parts; it is
received into memory (`InMemory`), never spooled to the machine's disk in plain.
"""

from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Flask, Request, abort, request

_ATTRIBUTE, _IN_PARTS = "caveat_body_bytes", "caveat_body_in_parts"
_OTHER_PARTS = 100_000
"""Bytes of a form beside its file."""

View = TypeVar("View", bound=Callable[..., Any])


def takes_file(most_bytes: int) -> Callable[[View], View]:
    """Say that the body of a handler's requests is a file of at most so many bytes."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, most_bytes)
        return view

    return mark


def takes_form_file(most_bytes: int) -> Callable[[View], View]:
    """Say that a handler takes a form in parts with a file of at most so many bytes."""

    def mark(view: View) -> View:
        setattr(view, _IN_PARTS, True)
        return takes_file(most_bytes + _OTHER_PARTS)(view)

    return mark


def is_file(app: Flask) -> bool:
    """Tell whether the body of the present request is a file."""
    return hasattr(app.view_functions.get(request.endpoint or ""), _ATTRIBUTE)


class InMemory(Request):
    """A request whose uploaded files never touch the disk."""

    def _get_file_stream(self, *_args: Any, **_named: Any) -> IO[bytes]:
        return BytesIO()


def install(app: Flask) -> None:
    """Widen the limit where a handler takes a file; comes before everything that reads requests."""

    def widen() -> None:
        view = app.view_functions.get(request.endpoint or "")
        most = getattr(view, _ATTRIBUTE, None)
        if most is None:
            return
        request.max_content_length = most
        in_parts = getattr(view, _IN_PARTS, False)
        if request.mimetype.startswith("multipart/") and not in_parts:
            what = "Send the file itself as the body, not a form."
            abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, description=what)

    app.before_request(widen)
