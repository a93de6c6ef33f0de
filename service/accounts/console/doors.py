"""Signing in and out, and the pages that a link opens: first account, new password, invitation."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts import operations, queries
from service.accounts.console.answers import closed, go_on, text, texts, told
from service.core import access, forms, guard
from service.core.forms import Answer
from service.core.i18n_web import messages
from service.core.runtime import Runtime


def add_routes(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of this file."""
    _doors(blueprint, runtime)
    _reset(blueprint, runtime)
    _new_address(blueprint, runtime)
    _invited(blueprint, runtime)


def _doors(blueprint: Blueprint, runtime: Runtime) -> None:
    """Sign in, enter the code, choose where to start, sign out."""

    @blueprint.route("/sign-in", methods=["GET", "POST"])
    @guard.action("account.sign_in")
    def sign_in() -> Answer:
        def act() -> Response:
            sent = texts("email", "password")
            return go_on(operations.sign_in(runtime, **sent, visit=guard.visit()))

        return forms.answer("accounts/sign_in.html", act)

    @blueprint.route("/code", methods=["GET", "POST"])
    @guard.action("account.code")
    def code() -> Answer:
        def act() -> Response:
            typed = text("code")
            return go_on(operations.enter_code(runtime, guard.asker(), typed, visit=guard.visit()))

        return forms.answer("accounts/code.html", act)

    @blueprint.get("/desk")
    @guard.action("profile.read")
    def desk() -> Response:
        """Go to the first page that this person's role opens."""
        desks = {"case.list": "console.cases", "trader.cases": "trader.cases"}
        found = (page for action, page in desks.items() if access.may(guard.asker(), action))
        return redirect(url_for(next(found, "accounts.profile")))

    @blueprint.post("/sign-out")
    @guard.action("account.sign_out")
    def sign_out() -> Response:
        with runtime.begin() as session:
            operations.sign_out(session, guard.asker(), now=runtime.clock())
        guard.forget()
        return told("signed_out", "accounts.sign_in")


def _reset(blueprint: Blueprint, runtime: Runtime) -> None:
    """Ask for a link to a new password, and use it."""

    @blueprint.route("/reset", methods=["GET", "POST"])
    @guard.action("account.reset")
    def reset() -> Answer:
        def act() -> str:
            operations.ask_reset(
                runtime, email=text("email"), visit=guard.visit(), language=messages().locale
            )
            return render_template("accounts/reset_sent.html")

        return forms.answer("accounts/reset.html", act)

    @blueprint.route("/reset/<token>", methods=["GET", "POST"])
    @guard.action("account.reset")
    def new_password(token: str) -> Answer:
        with runtime.reading() as session:
            is_open = queries.reset_is_open(session, runtime.vault, token, now=runtime.clock())
        if not is_open:
            return closed("reset")

        def act() -> Response:
            sent = texts("password")
            operations.reset_password(runtime, token=token, **sent, visit=guard.visit())
            return told("password", "accounts.sign_in")

        return forms.answer("accounts/new_password.html", act)


def _new_address(blueprint: Blueprint, runtime: Runtime) -> None:
    """Confirm a new e-mail address; opening the link alone does nothing, as mail filters open links."""

    @blueprint.route("/email/<token>", methods=["GET", "POST"])
    @guard.action("account.email")
    def confirm_email(token: str) -> Answer:
        with runtime.reading() as session:
            email = queries.new_email_of(session, runtime.vault, token, now=runtime.clock())
        if email is None:
            return closed("email")

        def act() -> Response:
            asker, visit = guard.asker(), guard.visit()
            operations.confirm_email_change(runtime, asker, token=token, visit=visit)
            return told("email", "accounts.desk")

        return forms.answer("accounts/confirm_email.html", act, lambda: {"email": email})


def _invited(blueprint: Blueprint, runtime: Runtime) -> None:
    """Make an account: the first one, and those of people who were invited."""

    @blueprint.route("/first", methods=["GET", "POST"])
    @guard.action("account.first")
    def first() -> Answer:
        token = request.values.get("token", "")
        if not queries.first_link_is_open(runtime, token):
            return closed("first")

        def act() -> Response:
            sent = texts("name", "email", "password", "organisation")
            return go_on(
                operations.create_first_administrator(
                    runtime, token=token, **sent, visit=guard.visit()
                )
            )

        context = {"token": token, "here": guard.on_this_machine()}
        return forms.answer("accounts/first.html", act, lambda: context)

    @blueprint.route("/invitation/<token>", methods=["GET", "POST"])
    @guard.action("account.invitation")
    def invitation(token: str) -> Answer:
        with runtime.reading() as session:
            found = queries.invitation_of(session, runtime.vault, token, now=runtime.clock())
        if found is None:
            return closed("invitation")

        def act() -> Response:
            sent = texts("name", "password")
            return go_on(
                operations.accept_invitation(runtime, token=token, **sent, visit=guard.visit())
            )

        return forms.answer("accounts/invitation.html", act, lambda: {"invitation": found})
