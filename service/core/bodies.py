"""Addresses whose request is a file: a larger body than elsewhere, and never in parts.

A form in parts would be spooled to the machine's disk in plain before anybody has looked at it.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, abort, request

_ATTRIBUTE = "caveat_body_bytes"

View = TypeVar("View", bound=Callable[..., Any])


def takes_file(most_bytes: int) -> Callable[[View], View]:
    """Say that the body of a handler's requests is a file of at most so many bytes."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, most_bytes)
        return view

    return mark


def install(app: Flask) -> None:
    """Widen the limit where a handler takes a file; comes before everything that reads requests."""

    def widen() -> None:
        view = app.view_functions.get(request.endpoint or "")
        most = getattr(view, _ATTRIBUTE, None)
        if most is None:
            return
        request.max_content_length = most
        if request.mimetype.startswith("multipart/"):
            what = "Send the file itself as the body, not a form."
            abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, description=what)

    app.before_request(widen)
