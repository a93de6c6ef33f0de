"""What the API takes and gives about cases; nothing here is personal data but one's own texts."""

from marshmallow import Schema, fields, validate

from service.complaints.clusters import operations as clusters
from service.complaints.course import machine
from service.complaints.desk import queries as queue
from service.complaints.desk.correspondence import LONGEST
from service.complaints.intake.fields import CATEGORIES
from service.complaints.intake.schemas import TrackedSchema
from service.complaints.intake.values import CURRENCIES, Amount
from service.complaints.operations import TOLD_BY
from service.complaints.requests import StrictSchema

EVENT = validate.OneOf(tuple(machine.load().events))


class WantedSchema(Schema):
    """Which part of the queue."""

    box = fields.String(load_default="waiting", validate=validate.OneOf(queue.BOXES))
    order = fields.String(load_default="due", validate=validate.OneOf(queue.ORDERS))
    state = fields.String(validate=validate.OneOf(tuple(machine.load().states)))
    category = fields.String(validate=validate.OneOf(tuple(CATEGORIES)))
    reference = fields.String(
        validate=validate.Length(max=40), metadata={"description": "How the reference begins"}
    )
    after = fields.String(
        validate=validate.Length(max=queue.LONGEST_CURSOR),
        metadata={"description": "The `next` of the page before"},
    )


class LineSchema(Schema):
    """One case in the queue."""

    id = fields.String()
    reference = fields.String()
    state = fields.String()
    category = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    merchant_key = fields.String(allow_none=True)
    amount = fields.String(allow_none=True)
    currency = fields.String(allow_none=True)
    received_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    due_on = fields.Date(
        allow_none=True, metadata={"description": "Last day of the party who must act, where it is"}
    )
    waiting = fields.String(allow_none=True, metadata={"description": "Who must act"})
    overdue = fields.Boolean()
    version = fields.Integer()


class QueueSchema(Schema):
    """A page of the queue."""

    cases = fields.List(fields.Nested(LineSchema))
    next = fields.String(allow_none=True)


class CaseSchema(Schema):
    """A case without personal data."""

    id = fields.String()
    reference = fields.String()
    state = fields.String()
    programme = fields.String()
    source = fields.String()
    merchant_key = fields.String(allow_none=True)
    facts = fields.Dict()
    received_at = fields.DateTime()
    submitted_at = fields.DateTime(allow_none=True)
    told_at = fields.DateTime(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    due_on = fields.Date(allow_none=True)
    outcome = fields.String(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    version = fields.Integer()
    possible = fields.List(fields.String())


class MomentSchema(Schema):
    """One line of a history."""

    at = fields.DateTime()
    kind = fields.String(
        metadata={"description": "Who: person, complainant, key, caveat (the clock)"}
    )
    event = fields.String()
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)
    texts = fields.List(fields.String(), metadata={"description": "Sealed fields that go with it"})


class _Move(StrictSchema):
    event = fields.String(required=True, validate=EVENT)
    amount = Amount()
    currency = fields.String(validate=validate.OneOf(CURRENCIES))
    sure = fields.Boolean(
        metadata={"description": "The amount is more than was claimed, and right"}
    )


class MoveSchema(_Move):
    """A move of the desk's, or one that it enters on the complainant's word."""

    cause = fields.String(validate=validate.Length(max=40))
    told_by = fields.String(validate=validate.OneOf(TOLD_BY))


class StepSchema(_Move):
    """A move of the complainant's; `text` is sealed."""

    amount = Amount(load_default="")
    currency = fields.String(load_default="", validate=validate.OneOf(("", *CURRENCIES)))
    text = fields.String(load_default="", validate=validate.Length(max=LONGEST))


class MovedSchema(Schema):
    """Where a case stands after a move."""

    state = fields.String()
    version = fields.Integer()
    due_at = fields.DateTime(allow_none=True)


class LookSchema(Schema):
    """One look at personal fields by somebody else; people are not named."""

    at = fields.DateTime()
    role = fields.String()
    purpose = fields.String()
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")


class FollowedSchema(Schema):
    """A case as its complainant sees it."""

    case = fields.Nested(TrackedSchema)
    version = fields.Integer()
    waiting = fields.String(allow_none=True)
    due_on = fields.Date(allow_none=True)
    possible = fields.List(fields.String())
    moments = fields.List(fields.Nested(MomentSchema))
    texts = fields.Dict(keys=fields.String(), values=fields.String())
    looks = fields.List(fields.Nested(LookSchema))


class CaseConsentSchema(Schema):
    """What may be shown to one recipient in one country, until it is taken back."""

    id = fields.String()
    recipient = fields.String()
    country = fields.String()
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")
    given_at = fields.DateTime()
    revoked_at = fields.DateTime(allow_none=True)


class HandoverQuestionSchema(Schema):
    """A council that the desk would hand the case to; `needed` fields always go."""

    council_id = fields.String()
    council = fields.String()
    country = fields.String()
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")
    needed = fields.List(fields.String())


class CaseConsentsSchema(Schema):
    """What was agreed to, and what is asked."""

    consents = fields.List(fields.Nested(CaseConsentSchema))
    questions = fields.List(fields.Nested(HandoverQuestionSchema))


class CouncilAgreementSchema(StrictSchema):
    """The answer to one question: which fields the council may have, all of them when none are named."""

    council_id = fields.String(required=True)
    fields_ = fields.List(
        fields.String(), attribute="fields", data_key="fields", load_default=None, allow_none=True
    )


class MatterSchema(Schema):
    """Cases that the desk handles as one matter: how many others joined, how one stands, what can be answered."""

    reference = fields.String()
    category = fields.String()
    state = fields.String()
    others = fields.Integer()
    possible = fields.List(fields.String())


class MatterAnswerSchema(StrictSchema):
    """Whether one joins others with the same matter."""

    answer = fields.String(required=True, validate=validate.OneOf(clusters.ANSWERED))
