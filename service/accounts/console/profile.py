"""One's own profile: name, password, second factor, sessions, whom one acts for."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import segno
from flask import Blueprint, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from service.accounts import operations, queries
from service.accounts.console.agents import browser
from service.accounts.console.answers import go_on, nothing, text, texts, told
from service.core import forms, guard
from service.core.errors import InvalidInput, NotAllowed
from service.core.forms import Answer
from service.core.i18n_web import messages
from service.core.runtime import Runtime


def add_routes(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of this file."""
    _profile(blueprint, runtime)
    _sessions(blueprint, runtime)
    _second_factor(blueprint, runtime)


def _profile(blueprint: Blueprint, runtime: Runtime) -> None:
    """One's own name, e-mail address and password."""

    def view() -> dict[str, Any]:
        with runtime.reading() as session:
            return {
                "person": queries.profile(session, guard.asker()),
                "sessions": queries.sessions(session, guard.asker(), now=runtime.clock()),
                "browser": browser,
            }

    show = partial(forms.answer, "accounts/profile.html", context=view)

    @blueprint.get("/profile")
    @guard.action("profile.read")
    def profile() -> Answer:
        return show(nothing)

    @blueprint.route("/profile/name", methods=["GET", "POST"])
    @guard.action("profile.change")
    def change_name() -> Answer:
        def act() -> Response:
            with runtime.begin() as session:
                now = runtime.clock()
                operations.change_name(session, guard.asker(), name=text("name"), now=now)
            return told("name", "accounts.profile")

        return show(act)

    @blueprint.route("/profile/password", methods=["GET", "POST"])
    @guard.action("profile.change")
    def change_password() -> Answer:
        def act() -> Response:
            guard.remember(_change_password(runtime).token)
            return told("password", "accounts.profile")

        return show(act)

    @blueprint.route("/profile/email", methods=["GET", "POST"])
    @guard.action("profile.email")
    def change_email() -> Answer:
        def act() -> Response:
            _ask_email_change(runtime)
            return told("email_asked", "accounts.profile")

        return show(act)


def _sessions(blueprint: Blueprint, runtime: Runtime) -> None:
    """End one's own sessions, and choose whom one acts for."""

    @blueprint.post("/profile/sessions/<session_id>/end")
    @guard.action("profile.change")
    def end_session(session_id: str) -> Response:
        with runtime.begin() as session:
            operations.end_session(session, guard.asker(), session_id, now=runtime.clock())
        return told("session", "accounts.profile")

    @blueprint.post("/profile/sessions/end-others")
    @guard.action("profile.change")
    def end_others() -> Response:
        with runtime.begin() as session:
            ended = operations.end_other_sessions(session, guard.asker(), now=runtime.clock())
        return told("sessions", "accounts.profile", count=ended)

    @blueprint.post("/act-for")
    @guard.action("profile.act_for")
    def act_for() -> Response:
        with runtime.begin() as session:
            now, wanted = runtime.clock(), text("organisation")
            opened = operations.act_for(session, guard.asker(), wanted, now=now)
        return go_on(opened)


def _second_factor(blueprint: Blueprint, runtime: Runtime) -> None:
    """Set up the authenticator app, and codes for the day it is lost."""

    def view() -> dict[str, Any]:
        started = operations.start_second_factor(runtime, guard.asker())
        return {"secret": started.secret, "qr": qr(started.uri)}

    @blueprint.route("/profile/second-factor", methods=["GET", "POST"])
    @guard.action("profile.second_factor")
    def second_factor() -> Answer:
        def act() -> str:
            asker, typed = guard.asker(), text("code")
            opened, codes = operations.confirm_second_factor(
                runtime, asker, typed, visit=guard.visit()
            )
            guard.remember(opened.token)
            return render_template("accounts/recovery_codes.html", codes=codes)

        return forms.answer("accounts/second_factor.html", act, view)

    @blueprint.route("/profile/second-factor/replace", methods=["GET", "POST"])
    @guard.action("profile.second_factor")
    def replace_second_factor() -> Answer:
        def act() -> Response:
            asker, typed = guard.asker(), text("code")
            return go_on(
                operations.remove_second_factor(runtime, asker, typed, visit=guard.visit())
            )

        return forms.answer("accounts/prove.html", act, lambda: {"what": "replace"})

    @blueprint.route("/profile/recovery-codes", methods=["GET", "POST"])
    @guard.action("profile.change")
    def recovery_codes() -> Answer:
        def act() -> str:
            asker, typed = guard.asker(), text("code")
            codes = operations.new_recovery_codes(runtime, asker, typed, visit=guard.visit())
            return render_template("accounts/recovery_codes.html", codes=codes)

        return forms.answer("accounts/prove.html", act, lambda: {"what": "codes"})


def _change_password(runtime: Runtime) -> operations.Opened:
    """Change the password; a wrong present one is said beside its field."""
    asker, sent = guard.asker(), texts("current", "new")
    with _said_beside("current"):
        return operations.change_password(runtime, asker, **sent, visit=guard.visit())


def _ask_email_change(runtime: Runtime) -> None:
    """Ask for another address; a wrong password is said beside its field."""
    asker, sent, language = guard.asker(), texts("email", "code"), messages().locale
    with _said_beside("proof"):
        operations.ask_email_change(
            runtime, asker, **sent, current=text("proof"), visit=guard.visit(), language=language
        )


@contextmanager
def _said_beside(field: str) -> Iterator[None]:
    """Have a wrong present password said beside the field it was typed into."""
    try:
        yield
    except NotAllowed as error:
        if error.code != "accounts.credentials":
            raise
        fields = {field: error.what}
        raise InvalidInput(error.what, fields=fields, code="accounts.password.wrong") from error


def qr(text: str) -> Markup:
    """Draw a QR code as inline SVG, dark on light in every colour scheme, as cameras want it."""
    code = segno.make_qr(text, error="m")
    drawn = code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr")
    return Markup(drawn)  # noqa: S704 - made of numbers by segno
