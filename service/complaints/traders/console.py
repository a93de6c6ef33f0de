"""The merchant's desk: its cases with their clocks, one case, its answers, messages and files."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.complaints import queries
from service.complaints.files.console import as_attachment
from service.complaints.files.operations import KINDS, Upload
from service.complaints.intake.values import CURRENCIES
from service.complaints.traders import desk as trader_desk
from service.core import bodies, forms, guard, media
from service.core.errors import CaveatError, InvalidInput
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime

PAGE_SIZE = 50
CASE = "trader/case.html"


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "trader", "service.complaints", url_prefix="/console/trader", template_folder="templates"
    )
    for add in (_reading, _answering):
        add(blueprint, runtime)
    return blueprint


def _reading(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/")
    @guard.action("trader.cases")
    def cases() -> str:
        """List the cases, those that wait for the merchant first."""
        return render_template("trader/cases.html", **_page(runtime))

    @blueprint.get("/<case_id>")
    @guard.action("trader.cases")
    def case(case_id: str) -> str:
        """Show a case, its personal fields veiled."""
        return render_template(CASE, **forms.blank(), **_case(runtime, case_id, {}))

    @blueprint.post("/<case_id>/open")
    @guard.action("case.reveal_trader")
    def opened(case_id: str) -> str:
        """Show what the complainant lets the merchant see; the look is recorded."""
        texts = trader_desk.opened(runtime, case_id, asker=guard.asker())
        return render_template(CASE, **forms.blank(), **_case(runtime, case_id, texts))

    @blueprint.post("/<case_id>/files/<file_id>")
    @guard.action("case.reveal_trader")
    def file(case_id: str, file_id: str) -> Response:
        """Send the copy of a file that the complainant shares, or one of the merchant's own."""
        return as_attachment(trader_desk.open_copy(runtime, case_id, file_id, asker=guard.asker()))


def _answering(blueprint: Blueprint, runtime: Runtime) -> None:
    def done(case_id: str, act: Any, said: str) -> Answer:
        """Act and go back to the case; when it is refused, show the case with what was wrong."""
        try:
            act()
        except CaveatError as error:
            if error.status not in (409, 422):
                raise
            context = _case(runtime, case_id, {})
            page = render_template(CASE, errors=forms.wrong(error), sent=request.form, **context)
            return page, int(error.status)
        flash(t(f"trader.told.{said}"))
        return redirect(url_for("trader.case", case_id=case_id))

    @blueprint.post("/<case_id>/answer")
    @guard.action("case.respond")
    def answer(case_id: str) -> Answer:
        """Make a move: acknowledge, ask, upload a result, say that it was paid."""
        return done(case_id, lambda: _answer(runtime, case_id), "moved")

    @blueprint.post("/<case_id>/message")
    @guard.action("case.respond")
    def message(case_id: str) -> Answer:
        """Write to the complainant."""
        text = request.form.get("text", "")
        return done(
            case_id,
            lambda: trader_desk.write(runtime, case_id, text, asker=guard.asker()),
            "written",
        )

    @blueprint.post("/<case_id>/attach")
    @bodies.takes_form_file(media.rules().file_bytes)
    @guard.action("case.respond")
    def attach(case_id: str) -> Answer:
        """Add a file of the merchant's own."""
        return done(case_id, lambda: _attach(runtime, case_id), "attached")


def _answer(runtime: Runtime, case_id: str) -> None:
    given = trader_desk.Answer(
        event=request.form.get("event", ""),
        version=request.form.get("version", 0, type=int),
        text=request.form.get("text", ""),
        amount=request.form.get("amount", "").strip(),
        currency=request.form.get("currency", ""),
        sure="sure" in request.form,
    )
    trader_desk.answer(runtime, case_id, given, asker=guard.asker())


def _attach(runtime: Runtime, case_id: str) -> None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput("choose a file", where="file", fields={"file": "choose a file"})
    kind = request.form.get("kind", "")
    upload = Upload(sent.read(), kind, sent.mimetype or None, sent.filename)
    trader_desk.attach(runtime, case_id, upload, asker=guard.asker())


def _page(runtime: Runtime) -> dict[str, Any]:
    """Return what the list shows: the page and filter that the address asks for."""
    state, asker = request.args.get("state") or None, guard.asker()
    with runtime.reading() as session:
        total = trader_desk.count(session, asker, state=state)
        last = max(-(-total // PAGE_SIZE), 1)
        page = min(max(request.args.get("page", 1, type=int), 1), last)
        offset = (page - 1) * PAGE_SIZE
        rows = trader_desk.cases(session, asker, state=state, limit=PAGE_SIZE, offset=offset)
    return {
        "cases": rows,
        "total": total,
        "page": page,
        "last": last,
        "state": state,
        "filters": {None: "all", queries.OPEN: "open", queries.CLOSED: "closed"},
        "now": runtime.clock(),
    }


def _case(runtime: Runtime, case_id: str, opened: dict[str, str]) -> dict[str, Any]:
    now = runtime.clock()
    with runtime.reading() as session:
        found = trader_desk.whole(session, case_id, asker=guard.asker(), now=now)
    return {
        "found": found,
        "case": found.case,
        "opened": opened,
        "kinds": KINDS,
        "currencies": CURRENCIES,
        "needs_words": trader_desk.NEEDS_WORDS,
        "now": now,
    }
