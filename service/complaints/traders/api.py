"""The merchant's desk for programs: the same cases, moves, messages and files, by an API key's scopes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from service.complaints import queries
from service.complaints.course import machine
from service.complaints.desk.case_schemas import MovedSchema
from service.complaints.desk.correspondence import LONGEST
from service.complaints.files.api import FileSchema
from service.complaints.files.console import as_attachment
from service.complaints.files.operations import FileView
from service.complaints.intake.values import CURRENCIES, Amount
from service.complaints.requests import KindQuery, StrictSchema, sent_file
from service.complaints.traders import desk as trader_desk
from service.core import bodies, guard, media
from service.core.runtime import Runtime

MOVES = tuple(
    name for name, event in machine.load().events.items() if event.actor == machine.TRADER
)
_AWAY = "The case is not with the merchant, or somebody was faster"


class TraderQuerySchema(Schema):
    """Which cases to list."""

    state = fields.String(
        load_default=None,
        validate=validate.OneOf((queries.OPEN, queries.CLOSED, *machine.load().states)),
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    offset = fields.Integer(load_default=0, validate=validate.Range(min=0))


class TraderCaseSchema(Schema):
    """A case without personal data."""

    id = fields.String()
    reference = fields.String()
    state = fields.String()
    waiting = fields.String(allow_none=True, metadata={"description": "Who must act"})
    due_on = fields.Date(allow_none=True, metadata={"description": "The last day of who must act"})
    merchant_key = fields.String(allow_none=True)
    facts = fields.Dict()
    told_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)
    outcome = fields.String(allow_none=True)
    version = fields.Integer(metadata={"description": "Goes with the next move"})
    here = fields.Boolean(metadata={"description": "Whether it is with the merchant now"})


class TraderCasesSchema(Schema):
    """A page of cases."""

    total = fields.Integer()
    cases = fields.List(fields.Nested(TraderCaseSchema))


class TraderLineSchema(Schema):
    """One line of a history; `text` names the sealed field with the words."""

    at = fields.DateTime()
    by = fields.String()
    event = fields.String()
    text = fields.String(allow_none=True)


class TraderAmountSchema(Schema):
    """An amount that somebody stated."""

    kind = fields.String()
    amount = fields.Decimal(as_string=True)
    currency = fields.String()
    at = fields.DateTime()


class TraderWholeSchema(Schema):
    """One case with what happened and what can be done."""

    case = fields.Nested(TraderCaseSchema)
    lines = fields.List(fields.Nested(TraderLineSchema))
    amounts = fields.List(fields.Nested(TraderAmountSchema))
    files = fields.List(fields.Nested(FileSchema))
    possible = fields.List(fields.String())


class TraderTextsSchema(Schema):
    """Sealed fields by name, as far as they may be seen now."""

    texts = fields.Dict(keys=fields.String(), values=fields.String())


class TraderMoveSchema(StrictSchema):
    """A move of the merchant's."""

    event = fields.String(required=True, validate=validate.OneOf(MOVES))
    version = fields.Integer(required=True)
    text = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    amount = Amount()
    currency = fields.String(load_default="", validate=validate.OneOf(("", *CURRENCIES)))
    sure = fields.Boolean(
        metadata={"description": "The amount is more than was claimed, and right"}
    )


class TraderMessageSchema(StrictSchema):
    """What to tell the complainant."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST))


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "trader_cases",
        __name__,
        url_prefix="/v1/trader",
        description="Cases against the merchant that a key belongs to",
    )
    for add in (_reading, _answering, _files):
        add(blueprint, runtime)
    return blueprint


def _reading(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/cases", methods=["GET"])
    @blueprint.arguments(TraderQuerySchema, location="query")
    @blueprint.response(200, TraderCasesSchema)
    @guard.action("trader.cases")
    def cases(wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return the cases, those that wait for the merchant first."""
        with runtime.reading() as session:
            found = trader_desk.cases(session, guard.asker(), **wanted)
            total = trader_desk.count(session, guard.asker(), state=wanted["state"])
        return {"total": total, "cases": found}

    @blueprint.route("/cases/<case_id>", methods=["GET"])
    @blueprint.response(200, TraderWholeSchema)
    @blueprint.alt_response(404, description="There is none that one may see")
    @guard.action("trader.cases")
    def case(case_id: str) -> dict[str, Any]:
        """Return a case without personal data, its history and what can be done."""
        with runtime.reading() as session:
            found = trader_desk.whole(session, case_id, asker=guard.asker(), now=runtime.clock())
        shown = {name: getattr(found, name) for name in ("case", "lines", "amounts", "files")}
        return shown | {"possible": [event.name for event in found.possible]}

    @blueprint.route("/cases/<case_id>/texts", methods=["POST"])
    @blueprint.response(200, TraderTextsSchema, description="Empty while nothing may be seen")
    @blueprint.alt_response(404, description="There is none that one may see")
    @guard.action("case.reveal_trader")
    def texts(case_id: str) -> dict[str, Any]:
        """Return what the complainant lets the merchant see, to conciliate; the look is recorded."""
        return {"texts": trader_desk.opened(runtime, case_id, asker=guard.asker())}


def _answering(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/cases/<case_id>/moves", methods=["POST"])
    @blueprint.arguments(TraderMoveSchema)
    @blueprint.response(200, MovedSchema)
    @blueprint.alt_response(404, description="There is none that one may see")
    @blueprint.alt_response(409, description=_AWAY)
    @blueprint.alt_response(422, description="Words or an amount are missing or wrong")
    @guard.action("case.respond")
    def move(data: Mapping[str, Any], case_id: str) -> dict[str, Any]:
        """Acknowledge, ask, upload a result, say that it was paid."""
        given = trader_desk.Answer(**data)
        return asdict(trader_desk.answer(runtime, case_id, given, asker=guard.asker()))

    @blueprint.route("/cases/<case_id>/messages", methods=["POST"])
    @blueprint.arguments(TraderMessageSchema)
    @blueprint.response(204, description="The complainant gets a letter that there is a message")
    @blueprint.alt_response(409, description=_AWAY)
    @guard.action("case.respond")
    def message(data: Mapping[str, str], case_id: str) -> None:
        """Write to the complainant."""
        trader_desk.write(runtime, case_id, data["text"], asker=guard.asker())


def _files(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/cases/<case_id>/files", methods=["POST"])
    @blueprint.arguments(KindQuery, location="query")
    @blueprint.response(201, FileSchema, description="The file is sealed in the case")
    @blueprint.alt_response(409, description=_AWAY)
    @blueprint.alt_response(422, description="The file is not taken; the answer says why")
    @bodies.takes_file(media.rules().file_bytes)
    @guard.action("case.respond")
    def attach(query: Mapping[str, str], case_id: str) -> FileView:
        """Add a file: its bytes are the body, its name stands in Content-Disposition."""
        upload = sent_file(query["kind"])
        return trader_desk.attach(runtime, case_id, upload, asker=guard.asker())

    @blueprint.route("/cases/<case_id>/files/<file_id>/copy", methods=["POST"])
    @blueprint.response(200, description="The file without metadata; the look is recorded")
    @blueprint.alt_response(403, description="The complainant does not share the file")
    @blueprint.alt_response(404, description="There is none that one may see")
    @guard.action("case.reveal_trader")
    def copy(case_id: str, file_id: str) -> Response:
        """Return a file that the complainant shares."""
        return as_attachment(trader_desk.open_copy(runtime, case_id, file_id, asker=guard.asker()))
