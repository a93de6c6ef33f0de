"""Filing a complaint; the same schema stands behind the console and the extension."""

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from service.complaints import operations
from service.complaints.schemas import ComplaintSchema, ReceiptSchema
from service.core import guard
from service.core.runtime import Runtime


class _Headers(Schema):
    idempotency_key = fields.String(
        data_key="Idempotency-Key",
        required=True,
        validate=validate.Length(min=16, max=200),
        metadata={
            "description": "A fresh random value per complaint; a repeated request opens no second case"
        },
    )


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "complaints", __name__, url_prefix="/v1", description="Complaints of shoppers"
    )

    @blueprint.route("/complaints", methods=["POST"])
    @blueprint.arguments(_Headers, location="headers")
    @blueprint.arguments(ComplaintSchema)
    @blueprint.response(
        201, ReceiptSchema, description="The case was opened, or had been by the same request"
    )
    @blueprint.alt_response(409, description="The key was used for another complaint")
    @blueprint.alt_response(422, description="Fields are missing or wrong; each is named")
    @guard.action("complaint.file")
    def complaint(headers: Mapping[str, str], data: Mapping[str, Any]) -> operations.Receipt:
        """Open a case; personal fields are sealed under a key of the case's own."""
        key = headers["idempotency_key"]
        with runtime.begin() as session:
            return operations.file(
                session,
                runtime.vault,
                data,
                idempotency_key=key,
                asker=guard.asker(),
                now=runtime.clock(),
            )

    return blueprint
