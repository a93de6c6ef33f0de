"""Desks that take complaints, and which of them fit a situation; nothing personal comes in."""

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from service.complaints.channels import queries, router
from service.complaints.channels.schemas import (
    ChannelsSchema,
    FilterSchema,
    RouteSchema,
    SituationSchema,
)
from service.core import guard
from service.core.runtime import Runtime


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "channels", __name__, url_prefix="/v1/channels", description="Desks that take complaints"
    )

    @blueprint.route("", methods=["GET"])
    @blueprint.arguments(FilterSchema, location="query")
    @blueprint.response(200, ChannelsSchema)
    @guard.action("channel.read")
    def channels(wanted: Mapping[str, Any]) -> dict[str, Any]:
        """List desks with conditions, clocks, conflicts and sources; closed ones when asked for."""
        return {"channels": queries.channels(**wanted)}

    @blueprint.route("/route", methods=["POST"])
    @blueprint.arguments(SituationSchema)
    @blueprint.response(200, RouteSchema)
    @blueprint.alt_response(422, description="A word, date or amount is wrong; each is named")
    @guard.action("channel.read")
    def route(asked: Mapping[str, Any]) -> dict[str, Any]:
        """Say where a complaint can go: best protection first, with deadlines and conflicts."""
        as_of = asked["as_of"] or runtime.clock().date()
        options = router.route(asked["situation"], as_of)
        clocks = [{"channel": name, "due": due} for name, due in router.by_loss(options)]
        return {"as_of": as_of, "options": options, "clocks": clocks}

    return blueprint
