"""Error pages: what went wrong and the next step, in the reader's language.

An error's own words are English, for logs and for programs (problems.py). A page says what stands in
the messages for its code, else for its status: `error.STATUS` names it, `error.STATUS.next` says what
to do. Only readers of English see the error's own words as well.
"""

from http import HTTPStatus
from typing import Any

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from service.core.errors import CaveatError, TooMany
from service.core.i18n_web import messages, t
from service.core.messages import FALLBACK

Page = tuple[str, int]
MEGABYTE = 1_000_000
OUTDATED = "outdated"
"""Stands for the status where a page was open longer than what its form carries is good for."""


def install(app: Flask) -> None:
    """Answer every error with a page; 500 as well, which says nothing about what broke."""
    app.register_error_handler(CaveatError, of_error)
    app.register_error_handler(HTTPException, of_http)


def of_error(error: CaveatError) -> Page:
    """Return the page for one of our own errors."""
    if isinstance(error, TooMany):
        return _page(error.status, minutes=error.retry_minutes)
    return _page(error.status, said=words(error.code, error.what))


def of_http(error: HTTPException) -> Page:
    """Return the page for an error of HTTP: no such address, a form too old, a body too large."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(error, CSRFError):
        return _page(status, kind=OUTDATED)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _page(status, limit=(request.max_content_length or 0) // MEGABYTE)
    return _page(status)


def words(code: str | None, own: str, otherwise: str = "") -> str:
    """Say an error in the reader's language: by its code, in its own words where those are the reader's."""
    key = f"error.{code}"
    if code and key in messages():
        return t(key)
    return own if messages().locale == FALLBACK else otherwise


def _page(status: HTTPStatus, *, kind: str = "", said: str = "", **numbers: Any) -> Page:
    name = kind or f"{status:d}"
    if f"error.{name}" not in messages():
        ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        general = HTTPStatus.INTERNAL_SERVER_ERROR if ours else HTTPStatus.BAD_REQUEST
        name = f"{general:d}"
    page = render_template(
        "error.html",
        status=int(status),
        title=t(f"error.{name}"),
        said=said,
        next=t(f"error.{name}.next", **numbers),
    )
    return page, int(status)
