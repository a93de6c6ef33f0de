"""A complaint as a web form, for shoppers and officers: what was typed, and what is wrong in the reader's words."""

from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from service.complaints.intake.fields import BY_ID, Field, Form
from service.complaints.intake.values import COUNTRIES, CURRENCIES, given
from service.core.errors import InvalidInput
from service.core.i18n_web import messages, t

_FORMS = {
    "date": "error.complaints.day",
    "day": "complaint.wrong.day",
    "email": "complaint.wrong.email",
    "phone": "complaint.wrong.phone",
    "money": "complaint.wrong.money",
    "url": "complaint.wrong.url",
}


def typed(form: Form) -> dict[str, Any]:
    """Return what was typed into the form of a category, as the API would have it."""
    data = {field.id: _value(field, request.form) for field in form.fields}
    data |= {"category": form.category.id, "language": messages().locale}
    return given({name: value for name, value in data.items() if value is not False})


def checked(schema: Schema, data: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """Return checked data; raise InvalidInput with a sentence for each field in the reader's language."""
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        named = error.messages if isinstance(error.messages, dict) else {}
        fields = {name: explained(name, data, form) for name in named if name in BY_ID}
        raise InvalidInput("some answers cannot be taken", fields=fields, code="said") from error
    return loaded


def explained(name: str, data: Mapping[str, Any], form: Form) -> str:
    """Say what is wrong with a field."""
    field = BY_ID[name]
    if name in data:
        return t(_FORMS.get(field.type, "error.complaints.form"))
    if field.type == "consent":
        return t("error.complaints.agree")
    in_group = any(name in group for group in form.one_of)
    return t("error.complaints.one_of" if in_group else "error.complaints.missing")


def in_order(errors: Mapping[str, str], form: Form) -> dict[str, str]:
    """Return the errors as the page has their fields; of a group that lacks all, the first speaks for it."""
    silent = {name for group in form.one_of if set(group) <= errors.keys() for name in group[1:]}
    shown = {field.id: errors[field.id] for field in form.fields if field.id in errors}
    rest = {name: text for name, text in errors.items() if name not in shown}
    return {name: text for name, text in (shown | rest).items() if name not in silent}


def choices(field: Field) -> list[tuple[str, str]]:
    """Return the codes of a field with their names, in the order of the reader's language."""
    locale = Locale.parse(messages().locale, sep="-")
    if field.type == "country":
        named = [(code, locale.territories.get(code, code)) for code in COUNTRIES]
        return sorted(named, key=lambda pair: pair[1])
    if field.type == "currency":
        return [(code, f"{code} – {locale.currencies.get(code, code)}") for code in CURRENCIES]
    return [(option, t(f"complaint.option.{field.id}.{option}")) for option in field.options]


def _value(field: Field, sent: MultiDict[str, str]) -> Any:
    if field.type == "choices":
        return sent.getlist(field.id)
    if field.type == "consent":
        return field.id in sent
    text = sent.get(field.id, "").strip()
    return text.replace(",", ".") if field.type == "money" else text
