"""Organisations, and the people of each with their roles."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from service.accounts import operations, queries
from service.accounts.console.answers import nothing, number, text, texts, told
from service.core import access, forms, guard
from service.core.access import Target
from service.core.errors import InvalidInput
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.messages import LOCALES, Messages
from service.core.runtime import Runtime

PAGE_SIZE = 50
NO_ROLE = "choose at least one role"


def add_routes(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of this file."""
    _organisations(blueprint, runtime)
    _members(blueprint, runtime)


def _organisations(blueprint: Blueprint, runtime: Runtime) -> None:
    """List organisations, show one, change it."""

    def listed() -> dict[str, Any]:
        page = number("page", 1)
        with runtime.reading() as session:
            asker, first = guard.asker(), (page - 1) * PAGE_SIZE
            total = queries.count_organisations(session, asker)
            return {
                "organisations": queries.organisations(
                    session, asker, limit=PAGE_SIZE, offset=first
                ),
                "total": total,
                "page": page,
                "last": max(-(-total // PAGE_SIZE), 1),
                "kinds": {kind: t(f"accounts.kind.{kind}") for kind in operations.KINDS},
            }

    @blueprint.get("/organisations")
    @guard.action("organisation.list")
    def organisations() -> Answer:
        return forms.answer("accounts/organisations.html", nothing, listed)

    @blueprint.post("/organisations")
    @guard.action("organisation.create")
    def create_organisation() -> Answer:
        def act() -> Response:
            sent = texts("kind", "name", "evidence")
            with runtime.begin() as session:
                now = runtime.clock()
                made = operations.create_organisation(session, guard.asker(), **sent, now=now)
            return told("organisation_made", "accounts.organisation", organisation_id=made)

        return forms.answer("accounts/organisations.html", act, listed)

    @blueprint.get("/organisations/<organisation_id>")
    @guard.action("organisation.read")
    def organisation(organisation_id: str) -> Answer:
        return _organisation_page(runtime, organisation_id, nothing)

    @blueprint.post("/organisations/<organisation_id>")
    @guard.action("organisation.change")
    def change_organisation(organisation_id: str) -> Answer:
        def change(session: Session) -> None:
            asker, sent, now = guard.asker(), texts("name", "evidence"), runtime.clock()
            operations.change_organisation(session, asker, organisation_id, **sent, now=now)

        return _organisation_page(runtime, organisation_id, change, "saved")

    @blueprint.route("/organisations/<organisation_id>/state", methods=["GET", "POST"])
    @guard.action("organisation.state")
    def organisation_state(organisation_id: str) -> Answer:
        def change(session: Session) -> None:
            asker, state, now = guard.asker(), text("state"), runtime.clock()
            operations.set_organisation_state(session, asker, organisation_id, state, now=now)

        return _organisation_page(runtime, organisation_id, change, "saved")


def _members(blueprint: Blueprint, runtime: Runtime) -> None:
    """Invite people, change what they may do, take it back."""

    @blueprint.route("/organisations/<organisation_id>/invite", methods=["GET", "POST"])
    @guard.action("member.invite")
    def invite(organisation_id: str) -> Answer:
        def change(session: Session) -> None:
            sent, roles = texts("email", "language"), request.form.getlist("roles")
            asker, now = guard.asker(), runtime.clock()
            operations.invite(session, asker, organisation_id, **sent, roles=roles, now=now)

        return _organisation_page(runtime, organisation_id, change, "invited")

    @blueprint.route(
        "/organisations/<organisation_id>/members/<person_id>", methods=["GET", "POST"]
    )
    @guard.action("member.change")
    def set_roles(organisation_id: str, person_id: str) -> Answer:
        roles, remove = request.form.getlist("roles"), "remove" in request.form

        def change(session: Session) -> None:
            if not roles and not remove:
                raise InvalidInput(NO_ROLE, fields={"roles": NO_ROLE}, code="accounts.roles.none")
            asker, wanted, now = guard.asker(), [] if remove else roles, runtime.clock()
            operations.set_roles(session, asker, organisation_id, person_id, wanted, now=now)

        return _organisation_page(
            runtime, organisation_id, change, "removed" if remove else "roles"
        )

    @blueprint.route(
        "/organisations/<organisation_id>/members/<person_id>/second-factor",
        methods=["GET", "POST"],
    )
    @guard.action("member.second_factor")
    def reset_second_factor(organisation_id: str, person_id: str) -> Answer:
        def change(session: Session) -> None:
            asker, now = guard.asker(), runtime.clock()
            operations.reset_second_factor(
                session, asker, person_id, organisation_id=organisation_id, now=now
            )

        return _organisation_page(runtime, organisation_id, change, "second_factor_reset")

    @blueprint.post("/invitations/<invitation_id>/withdraw")
    @guard.action("member.invite")
    def withdraw_invitation(invitation_id: str) -> Response:
        with runtime.begin() as session:
            now = runtime.clock()
            asker = guard.asker()
            owner = operations.withdraw_invitation(session, asker, invitation_id, now=now)
        return told("withdrawn", "accounts.organisation", organisation_id=owner)


def _organisation_page(
    runtime: Runtime, organisation_id: str, change: Callable[[Session], object], said: str = ""
) -> Answer:
    """Show an organisation with its people; a form sent to it makes one change first."""

    def act() -> Response:
        with runtime.begin() as session:
            change(session)
        return told(said, "accounts.organisation", organisation_id=organisation_id)

    view = partial(_organisation_view, runtime, organisation_id)
    return forms.answer("accounts/organisation.html", act, view)


def _organisation_view(runtime: Runtime, organisation_id: str) -> dict[str, Any]:
    """Read what the page shows; people only to those who may see them."""
    asker = guard.asker()
    target = Target("organisation", organisation_id, organisation_id)
    with runtime.reading() as session:
        found = queries.organisation(session, asker, organisation_id)
        final = found.id == access.HOME or found.state == "deleted"
        view: dict[str, Any] = {
            "organisation": found,
            "target": target,
            "state_changes": access.may(asker, "organisation.state", target) and not final,
            "states": operations.STATES,
            "locales": {code: Messages.load(code).name for code in LOCALES},
        }
        if access.may(asker, "member.list", target):
            view["members"] = queries.members(session, asker, organisation_id)
            view["invitations"] = queries.invitations(
                session, asker, organisation_id, now=runtime.clock()
            )
    return view
