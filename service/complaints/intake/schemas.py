"""What a complaint may hold when it comes in, built from fields.json; and what goes out.

json_schema.py says the same as JSON Schema; a test holds both against one corpus.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from marshmallow import (
    RAISE,
    Schema,
    ValidationError,
    fields,
    post_load,
    pre_load,
    validate,
    validates_schema,
)

from service.complaints.intake import values
from service.complaints.intake.completeness import GRADES
from service.complaints.intake.fields import (
    BY_ID,
    CATEGORIES,
    DOORS,
    FIELDS,
    OFFICER,
    PROOFS,
    SHOPPER,
    SOURCES,
    Field,
    form,
)
from service.complaints.intake.values import COUNTRIES, CURRENCIES, Amount, Truth, WholeMatch

LONGEST_QUESTION = 5000
MISSING = "Missing data for required field."
NEEDED_BY_ALL = frozenset.intersection(
    *(frozenset(form(each, door).required) for each in CATEGORIES for door in DOORS)
)


def _a_day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValidationError("is no day of the calendar.") from None


def _past(value: str) -> None:
    # East of Greenwich it is tomorrow already.
    if _a_day(value) > (datetime.now(tz=UTC) + timedelta(hours=14)).date():
        raise ValidationError("lies in the future.")


def _matches(pattern: str, error: str, *more: Callable[[Any], Any]) -> Callable[[Field], Any]:
    def build(field: Field) -> fields.Field[Any]:
        checks: list[Callable[[Any], Any]] = [WholeMatch(pattern, error=error), *more]
        checks += [validate.Length(max=field.max)] if field.max else []
        return fields.String(required=field.required, validate=checks)

    return build


def _one_of(known: tuple[str, ...], error: str) -> Callable[[Field], Any]:
    return lambda f: fields.String(
        required=f.required, validate=validate.OneOf(known or f.options, error=error)
    )


def _choices(field: Field) -> fields.Field[Any]:
    each = fields.String(validate=validate.OneOf(field.options))
    return fields.List(each, required=field.required, validate=_different)


def _different(chosen: list[str]) -> None:
    if len(set(chosen)) < len(chosen):
        raise ValidationError("names one thing twice.")


def _text(field: Field) -> fields.Field[Any]:
    return fields.String(required=field.required, validate=validate.Length(max=field.max))


_DATE = "is not a day such as 2026-11-20, from the year 2000 on."
_BUILDERS: dict[str, Callable[[Field], fields.Field[Any]]] = {
    "text": _text,
    "long_text": _text,
    "url": _matches(values.URL, "is not a web address with http or https."),
    "date": _matches(values.DAY, _DATE, _past),
    "day": _matches(values.DAY, _DATE, _a_day),
    "money": lambda f: Amount(required=f.required),
    "currency": _one_of(CURRENCIES, "is not the code of a currency in use."),
    "choice": _one_of((), "is none of the choices."),
    "choices": _choices,
    "email": _matches(values.EMAIL, "Not a valid email address."),
    "phone": _matches(values.PHONE, "has not the expected form."),
    "country": _one_of(COUNTRIES, "is not the two-letter code of a country."),
    "consent": lambda f: Truth(required=f.required),
}


class _ComplaintBase(Schema):
    door = SHOPPER

    class Meta:
        unknown = RAISE
        ordered = True

    @pre_load
    def drop_blanks(self, data: Any, **_: Any) -> Any:
        """Treat an empty field as a missing one: forms send all of them."""
        if not isinstance(data, dict):
            return data
        if wrong := values.unreadable(data):
            raise ValidationError(wrong)
        return values.given(data)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def ask_what_the_category_asks(self, data: dict[str, Any], sent: Any, **_: Any) -> None:
        """Refuse what the category lacks, does not ask for, or is not shown by."""
        if "category" in data and (wrong := self._wrong(values.given(sent))):
            raise ValidationError(wrong)

    def _wrong(self, data: dict[str, Any]) -> dict[str, list[str]]:
        asked = form(data["category"], self.door)
        known = {field.id: field for field in asked.fields}
        strange = data.keys() & BY_ID.keys() - known.keys()
        wrong = {name: ["is not asked for in this category."] for name in strange}
        needed = [field for field in asked.fields if field.required and field.id not in data]
        wrong |= {field.id: [MISSING] for field in needed if field.id not in NEEDED_BY_ALL}
        for group in asked.one_of:
            if not any(name in data for name in group):
                wrong |= {name: ["One of these is required."] for name in group}
        shown = data.get("evidence", [])
        if isinstance(shown, list) and any(each not in known["evidence"].options for each in shown):
            wrong["evidence"] = ["names what shows nothing in this category."]
        refused = (field.id for field in asked.fields if field.type == "consent" and field.required)
        return wrong | {name: [_AGREE] for name in refused if data.get(name) is False}

    @post_load
    def leave_out_refusals(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Keep consents that were given; one that was not given is no fact."""
        return {name: value for name, value in data.items() if value is not False}


