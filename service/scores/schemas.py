"""What a score answer holds; documentation and contract, the bytes are rendered in rendering.py."""

from marshmallow import Schema, fields, validate

from scoring.aspect import ASPECTS


class ReasonSchema(Schema):
    """One coded, sourced line; the points of all lines sum to the score."""

    code = fields.String(required=True)
    family = fields.String(required=True)
    points = fields.Float(required=True)
    numbers = fields.Dict(keys=fields.String(), required=True)
    evidence = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Ids of the facts: /v1/evidence/{id}, or /evidence/{id} to read"},
    )
    latest = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "When the newest of the evidence became known"},
    )


class PointSchema(Schema):
    """The score as it was known at an earlier moment."""

    as_of = fields.DateTime(required=True)
    score = fields.Float(required=True, allow_none=True)


class BasisSchema(Schema):
    """How much evidence the score stands on."""

    reviews = fields.Integer(required=True)
    complaints = fields.Integer(required=True)
    disclosures = fields.Integer(required=True)
    blocks = fields.Integer(required=True)


class AspectSchema(Schema):
    """One side of a purchase, from what was said about it alone; null where too little is known."""

    aspect = fields.String(required=True, validate=validate.OneOf(ASPECTS))
    score = fields.Float(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    reviews = fields.Integer(required=True)
    complaints = fields.Integer(required=True)
    deliveries = fields.Integer(required=True)


class ImprovementSchema(Schema):
    """What the merchant can honestly do, and the points it would gain by it."""

    code = fields.String(required=True)
    points = fields.Float(required=True)
    numbers = fields.Dict(keys=fields.String(), required=True)
    evidence = fields.List(fields.String(), required=True)


class MarketSchema(Schema):
    """What the score takes from the market besides the merchant's own evidence, to compute it again."""

    usual = fields.Dict(keys=fields.String(), required=True)
    doubted = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        required=True,
        metadata={"description": "Reviews that count less, by their id, with what is left of each"},
    )
    predecessors = fields.List(fields.String(), required=True)


class ScoreSchema(Schema):
    """A merchant's score; `score`, `grade` and `interval` are null when it is not rated."""

    merchant = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    platform = fields.String(required=True)
    version = fields.String(required=True)
    digest = fields.String(required=True)
    as_of = fields.DateTime(required=True)
    score = fields.Float(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    interval = fields.List(fields.Float(), required=True, allow_none=True)
    confidence = fields.Float(required=True)
    risk = fields.Float(required=True, allow_none=True)
    warning = fields.Boolean(required=True)
    basis = fields.Nested(BasisSchema, required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    aspects = fields.List(fields.Nested(AspectSchema), required=True)
    improvements = fields.List(fields.Nested(ImprovementSchema), required=True)
    history = fields.List(fields.Nested(PointSchema), required=True)
    market = fields.Nested(MarketSchema, required=True)
