"""Who answers for a platform, and where its notifications go."""

from typing import Any

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.blocks import operations, queries
from service.blocks.console.form import text, told
from service.core import forms, guard
from service.core.errors import InvalidInput, NotFound
from service.core.forms import Answer
from service.core.runtime import Runtime


def add(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of who answers for a platform."""

    def view() -> dict[str, Any]:
        with runtime.reading() as session:
            return {"receivers": queries.receivers(session, guard.asker())}

    @blueprint.get("/platforms")
    @guard.action("block.read")
    def platforms() -> str:
        return render_template("blocks/platforms.html", **forms.blank(), **view())

    @blueprint.post("/platforms/<platform>/webhook")
    @guard.action("block.receiver.change")
    def webhook(platform: str) -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                operations.set_webhook(
                    session, guard.asker(), platform, text("webhook_url"), now=runtime.clock()
                )
            return told("saved", "blocks.platforms")

        return forms.answer("blocks/platforms.html", act, view)

    @blueprint.get("/assign")
    @guard.action("block.receiver.assign")
    def assigning() -> str:
        return render_template("blocks/assign.html", **forms.blank())

    @blueprint.post("/assign")
    @guard.action("block.receiver.assign")
    def assign() -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                owner = _organisation(session)
                operations.assign(
                    session, guard.asker(), text("platform"), owner, now=runtime.clock()
                )
            return told("saved", "blocks.assigning")

        return forms.answer("blocks/assign.html", act)


def _organisation(session: Session) -> str:
    try:
        return accounts.organisation_id_of(session, text("organisation"))
    except NotFound as error:
        fields = {"organisation": error.what}
        raise InvalidInput(error.what, where="organisation", fields=fields) from error
