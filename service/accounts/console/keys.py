"""Keys by which programs of an organisation ask the API."""

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from service.accounts import operations, queries
from service.accounts.console.answers import nothing, text, told
from service.core import forms, guard
from service.core.access import Target
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime

DAYS = (30, 90, 365)


def add_routes(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of this file."""

    def view(organisation_id: str) -> dict[str, Any]:
        with runtime.reading() as session:
            asker, now = guard.asker(), runtime.clock()
            return {
                "organisation": queries.organisation(session, asker, organisation_id),
                "keys": queries.keys(session, asker, organisation_id, now=now),
                "target": Target("organisation", organisation_id, organisation_id),
                "scopes": [
                    (scope, t(f"accounts.action.{scope}"), scope) for scope in queries.key_scopes()
                ],
                "days": {str(days): t("accounts.key.days.n", count=days) for days in DAYS},
            }

    @blueprint.get("/organisations/<organisation_id>/keys")
    @guard.action("key.list")
    def keys(organisation_id: str) -> Answer:
        return forms.answer("accounts/keys.html", nothing, partial(view, organisation_id))

    @blueprint.post("/organisations/<organisation_id>/keys")
    @guard.action("key.create")
    def create_key(organisation_id: str) -> Answer:
        def act() -> str:
            with runtime.begin() as session:
                made = operations.create_key(
                    session,
                    guard.asker(),
                    organisation_id=organisation_id,
                    label=text("label"),
                    scopes=request.form.getlist("scopes"),
                    days=request.form.get("days", 0, type=int),
                    now=runtime.clock(),
                )
            return render_template(
                "accounts/keys.html", made=made, **forms.blank(), **view(organisation_id)
            )

        return forms.answer("accounts/keys.html", act, partial(view, organisation_id))

    @blueprint.post("/keys/<key_id>/revoke")
    @guard.action("key.revoke")
    def revoke_key(key_id: str) -> Response:
        with runtime.begin() as session:
            owner = operations.revoke_key(session, guard.asker(), key_id, now=runtime.clock())
        return told("revoked", "accounts.keys", organisation_id=owner)
