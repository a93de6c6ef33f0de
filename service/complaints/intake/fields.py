"""The fields of a complaint: one data file read by the API, the console, the web form and the extension.

A category says what it asks beside the fields that all share, what it can do without, and which
evidence speaks to it. A door is the way a complaint comes in: a shopper's own, or an officer's who
enters what came by telephone, at the counter or by letter.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

SHOPPER, OFFICER = "shopper", "officer"


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `personal` ones are sealed in the case, `from_page` ones the extension fills in.

    `topic` groups fields and says why they are asked; `specific` ones are asked only by the categories
    that name them; a `helpful` one may stay empty but makes the case stronger; `recipient` is whom a
    consent is for.
    """

    id: str
    topic: str
    type: str
    required: bool = False
    personal: bool = False
    max: int | None = None
    options: tuple[str, ...] = ()
    from_page: bool = False
    specific: bool = False
    helpful: bool = False
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """What went wrong; `required`, `asked` and `optional` name fields, `evidence` what can show it."""

    id: str
    severity: int
    evidence: tuple[str, ...]
    aspect: str | None = None
    required: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What one category asks at one door; of each group in `one_of` at least one field is needed."""

    category: Category
    fields: tuple[Field, ...]
    one_of: tuple[tuple[str, ...], ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Return the ids of the fields that must be given."""
        return tuple(field.id for field in self.fields if field.required)


def _read() -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(
        files(__package__).joinpath("fields.json").read_bytes()
    )
    return document


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _groups(groups: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in groups)


_DOCUMENT = _read()
VERSION: str = _DOCUMENT["version"]
CATEGORIES = {row["id"]: Category(**_tuples(row)) for row in _DOCUMENT["categories"]}
_OPTIONS = {"category": tuple(CATEGORIES)}
FIELDS = tuple(
    Field(**({"options": _OPTIONS.get(row["id"], ())} | _tuples(row)))
    for row in _DOCUMENT["fields"]
)
BY_ID = {field.id: field for field in FIELDS}
PERSONAL = frozenset(field.id for field in FIELDS if field.personal)
CONSENTS = {field.recipient: field.id for field in FIELDS if field.recipient}
DOORS: tuple[str, ...] = tuple(_DOCUMENT["doors"])
FALLBACK: tuple[str, ...] = tuple(_DOCUMENT["fallback"])
"""Ways to reach somebody; beside the verified one, another of them is asked for."""
IDENTIFIES = frozenset(_DOCUMENT["identifies"])
"""Disclosures of a seller that say who it is, once a register, an authority or a curator confirmed them."""
PROOFS = {name: tuple(fields) for name, fields in _DOCUMENT["proofs"].items()}
"""How an officer made sure that a contact is the complainant's, and of which fields."""
SOURCES = {door: tuple(names) for door, names in _DOCUMENT["sources"].items()}


@cache
def form(category: str, door: str = SHOPPER) -> Form:
    """Return what a category asks at a door; raise KeyError for a category or door of no such name."""
    asks, entry = CATEGORIES[category], _DOCUMENT["doors"][door]
    named = {*asks.required, *asks.asked}
    must = {field.id for field in FIELDS if field.required} - {*asks.optional}
    must |= {*asks.required, *entry["required"]}
    fields = tuple(
        replace(field, required=field.id in must, options=_options(field, asks))
        for field in FIELDS
        if not field.specific or field.id in named
    )
    return Form(asks, fields, _groups(_DOCUMENT["one_of"]) + _groups(entry["one_of"]))


def _options(field: Field, category: Category) -> tuple[str, ...]:
    return category.evidence if field.id == "evidence" else field.options
