"""The verdict on a URL."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from service.core import guard
from service.core.runtime import Runtime
from service.verdicts import queries, schemas


def _words(most: int) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=most))


class _Query(Schema):
    url = fields.String(required=True, validate=validate.Length(min=1, max=2000))
    title = _words(500)
    brand = _words(200)
    model = _words(200)
    gtin = _words(200)


PRODUCT = ("title", "brand", "model", "gtin")


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "verdicts", __name__, url_prefix="/v1", description="What a shopper is told"
    )

    @blueprint.route("/check")
    @blueprint.arguments(_Query, location="query")
    @blueprint.response(200, schemas.VerdictSchema)
    @blueprint.alt_response(422, description="This is no web address")
    @guard.action("check.read")
    def check(query: dict[str, str]) -> dict[str, Any]:
        """Answer for the listing and for its merchant, where one has been observed.

        Title, brand, model and barcode are compared with official notices as well. Tier 0 the notice names
        the listing, 1 the same barcode, 2 the same brand and model, 3 alike in words: compare, 4 a notice
        about this kind of product. `scope` is the product, batch and dates that the notice means; only
        what is `certain` may have consequences.
        """
        product = {name: query[name] for name in PRODUCT if query[name]}
        with runtime.reading() as session:
            return queries.check_page(session, query["url"], product)

    return blueprint
