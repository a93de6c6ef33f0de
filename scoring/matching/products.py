"""A product as somebody describes it: a listing, a line of a notice, one side of a pair."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

TEXT_CHARS = 4000
"""Characters of one field that are read; what follows in a longer one is boiler-plate."""


@dataclass(frozen=True, slots=True)
class Product:
    """The fields of a product in its owner's words, empty where nothing is stated.

    `listing_ids` are (platform, item id) pairs, `price` a number in whatever currency.
    """

    name: str = ""
    brand: str = ""
    model: str = ""
    kind: str = ""
    text: str = ""
    gtin: str = ""
    batch: str = ""
    price: float | None = None
    listing_ids: tuple[tuple[str, str], ...] = ()


def product(record: Mapping[str, Any]) -> Product:
    """Return the product of a flat record, its field names understood by `fields.json`."""
    texts: dict[str, list[str]] = {}
    roles = _roles()
    for name, value in record.items():
        role = roles.get(_plain(name))
        if role and (text := _text(value)):
            texts.setdefault(role, []).append(text)
    joined = {role: " ; ".join(parts)[:TEXT_CHARS] for role, parts in texts.items()}
    item = (joined.get("platform", "").lower(), joined.get("item", ""))
    return Product(
        **{role: joined.get(role, "") for role in _TEXTS},
        price=_number(joined.get("price", "")),
        listing_ids=(item,) if all(item) else (),
    )


def record_id(record: Mapping[str, Any], role: str) -> str | None:
    """Return the id of a flat record, None when it has none; `role` is "notice_id" or "listing_id"."""
    named = {_plain(name): value for name, value in record.items()}
    wanted = (_text(named.get(name)) for name in _table()[role])
    return next((one for one in wanted if one), None)


_TEXTS = ("name", "brand", "model", "kind", "text", "gtin", "batch")


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ; ".join(filter(None, map(_text, value)))
    return "" if value is None or isinstance(value, bool | dict) else str(value).strip()


def _number(text: str) -> float | None:
    cleaned = "".join(char for char in text if char.isdigit() or char == ".")
    try:
        value = float(cleaned)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


@cache
def _table() -> dict[str, list[str]]:
    file = resources.files(__package__).joinpath("fields.json")
    roles: dict[str, list[str]] = json.loads(file.read_text("utf-8"))["roles"]
    return roles


@cache
def _roles() -> dict[str, str]:
    return {name: role for role, names in _table().items() for name in names}
