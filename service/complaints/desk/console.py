"""The queue and the case page of officers: queue left, case right; personal data veiled until a purpose is chosen."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from service.complaints import operations, queries
from service.complaints.channels import queries as channels
from service.complaints.channels import registry
from service.complaints.course import machine
from service.complaints.desk import case_view
from service.complaints.desk import queries as queue
from service.complaints.files import operations as evidence_files
from service.complaints.intake import fields, values
from service.complaints.privacy import access_log, consents, retention, sealed
from service.core import access, forms, guard
from service.core.errors import CaveatError, Conflict
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime
from service.merchants import queries as merchants

DETAILS = ("cause", "amount", "currency", "sure", "told_by")
FILTERS = ("box", "order", "state", "category", "reference")
BEST = 3
"""Desks outside that the case page names; the others stand on a page of their own."""


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "console", "service.complaints", url_prefix="/console", template_folder="templates"
    )
    for add in (_looking, _acting):
        add(blueprint, runtime)
    return blueprint


def _looking(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/")
    @guard.action("case.list")
    def cases() -> str:
        """Show the queue."""
        with runtime.reading() as session:
            return render_template("console/desk.html", **queue_context(session))

    @blueprint.get("/cases/<case_id>")
    @guard.action("case.read")
    def case(case_id: str) -> str:
        """Show a case, its personal data veiled."""
        return case_page(runtime, case_id)

    @blueprint.post("/cases/<case_id>/reveal")
    @guard.action("case.reveal")
    def reveal(case_id: str) -> Answer:
        """Show the personal data of a case; the look is recorded."""

        def act() -> str:
            with runtime.begin() as session:
                opened = sealed.shown(
                    session,
                    runtime.vault,
                    case_id,
                    purpose=request.form.get("purpose", ""),
                    asker=guard.asker(),
                    now=runtime.clock(),
                )
            return case_page(runtime, case_id, revealed=opened)

        return answered(runtime, case_id, act)


def _acting(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/cases/<case_id>/move")
    @guard.action("case.decide")
    def move(case_id: str) -> Answer:
        """Move a case on."""

        def act() -> Response:
            form = {name: value.strip() for name, value in request.form.items() if value.strip()}
            detail = {name: form[name] for name in DETAILS if name in form}
            if "amount" not in detail:
                detail.pop("currency", None)
                detail.pop("sure", None)
            with runtime.begin() as session:
                operations.act(
                    session,
                    case_id,
                    form.get("event", ""),
                    asker=guard.asker(),
                    version=request.form.get("version", 0, type=int),
                    now=runtime.clock(),
                    detail=detail,
                )
            return back(case_id, t("console.done.move"))

        return answered(runtime, case_id, act)

    @blueprint.post("/cases/<case_id>/assign")
    @guard.action("case.assign")
    def assign(case_id: str) -> Answer:
        """Take a case, give it to a colleague, or put it back."""

        def act() -> Response:
            with runtime.begin() as session:
                operations.assign(
                    session,
                    case_id,
                    request.form.get("officer") or None,
                    asker=guard.asker(),
                    version=request.form.get("version", 0, type=int),
                    now=runtime.clock(),
                )
            return back(case_id, t("console.done.assign"))

        return answered(runtime, case_id, act)


def queue_context(session: Session) -> dict[str, Any]:
    """Return what the queue shows: the part of it that the address asks for."""
    given = {name: request.args.get(name, "").strip() for name in FILTERS}
    wanted = queue.Wanted(
        box=given["box"] or "waiting",
        order=given["order"] or "due",
        state=given["state"] or None,
        category=given["category"] or None,
        reference=given["reference"],
        after=request.args.get("after", ""),
    )
    asker = guard.asker()
    here = {name: value for name, value in given.items() if value}
    return {
        "page": queue.page(session, asker, wanted),
        "counts": queue.counts(session, asker),
        "wanted": wanted,
        "here": here,
        "boxes": queue.BOXES,
        "states": machine.load().states,
        "categories": fields.CATEGORIES,
        "errors": {},
    }


def case_page(runtime: Runtime, case_id: str, **said: Any) -> str:
    """Show a case; `revealed` are its opened fields, `errors` what was refused."""
    with runtime.reading() as session:
        context = queue_context(session) | _case(session, runtime, case_id)
    return render_template("console/case.html", **context | {"revealed": {}, "errors": {}} | said)


def answered(runtime: Runtime, case_id: str, act: Any) -> Answer:
    """Act; what is refused is said on the case page, and what somebody else changed is shown."""
    try:
        answer: Answer = act()
    except Conflict as error:
        return _conflict(runtime, case_id, error)
    except CaveatError as error:
        if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        wrong = forms.wrong(error)
        said = wrong if error.fields else {error.where or "": wrong[""]}
        return case_page(runtime, case_id, errors=said), int(error.status)
    return answer


def back(case_id: str, said: str) -> Response:
    """Lead back to the case, with a word on what was done."""
    flash(said)
    here: dict[str, Any] = {name: request.args[name] for name in FILTERS if name in request.args}
    return redirect(url_for("console.case", case_id=case_id, **here))


def _conflict(runtime: Runtime, case_id: str, error: Conflict) -> Answer:
    """Show what has happened since the page was made that the officer acted on."""
    with runtime.reading() as session:
        found = queries.case(session, guard.asker(), case_id)
        seen = request.form.get("seen", 0, type=int)
        moments = case_view.history(session, case_id, after=seen) if seen else []
    stale = found.version != request.form.get("version", found.version, type=int)
    page = render_template(
        "console/case_conflict.html",
        case=found,
        moments=moments,
        stale=stale,
        refusal=forms.wrong(error)[""],
    )
    return page, int(error.status)


def _case(session: Session, runtime: Runtime, case_id: str) -> dict[str, Any]:
    asker, now = guard.asker(), runtime.clock()
    found = queries.case(session, asker, case_id)
    return {
        "case": found,
        "around": case_view.around(session, case_id, asker=asker, now=now),
        "merchant": merchants.merchant_view(session, found.merchant_key or ""),
        "sealed": queries.sealed_names(session, case_id),
        "possible": queries.possible(session, asker, case_id, now=now),
        "waiting": queries.waiting_for(found.state),
        "late": found.due_at is not None and found.due_at <= now,
        "amounts": queries.amounts(session, case_id),
        "currencies": values.CURRENCIES,
        "purposes": sealed.PURPOSES,
        "told_by": operations.TOLD_BY,
    } | _more(session, runtime, case_id)


def _more(session: Session, runtime: Runtime, case_id: str) -> dict[str, Any]:
    """Return the parts that only some readers of a case see."""
    asker, now = guard.asker(), runtime.clock()
    more: dict[str, Any] = {"files": [], "consents": [], "looks": [], "holds": [], "options": []}
    if access.may(asker, "case.reveal"):
        more["files"] = evidence_files.of_case(session, case_id, asker=asker, now=now)
    if access.may(asker, "case.consent"):
        more["consents"] = consents.of_case(session, case_id, asker=asker)
    if access.may(asker, "case.access_log"):
        more["looks"] = access_log.of_case(session, case_id, asker=asker)
    if access.may(asker, "case.erase"):
        more["holds"] = retention.holds(session, case_id, asker=asker)
        more["hold_reasons"] = retention.HOLD_REASONS
    if access.may(asker, "case.refer"):
        options = channels.options_for_case(session, asker, case_id, as_of=now.date())
        usable = [one for one in options if one.state in ("eligible", "under_way")][:BEST]
        more["options"] = [(one, registry.channel(one.channel)) for one in usable]
    people = [case_view.id_of(look.actor) for look in more["looks"]]
    more["readers"] = case_view.people(session, people)
    more["recipients"] = case_view.recipients(session, more["consents"])
    return more
