"""What goes out of the evidence store."""

from marshmallow import Schema, fields


class EvidenceSchema(Schema):
    """One recorded fact: what, when true, when known, from whom, under which licence."""

    id = fields.String(required=True)
    merchant_key = fields.String(required=True, data_key="merchant")
    kind = fields.String(required=True)
    payload = fields.Dict(keys=fields.String(), required=True)
    true_at = fields.DateTime(required=True)
    known_at = fields.DateTime(required=True)
    source = fields.String(required=True)
    source_url = fields.String(required=True, allow_none=True)
    licence = fields.String(required=True, allow_none=True)
    content_hash = fields.String(required=True)
