"""What the presented key may do."""

from datetime import datetime
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from service.accounts import queries
from service.core import guard
from service.core.runtime import Runtime


class KeySchema(Schema):
    """A key as its holder sees it."""

    prefix = fields.String(required=True)
    label = fields.String(required=True)
    organisation = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    expires_at = fields.AwareDateTime(required=True)


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "api_keys", __name__, url_prefix="/v1", description="Keys of organisations"
    )

    @blueprint.route("/key")
    @blueprint.response(200, KeySchema)
    @blueprint.alt_response(401, description="No key, or one that does not count now")
    @guard.action("key.self")
    def key() -> Any:
        """Return what the presented key may do, for whom, and until when."""
        now: datetime = runtime.clock()
        with runtime.reading() as session:
            return queries.own_key(session, guard.asker(), now=now)

    return blueprint
