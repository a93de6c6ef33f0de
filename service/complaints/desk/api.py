"""Cases by API: for a desk's own programs with a key, and the complainant's part with the tracking token.

A case has a version, sent as its ETag; a move names the one it was decided on in If-Match.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from service.complaints import operations, queries
from service.complaints.desk import case_view, followed
from service.complaints.desk import queries as queue
from service.complaints.desk.case_schemas import (
    CaseSchema,
    FollowedSchema,
    MomentSchema,
    MovedSchema,
    MoveSchema,
    QueueSchema,
    StepSchema,
    WantedSchema,
)
from service.complaints.desk.queries import Wanted
from service.complaints.intake.api import _Token
from service.core import guard
from service.core.runtime import Runtime

ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


class _IfMatch(Schema):
    if_match = fields.String(
        data_key="If-Match",
        load_default="",
        metadata={"description": "The ETag of the case as it was looked at"},
    )


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint("cases", __name__, url_prefix="/v1", description="Cases of a desk")
    for add in (_reading, _moving, _following):
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
    @blueprint.arguments(_IfMatch, location="headers")
    @blueprint.arguments(MoveSchema)
    @blueprint.response(201, MovedSchema, description="Where the case stands now")
    @blueprint.alt_response(404, description="There is no such case, or it is another desk's")
    @blueprint.alt_response(409, description="The state does not allow it")
    @blueprint.alt_response(412, description="Somebody changed the case meanwhile")
    @blueprint.alt_response(428, description="If-Match is missing")
    @guard.action("case.decide")
    def move(headers: Mapping[str, str], data: Mapping[str, Any], case_id: str) -> Any:
        """Move a case on."""
        version = _version(headers["if_match"])
        detail = {name: value for name, value in data.items() if name != "event"}
        with runtime.begin() as session:
            current = queries.case(session, guard.asker(), case_id).version
            _check_match(version, current)
            moved = operations.act(
                session,
                case_id,
                data["event"],
                asker=guard.asker(),
                version=version,
                now=runtime.clock(),
                detail=detail,
            )
        answer = tagged(MovedSchema().dump(moved), moved.version)
        answer.status_code = int(HTTPStatus.CREATED)
        return answer


def _following(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/complaints/<reference>/events", methods=["GET"])
    @blueprint.arguments(_Token, location="headers")
    @blueprint.response(200, FollowedSchema, description="The case as its complainant sees it")
    @blueprint.alt_response(404, description="There is no such case, or the token does not open it")
    @guard.action("complaint.track")
    def history(headers: Mapping[str, str], reference: str) -> Response:
        """Return what happened, what one can do, and who has seen one's data."""
        found = followed.follow(runtime, reference, headers["tracking_token"])
        document = FollowedSchema(exclude=["possible"]).dump(found)
        return tagged(document | {"possible": [e.name for e in found.possible]}, found.version)

    @blueprint.route("/complaints/<reference>/events", methods=["POST"])
    @blueprint.arguments(_Token, location="headers")
    @blueprint.arguments(_IfMatch, location="headers")
    @blueprint.arguments(StepSchema)
    @blueprint.response(201, MovedSchema, description="Where the case stands now")
    @blueprint.alt_response(404, description="There is no such case, or the token does not open it")
    @blueprint.alt_response(409, description="The state does not allow it")
    @blueprint.alt_response(412, description="The case was changed meanwhile")
    @guard.action("complaint.track")
    def step(
        headers: Mapping[str, str],
        matched: Mapping[str, str],
        data: Mapping[str, Any],
        reference: str,
    ) -> Any:
        """Answer, accept, dispute, confirm, withdraw, appeal or open again."""
        token, version = headers["tracking_token"], None
        with runtime.reading() as session:
            case, _ = followed.own(session, reference, token, now=runtime.clock())
            if matched["if_match"]:
                version = _version(matched["if_match"])
                _check_match(version, case.version)
        moved = followed.act(runtime, reference, token, followed.Step(version=version, **data))
        answer = tagged(MovedSchema().dump(moved), moved.version)
        answer.status_code = int(HTTPStatus.CREATED)
        return answer


def tagged(document: Mapping[str, Any], version: int) -> Response:
    """Return a document with its version as the ETag, kept by no cache."""
    answer = jsonify(document)
    answer.set_etag(str(version))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _version(header: str) -> int:
    if not header:
        what = "Send the ETag of the case in If-Match."
        abort(HTTPStatus.PRECONDITION_REQUIRED, description=what)
    found = ETAG.fullmatch(header.strip())
    return int(found[1]) if found else -1


def _check_match(version: int, current: int) -> None:
    if version != current:
        abort(HTTPStatus.PRECONDITION_FAILED, description="Somebody changed the case meanwhile.")
