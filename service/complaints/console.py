"""The case list and the case page of the console."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from service.complaints import operations, queries, sealed
from service.core import guard
from service.core.runtime import Runtime
from service.merchants import queries as merchants

PAGE_SIZE = 50
DETAILS = ("cause", "amount", "currency", "told_by")


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")

    @blueprint.get("/")
    @guard.action("case.list")
    def cases() -> str:
        with runtime.reading() as session:
            return render_template("console/desk.html", **_queue(session))

    @blueprint.get("/cases/<case_id>")
    @guard.action("case.read")
    def case(case_id: str) -> str:
        return _case_page(case_id, {})

    @blueprint.post("/cases/<case_id>/reveal")
    @guard.action("case.reveal")
    def reveal(case_id: str) -> str:
        with runtime.begin() as session:
            fields = sealed.read(
                session,
                runtime.vault,
                case_id,
                purpose=request.form.get("purpose", ""),
                asker=guard.asker(),
                now=runtime.clock(),
            )
        return _case_page(case_id, fields)

    @blueprint.post("/cases/<case_id>/move")
    @guard.action("case.decide")
    def move(case_id: str) -> Response:
        form = {name: value for name, value in request.form.items() if value}
        with runtime.begin() as session:
            operations.act(
                session,
                case_id,
                form.get("event", ""),
                asker=guard.asker(),
                version=request.form.get("version", 0, type=int),
                now=runtime.clock(),
                detail={name: form[name] for name in DETAILS if name in form},
            )
        return redirect(url_for("console.case", case_id=case_id))

    def _case_page(case_id: str, revealed: dict[str, str]) -> str:
        with runtime.reading() as session:
            found = queries.case(session, guard.asker(), case_id)
            return render_template(
                "console/case.html",
                **_queue(session),
                case=found,
                merchant=merchants.merchant_view(session, found.merchant_key or ""),
                events=queries.events(session, case_id),
                sealed=queries.sealed_names(session, case_id),
                revealed=revealed,
                possible=queries.possible(session, guard.asker(), case_id, now=runtime.clock()),
                waiting=queries.waiting_for(found.state),
                amounts=queries.amounts(session, case_id),
                purposes=sealed.PURPOSES,
            )

    return blueprint


def _queue(session: Session) -> dict[str, Any]:
    """Return what the case list shows: the page and filter that the address asks for."""
    state = request.args.get("state") or None
    asker = guard.asker()
    total = queries.count(session, asker, state=state)
    last = max(-(-total // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), last)
    offset = (page - 1) * PAGE_SIZE
    rows = queries.cases(session, asker, state=state, limit=PAGE_SIZE, offset=offset)
    return {
        "cases": rows,
        "names": merchants.names(session, {row.merchant_key for row in rows if row.merchant_key}),
        "total": total,
        "page": page,
        "last": last,
        "state": state,
    }
