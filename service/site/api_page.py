"""The API as a page for people, made from the same description that /openapi.json gives to machines.

Rooms of the API are named in the reader's language; the description of each route is that of
/openapi.json, in English.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template

from service.core import guard


@dataclass(frozen=True, slots=True)
class Operation:
    """One route of the API."""

    room: str
    method: str
    path: str
    summary: str
    parameters: tuple[Mapping[str, Any], ...]
    body: tuple[tuple[str, Mapping[str, Any], bool], ...]
    answers: tuple[tuple[str, str], ...]


def make_blueprint(description: Callable[[], Mapping[str, Any]]) -> Blueprint:
    """Return the page; `description` gives the OpenAPI document."""
    blueprint = Blueprint("api_page", __name__, template_folder="templates")

    @blueprint.get("/api")
    @guard.action("site.read")
    def page() -> str:
        document = description()
        found = sorted(operations(document), key=lambda one: one.room)
        rooms = {room: list(rows) for room, rows in groupby(found, key=lambda one: one.room)}
        said = {row["name"]: row.get("description", "") for row in document.get("tags", ())}
        ordered = {room: rooms[room] for room in said if room in rooms}
        return render_template("site/api.html", rooms=ordered, said=said)

    return blueprint


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield the routes of an OpenAPI document in its order."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "delete", "patch"):
                yield _operation(
                    document,
                    path,
                    method,
                    [*item.get("parameters", ()), *operation.get("parameters", ())],
                    operation,
                )


def _operation(
    document: Mapping[str, Any],
    path: str,
    method: str,
    parameters: list[Mapping[str, Any]],
    operation: Mapping[str, Any],
) -> Operation:
    answers = (
        (code, _resolve(document, answer).get("description", ""))
        for code, answer in operation["responses"].items()
    )
    return Operation(
        room=next(iter(operation.get("tags", ())), ""),
        method=method.upper(),
        path=path,
        summary=operation.get("description") or operation.get("summary", ""),
        parameters=tuple(_resolve(document, parameter) for parameter in parameters),
        body=tuple(_body(document, operation)),
        answers=tuple(sorted((code, text) for code, text in answers if code.isdigit())),
    )


def _body(
    document: Mapping[str, Any], operation: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    schema = _resolve(document, content["schema"])
    for name, field in schema["properties"].items():
        yield name, field, name in schema.get("required", ())


def _resolve(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a local reference such as #/components/schemas/Complaint."""
    if "$ref" not in node:
        return node
    found: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    resolved: Mapping[str, Any] = found
    return resolved
