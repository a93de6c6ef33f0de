"""The newest pack, its changes, and whose key signs them."""

import hashlib
from typing import Any, cast

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from service.core import guard
from service.core.errors import NotFound
from service.core.runtime import Runtime
from service.packs import queries
from service.packs.keys import fingerprint, key_text

MAX_AGE_SECONDS = 300


class PublisherSchema(Schema):
    """Whom a subscriber is asked to trust."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    public_key = fields.String(required=True, metadata={"description": "Ed25519, 32 bytes, base64"})
    fingerprint = fields.String(
        required=True, metadata={"description": "SHA-256 of the key, to compare by eye"}
    )


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "packs", __name__, url_prefix="/v1/packs", description="Signed copies for browsers"
    )

    @blueprint.route("/latest")
    @blueprint.response(
        200, {"type": "string", "format": "binary"}, content_type="application/octet-stream"
    )
    @blueprint.alt_response(404, description="No pack has been built yet")
    @guard.action("pack.read")
    def latest() -> Response:
        """Return the newest pack; its form is described in docs/pack.md."""
        with runtime.reading() as session:
            pack = queries.latest(session)
        path = queries.folder(runtime.settings) / (pack.path if pack else "")
        if pack is None or not path.is_file():
            raise NotFound("no pack has been built yet", where="/v1/packs/latest")
        response = _tagged(pack.digest, path.read_bytes())
        response.headers["X-Pack-Version"] = str(pack.version)
        return response

    @blueprint.route("/<int:version>/<any(merchants, safety):part>")
    @blueprint.response(
        200, {"type": "string", "format": "binary"}, content_type="application/octet-stream"
    )
    @blueprint.alt_response(404, description="That pack is not the newest: fetch it whole")
    @guard.action("pack.read")
    def changes(version: int, part: str) -> Response:
        """Return what became different since a whole pack; docs/pack.md describes it."""
        path = queries.folder(runtime.settings) / queries.changes_file(version, part)
        if not path.is_file():
            what = "that pack is not the newest; fetch /v1/packs/latest"
            raise NotFound(what, where=f"/v1/packs/{version}/{part}")
        data = path.read_bytes()
        return _tagged(hashlib.sha256(data).hexdigest(), data)

    @blueprint.route("/publisher")
    @blueprint.response(200, PublisherSchema)
    @guard.action("pack.read")
    def publisher() -> dict[str, str]:
        """Return who signs packs here; a subscriber keeps the key and takes no other."""
        key = runtime.publisher_key().public_key().public_bytes_raw()
        return {
            "id": runtime.settings.publisher_id,
            "name": runtime.settings.publisher_name,
            "public_key": key_text(key),
            "fingerprint": fingerprint(key),
        }

    return blueprint


def _tagged(digest: str, data: bytes) -> Response:
    response = Response(data, mimetype="application/octet-stream")
    response.set_etag(digest)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_SECONDS
    return cast("Response", response.make_conditional(request))
