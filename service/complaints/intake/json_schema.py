"""The JSON Schema (2020-12) of a complaint, made from fields.json: one for each category.

It is about what is given: a blank text, an empty list and null count as not given, and a JSON number
in a field of money as its text. A day that lies in the future is refused beside it, as no schema knows
what day it is.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from service.complaints.intake import values
from service.complaints.intake.fields import BY_ID, CATEGORIES, SHOPPER, VERSION, Field, Form, form

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Json = dict[str, Any]


@cache
def of_category(category: str, door: str = SHOPPER) -> Json:
    """Return the schema of one category at a door; raise KeyError for none of that name."""
    asked = form(category, door)
    return {
        "$schema": DIALECT,
        "$id": f"/v1/complaints/schema/{category}",
        "title": category,
        "$comment": VERSION,
        **_body(asked),
        "$defs": _definitions(),
    }


@cache
def of_complaint(door: str = SHOPPER) -> Json:
    """Return the schema of a complaint of any category."""
    bodies = {category: _body(form(category, door)) for category in CATEGORIES}
    choose = [
        {
            "if": {"properties": {"category": {"const": name}}, "required": ["category"]},
            "then": {"$ref": f"#/$defs/{name}"},
        }
        for name in bodies
    ]
    return {
        "$schema": DIALECT,
        "$id": "/v1/complaints/schema",
        "title": "complaint",
        "$comment": VERSION,
        "type": "object",
        "required": ["category"],
        "properties": {"category": {"enum": list(bodies)}},
        "allOf": choose,
        "$defs": _definitions() | bodies,
    }


def _body(asked: Form) -> Json:
    properties = {field.id: _property(field) for field in asked.fields}
    properties["category"] = {"const": asked.category.id}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(asked.required),
        "properties": properties,
        "allOf": [{"anyOf": [{"required": [name]} for name in group]} for group in asked.one_of],
    }


def _property(field: Field) -> Json:
    about: Json = {"x-personal": True} if field.personal else {}
    return _TYPES[field.type](field) | about


def _text(field: Field) -> Json:
    return {"$ref": "#/$defs/text"} | ({"maxLength": field.max} if field.max else {})


# Python lets a line break follow `$`, ECMA-262 does not.
def _pattern(pattern: str, **more: Any) -> Callable[[Field], Json]:
    return lambda field: (
        {"type": "string", "pattern": f"^({pattern})$(?!\\n)"}
        | more
        | ({"maxLength": field.max} if field.max else {})
    )


def _choices(field: Field) -> Json:
    items = {"enum": list(field.options)}
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


_TYPES: dict[str, Callable[[Field], Json]] = {
    "text": _text,
    "long_text": _text,
    "url": _pattern(values.URL),
    "date": _pattern(values.DAY, format="date"),
    "day": _pattern(values.DAY, format="date"),
    "money": _pattern(values.AMOUNT),
    "currency": lambda _: {"$ref": "#/$defs/currency"},
    "choice": lambda field: {"enum": list(field.options)},
    "choices": _choices,
    "email": _pattern(values.EMAIL),
    "phone": _pattern(values.PHONE),
    "country": lambda _: {"$ref": "#/$defs/country"},
    "consent": lambda field: {"const": True} if field.required else {"type": "boolean"},
}


@cache
def _definitions() -> Json:
    text = {
        "type": "string",
        "allOf": [{"pattern": f"^{values.TEXT}$"}, {"pattern": values.seen()}],
    }
    return {
        "text": text,
        "country": {"enum": list(values.COUNTRIES)},
        "currency": {"enum": list(values.CURRENCIES)},
    }


assert {field.type for field in BY_ID.values()} <= _TYPES.keys()  # noqa: S101 - a type without a schema stops the start
