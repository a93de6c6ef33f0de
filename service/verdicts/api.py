"""The verdict on a URL."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from service.core import guard
from service.core.runtime import Runtime
from service.verdicts import queries, schemas


class _Query(Schema):
    url = fields.String(required=True, validate=validate.Length(min=1, max=2000))


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "verdicts", __name__, url_prefix="/v1", description="What a shopper is told"
    )

    @blueprint.route("/check")
    @blueprint.arguments(_Query, location="query")
    @blueprint.response(200, schemas.VerdictSchema)
    @blueprint.alt_response(422, description="This is no web address")
    @guard.action("check.read")
    def check(query: dict[str, str]) -> dict[str, Any]:
        """Answer for the listing and for its merchant, where one has been observed."""
        with runtime.reading() as session:
            return queries.check_url(session, query["url"])

    return blueprint
