"""Single facts of the evidence store, so that every reason can be followed to its source."""

from typing import Any

from flask_smorest import Blueprint

from service.core import guard
from service.core.errors import NotFound
from service.core.runtime import Runtime
from service.evidence import queries, schemas


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "evidence", __name__, url_prefix="/v1", description="Facts that scores rest on"
    )

    @blueprint.route("/evidence/<evidence_id>")
    @blueprint.response(200, schemas.EvidenceSchema)
    @blueprint.alt_response(404, description="There is no such fact")
    @guard.action("evidence.read")
    def fact(evidence_id: str) -> queries.EvidenceView:
        """Return one recorded fact with its source, both times, licence and hash."""
        with runtime.reading() as session:
            found = queries.evidence_view(session, evidence_id)
        if found is None:
            raise NotFound("there is no such fact", where=evidence_id)
        return found

    return blueprint
