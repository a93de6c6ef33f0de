"""The desk where a person compares a listing with a notice of the same brand and model."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from service.core import forms, guard
from service.core.errors import InvalidInput
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime
from service.safety import matches, queries

SHOWN = 50


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    desk = Blueprint("matches", __name__, url_prefix="/console", template_folder="templates")

    def view() -> dict[str, Any]:
        with runtime.reading() as session:
            waiting = queries.waiting_matches(session, guard.asker(), limit=SHOWN)
        return {"waiting": waiting, "shown": SHOWN}

    @desk.get("/matches")
    @guard.action(matches.REVIEW)
    def waiting() -> str:
        """Show listings that nobody has compared yet."""
        return render_template("safety/matches.html", **forms.blank(), **view())

    @desk.post("/matches")
    @guard.action(matches.REVIEW)
    def decide() -> Answer:
        """Keep what a person found."""

        def act() -> Answer:
            sent = request.form
            if sent.get("decision") not in matches.DECISIONS:
                raise InvalidInput(f"is none of {', '.join(matches.DECISIONS)}", where="decision")
            with runtime.begin() as session:
                matches.review(
                    session,
                    sent.get("platform", ""),
                    sent.get("item_id", ""),
                    notice_id=sent.get("notice_id", ""),
                    confirmed=sent["decision"] == queries.CONFIRMED,
                    asker=guard.asker(),
                    now=runtime.clock(),
                )
            flash(t("matches.told"))
            return redirect(url_for("matches.waiting"))

        return forms.answer("safety/matches.html", act, view)

    return desk
