"""What a complaint may hold when it comes in, built from fields.json; and what goes out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
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

from service.complaints.fields import FIELDS, ONE_OF, Field
from service.complaints.values import (
    COUNTRIES,
    CURRENCIES,
    Amount,
    WholeMatch,
    is_blank,
    unreadable,
)

LARGEST_AMOUNT = Decimal(10) ** 9
PHONE = r"^\+?[0-9][0-9 ()./-]{5,}$"
FIRST_PURCHASE_YEAR = 2000


def _past(value: Any) -> None:
    # East of Greenwich it is tomorrow already.
    if value > (datetime.now(tz=UTC) + timedelta(hours=14)).date():
        raise ValidationError("lies in the future.")
    if value.year < FIRST_PURCHASE_YEAR:
        raise ValidationError("lies too far back.")


def _agreed(value: bool) -> None:  # noqa: FBT001 - marshmallow calls it with the value
    if not value:
        raise ValidationError("must be given: without it nobody may be told about the complaint.")


def _text(field: Field) -> fields.Field[Any]:
    limits = validate.Length(min=1 if field.required else None, max=field.max)
    return fields.String(required=field.required, validate=limits)


def _pattern(pattern: str) -> Callable[[Field], fields.Field[Any]]:
    def build(field: Field) -> fields.Field[Any]:
        checks = [WholeMatch(pattern, error="has not the expected form.")]
        if field.max:
            checks.append(validate.Length(max=field.max))  # type: ignore[arg-type]
        return fields.String(required=field.required, validate=checks)

    return build


_BUILDERS: dict[str, Callable[[Field], fields.Field[Any]]] = {
    "text": _text,
    "long_text": _text,
    "url": lambda f: fields.Url(
        required=f.required,
        schemes={"http", "https"},
        require_tld=False,
        validate=validate.Length(max=f.max),
    ),
    "date": lambda f: fields.Date(required=f.required, validate=_past),
    "money": lambda f: Amount(
        required=f.required,
        places=2,
        as_string=True,
        validate=validate.Range(min=0, max=LARGEST_AMOUNT),
    ),
    "currency": lambda f: fields.String(
        required=f.required,
        validate=validate.OneOf(CURRENCIES, error="is not the code of a currency in use."),
    ),
    "choice": lambda f: fields.String(required=f.required, validate=validate.OneOf(f.options)),
    "email": lambda f: fields.Email(required=f.required, validate=validate.Length(max=f.max)),
    "phone": _pattern(PHONE),
    "country": lambda f: fields.String(
        required=f.required,
        validate=validate.OneOf(COUNTRIES, error="is not the two-letter code of a country."),
    ),
    "consent": lambda f: fields.Boolean(required=f.required, validate=_agreed),
}


class _ComplaintBase(Schema):
    class Meta:
        unknown = RAISE
        ordered = True

    @pre_load
    def drop_blanks(self, data: Any, **_: Any) -> Any:
        """Treat an empty field as a missing one: forms send all of them."""
        if not isinstance(data, dict):
            return data
        if wrong := unreadable(data):
            raise ValidationError(wrong)
        return {key: value for key, value in data.items() if not is_blank(value)}

    @validates_schema(skip_on_field_errors=False)
    def require_contact(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for one field of each group: a case whose complainant cannot be reached is lost."""
        for group in ONE_OF:
            if not any(name in data for name in group):
                raise ValidationError({name: ["One of these is required."] for name in group})

    @post_load
    def as_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return values as they are stored: amounts and dates as text."""
        return {
            key: str(value) if not isinstance(value, (bool, str)) else value
            for key, value in data.items()
        }


ComplaintSchema = _ComplaintBase.from_dict(
    {field.id: _BUILDERS[field.type](field) for field in FIELDS}, name="Complaint"
)


class ReceiptSchema(Schema):
    """What the complainant gets back."""

    reference = fields.String(metadata={"description": "What to quote when asking about the case"})
    state = fields.String()
    received_at = fields.DateTime()
