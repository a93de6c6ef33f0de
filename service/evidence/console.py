"""For auditors: every fact as the score reads it, for a purpose that the audit keeps."""

from collections.abc import Iterator

import msgspec
from flask import Blueprint, Response, request

from service.core import forms, guard
from service.core.forms import Answer
from service.core.runtime import Runtime
from service.evidence import operations, queries

FILE_NAME = "caveat-evidence-exact.jsonl"


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    pages = Blueprint("evidence", __name__, url_prefix="/console", template_folder="templates")

    @pages.route("/evidence/exact", methods=["GET", "POST"])
    @guard.action(operations.EXACT)
    def exact() -> Answer:
        """Ask what the facts are needed for, and send them as JSON Lines."""

        def act() -> Answer:
            purpose, asker = request.form.get("purpose", ""), guard.asker()
            with runtime.begin() as session:
                now = runtime.clock()
                operations.note_exact_look(session, purpose=purpose, asker=asker, now=now)
            answer = Response(_lines(runtime), mimetype="application/jsonl")
            answer.headers.set("Content-Disposition", "attachment", filename=FILE_NAME)
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return forms.answer("evidence/exact.html", act)

    return pages


def _lines(runtime: Runtime) -> Iterator[bytes]:
    with runtime.reading() as session:
        for record in queries.exact_records(session):
            yield msgspec.json.encode(record) + b"\n"
