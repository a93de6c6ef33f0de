"""What requests about cases share: headers, strict bodies, files; and answers whose ETag is the version of a case."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify, request
from marshmallow import RAISE, Schema, fields, validate
from werkzeug.http import parse_options_header

from service.complaints.files.operations import KINDS, Upload

NO_CASE = "There is no such case, or the token does not open it"
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


class StrictSchema(Schema):
    """A body that refuses what it does not know."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE


class IdempotencyHeader(Schema):
    """What makes a request that is sent twice one complaint or question."""

    idempotency_key = fields.String(
        data_key="Idempotency-Key",
        required=True,
        validate=validate.Length(min=16, max=200),
        metadata={
            "description": "A fresh random value per complaint; a repeated request opens no second case"
        },
    )


class TokenHeader(Schema):
    """What opens a case to its complainant."""

    tracking_token = fields.String(
        data_key="Tracking-Token",
        load_default="",
        metadata={
            "description": "From the receipt or a letter; without the right one there is no case"
        },
    )


class MatchHeader(Schema):
    """Which version of a case a move was decided on."""

    if_match = fields.String(
        data_key="If-Match",
        load_default="",
        metadata={"description": "The ETag of the case as it was looked at"},
    )


class KindQuery(Schema):
    """What an evidence file shows."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))


def sent_file(kind: str) -> Upload:
    """Return the file that is the body of the request; its name stands in Content-Disposition."""
    _, options = parse_options_header(request.headers.get("Content-Disposition", ""))
    content = request.get_data(cache=False)
    return Upload(content, kind, request.mimetype or None, options.get("filename"))


def tagged(
    document: Mapping[str, Any], version: int, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Return a document with its version as the ETag, kept by no cache."""
    answer = jsonify(document)
    answer.status_code = int(status)
    answer.set_etag(str(version))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def matched(header: str, current: int) -> int:
    """Return the version of If-Match; answer 428 without one, 412 for another than the case has now."""
    if not header:
        what = "Send the ETag of the case in If-Match."
        abort(HTTPStatus.PRECONDITION_REQUIRED, description=what)
    found = _ETAG.fullmatch(header.strip())
    if found is None or int(found[1]) != current:
        abort(HTTPStatus.PRECONDITION_FAILED, description="Somebody changed the case meanwhile.")
    return current
