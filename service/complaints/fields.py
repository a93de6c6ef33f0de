"""The fields of a complaint: one data file read by the API, the console and the extension."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `personal` ones are sealed in the case, `from_page` ones the extension fills in."""

    id: str
    type: str
    required: bool
    personal: bool
    max: int | None = None
    options: tuple[str, ...] = ()
    from_page: bool = False


def _read() -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(
        files(__package__).joinpath("fields.json").read_bytes()
    )
    return document


_DOCUMENT = _read()
FIELDS = tuple(
    Field(**{**row, "options": tuple(row.get("options", ()))}) for row in _DOCUMENT["fields"]
)
BY_ID = {field.id: field for field in FIELDS}
PERSONAL = frozenset(field.id for field in FIELDS if field.personal)
ONE_OF = tuple(tuple(group) for group in _DOCUMENT["one_of"])
VERSION: str = _DOCUMENT["version"]
