"""Forms in web pages: shown, acted on, and shown again with what was wrong beside its field."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

from flask import render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from service.core import error_pages
from service.core.errors import CaveatError, TooMany
from service.core.i18n_web import messages, t

Answer: TypeAlias = str | Response | tuple[str, int]
Context: TypeAlias = Callable[[], Mapping[str, Any]]


def answer(template: str, act: Callable[[], Answer], context: Context = dict) -> Answer:
    """Show a form; once it is sent, act, and when that is refused show it again.

    The template gets `errors` (field to sentence, "" for the form as a whole), `sent` (what was
    typed) and whatever `context` reads at that moment. Errors of ours, not the reader's, go on.
    """
    if request.method != "POST":
        return render_template(template, **blank(), **context())
    try:
        return act()
    except CaveatError as error:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        page = render_template(template, errors=wrong(error), sent=request.form, **context())
        return page, int(error.status)


def blank() -> dict[str, Any]:
    """Return what a form is shown with before it is sent: nothing of it comes from the address."""
    return {"errors": {}, "sent": MultiDict()}


def wrong(error: CaveatError) -> dict[str, str]:
    """Say what was refused in the reader's language, by field; "" is the form as a whole.

    The words are those of the error's code, else those of the field, else the error's own for readers
    of English, and for others those of its status.
    """
    fields = error.fields or {"": error.what}
    return {name: _text(error, name, what) for name, what in fields.items()}


def _text(error: CaveatError, field: str, what: str) -> str:
    if isinstance(error, TooMany):
        return f"{t('error.429')} {t('error.429.next', minutes=error.retry_minutes)}"
    if f"error.{error.code}" not in messages() and f"error.field.{field}" in messages():
        return t(f"error.field.{field}")
    return error_pages.words(error.code, what, otherwise=_by_status(error.status))


def _by_status(status: HTTPStatus) -> str:
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return t("error.complaints.form")
    return f"{t(f'error.{status:d}')} {t(f'error.{status:d}.next')}"
