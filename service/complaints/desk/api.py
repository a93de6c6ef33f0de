"""Cases by API: for a desk's own programs with a key; the complainant's part stands in followed_api.py.

A case has a version, sent as its ETag; a move names the one it was decided on in If-Match.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from service.complaints import operations, queries
from service.complaints.desk import case_view, followed_api
from service.complaints.desk import queries as queue
from service.complaints.desk.case_schemas import (
    CaseSchema,
    MomentSchema,
    MovedSchema,
    MoveSchema,
    QueueSchema,
    WantedSchema,
)
from service.complaints.desk.queries import Wanted
from service.complaints.requests import MatchHeader, matched, tagged
from service.core import guard
from service.core.runtime import Runtime


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint("cases", __name__, url_prefix="/v1", description="Cases of a desk")
    for add in (_reading, _moving, followed_api.add_routes):
        add(blueprint, runtime)
    return blueprint


def _reading(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/cases", methods=["GET"])
    @blueprint.arguments(WantedSchema, location="query")
    @blueprint.response(200, QueueSchema, description="A page of the queue")
    @guard.action("case.list")
    def cases(query: Mapping[str, Any]) -> dict[str, Any]:
        """Return a page of the queue, without personal data; `next` leads to the following one."""
        with runtime.reading() as session:
            page = queue.page(session, guard.asker(), Wanted(**query))
        return {"cases": page.lines, "next": page.next}

    @blueprint.route("/cases/<case_id>", methods=["GET"])
    @blueprint.response(200, CaseSchema, description="The case; its ETag is its version")
    @blueprint.alt_response(404, description="There is no such case, or it is another desk's")
    @guard.action("case.read")
    def case(case_id: str) -> Response:
        """Return a case without personal data."""
        asker, now = guard.asker(), runtime.clock()
        with runtime.reading() as session:
            found = queries.case(session, asker, case_id)
            possible = queries.possible(session, asker, case_id, now=now)
        document = CaseSchema(exclude=["possible"]).dump(found)
        document |= {"possible": [event.name for event in possible]}
        return tagged(document, found.version)

    @blueprint.route("/cases/<case_id>/events", methods=["GET"])
    @blueprint.response(200, MomentSchema(many=True), description="What happened, oldest first")
    @blueprint.alt_response(404, description="There is no such case, or it is another desk's")
    @guard.action("case.read")
    def events(case_id: str) -> list[case_view.Moment]:
        """Return the history of a case; texts are named, not opened."""
        with runtime.reading() as session:
            queries.case(session, guard.asker(), case_id)
            return case_view.history(session, case_id)


def _moving(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/cases/<case_id>/events", methods=["POST"])
    @blueprint.arguments(MatchHeader, location="headers")
    @blueprint.arguments(MoveSchema)
    @blueprint.response(201, MovedSchema, description="Where the case stands now")
    @blueprint.alt_response(404, description="There is no such case, or it is another desk's")
    @blueprint.alt_response(409, description="The state does not allow it")
    @blueprint.alt_response(412, description="Somebody changed the case meanwhile")
    @blueprint.alt_response(428, description="If-Match is missing")
    @guard.action("case.decide")
    def move(headers: Mapping[str, str], data: Mapping[str, Any], case_id: str) -> Any:
        """Move a case on."""
        detail = {name: value for name, value in data.items() if name != "event"}
        with runtime.begin() as session:
            current = queries.case(session, guard.asker(), case_id).version
            moved = operations.act(
                session,
                case_id,
                data["event"],
                asker=guard.asker(),
                version=matched(headers["if_match"], current),
                now=runtime.clock(),
                detail=detail,
            )
        return tagged(MovedSchema().dump(moved), moved.version, HTTPStatus.CREATED)
