"""Evidence files in the console: opened for a purpose, sent as attachments that run nothing."""

from typing import Any

from flask import Blueprint, Response, request

from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import ORIGINAL, Opened
from service.core import guard
from service.core.runtime import Runtime

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint("evidence_files", __name__, url_prefix="/console")

    @blueprint.post("/cases/<case_id>/files/<file_id>")
    @guard.action("case.reveal")
    def file(case_id: str, file_id: str) -> Response:
        opened = evidence_files.open_file(
            runtime,
            case_id,
            file_id,
            variant=request.form.get("variant", ORIGINAL),
            asker=guard.asker(),
            purpose=request.form.get("purpose", ""),
        )
        return as_attachment(opened)

    return blueprint


def as_attachment(opened: Opened) -> Response:
    """Return a file so that a browser saves it and shows none of it under this address."""
    answer = Response(opened.content, content_type=opened.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=opened.name)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
