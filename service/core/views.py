"""From a row to the view that readers get of it: a frozen dataclass whose fields are named like columns."""

from dataclasses import fields
from typing import Any, TypeVar

View = TypeVar("View")


def view_of(kind: type[View], row: object, **more: Any) -> View:
    """Return a view with the row's values; `more` gives the fields that the row has not, or not so."""
    names = [field.name for field in fields(kind) if field.name not in more]  # type: ignore[arg-type]
    return kind(**{name: getattr(row, name) for name in names}, **more)
