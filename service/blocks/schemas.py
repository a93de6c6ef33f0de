"""What comes in and goes out of the API of block orders."""

from marshmallow import Schema, fields, validate

from service.blocks import states, values
from service.blocks.queries import FEED_LIMIT

_COUNTRY = validate.Regexp(r"[A-Z]{2}\Z", error="is no two-letter code of a country.")
_PLATFORM = validate.Length(min=1, max=40)


def _words(most: int) -> fields.String:
    """Return a required text of at most so many characters."""
    return fields.String(required=True, validate=validate.Length(max=most))


def _maybe(most: int) -> fields.String:
    """Return a text that may be left out and is empty then."""
    return fields.String(load_default="", validate=validate.Length(max=most))


class _OfListing(Schema):
    """Which listing is meant."""

    platform = fields.String(required=True, validate=_PLATFORM)
    item_id = fields.String(required=True, validate=validate.Length(min=1, max=120))


class _Numbered(Schema):
    """What was made and can be asked for by its id."""

    id = fields.String(required=True)


class NewBlockOrderSchema(_OfListing):
    """A listing to be blocked."""

    notice_id = _words(120)
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


class BlockOrderSchema(_OfListing, _Numbered):
    """A block order."""

    state = fields.String(required=True, validate=validate.OneOf(tuple(values.states())))
    tombstone = fields.Boolean(
        required=True, metadata={"description": "The order no longer stands: undo the block"}
    )
    cursor = fields.Integer(required=True)
    regulator = fields.String(required=True)
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


class BlockReportQuerySchema(Schema):
    """Of which platform; all without one."""

    platform = fields.String(load_default=None, validate=_PLATFORM)


class BlockOrderQuerySchema(BlockReportQuerySchema):
    """Which orders."""

    state = fields.String(load_default=None, validate=validate.OneOf(tuple(values.states())))
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
    reason = _maybe(2000)


class SightingSchema(_OfListing):
    """That a listing was seen for sale. The hour is that of the arrival; nothing else is taken."""

    locale = _words(20)


class NewListingCheckSchema(SightingSchema):
    """What a person saw of a listing; nothing about the person."""

    result = fields.String(required=True, validate=validate.OneOf(states.RESULTS))
    at = fields.AwareDateTime(load_default=None, allow_none=True)


class ListingStateSchema(Schema):
    """What is known of a listing."""

    listing_state = fields.String(required=True, validate=validate.OneOf(states.STATES))


class SeenListingSchema(_OfListing):
    """A listing that may be a blocked product come back."""

    title = _maybe(500)
    brand = _maybe(200)
    model = _maybe(200)
    gtin = _maybe(60)
    merchant_key = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=200)
    )


class QueuedSchema(Schema):
    """How many candidates were queued for review by a person."""

    queued = fields.Integer(required=True)


class WebhookSchema(Schema):
    """Where signed notifications go; empty: nowhere."""

    url = _words(500)


class ReplaySchema(Schema):
    """After which place of the feed to send again."""

    since = fields.Integer(required=True, validate=validate.Range(min=0, max=2**53))


class ReplayedSchema(Schema):
    """How many notifications go out again."""

    sent = fields.Integer(required=True)


class BlockListUploadSchema(Schema):
    """A list as text, or as base64 for a workbook."""

    series = _words(40)
    title = _words(200)
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
    title = _words(200)
    signed_on = _words(10)
    source_url = _words(2000)


class _Promised(Schema):
    """What was promised, by whom, since when, and where it can be read."""

    promised_by = _words(200)
    text = _words(2000)
    since = _words(10)
    source_url = _words(2000)


class PromiseSchema(_Promised):
    """One commitment of an agreement."""

    until = _maybe(10)
    replaces = fields.String(load_default=None, allow_none=True)


class RecordedSchema(_Numbered):
    """The id of what was made."""


class CommitmentSchema(_Promised, _Numbered):
    """A commitment as recorded."""

    until = fields.String(allow_none=True)
    replaced = fields.Boolean(required=True)


class AgreementViewSchema(AgreementSchema, _Numbered):
    """An agreement as recorded."""

    regulator = fields.String(required=True)
    commitments = fields.List(fields.Nested(CommitmentSchema), required=True)


class WebhookKeySchema(Schema):
    """The key that signs notifications."""

    public_key = fields.String(required=True, metadata={"description": "Ed25519, 32 bytes, base64"})
