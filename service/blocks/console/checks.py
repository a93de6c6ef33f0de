"""Whoever looks at listings: a check, and listings that came back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from service.blocks import operations, queries, states
from service.blocks.console.form import listing, text, told
from service.core import forms, guard
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime


def add(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of checks and of listings that came back."""

    @blueprint.get("/check")
    @guard.action("check.record")
    def checking() -> str:
        return render_template("blocks/check.html", results=states.RESULTS, **forms.blank())

    @blueprint.post("/check")
    @guard.action("check.record")
    def check() -> Answer:
        def act() -> Answer:
            found = listing()
            now = runtime.clock()
            seen = operations.Seen(found.listing_key or "", text("result"), text("locale"), now)
            with runtime.begin() as session:
                state = operations.record_manual(session, guard.asker(), seen, now=now)
            flash(t("blocks.told.checked", state=t(f"blocks.listing.{state}")))
            return redirect(url_for("blocks.checking"))

        return forms.answer("blocks/check.html", act, lambda: {"results": states.RESULTS})

    @blueprint.get("/candidates")
    @guard.action("relisting.review")
    def candidates() -> str:
        with runtime.reading() as session:
            found = queries.candidates(session, guard.asker())
        return render_template("blocks/candidates.html", candidates=found, **forms.blank())

    @blueprint.post("/candidates/<candidate_id>")
    @guard.action("relisting.review")
    def decide_candidate(candidate_id: str) -> Response:
        with runtime.begin() as session:
            operations.decide_relisting(
                session, guard.asker(), candidate_id, text("decision"), now=runtime.clock()
            )
        return told("saved", "blocks.candidates")
