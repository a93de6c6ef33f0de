"""Problem documents (RFC 9457) for every error of the API."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, json, request
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from service.core import bodies
from service.core.errors import CaveatError

MEDIA_TYPE = "application/problem+json"


class ProblemApi(Api):
    """flask-smorest's Api, answering errors as problem documents with the exception's own headers."""

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Turn an HTTP error into a problem document; smorest would drop headers such as Allow."""
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        messages = getattr(error, "data", {}).get("messages", {})
        answer = problem(status, detail=error.description, fields=dict(_flat(messages)))
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                answer.headers[name] = value
        return answer


def of_error(error: CaveatError) -> Response:
    """Return the problem document of one of our own errors."""
    return problem(
        HTTPStatus(error.status),
        title=error.title,
        detail=error.what,
        where=error.where,
        fields=error.fields,
    )


def problem(
    status: HTTPStatus,
    *,
    title: str | None = None,
    detail: str | None = None,
    where: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document; `fields` become the `errors` list, each with a JSON pointer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title or status.phrase,
        "status": int(status),
    }
    if detail:
        body["detail"] = detail
    if where:
        body["where"] = where
    if fields:
        body["errors"] = [{"pointer": f"#/{name}", "detail": text} for name, text in fields.items()]
    # A field's name may hold half of a surrogate pair, which has no UTF-8: JSON writes it as \\udXXX.
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(text, status=int(status), mimetype=MEDIA_TYPE)


def refuse_unreadable_json(app: Flask) -> None:
    """Answer 415 for a body that is no JSON, 400 for JSON that the parser gives up on.

    The request parser of the routes takes a body of another type for an empty one, and of JSON it only
    knows about bad syntax: not about what is nested too deeply, or numbers too long.
    """

    def read() -> None:
        if bodies.is_file(app):
            return
        if not request.is_json:
            if request.get_data(cache=True):
                what = "Send JSON, with Content-Type: application/json."
                abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, description=what)
            return
        try:
            json.loads(request.get_data(cache=True) or b"null")
        except (ValueError, RecursionError):
            abort(HTTPStatus.BAD_REQUEST, description="The body is not JSON that can be read.")

    app.before_request(read)


def _flat(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) from webargs' nested messages; the outermost key is the location."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            deeper = (
                ""
                if not path and name in ("json", "query", "path", "headers")
                else f"{path}/{name}"
            )
            yield from _flat(inner, deeper)
    elif messages:
        sentences = messages if isinstance(messages, list) else [messages]
        yield path.strip("/") or "body", " ".join(str(sentence) for sentence in sentences)
