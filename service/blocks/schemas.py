"""What comes in and goes out of the API of block orders."""

from marshmallow import Schema, fields, validate

from service.blocks import states, values
from service.blocks.queries import FEED_LIMIT

_COUNTRY = validate.Regexp(r"[A-Z]{2}\Z", error="is no two-letter code of a country.")
_PLATFORM = validate.Length(min=1, max=40)
_ITEM = validate.Length(min=1, max=120)


class NewBlockOrderSchema(Schema):
    """A listing to be blocked."""

    notice_id = fields.String(required=True, validate=validate.Length(max=120))
    platform = fields.String(required=True, validate=_PLATFORM)
    item_id = fields.String(required=True, validate=_ITEM)
    country = fields.String(required=True, validate=_COUNTRY)
    reason = fields.String(required=True, validate=validate.OneOf(values.reasons()))
    legal_basis = fields.String(required=True, validate=validate.Length(min=1, max=2000))
    severity = fields.Integer(load_default=2, validate=validate.OneOf(values.SEVERITIES))
    found_by = fields.String(
        load_default=values.AUTHORITY,
        validate=validate.OneOf(values.FOUND_BY),
        metadata={"description": "monitoring: the platform could find it in public notices"},
    )
    days = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"description": "Working days until the deadline, where not the usual ones"},
    )


class BlockOrderSchema(Schema):
    """A block order."""

    id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(values.states())))
    tombstone = fields.Boolean(
        required=True, metadata={"description": "The order no longer stands: undo the block"}
    )
    cursor = fields.Integer(required=True)
    regulator = fields.String(required=True)
    platform = fields.String(required=True)
    item_id = fields.String(required=True)
    listing_url = fields.String(allow_none=True)
    country = fields.String(required=True)
    notice_id = fields.String(required=True)
    hazards = fields.List(fields.String(), required=True)
    reason = fields.String(required=True)
    legal_basis = fields.String(required=True)
    severity = fields.Integer(required=True)
    found_by = fields.String(required=True)
    issued_at = fields.String(required=True)
    deadline = fields.String(required=True)
    listing_state = fields.String(required=True, validate=validate.OneOf(states.STATES))


class BlockEventSchema(Schema):
    """A state that an order had."""

    id = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    state = fields.String(required=True)
    detail = fields.Dict(required=True)


class ListingCheckSchema(Schema):
    """One look at a listing."""

    at = fields.AwareDateTime(required=True)
    source = fields.String(required=True)
    result = fields.String(required=True)
    locale = fields.String(required=True)
    evidence = fields.String(allow_none=True)


class BlockOrderDetailSchema(BlockOrderSchema):
    """A block order with all its states and the looks at its listing."""

    events = fields.List(fields.Nested(BlockEventSchema), required=True)
    checks = fields.List(fields.Nested(ListingCheckSchema), required=True)


class BlockOrderQuerySchema(Schema):
    """Which orders."""

    state = fields.String(load_default=None, validate=validate.OneOf(tuple(values.states())))
    platform = fields.String(load_default=None, validate=_PLATFORM)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=FEED_LIMIT))
    offset = fields.Integer(load_default=0, validate=validate.Range(min=0, max=1_000_000))


class BlockOrdersSchema(Schema):
    """A page of orders."""

    total = fields.Integer(required=True)
    orders = fields.List(fields.Nested(BlockOrderSchema), required=True)


class BlockFeedQuerySchema(Schema):
    """Where to go on."""

    cursor = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=2**53),
        metadata={"description": "The cursor of the answer before: says that all of it arrived"},
    )
    limit = fields.Integer(load_default=FEED_LIMIT, validate=validate.Range(min=1, max=FEED_LIMIT))


class BlockFeedSchema(Schema):
    """Orders that changed, each once at its newest state."""

    cursor = fields.Integer(required=True)
    more = fields.Boolean(required=True)
    orders = fields.List(fields.Nested(BlockOrderSchema), required=True)


class BlockMoveSchema(Schema):
    """The state an order is to have, and why."""

    state = fields.String(required=True, validate=validate.OneOf(tuple(values.states())))
    reason = fields.String(load_default="", validate=validate.Length(max=2000))


class NewListingCheckSchema(Schema):
    """What a person saw of a listing; nothing about the person."""

    platform = fields.String(required=True, validate=_PLATFORM)
    item_id = fields.String(required=True, validate=_ITEM)
    result = fields.String(required=True, validate=validate.OneOf(states.RESULTS))
    locale = fields.String(required=True, validate=validate.Length(max=20))
    at = fields.AwareDateTime(load_default=None, allow_none=True)


