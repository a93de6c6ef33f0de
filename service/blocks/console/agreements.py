"""Agreements with platforms, and what was promised in them."""

from typing import Any

from flask import Blueprint, render_template

from service.blocks import operations, queries
from service.blocks.console.form import text, told
from service.core import forms, guard
from service.core.forms import Answer
from service.core.runtime import Runtime


def add(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of agreements."""

    def view() -> dict[str, Any]:
        with runtime.reading() as session:
            return {"agreements": queries.agreements(session, guard.asker())}

    @blueprint.get("/agreements")
    @guard.action("block.read")
    def agreements() -> str:
        return render_template("blocks/agreements.html", **forms.blank(), **view())

    @blueprint.post("/agreements")
    @guard.action("block.agreement")
    def record_agreement() -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                operations.record_agreement(
                    session,
                    guard.asker(),
                    platform=text("platform"),
                    title=text("title"),
                    signed_on=text("signed_on"),
                    source_url=text("source_url"),
                    now=runtime.clock(),
                )
            return told("recorded", "blocks.agreements")

        return forms.answer("blocks/agreements.html", act, view)

    @blueprint.post("/agreements/<agreement_id>/commitments")
    @guard.action("block.agreement")
    def promise(agreement_id: str) -> Answer:
        def act() -> Answer:
            given = operations.Promise(
                promised_by=text("promised_by"),
                text=text("text"),
                since=text("since"),
                source_url=text("source_url"),
            )
            with runtime.begin() as session:
                operations.promise(session, guard.asker(), agreement_id, given, now=runtime.clock())
            return told("recorded", "blocks.agreements")

        return forms.answer("blocks/agreements.html", act, view)
