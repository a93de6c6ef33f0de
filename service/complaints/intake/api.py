"""Filing and following a complaint; the same schema stands behind the console and the extension."""

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from service.complaints.intake import filing as intake
from service.complaints.intake import inquiries, json_schema, tracking
from service.complaints.intake import queries as intake_queries
from service.complaints.intake.fields import CATEGORIES, DOORS, SHOPPER
from service.complaints.intake.schemas import (
    AskedSchema,
    CodeSchema,
    ComplaintSchema,
    ConfirmedSchema,
    EntryReceiptSchema,
    EntrySchema,
    InquirySchema,
    ReceiptSchema,
    TrackedSchema,
)
from service.complaints.requests import NO_CASE, IdempotencyHeader, TokenHeader
from service.core import guard
from service.core.errors import NotFound
from service.core.runtime import Runtime

EXTENSION = "chrome-extension://", "moz-extension://"


class _Door(Schema):
    door = fields.String(load_default=SHOPPER, validate=validate.OneOf(DOORS))


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "complaints", __name__, url_prefix="/v1", description="Complaints of shoppers"
    )
    for add in (_schemas, _filing, _following, _entering, _asking):
        add(blueprint, runtime)
    return blueprint


def _schemas(blueprint: Any, _runtime: Runtime) -> None:
    @blueprint.route("/complaints/schema", methods=["GET"])
    @blueprint.arguments(_Door, location="query")
    @blueprint.response(200, description="JSON Schema (2020-12) of a complaint of any category")
    @guard.action("site.read")
    def schema(query: Mapping[str, str]) -> Response:
        """Return what a complaint may hold, by category."""
        return _json_schema(json_schema.of_complaint(query["door"]))

    @blueprint.route("/complaints/schema/<category>", methods=["GET"])
    @blueprint.arguments(_Door, location="query")
    @blueprint.response(200, description="JSON Schema (2020-12) of one category")
    @blueprint.alt_response(404, description="There is no such category")
    @guard.action("site.read")
    def schema_of_category(query: Mapping[str, str], category: str) -> Response:
        """Return what a complaint of one category may hold."""
        if category not in CATEGORIES:
            raise NotFound("there is no such category", where=category)
        return _json_schema(json_schema.of_category(category, query["door"]))


def _filing(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/complaints", methods=["POST"])
    @blueprint.arguments(IdempotencyHeader, location="headers")
    @blueprint.arguments(ComplaintSchema)
    @blueprint.response(
        201, ReceiptSchema, description="The case was opened, or had been by the same request"
    )
    @blueprint.alt_response(409, description="The key was used for another complaint")
    @blueprint.alt_response(422, description="Fields are missing or wrong; each is named")
    @blueprint.alt_response(429, description="Too many complaints from here, or to this address")
    @guard.action("complaint.file")
    def complaint(headers: Mapping[str, str], data: Mapping[str, Any]) -> dict[str, Any]:
        """Open a case that waits for its contact to be proven; a code goes to the e-mail address."""
        receipt = intake.submit(
            runtime,
            data,
            source="extension" if _from_extension() else "api",
            idempotency_key=headers["idempotency_key"],
            asker=guard.asker(),
            visit=guard.visit(),
        )
        return asdict(receipt) | _tracking(runtime, receipt.reference, str(receipt.token))


def _following(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/complaints/<reference>", methods=["GET"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.response(200, TrackedSchema, description="How the case stands")
    @blueprint.alt_response(404, description=NO_CASE)
    @guard.action("complaint.track")
    def follow(headers: Mapping[str, str], reference: str) -> intake_queries.Tracked:
        """Return how a case stands and what it still lacks."""
        token = headers["tracking_token"]
        with runtime.reading() as session:
            return intake_queries.tracked(session, reference, token, now=runtime.clock())

    @blueprint.route("/complaints/<reference>/contact", methods=["POST"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.arguments(CodeSchema)
    @blueprint.response(200, ConfirmedSchema, description="The complaint is with the desk")
    @blueprint.alt_response(404, description=NO_CASE)
    @blueprint.alt_response(422, description="The code is wrong or too old")
    @blueprint.alt_response(429, description="Too many tries")
    @guard.action("complaint.track")
    def contact(
        headers: Mapping[str, str], data: Mapping[str, str], reference: str
    ) -> dict[str, Any]:
        """Prove the contact by the code that was sent to it."""
        done = intake.confirm(
            runtime,
            reference=reference,
            token=headers["tracking_token"],
            code=data["code"],
            visit=guard.visit(),
        )
        return asdict(done) | _tracking(runtime, done.reference, done.token)

    @blueprint.route("/complaints/<reference>/contact/code", methods=["POST"])
    @blueprint.arguments(TokenHeader, location="headers")
    @blueprint.response(202, description="Another code is on its way")
    @blueprint.alt_response(404, description=NO_CASE)
    @blueprint.alt_response(409, description="The contact is proven already")
    @blueprint.alt_response(429, description="Too many letters")
    @guard.action("complaint.track")
    def another_code(headers: Mapping[str, str], reference: str) -> None:
        """Send another code to the same address."""
        intake.send_again(runtime, reference=reference, token=headers["tracking_token"])


def _entering(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/cases", methods=["POST"])
    @blueprint.arguments(IdempotencyHeader, location="headers")
    @blueprint.arguments(EntrySchema)
    @blueprint.response(201, EntryReceiptSchema, description="The case was opened")
    @blueprint.alt_response(409, description="The key was used for another complaint")
    @blueprint.alt_response(422, description="Fields are missing or wrong; each is named")
    @guard.action("case.enter")
    def entry(headers: Mapping[str, str], data: Mapping[str, Any]) -> intake.Receipt:
        """Enter what somebody told by telephone, at the counter or by letter."""
        with runtime.begin() as session:
            return intake.enter(
                session,
                runtime.vault,
                data["complaint"],
                told=intake.Told(data["source"], data["proof"]),
                idempotency_key=headers["idempotency_key"],
                asker=guard.asker(),
                now=runtime.clock(),
            )


def _asking(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/inquiries", methods=["POST"])
    @blueprint.arguments(IdempotencyHeader, location="headers")
    @blueprint.arguments(InquirySchema)
    @blueprint.response(201, AskedSchema, description="The desk answers by e-mail")
    @blueprint.alt_response(429, description="Too many questions from here")
    @guard.action("inquiry.ask")
    def ask(headers: Mapping[str, str], data: Mapping[str, Any]) -> inquiries.Asked:
        """Ask the desk a question; it can be turned into a complaint later."""
        return inquiries.ask(
            runtime,
            data,
            source="api",
            idempotency_key=headers["idempotency_key"],
            asker=guard.asker(),
            visit=guard.visit(),
        )


def _tracking(runtime: Runtime, reference: str, token: str) -> dict[str, Any]:
    link = tracking.link(runtime.settings.origin, reference, token)
    return {"tracking": {"token": token, "link": link}}


def _json_schema(document: Mapping[str, Any]) -> Response:
    answer = jsonify(document)
    answer.status_code = HTTPStatus.OK
    answer.mimetype = "application/schema+json"
    return answer


def _from_extension() -> bool:
    """Tell the extension's own page by its origin; Firefox may leave that out, which costs nothing."""
    return request.headers.get("Origin", "").startswith(EXTENSION)
