"""The desk where somebody has a shop's own pages read, and sees what was found."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from service.core import forms, guard
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime
from service.disclosures import operations, queries

PAGE_SIZE = 50


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    desk = Blueprint(
        "disclosures", __name__, url_prefix="/console/disclosures", template_folder="templates"
    )

    def view() -> dict[str, Any]:
        with runtime.reading() as session:
            total = queries.count(session, guard.asker())
            last = max(-(-total // PAGE_SIZE), 1)
            page = min(max(request.args.get("page", 1, type=int), 1), last)
            offset = (page - 1) * PAGE_SIZE
            found = queries.checks(session, guard.asker(), limit=PAGE_SIZE, offset=offset)
        ready = bool(runtime.settings.checks_contact)
        return {"checks": found, "total": total, "page": page, "last": last, "ready": ready}

    @desk.get("/")
    @guard.action(operations.READ)
    def checks() -> str:
        """Show the checks of one's organisation, newest first."""
        return render_template("disclosures/checks.html", **forms.blank(), **view())

    @desk.post("/")
    @guard.action(operations.ASK)
    def ask() -> Answer:
        """Have a shop checked."""

        def act() -> Answer:
            sent = request.form
            with runtime.begin() as session:
                made = operations.ask(
                    session,
                    guard.asker(),
                    sent.get("url", ""),
                    sent.get("country", "").strip(),
                    now=runtime.clock(),
                )
            flash(t("disclosures.told"))
            return redirect(url_for("disclosures.check", check_id=made))

        return forms.answer("disclosures/checks.html", act, view)

    @desk.get("/<check_id>")
    @guard.action(operations.READ)
    def check(check_id: str) -> str:
        """Show what one check found."""
        with runtime.reading() as session:
            found = queries.check(session, guard.asker(), check_id)
        return render_template("disclosures/check.html", check=found)

    return desk
