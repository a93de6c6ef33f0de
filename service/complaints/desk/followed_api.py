"""The complainant's part by API, with the tracking token: see, move, agree, join others, take back."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response

from service.complaints.clusters import operations as clusters
from service.complaints.clusters import queries as cluster_queries
from service.complaints.clusters.queries import Question
from service.complaints.desk import followed
from service.complaints.desk.case_schemas import (
    CaseConsentsSchema,
    CouncilAgreementSchema,
    FollowedSchema,
    MatterAnswerSchema,
    MatterSchema,
    MovedSchema,
    StepSchema,
)
from service.complaints.intake import tracking
from service.complaints.requests import NO_CASE, MatchHeader, TokenHeader, matched, tagged
from service.core import access, guard
from service.core.errors import Conflict
from service.core.runtime import Runtime


def add_routes(blueprint: Any, runtime: Runtime) -> None:
    """Add the routes of this file."""
    for add in (_moving, _agreeing, _joining):
        add(blueprint, runtime)


def _moving(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/complaints/<reference>/events", methods=["GET"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.response(200, FollowedSchema, description="The case as its complainant sees it")
    @blueprint.alt_response(404, description=NO_CASE)
    @guard.action("complaint.track")
    def history(headers: Mapping[str, str], reference: str) -> Response:
        """Return what happened, what one can do, and who has seen one's data."""
        found = followed.follow(runtime, reference, headers["tracking_token"])
        document = FollowedSchema(exclude=["possible"]).dump(found)
        return tagged(document | {"possible": [e.name for e in found.possible]}, found.version)

    @blueprint.route("/complaints/<reference>/events", methods=["POST"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.arguments(MatchHeader, location="headers")
    @blueprint.arguments(StepSchema)
    @blueprint.response(201, MovedSchema, description="Where the case stands now")
    @blueprint.alt_response(404, description=NO_CASE)
    @blueprint.alt_response(409, description="The state does not allow it")
    @blueprint.alt_response(412, description="The case was changed meanwhile")
    @guard.action("complaint.track")
    def step(
        headers: Mapping[str, str],
        match: Mapping[str, str],
        data: Mapping[str, Any],
        reference: str,
    ) -> Response:
        """Answer, accept, dispute, confirm, withdraw, appeal or open again."""
        token, version = headers["tracking_token"], None
        with runtime.reading() as session:
            case, _ = followed.own(session, reference, token, now=runtime.clock())
            if match["if_match"]:
                version = matched(match["if_match"], case.version)
        moved = followed.act(runtime, reference, token, followed.Step(version=version, **data))
        return tagged(MovedSchema().dump(moved), moved.version, HTTPStatus.CREATED)


def _agreeing(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/complaints/<reference>/consents", methods=["GET"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.response(
        200, CaseConsentsSchema, description="What was agreed to, and what is asked"
    )
    @blueprint.alt_response(404, description=NO_CASE)
    @guard.action("complaint.track")
    def consents(headers: Mapping[str, str], reference: str) -> dict[str, Any]:
        """Return the consents of a case, and the councils that may have it if one agrees."""
        found = followed.follow(runtime, reference, headers["tracking_token"])
        return {"consents": found.consents, "questions": found.questions}

    @blueprint.route("/complaints/<reference>/consents", methods=["POST"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.arguments(CouncilAgreementSchema)
    @blueprint.response(204, description="The desk may hand the case to that council")
    @blueprint.alt_response(404, description=NO_CASE)
    @blueprint.alt_response(422, description="Nobody asked about that council, or about a field")
    @guard.action("complaint.track")
    def agree(headers: Mapping[str, str], data: Mapping[str, Any], reference: str) -> None:
        """Let a council that the desk asked about have the case."""
        followed.agree(runtime, reference, headers["tracking_token"], **data)


def _joining(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/complaints/<reference>/matter", methods=["GET"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.response(200, MatterSchema, description="How one stands to the common matter")
    @blueprint.alt_response(404, description=NO_CASE)
    @blueprint.alt_response(409, description="Nobody asked this case to join a matter")
    @guard.action("complaint.track")
    def matter(headers: Mapping[str, str], reference: str) -> Question:
        """Return whether one is asked to join others, and how many have joined."""
        token, now = headers["tracking_token"], runtime.clock()
        with runtime.reading() as session:
            found = cluster_queries.question(session, reference, token, now=now)
        if found is None:
            raise Conflict("nobody asked this case to join a matter", where=reference)
        return found

    @blueprint.route("/complaints/<reference>/matter", methods=["POST"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.arguments(MatterAnswerSchema)
    @blueprint.response(204, description="The answer is kept; it can be changed at any time")
    @blueprint.alt_response(404, description=NO_CASE)
    @blueprint.alt_response(409, description="Nobody asked, or it was answered so already")
    @guard.action("complaint.track")
    def join(headers: Mapping[str, str], data: Mapping[str, str], reference: str) -> None:
        """Join, decline, or leave again."""
        now = runtime.clock()
        with runtime.begin() as session:
            case_id = tracking.find(session, reference, headers["tracking_token"], now=now).id
            asker = access.complainant(case_id)
            clusters.answer(session, case_id, data["answer"], asker=asker, now=now)