_AGREE = "must be given: without it nobody may be told about the complaint."


def _superset(field: Field) -> fields.Field[Any]:
    """Return a field that asks for no more than every category does."""
    built = _BUILDERS[field.type](field)
    built.required = field.id in NEEDED_BY_ALL
    return built


ComplaintSchema = _ComplaintBase.from_dict(
    {field.id: _superset(field) for field in FIELDS}, name="Complaint"
)
ComplaintSchema.__doc__ = "A shopper's own complaint."


class OfficerComplaintSchema(ComplaintSchema):  # type: ignore[valid-type, misc]
    """A complaint that an officer enters for somebody."""

    door = OFFICER


class TrackingSchema(Schema):
    """How the complainant follows the case; nobody else is told the token."""

    token = fields.String(metadata={"description": "Goes in the header Tracking-Token"})
    link = fields.String(metadata={"description": "For people; the token stands in the fragment"})


class ReceiptSchema(Schema):
    """What the complainant gets back."""

    reference = fields.String(metadata={"description": "What to quote when asking about the case"})
    state = fields.String(
        metadata={
            "description": "awaiting_contact_check until the code that was sent by e-mail is confirmed"
        }
    )
    received_at = fields.DateTime()
    until = fields.DateTime(
        allow_none=True, metadata={"description": "When an unconfirmed complaint lapses"}
    )
    tracking = fields.Nested(TrackingSchema)


class EntryReceiptSchema(Schema):
    """What an officer gets back; the complainant alone gets a tracking link."""

    case_id = fields.String()
    reference = fields.String()
    state = fields.String()
    received_at = fields.DateTime()
    until = fields.DateTime(allow_none=True)


class EntrySchema(Schema):
    """A complaint that somebody told an officer."""

    source = fields.String(required=True, validate=validate.OneOf(SOURCES[OFFICER]))
    proof = fields.String(
        required=True,
        validate=validate.OneOf(tuple(PROOFS)),
        metadata={"description": "How the contact was made sure of; a code is sent by e-mail"},
    )
    complaint = fields.Nested(OfficerComplaintSchema, required=True)


class CodeSchema(Schema):
    """The code of the latest letter."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=40))


class ConfirmedSchema(Schema):
    """The case that the proven contact leads to."""

    reference = fields.String()
    state = fields.String()
    outcome = fields.String(
        metadata={
            "description": "submitted; joined or reopened: the matter was with the desk before"
        }
    )
    tracking = fields.Nested(TrackingSchema)


class ItemSchema(Schema):
    """One thing a case needs; of the fields in `what` one is enough."""

    what = fields.List(fields.String())
    why = fields.String(metadata={"description": "Topic that says why it matters"})
    level = fields.String(validate=validate.OneOf(("required", "helpful")))
    met = fields.Boolean()


class MeterSchema(Schema):
    """How complete a case is."""

    percent = fields.Integer()
    ready = fields.Boolean()
    missing = fields.List(fields.Nested(ItemSchema))


class TrackedSchema(Schema):
    """A case as its complainant follows it; no personal data."""

    reference = fields.String()
    state = fields.String()
    category = fields.String()
    received_at = fields.DateTime()
    submitted_at = fields.DateTime(allow_none=True)
    until = fields.DateTime(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    respondent = fields.String(
        allow_none=True,
        metadata={"description": "Whether the seller can be found: " + ", ".join(GRADES)},
    )
    complete = fields.Nested(MeterSchema)


class InquirySchema(Schema):
    """A question to the desk."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    topic = fields.String(required=True, validate=validate.OneOf(tuple(CATEGORIES)))
    question = fields.String(required=True, validate=validate.Length(max=LONGEST_QUESTION))
    contact_email = fields.String(
        required=True,
        validate=[
            WholeMatch(values.EMAIL, error="Not a valid email address."),
            validate.Length(max=254),
        ],
    )
    listing_url = fields.String(
        validate=[
            WholeMatch(values.URL, error="is not a web address with http or https."),
            validate.Length(max=2000),
        ]
    )
    language = fields.String(validate=validate.Length(max=20))

    @pre_load
    def drop_blanks(self, data: Any, **_: Any) -> Any:
        """Treat an empty field as a missing one."""
        if not isinstance(data, dict):
            return data
        if wrong := values.unreadable(data):
            raise ValidationError(wrong)
        return values.given(data)


class AskedSchema(Schema):
    """What who asks gets back; the answer comes by e-mail."""

    reference = fields.String()
    asked_at = fields.DateTime()
