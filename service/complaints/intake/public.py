"""The pages on which shoppers file a complaint without the extension, prove their contact and follow the case.

They work without JavaScript, and nothing is kept before the complaint is sent. Tokens travel in the
bodies of forms, never in addresses.
"""

import secrets
from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from service.complaints.desk import public as public_case
from service.complaints.desk.public import TRACK, case_page, held
from service.complaints.intake import completeness, fields, inquiries, webform
from service.complaints.intake import filing as intake
from service.complaints.intake.schemas import ComplaintSchema, InquirySchema
from service.core import forms, guard
from service.core.errors import CaveatError, InvalidInput, NotFound
from service.core.forms import Answer
from service.core.i18n_web import messages, t
from service.core.runtime import Runtime


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "complaint", "service.complaints", url_prefix="/complaint", template_folder="templates"
    )
    for add in (_filing, _following, _asking, public_case.add_routes):
        add(blueprint, runtime)

    @blueprint.after_request
    def keep_nowhere(response: Response) -> Response:
        """Let no cache keep these pages: they are for the one who asked."""
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


def _filing(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/")
    @guard.action("complaint.file")
    def start() -> str:
        """Ask what went wrong."""
        return render_template("complaint/start.html", categories=fields.CATEGORIES)

    @blueprint.route("/new/<category>", methods=["GET", "POST"])
    @guard.action("complaint.file")
    def new(category: str) -> Answer:
        """Ask what matters for a category, and file the complaint."""
        if category not in fields.CATEGORIES:
            abort(404)
        form = fields.form(category)
        if request.method != "POST":
            return _form_page(form, MultiDict(), {})
        data = webform.typed(form)
        try:
            complaint = webform.checked(ComplaintSchema(), data, form)
            if request.form.get("do") == "check":
                return _form_page(form, request.form, {})
            receipt = intake.submit(
                runtime,
                complaint,
                source="web",
                idempotency_key=_key(),
                asker=guard.asker(),
                visit=guard.visit(),
            )
        except CaveatError as error:
            wrong = webform.in_order(_said(error), form)
            return _form_page(form, request.form, wrong), int(error.status)
        return case_page(runtime, receipt.reference, str(receipt.token))


def _following(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.route("/track", methods=["GET", "POST"])
    @guard.action(TRACK)
    def track() -> Answer:
        """Open a case by the link of a letter."""
        if request.method != "POST":
            return render_template("complaint/track.html", **forms.blank())
        pasted = request.form.get("link", "").strip().rpartition("#")[2]
        reference, _, token = pasted.partition(".")
        try:
            return case_page(runtime, reference.strip(), token.strip())
        except NotFound as error:
            errors = {"": t("intake.track.none")}
            page = render_template("complaint/track.html", errors=errors, sent=MultiDict())
            return page, int(error.status)

    @blueprint.post("/confirm")
    @guard.action(TRACK)
    def confirm() -> Answer:
        """Prove the contact by the code of the letter."""
        reference, token = held()
        try:
            done = intake.confirm(
                runtime,
                reference=reference,
                token=token,
                code=request.form.get("code", ""),
                visit=guard.visit(),
            )
        except NotFound:
            raise
        except CaveatError as error:
            page = case_page(runtime, reference, token, errors=forms.wrong(error))
            return page, int(error.status)
        return case_page(runtime, done.reference, done.token, outcome=done.outcome)

    @blueprint.post("/code")
    @guard.action(TRACK)
    def code() -> Answer:
        """Send another code."""
        reference, token = held()
        try:
            intake.send_again(runtime, reference=reference, token=token)
        except NotFound:
            raise
        except CaveatError as error:
            page = case_page(runtime, reference, token, errors=forms.wrong(error))
            return page, int(error.status)
        return case_page(runtime, reference, token, said=t("complaint.code.sent_again"))


def _asking(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.route("/question", methods=["GET", "POST"])
    @guard.action("inquiry.ask")
    def ask() -> Answer:
        """Ask the desk a question."""

        def act() -> str:
            asked = inquiries.ask(
                runtime,
                _question(),
                source="web",
                idempotency_key=_key(),
                asker=guard.asker(),
                visit=guard.visit(),
            )
            return render_template("complaint/ask.html", asked=asked)

        return forms.answer("complaint/ask.html", act, lambda: {"key": _key(), "topics": topics()})


def topics() -> dict[str, str]:
    """Return what a question can be about, in the reader's words."""
    return {name: t(f"complaint.option.category.{name}") for name in reversed(fields.CATEGORIES)}


def _question() -> dict[str, Any]:
    names = ("topic", "question", "contact_email", "listing_url")
    sent = {name: request.form.get(name, "").strip() for name in names}
    wrong = InquirySchema().validate(sent)
    if wrong:
        lacking = {name for name in wrong if not sent.get(name)}
        said = {
            name: t("error.complaints.missing" if name in lacking else "error.complaints.form")
            for name in wrong
        }
        raise InvalidInput("some answers cannot be taken", fields=said)
    return {name: text for name, text in sent.items() if text} | {"language": messages().locale}


def _form_page(form: fields.Form, sent: MultiDict[str, str], errors: dict[str, str]) -> str:
    told = webform.typed(form) if request.method == "POST" else {"category": form.category.id}
    return render_template(
        "complaint/new.html",
        form=form,
        sent=sent,
        errors=errors,
        key=_key(),
        choices=webform.choices,
        measured=completeness.meter(told),
    )


def _said(error: CaveatError) -> dict[str, str]:
    return error.fields if error.code == "said" else forms.wrong(error)


def _key() -> str:
    """Return the form's own key: sent twice, it files once."""
    return request.form.get("key", "")[:200] or secrets.token_urlsafe(24)
