"""Statistics for programs: every release, whole or by rows, without a cap."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from service.core import guard
from service.core.runtime import Runtime
from service.statistics import queries, schemas, streaming
from service.statistics.queries import LICENCE

READ = "statistics.read"


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "statistics_data", __name__, url_prefix="/v1", description="What becomes of complaints"
    )

    @blueprint.route("/statistics", methods=["GET"])
    @blueprint.response(200, schemas.ReleasesSchema)
    @guard.action(READ)
    def releases() -> dict[str, Any]:
        """Return every release with the digests of its files."""
        with runtime.reading() as session:
            return {"licence": LICENCE, "releases": queries.releases(session)}

    @blueprint.route("/statistics/<int:number>.<any(csv, json):kind>", methods=["GET"])
    @blueprint.response(200, description="The whole release; its digest is in the list")
    @blueprint.alt_response(404, description="There is no such release")
    @guard.action(READ)
    def whole(number: int, kind: str) -> Response:
        """Return a release as a file, streamed."""
        return streaming.whole(runtime, number, kind)

    @blueprint.route("/statistics/<int:number>/rows", methods=["GET"])
    @blueprint.arguments(schemas.RowQuerySchema, location="query")
    @blueprint.response(200, description="Rows as JSON, one a line")
    @blueprint.alt_response(404, description="There is no such release")
    @guard.action(READ)
    def rows(wanted: Mapping[str, Any], number: int) -> Response:
        """Return rows of a release as JSON Lines, streamed."""
        only: dict[str, Any] = dict(wanted)
        return streaming.lines(runtime, number, only.pop("measure"), only)

    return blueprint
