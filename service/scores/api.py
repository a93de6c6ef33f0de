"""Scores by merchant key: bytes rendered once, copied here."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from service.core import guard
from service.core.errors import NotFound
from service.core.runtime import Runtime
from service.scores import queries, schemas

MAX_AGE_SECONDS = 300


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "scores", __name__, url_prefix="/v1", description="Trust scores of merchants"
    )

    @blueprint.route("/scores/<path:merchant_key>")
    @blueprint.response(200, schemas.ScoreSchema, description="The score with its reasons")
    @blueprint.alt_response(404, description="Nothing is recorded about this merchant")
    @guard.action("score.read")
    def score(merchant_key: str) -> Response:
        """Return the score of a merchant: what is known, how well, and from whom."""
        with runtime.reading() as session:
            answer = queries.rendered(session, merchant_key)
        if answer is None:
            raise NotFound(
                "nothing is recorded about this merchant, which says neither good nor bad",
                where=merchant_key,
            )
        return stored_response(answer.body, answer.etag, "application/json")

    return blueprint


def stored_response(body: bytes, etag: str, mimetype: str) -> Response:
    """Return stored bytes with their entity tag, or 304 when the asker has them."""
    response = Response(body, mimetype=mimetype)
    response.set_etag(etag)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_SECONDS
    response.make_conditional(request)
    return response
