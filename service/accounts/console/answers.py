"""What the pages of accounts answer with, and what they read from a form."""

from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.operations import Opened
from service.core import guard
from service.core.forms import Answer
from service.core.i18n_web import t

NEXT = {"code": "accounts.code", "enrol": "accounts.second_factor", "full": "accounts.desk"}
LARGEST = 2**31


def go_on(opened: Opened) -> Response:
    """Give the browser its new session and go to where this session may go."""
    guard.remember(opened.token)
    return redirect(url_for(NEXT[opened.stage]))


def told(what: str, endpoint: str, **values: Any) -> Response:
    """Go to a page and say there what was done."""
    flash(t(f"accounts.told.{what}"))
    return redirect(url_for(endpoint, **values))


def closed(what: str) -> Answer:
    """Say that a link has been used, is too old or was never one, and what to do."""
    return render_template("accounts/closed.html", what=what), int(HTTPStatus.FORBIDDEN)


def text(name: str) -> str:
    """Return what was typed into a field."""
    return request.form.get(name, "")


def texts(*names: str) -> dict[str, str]:
    """Return what was typed into these fields, for operations that take arguments of the same names."""
    return {name: text(name) for name in names}


def nothing(*_args: Any, **_values: Any) -> Response:
    """Stand where a page has no form of its own."""
    return abort(HTTPStatus.METHOD_NOT_ALLOWED)


def number(name: str, default: int) -> int:
    """Return a positive number of the address that every database can take, else the default."""
    given = request.args.get(name, default, type=int)
    return given if 0 < given < LARGEST else default
