"""Between councils: this installation's public keys, and the door for bundles."""

from dataclasses import asdict
from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from service.complaints.councils import known as councils
from service.complaints.councils import receiving
from service.core import bodies, guard
from service.core.runtime import Runtime


class CouncilCardSchema(Schema):
    """What another council records of this installation, once the fingerprints were compared."""

    format = fields.String()
    name = fields.String()
    address = fields.String()
    signing_key = fields.String(metadata={"description": "Ed25519, 32 bytes in base64"})
    sealing_key = fields.String(metadata={"description": "X25519, 32 bytes in base64"})
    fingerprint = fields.String(metadata={"description": "SHA-256 of both keys, hexadecimal"})


class TakenSchema(Schema):
    """What became of a bundle; a signed receipt is sent on its own way."""

    id = fields.String()
    kind = fields.String()
    repeated = fields.Boolean()


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "bundles", __name__, url_prefix="/v1", description="Cases between councils"
    )

    @blueprint.route("/council", methods=["GET"])
    @blueprint.response(200, CouncilCardSchema)
    @guard.action("council.keys")
    def council() -> dict[str, str]:
        """Return the public keys by which councils hand cases to this installation."""
        return councils.own_card(runtime)

    @blueprint.route("/bundles", methods=["POST"])
    @blueprint.response(200, TakenSchema, description="Taken, or taken before")
    @blueprint.alt_response(409, description="The id came before with other content")
    @blueprint.alt_response(422, description="Unknown sender, wrong signature, or not for us")
    @bodies.takes_file(receiving.LARGEST)
    @guard.action("bundle.deliver")
    def bundle() -> dict[str, Any]:
        """Take a bundle that a known council has signed; its bytes are the body."""
        taken = receiving.receive(runtime, request.get_data(cache=False), asker=guard.asker())
        return asdict(taken)

    return blueprint
