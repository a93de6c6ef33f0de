"""What a verdict holds."""

from marshmallow import Schema, fields


class IdentitySchema(Schema):
    """What the address alone says."""

    url = fields.String(required=True)
    platform = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    item_id = fields.String(required=True, allow_none=True)
    seller_id = fields.String(required=True, allow_none=True)
    merchant_key = fields.String(required=True, allow_none=True)
    canonical_url = fields.String(required=True, allow_none=True)


class ListingSchema(Schema):
    """The listing and the official notices that match it, most certain first."""

    key = fields.String(required=True, allow_none=True)
    notices = fields.List(fields.Dict(), required=True)


class MerchantSchema(Schema):
    """Who sells it; `observed` is url, page or the moment of the observation, null when not observed."""

    key = fields.String(required=True, allow_none=True)
    observed = fields.String(required=True, allow_none=True)
    score = fields.Dict(required=True, allow_none=True)


class VerdictSchema(Schema):
    """Listing and merchant, apart: a notice about a product says nothing about who sells it."""

    url = fields.String(required=True)
    identity = fields.Nested(IdentitySchema, required=True)
    listing = fields.Nested(ListingSchema, required=True)
    merchant = fields.Nested(MerchantSchema, required=True)