class ListingStateSchema(Schema):
    """What is known of a listing."""

    listing_state = fields.String(required=True, validate=validate.OneOf(states.STATES))


class SightingSchema(Schema):
    """That a listing was seen for sale. The hour is that of the arrival; nothing else is taken."""

    platform = fields.String(required=True, validate=_PLATFORM)
    item_id = fields.String(required=True, validate=_ITEM)
    locale = fields.String(required=True, validate=validate.Length(max=20))


class SeenListingSchema(Schema):
    """A listing that may be a blocked product come back."""

    platform = fields.String(required=True, validate=_PLATFORM)
    item_id = fields.String(required=True, validate=_ITEM)
    title = fields.String(load_default="", validate=validate.Length(max=500))
    brand = fields.String(load_default="", validate=validate.Length(max=200))
    model = fields.String(load_default="", validate=validate.Length(max=200))
    gtin = fields.String(load_default="", validate=validate.Length(max=60))
    merchant_key = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=200)
    )


class QueuedSchema(Schema):
    """How many candidates were queued for review by a person."""

    queued = fields.Integer(required=True)


class WebhookSchema(Schema):
    """Where signed notifications go; empty: nowhere."""

    url = fields.String(required=True, validate=validate.Length(max=500))


class ReplaySchema(Schema):
    """After which place of the feed to send again."""

    since = fields.Integer(required=True, validate=validate.Range(min=0, max=2**53))


class ReplayedSchema(Schema):
    """How many notifications go out again."""

    sent = fields.Integer(required=True)


class BlockListUploadSchema(Schema):
    """A list as text, or as base64 for a workbook."""

    series = fields.String(required=True, validate=validate.Length(max=40))
    title = fields.String(required=True, validate=validate.Length(max=200))
    country = fields.String(required=True, validate=_COUNTRY)
    file = fields.String(required=True, validate=validate.Length(min=1, max=200))
    text = fields.String(load_default=None, allow_none=True)
    base64 = fields.String(load_default=None, allow_none=True)
    dry_run = fields.Boolean(load_default=True)


class BlockListErrorSchema(Schema):
    """What is wrong with one cell."""

    row = fields.Integer(required=True)
    field = fields.String(required=True)
    what = fields.String(required=True)


class BlockListChangeSchema(Schema):
    """What the new edition does to one row."""

    change = fields.String(required=True)
    ref = fields.String(required=True)
    product = fields.String(required=True)
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")


class BlockListPreviewSchema(Schema):
    """What an upload does; `list_id` once it is kept as a draft."""

    rows = fields.Integer(required=True)
    errors = fields.List(fields.Nested(BlockListErrorSchema), required=True)
    difference = fields.List(fields.Nested(BlockListChangeSchema), required=True)
    list_id = fields.String(allow_none=True)


class AgreementSchema(Schema):
    """An agreement with a platform."""

    platform = fields.String(required=True, validate=_PLATFORM)
    title = fields.String(required=True, validate=validate.Length(max=200))
    signed_on = fields.String(required=True, validate=validate.Length(max=10))
    source_url = fields.String(required=True, validate=validate.Length(max=2000))


class PromiseSchema(Schema):
    """One commitment of an agreement."""

    promised_by = fields.String(required=True, validate=validate.Length(max=200))
    text = fields.String(required=True, validate=validate.Length(max=2000))
    since = fields.String(required=True, validate=validate.Length(max=10))
    until = fields.String(load_default="", validate=validate.Length(max=10))
    source_url = fields.String(required=True, validate=validate.Length(max=2000))
    replaces = fields.String(load_default=None, allow_none=True)


class RecordedSchema(Schema):
    """The id of what was made."""

    id = fields.String(required=True)


class CommitmentSchema(Schema):
    """A commitment as recorded."""

    id = fields.String(required=True)
    promised_by = fields.String(required=True)
    text = fields.String(required=True)
    since = fields.String(required=True)
    until = fields.String(allow_none=True)
    source_url = fields.String(required=True)
    replaced = fields.Boolean(required=True)


class AgreementViewSchema(Schema):
    """An agreement as recorded."""

    id = fields.String(required=True)
    regulator = fields.String(required=True)
    platform = fields.String(required=True)
    title = fields.String(required=True)
    signed_on = fields.String(required=True)
    source_url = fields.String(required=True)
    commitments = fields.List(fields.Nested(CommitmentSchema), required=True)


class BlockReportQuerySchema(Schema):
    """Of which platform; all without one."""

    platform = fields.String(load_default=None, validate=_PLATFORM)


class WebhookKeySchema(Schema):
    """The key that signs notifications."""

    public_key = fields.String(required=True, metadata={"description": "Ed25519, 32 bytes, base64"})
