"""Adding evidence files to a complaint: the bytes are the body, so that nothing is spooled to a disk in plain."""

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import FileView
from service.complaints.intake import tracking
from service.complaints.requests import NO_CASE, KindQuery, TokenHeader, sent_file
from service.core import bodies, guard, media
from service.core.access import Asker
from service.core.runtime import Runtime


class FileSchema(Schema):
    """One evidence file, without its content."""

    id = fields.String()
    kind = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "Bytes of the original"})
    copy = fields.Boolean(
        metadata={"description": "Whether others can be shown it, without metadata"}
    )
    remarks = fields.List(
        fields.String(), metadata={"description": "Codes of what was found in it"}
    )
    uploaded_at = fields.DateTime()


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "evidence_files", __name__, url_prefix="/v1", description="Evidence files of a complaint"
    )

    @blueprint.route("/complaints/<reference>/evidence", methods=["POST"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.arguments(KindQuery, location="query")
    @blueprint.response(201, FileSchema, description="The file is sealed in the case")
    @blueprint.alt_response(404, description=NO_CASE)
    @blueprint.alt_response(409, description="The case is closed")
    @blueprint.alt_response(413, description="The file is too large")
    @blueprint.alt_response(415, description="A form was sent instead of the file itself")
    @blueprint.alt_response(422, description="The file is not taken; the answer says why")
    @bodies.takes_file(media.rules().file_bytes)
    @guard.action("complaint.track")
    def evidence(headers: Mapping[str, str], query: Mapping[str, str], reference: str) -> FileView:
        """Add a file: its bytes are the body, its name stands in Content-Disposition."""
        with runtime.reading() as session:
            token = headers["tracking_token"]
            case_id = tracking.find(session, reference, token, now=runtime.clock()).id
        return evidence_files.add(
            runtime, case_id, sent_file(query["kind"]), asker=Asker("complainant", case_id)
        )

    @blueprint.route("/complaints/<reference>/evidence", methods=["GET"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.response(200, FileSchema(many=True), description="The files of the case")
    @blueprint.alt_response(404, description=NO_CASE)
    @guard.action("complaint.track")
    def files(headers: Mapping[str, str], reference: str) -> list[FileView]:
        """Return what files a case has, without their content."""
        now = runtime.clock()
        with runtime.reading() as session:
            case_id = tracking.find(session, reference, headers["tracking_token"], now=now).id
            asker = Asker("complainant", case_id)
            return evidence_files.of_case(session, case_id, asker=asker, now=now)

    return blueprint
