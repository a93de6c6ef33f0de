"""Console pages of intake: entering what came by telephone, counter or letter, and questions to the desk."""

import secrets
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from service.complaints.intake import completeness, fields, inquiries, webform
from service.complaints.intake import filing as intake
from service.complaints.intake.public import topics
from service.complaints.intake.schemas import OfficerComplaintSchema
from service.core import forms, guard
from service.core.errors import CaveatError, InvalidInput
from service.core.forms import Answer
from service.core.i18n_web import messages, t
from service.core.runtime import Runtime

PAGE_SIZE = 50


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "desk", "service.complaints", url_prefix="/console", template_folder="templates"
    )
    for add in (_entry, _lists, _one):
        add(blueprint, runtime)
    return blueprint


def _entry(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/entry")
    @guard.action("case.enter")
    def entry() -> str:
        """Ask what went wrong."""
        return render_template("console/entry_start.html", categories=fields.CATEGORIES)

    @blueprint.route("/entry/<category>", methods=["GET", "POST"])
    @guard.action("case.enter")
    def enter(category: str) -> Answer:
        """Enter a complaint of somebody who told an officer."""

        def act(complaint: dict[str, Any], told: intake.Told) -> intake.Receipt:
            with runtime.begin() as session:
                return intake.enter(
                    session,
                    runtime.vault,
                    complaint,
                    told=told,
                    idempotency_key=_key(),
                    asker=guard.asker(),
                    now=runtime.clock(),
                )

        return _entry_page(_form(category), act, url_for("desk.enter", category=category))


def _lists(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/inquiries")
    @guard.action("inquiry.answer")
    def questions() -> str:
        """List the questions, those that wait longest first."""
        state = request.args.get("state")
        state = state if state in inquiries.STATES else None
        with runtime.reading() as session:
            total = inquiries.count(session, guard.asker(), state=state)
            last = max(-(-total // PAGE_SIZE), 1)
            page = min(max(request.args.get("page", 1, type=int), 1), last)
            rows = inquiries.listed(
                session,
                guard.asker(),
                state=state,
                limit=PAGE_SIZE,
                offset=(page - 1) * PAGE_SIZE,
            )
        return render_template(
            "console/inquiries.html", rows=rows, total=total, page=page, last=last, state=state
        )

    @blueprint.route("/inquiries/new", methods=["GET", "POST"])
    @guard.action("inquiry.answer")
    def question_new() -> Answer:
        """Enter a question of somebody who called, came or wrote."""

        def act() -> Response:
            asked = inquiries.ask(
                runtime,
                _question(),
                source=request.form.get("source", ""),
                idempotency_key=_key(),
                asker=guard.asker(),
                visit=guard.visit(),
            )
            flash(t("console.inquiries.entered", reference=asked.reference))
            return redirect(url_for("desk.question", inquiry_id=asked.id))

        return forms.answer(
            "console/inquiry_new.html",
            act,
            lambda: {"key": _key(), "topics": topics(), "sources": fields.SOURCES[fields.OFFICER]},
        )


def _one(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/inquiries/<inquiry_id>")
    @guard.action("inquiry.answer")
    def question(inquiry_id: str) -> str:
        """Show a question, its words veiled."""
        return _question_page(runtime, inquiry_id, {}, {})

    @blueprint.post("/inquiries/<inquiry_id>/open")
    @guard.action("inquiry.answer")
    def question_open(inquiry_id: str) -> str:
        """Show the words of a question; the look is recorded."""
        return _question_page(runtime, inquiry_id, _opened(runtime, inquiry_id), {})

    @blueprint.post("/inquiries/<inquiry_id>/answer")
    @guard.action("inquiry.answer")
    def question_answer(inquiry_id: str) -> Answer:
        """Answer by e-mail."""
        try:
            with runtime.begin() as session:
                inquiries.answer(
                    session,
                    runtime.vault,
                    inquiry_id,
                    request.form.get("answer", ""),
                    version=request.form.get("version", 0, type=int),
                    asker=guard.asker(),
                    now=runtime.clock(),
                )
        except InvalidInput as error:
            wrong = forms.wrong(error)
            opened = _opened(runtime, inquiry_id)
            return _question_page(runtime, inquiry_id, opened, wrong), int(error.status)
        flash(t("console.inquiries.answered"))
        return redirect(url_for("desk.question", inquiry_id=inquiry_id))

    @blueprint.route("/inquiries/<inquiry_id>/case/<category>", methods=["GET", "POST"])
    @guard.action("inquiry.answer")
    def question_convert(inquiry_id: str, category: str) -> Answer:
        """Turn a question into a case, through the same gate."""

        def act(complaint: dict[str, Any], told: intake.Told) -> intake.Receipt:
            with runtime.begin() as session:
                return inquiries.convert(
                    session,
                    runtime.vault,
                    inquiry_id,
                    complaint,
                    told=told,
                    asker=guard.asker(),
                    now=runtime.clock(),
                )

        action = url_for("desk.question_convert", inquiry_id=inquiry_id, category=category)
        return _entry_page(_form(category), act, action, _prefilled(runtime, inquiry_id))


def _entry_page(
    form: fields.Form, act: Any, action: str, known: MultiDict[str, str] | None = None
) -> Answer:
    """Show the form of an entry; once sent, act on it, and show it again with what was wrong."""
    context: dict[str, Any] = {"form": form, "action": action, "key": _key()}
    context |= {"choices": webform.choices, "proofs": fields.PROOFS}
    context |= {"sources": fields.SOURCES[fields.OFFICER]}
    if request.method != "POST":
        return _show(context, known or MultiDict(), {})
    data = webform.typed(form)
    try:
        complaint = webform.checked(OfficerComplaintSchema(), data, form)
        told = intake.Told(request.form.get("source", ""), request.form.get("proof", ""))
        receipt = act(complaint, told)
    except CaveatError as error:
        said = error.fields if error.code == "said" else forms.wrong(error)
        return _show(context, request.form, webform.in_order(said, form)), int(error.status)
    flash(t(f"console.entry.done.{_ending(receipt)}", reference=receipt.reference))
    return redirect(url_for("console.case", case_id=receipt.case_id))


def _show(context: dict[str, Any], sent: MultiDict[str, str], errors: dict[str, str]) -> str:
    form: fields.Form = context["form"]
    told = webform.typed(form) if request.method == "POST" else {"category": form.category.id}
    measured = completeness.meter(told, door=fields.OFFICER)
    return render_template(
        "console/entry.html", sent=sent, errors=errors, measured=measured, **context
    )


def _ending(receipt: intake.Receipt) -> str:
    if receipt.state == intake.WAITING:
        return "waiting"
    return "submitted" if receipt.state == intake.SUBMITTED else "joined"


def _form(category: str) -> fields.Form:
    if category not in fields.CATEGORIES:
        abort(404)
    return fields.form(category, fields.OFFICER)


def _question_page(
    runtime: Runtime, inquiry_id: str, opened: dict[str, str], errors: dict[str, str]
) -> str:
    with runtime.reading() as session:
        found = inquiries.one(session, guard.asker(), inquiry_id)
    return render_template(
        "console/inquiry.html", inquiry=found, opened=opened, errors=errors, sent=request.form
    )


def _opened(runtime: Runtime, inquiry_id: str) -> dict[str, str]:
    with runtime.begin() as session:
        return inquiries.read(
            session, runtime.vault, inquiry_id, asker=guard.asker(), now=runtime.clock()
        )


def _prefilled(runtime: Runtime, inquiry_id: str) -> MultiDict[str, str]:
    """Fill the form with what the question says; raise NotFound for one out of the officer's reach."""
    with runtime.reading() as session:
        found = inquiries.one(session, guard.asker(), inquiry_id)
    if request.method != "GET":
        return MultiDict()
    texts = _opened(runtime, inquiry_id)
    field = "contact_email" if "@" in texts.get("contact", "") else "contact_phone"
    known = {"description": texts.get("question", ""), field: texts.get("contact", "")}
    return MultiDict(known | {"listing_url": found.listing_url or ""})


def _question() -> dict[str, Any]:
    names = ("topic", "question", "contact_email", "contact_phone", "listing_url")
    sent = {name: request.form.get(name, "").strip() for name in names}
    lacking = [name for name in ("topic", "question") if not sent[name]]
    if not sent["contact_email"] and not sent["contact_phone"]:
        lacking.append("contact_email")
    if lacking:
        said = dict.fromkeys(lacking, t("error.complaints.missing"))
        raise InvalidInput("some answers are missing", fields=said)
    return {name: text for name, text in sent.items() if text} | {"language": messages().locale}


def _key() -> str:
    return request.form.get("key", "")[:200] or secrets.token_urlsafe(24)
