"""A situation as it comes in, and options as they go out."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from service.complaints.channels import vocabulary
from service.complaints.channels.situation import Situation, Tried
from service.complaints.intake.values import COUNTRIES, CURRENCIES
from service.complaints.requests import StrictSchema

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
MOST_STEPS = 100
LARGEST_AMOUNT = 10**12
SLUG = validate.Regexp(r"^[a-z][a-z0-9_.-]{0,59}\Z", error="is not a short name in small letters.")


def _within_reach(value: Any) -> None:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValidationError(f"lies outside {FIRST_DAY} to {LAST_DAY}.")


def _one_of(*values: str, **more: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(values), **more)


def _country() -> fields.String:
    wrong = "is not the two-letter code of a country."
    return fields.String(validate=validate.OneOf(COUNTRIES, error=wrong))


def _day(**more: Any) -> fields.Date:
    return fields.Date(validate=_within_reach, **more)


class TriedSchema(StrictSchema):
    """A step that was taken: at a channel, or one such as trader_contacted or court."""

    step = _one_of(*vocabulary.steps(), required=True)
    status = _one_of(*vocabulary.STATUSES, load_default="filed")
    on = _day()


class SituationSchema(StrictSchema):
    """A complaint as far as desks ask; what is not known is left out. No personal data."""

    as_of = _day(metadata={"description": "The day to look at; today without it"})
    residence = _country()
    trader_country = _country()
    card_country = _country()
    platform = fields.String(
        validate=SLUG, metadata={"description": "Such as aliexpress; web for a shop of its own"}
    )
    seller = _one_of(*vocabulary.SELLERS)
    payment = _one_of(*vocabulary.payments())
    role = _one_of(*vocabulary.ROLES)
    goods = _one_of(*vocabulary.GOODS)
    category = _one_of(*vocabulary.categories())
    deceived = fields.Boolean(
        metadata={"description": "The buyer thinks that nobody ever meant to deliver"}
    )
    publish = fields.Boolean(
        metadata={"description": "Public complaint boards are wanted, too; never without this"}
    )
    amounts = fields.Dict(
        keys=fields.String(validate=validate.OneOf(CURRENCIES)),
        values=fields.Decimal(validate=validate.Range(min=0, max=LARGEST_AMOUNT)),
        metadata={"description": "What is claimed, by currency"},
    )
    matters = fields.List(_one_of(*vocabulary.matters()))
    participates = fields.Dict(
        keys=_one_of(*vocabulary.steps()),
        values=fields.Boolean(),
        metadata={"description": "By channel: whether the trader takes part there"},
    )
    tried = fields.List(fields.Nested(TriedSchema), validate=validate.Length(max=MOST_STEPS))
    dates = fields.Dict(keys=_one_of(*vocabulary.DATES), values=_day())
    have = fields.List(
        fields.String(validate=SLUG),
        validate=validate.Length(max=MOST_STEPS),
        metadata={"description": "Names of complaint fields that are filled, never what they say"},
    )

    @post_load
    def as_situation(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return {"as_of": date or None, "situation": Situation}."""
        as_of = data.pop("as_of", None)
        steps = {row["step"]: Tried(row["status"], row.get("on")) for row in data.pop("tried", ())}
        matters = data.pop("matters", None)
        return {
            "as_of": as_of,
            "situation": Situation(
                tried=steps,
                matters=None if matters is None else frozenset(matters),
                have=frozenset(data.pop("have", ())),
                **data,
            ),
        }


class DueSchema(Schema):
    """The end of a clock; `basis` earliest means that it ends then or later."""

    id = fields.String()
    kind = fields.String()
    step = fields.String()
    on = fields.Date(allow_none=True)
    basis = fields.String()
    verified = fields.Boolean()
    missing = fields.String(allow_none=True)


class ChannelReasonSchema(Schema):
    """Why a desk is not open: a code and what it is about."""

    code = fields.String()
    about = fields.String()
    on = fields.Date(allow_none=True)


class CautionSchema(Schema):
    """A step that destroys this right, or a right that this step destroys."""

    direction = fields.String()
    other = fields.String()
    effect = fields.String()
    verified = fields.Boolean()


class OptionSchema(Schema):
    """One desk for the situation."""

    channel = fields.String()
    tier = fields.String()
    state = fields.String()
    reasons = fields.List(fields.Nested(ChannelReasonSchema))
    deadline = fields.Nested(DueSchema, allow_none=True)
    opens_on = fields.Date(allow_none=True)
    lost_since = fields.Date(allow_none=True)
    missing_facts = fields.List(fields.String())
    missing_fields = fields.List(fields.String())
    clocks = fields.List(fields.Nested(DueSchema))
    warnings = fields.List(fields.Nested(CautionSchema))


class ClockSchema(Schema):
    """A deadline of an offered desk."""

    channel = fields.String()
    due = fields.Nested(DueSchema)


class RouteSchema(Schema):
    """Options, best protection first, and their clocks, what is lost first in front."""

    as_of = fields.Date()
    options = fields.List(fields.Nested(OptionSchema))
    clocks = fields.List(fields.Nested(ClockSchema))


class FilterSchema(StrictSchema):
    """Which desks to list."""

    jurisdiction = fields.String(validate=validate.Length(max=20))
    kind = fields.String(validate=validate.Length(max=40))
    status = fields.String(validate=validate.OneOf(("active", "closed")), load_default="active")


class ChannelsSchema(Schema):
    """Desks with everything that is known about them, each with its sources."""

    channels = fields.List(fields.Dict())
