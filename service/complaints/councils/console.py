"""A council's side of programmes and of other councils: who takes part, who is known, handing over."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from service.accounts import queries as accounts
from service.complaints import queries
from service.complaints.councils import agreement, receiving, sending
from service.complaints.councils import known as councils
from service.complaints.councils import queries as bundles
from service.complaints.intake.values import COUNTRIES
from service.complaints.traders import express
from service.core import bodies, forms, guard
from service.core.errors import InvalidInput, NotFound
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "express", "service.complaints", url_prefix="/console", template_folder="templates"
    )
    for add in (_participants, _councils, _handing_over):
        add(blueprint, runtime)
    return blueprint


def _participants(blueprint: Blueprint, runtime: Runtime) -> None:
    def listed() -> dict[str, Any]:
        with runtime.reading() as session:
            found = express.listed(session, asker=guard.asker())
        return {
            "agreements": found,
            "programmes": {name: t(f"express.programme.{name}") for name in express.conciliating()},
            "today": runtime.clock().date(),
        }

    @blueprint.get("/participants")
    @guard.action("participation.read")
    def participants() -> str:
        """List who takes part in which programme, for which merchants."""
        return render_template("trader/participants.html", **forms.blank(), **listed())

    @blueprint.post("/participants")
    @guard.action("participation.decide")
    def admit() -> Answer:
        """Record an agreement."""

        def act() -> Answer:
            with runtime.begin() as session:
                express.admit(
                    session, _agreement(session), asker=guard.asker(), now=runtime.clock()
                )
            return _told("admitted", "express.participants")

        return forms.answer("trader/participants.html", act, listed)

    @blueprint.post("/participants/<participation_id>/end")
    @guard.action("participation.decide")
    def end(participation_id: str) -> Answer:
        """End an agreement as of today."""
        with runtime.begin() as session:
            now = runtime.clock()
            express.end(session, participation_id, until=now.date(), asker=guard.asker(), now=now)
        return _told("ended", "express.participants")


def _councils(blueprint: Blueprint, runtime: Runtime) -> None:
    def listed() -> dict[str, Any]:
        with runtime.reading() as session:
            found = councils.listed(session, asker=guard.asker())
        card = councils.own_card(runtime)
        return {
            "councils": found,
            "card": card,
            "countries": COUNTRIES,
            "grouped": councils.grouped,
        }

    @blueprint.get("/councils")
    @guard.action("council.list")
    def known() -> str:
        """List the councils that are known, and this installation's own card."""
        return render_template("trader/councils.html", **forms.blank(), **listed())

    @blueprint.post("/councils")
    @guard.action("council.manage")
    def know() -> Answer:
        """Record a council whose fingerprint was compared."""

        def act() -> Answer:
            names = ("card", "fingerprint", "name", "country", "address")
            given = councils.Acquaintance(**{name: _text(name) for name in names})
            councils.add(runtime, given, asker=guard.asker())
            return _told("known", "express.known")

        return forms.answer("trader/councils.html", act, listed)

    @blueprint.post("/councils/<council_id>/end")
    @guard.action("council.manage")
    def forget(council_id: str) -> Answer:
        """Take nothing from a council any more."""
        with runtime.begin() as session:
            councils.end(session, council_id, asker=guard.asker(), now=runtime.clock())
        return _told("forgotten", "express.known")


def _handing_over(blueprint: Blueprint, runtime: Runtime) -> None:
    def shown(case_id: str) -> dict[str, Any]:
        with runtime.reading() as session:
            asker = guard.asker()
            return {
                "case": queries.case(session, asker, case_id),
                "bundles": bundles.of_case(session, case_id, asker=asker),
                "open": bundles.can_hand_over(session, case_id, asker=asker),
                "councils": councils.listed(session, asker=asker, active=True),
            }

    @blueprint.route("/cases/<case_id>/handover", methods=["GET", "POST"])
    @guard.action("bundle.send")
    def handover(case_id: str) -> Answer:
        """Hand a case over to another council, and see what came back."""

        def act() -> Answer:
            sending.hand_over(runtime, case_id, _text("council"), asker=guard.asker())
            return _told("handed_over", "express.handover", case_id=case_id)

        return forms.answer("trader/handover.html", act, lambda: shown(case_id))

    @blueprint.post("/cases/<case_id>/handover/ask")
    @guard.action("bundle.send")
    def ask(case_id: str) -> Answer:
        """Ask the complainant to let a council have the case."""

        def act() -> Answer:
            with runtime.begin() as session:
                now = runtime.clock()
                agreement.ask(session, case_id, _text("council"), asker=guard.asker(), now=now)
            return _told("asked", "express.handover", case_id=case_id)

        return forms.answer("trader/handover.html", act, lambda: shown(case_id))

    @blueprint.get("/cases/<case_id>/handover/<bundle_id>")
    @guard.action("bundle.send")
    def bundle(case_id: str, bundle_id: str) -> Response:
        """Send a bundle as a file; only its recipient can read it."""
        with runtime.reading() as session:
            wire = bundles.file_of(session, case_id, bundle_id, asker=guard.asker())
        answer = Response(wire, content_type="application/json")
        name = f"{bundle_id}.caveat-bundle.json"
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @blueprint.route("/bundles", methods=["GET", "POST"])
    @bodies.takes_form_file(receiving.LARGEST)
    @guard.action("bundle.read")
    def take() -> Answer:
        """Take in a bundle that came as a file."""

        def act() -> Answer:
            sent = request.files.get("bundle")
            taken = receiving.receive(runtime, sent.read() if sent else b"", asker=guard.asker())
            flash(t("express.told.taken", reference=taken.reference))
            return redirect(url_for("express.take"))

        return forms.answer("trader/bundle.html", act)


def _agreement(session: Any) -> express.Agreement:
    return express.Agreement(
        organisation_id=_organisation(session),
        programme=_text("programme"),
        keys=_text("keys").split(),
        evidence=_text("evidence"),
        since=_day("since"),
        until=_day("until") if _text("until") else None,
    )


def _organisation(session: Any) -> str:
    try:
        return accounts.organisation_id_of(session, _text("organisation"))
    except NotFound as error:
        fields = {"organisation": error.what}
        raise InvalidInput(error.what, where="organisation", fields=fields) from error


def _day(name: str) -> date:
    try:
        return date.fromisoformat(_text(name))
    except ValueError:
        what = "is not a day such as 2026-11-20"
        raise InvalidInput(what, where=name, fields={name: what}) from None


def _text(name: str) -> str:
    return request.form.get(name, "").strip()


def _told(word: str, endpoint: str, **values: Any) -> Answer:
    flash(t(f"express.told.{word}"))
    return redirect(url_for(endpoint, **values))
