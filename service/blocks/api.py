"""Block orders for programs: of regulators, platforms, consumer groups and shoppers' browsers."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from service.blocks import operations, queries, reports, schemas, webhook
from service.core import guard
from service.core.errors import InvalidInput
from service.core.runtime import Runtime
from service.packs.keys import key_text

REPORT_SECONDS = 300


def make_blueprint(runtime: Runtime) -> Any:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "block_orders",
        __name__,
        url_prefix="/v1",
        description="Block orders and their verification",
    )
    for add in (_add_orders, _add_platform, _add_lists, _add_agreements, _add_checks, _add_report):
        add(blueprint, runtime)
    return blueprint


def _add_orders(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/blocks", methods=["GET"])
    @blueprint.arguments(schemas.BlockOrderQuerySchema, location="query")
    @blueprint.response(200, schemas.BlockOrdersSchema)
    @guard.action("block.read")
    def orders(wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return the orders that one issued or must answer."""
        chosen = {"state": wanted["state"], "platform": wanted["platform"]}
        page = {"limit": wanted["limit"], "offset": wanted["offset"]}
        with runtime.reading() as session:
            found = queries.orders(session, guard.asker(), **chosen, **page)
            total = queries.count(session, guard.asker(), **chosen)
        return {"total": total, "orders": [queries.order_body(one) for one in found]}

    @blueprint.route("/blocks", methods=["POST"])
    @blueprint.arguments(schemas.NewBlockOrderSchema)
    @blueprint.response(201, schemas.BlockOrderSchema)
    @blueprint.alt_response(
        409, description="The same order stands already, or one is no regulator"
    )
    @guard.action("block.issue")
    def issue(data: Mapping[str, Any]) -> dict[str, Any]:
        """Order a listing off the market of a country."""
        with runtime.begin() as session:
            asker = guard.asker()
            wanted = operations.Wanted(**data)
            order_id = operations.issue(session, asker, wanted, now=runtime.clock())
            return queries.order_body(queries.order(session, asker, order_id, action="block.issue"))

    @blueprint.route("/blocks/<order_id>", methods=["GET"])
    @blueprint.response(200, schemas.BlockOrderDetailSchema)
    @blueprint.alt_response(404, description="There is none that one may see")
    @guard.action("block.read")
    def order(order_id: str) -> dict[str, Any]:
        """Return an order with every state it had and every look at its listing."""
        with runtime.reading() as session:
            found = queries.order(session, guard.asker(), order_id)
            return queries.order_body(found) | {
                "events": queries.events(session, order_id),
                "checks": queries.checks(session, found.listing_key),
            }

    @blueprint.route("/blocks/<order_id>/decision", methods=["POST"])
    @blueprint.arguments(schemas.BlockMoveSchema)
    @blueprint.response(200, schemas.BlockOrderSchema)
    @guard.action("block.decide")
    def decide(data: Mapping[str, Any], order_id: str) -> dict[str, Any]:
        """Uphold, withdraw or lift an order, for the regulator that issued it."""
        with runtime.begin() as session:
            asker, now = guard.asker(), runtime.clock()
            operations.decide(session, asker, order_id, **data, now=now)
            return queries.order_body(
                queries.order(session, asker, order_id, action="block.decide")
            )


def _add_platform(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/blocks/<order_id>/answer", methods=["POST"])
    @blueprint.arguments(schemas.BlockMoveSchema)
    @blueprint.response(200, schemas.BlockOrderSchema)
    @blueprint.alt_response(409, description="The order's state does not allow it")
    @guard.action("block.answer")
    def answer(data: Mapping[str, Any], order_id: str) -> dict[str, Any]:
        """Acknowledge, carry out or contest an order, for the platform."""
        with runtime.begin() as session:
            asker, now = guard.asker(), runtime.clock()
            operations.answer(session, asker, order_id, **data, now=now)
            return queries.order_body(
                queries.order(session, asker, order_id, action="block.answer")
            )

    @blueprint.route("/blocks/feed")
    @blueprint.arguments(schemas.BlockFeedQuerySchema, location="query")
    @blueprint.response(200, schemas.BlockFeedSchema)
    @blueprint.alt_response(304, description="Nothing changed since the answer with this ETag")
    @guard.action("block.feed")
    def feed(wanted: Mapping[str, Any]) -> Response:
        """Return what changed after a cursor; asking with a cursor confirms everything up to it."""
        asker = guard.asker()
        _confirm(runtime, asker, wanted["cursor"])
        with runtime.reading() as session:
            found = queries.feed(session, asker, **wanted)
        body = {
            "cursor": found.cursor,
            "more": found.cursor < found.newest,
            "orders": [queries.order_body(one) for one in found.orders],
        }
        response: Response = jsonify(body)
        response.add_etag()
        response.cache_control.private = True
        return cast("Response", response.make_conditional(request))

    @blueprint.route("/blocks/platforms/<platform>/webhook", methods=["PUT"])
    @blueprint.arguments(schemas.WebhookSchema)
    @blueprint.response(204)
    @guard.action("block.receiver.change")
    def set_webhook(data: Mapping[str, Any], platform: str) -> None:
        """Say where signed notifications go."""
        with runtime.begin() as session:
            operations.set_webhook(
                session, guard.asker(), platform, data["url"], now=runtime.clock()
            )

    @blueprint.route("/blocks/platforms/<platform>/replay", methods=["POST"])
    @blueprint.arguments(schemas.ReplaySchema)
    @blueprint.response(202, schemas.ReplayedSchema)
    @guard.action("block.replay")
    def replay(data: Mapping[str, Any], platform: str) -> dict[str, int]:
        """Have notifications after a place of the feed sent again, under the ids they had."""
        with runtime.begin() as session:
            asker, now = guard.asker(), runtime.clock()
            return {"sent": operations.replay(session, asker, platform, data["since"], now=now)}

    @blueprint.route("/blocks/key")
    @blueprint.response(200, schemas.WebhookKeySchema)
    @guard.action("site.read")
    def key() -> dict[str, str]:
        """Return the public key by which a platform checks the signature of notifications."""
        public = webhook.signing_key(runtime).public_key().public_bytes_raw()
        return {"public_key": key_text(public)}


def _confirm(runtime: Runtime, asker: Any, cursor: int) -> None:
    """Keep that a platform has what it asks the continuation of."""
    with runtime.reading() as session:
        waiting = queries.undelivered(session, asker, cursor=cursor) if cursor else []
    if waiting:
        with runtime.begin() as session:
            operations.confirm(session, asker, waiting, now=runtime.clock())


def _add_lists(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/blocks/lists", methods=["POST"])
    @blueprint.arguments(schemas.BlockListUploadSchema)
    @blueprint.response(200, schemas.BlockListPreviewSchema)
    @guard.action("block.list.upload")
    def upload(data: Mapping[str, Any]) -> operations.Preview:
        """Check a list and compare it with the present edition; kept as a draft unless `dry_run`.

        It takes force when a person who did not upload it releases it in the console.
        """
        sent = operations.Upload(
            data=_content(data),
            file=data["file"],
            series=data["series"],
            title=data["title"],
            country=data["country"],
        )
        with runtime.begin() as session:
            return operations.upload(
                session, guard.asker(), sent, dry_run=data["dry_run"], now=runtime.clock()
            )

    @blueprint.route("/blocks/lists/<list_id>", methods=["GET"])
    @blueprint.response(200)
    @guard.action("block.list.read")
    def one(list_id: str) -> dict[str, Any]:
        """Return an edition of a list with its rows."""
        with runtime.reading() as session:
            view, rows, _ = queries.list_view(session, guard.asker(), list_id)
        return asdict(view) | {"content": [row.as_dict() for row in rows]}


def _content(data: Mapping[str, Any]) -> bytes:
    if (data["text"] is None) == (data["base64"] is None):
        raise InvalidInput("send either text or base64", where="text")
    if data["text"] is not None:
        return cast("str", data["text"]).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(data["base64"], validate=True)
    except ValueError as error:
        raise InvalidInput("is no base64", where="base64") from error


def _add_agreements(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/blocks/agreements", methods=["GET"])
    @blueprint.response(200, schemas.AgreementViewSchema(many=True))
    @guard.action("block.read")
    def agreements() -> Any:
        """Return the agreements that one is part of, with their commitments."""
        with runtime.reading() as session:
            return queries.agreements(session, guard.asker())

    @blueprint.route("/blocks/agreements", methods=["POST"])
    @blueprint.arguments(schemas.AgreementSchema)
    @blueprint.response(201, schemas.RecordedSchema)
    @guard.action("block.agreement")
    def agreement(data: Mapping[str, Any]) -> dict[str, str]:
        """Record an agreement with a platform and the document it stands in."""
        with runtime.begin() as session:
            asker, now = guard.asker(), runtime.clock()
            return {"id": operations.record_agreement(session, asker, **data, now=now)}

    @blueprint.route("/blocks/agreements/<agreement_id>/commitments", methods=["POST"])
    @blueprint.arguments(schemas.PromiseSchema)
    @blueprint.response(201, schemas.RecordedSchema)
    @guard.action("block.agreement")
    def promise(data: Mapping[str, Any], agreement_id: str) -> dict[str, str]:
        """Record who promised what, since when, and where it is written."""
        given = operations.Promise(**data)
        with runtime.begin() as session:
            asker, now = guard.asker(), runtime.clock()
            return {"id": operations.promise(session, asker, agreement_id, given, now=now)}


def _add_checks(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/checks", methods=["POST"])
    @blueprint.arguments(schemas.NewListingCheckSchema)
    @blueprint.response(201, schemas.ListingStateSchema)
    @guard.action("check.record")
    def check(data: Mapping[str, Any]) -> dict[str, str]:
        """Record what a person saw of a listing that is to be blocked."""
        now = runtime.clock()
        seen = operations.Seen(
            f"{data['platform']}:item:{data['item_id']}",
            data["result"],
            data["locale"],
            data["at"] or now,
        )
        with runtime.begin() as session:
            return {
                "listing_state": operations.record_manual(session, guard.asker(), seen, now=now)
            }

    @blueprint.route("/sightings", methods=["POST"])
    @blueprint.arguments(schemas.SightingSchema)
    @blueprint.response(202)
    @guard.action("check.sighting")
    def sighting(data: Mapping[str, Any]) -> None:
        """Pass on that a listing was seen for sale; the answer does not say whether it is of interest."""
        with runtime.begin() as session:
            operations.record_sighting(session, guard.asker(), **data, now=runtime.clock())

    @blueprint.route("/listings", methods=["POST"])
    @blueprint.arguments(schemas.SeenListingSchema)
    @blueprint.response(200, schemas.QueuedSchema)
    @guard.action("check.record")
    def listing(data: Mapping[str, Any]) -> dict[str, int]:
        """Compare a listing with blocked products; what matches is queued for review by a person."""
        with runtime.begin() as session:
            found = operations.Listing(**data)
            asker, now = guard.asker(), runtime.clock()
            return {"queued": operations.report_listing(session, asker, found, now=now)}


def _add_report(blueprint: Any, runtime: Runtime) -> None:
    @blueprint.route("/blocks/report")
    @blueprint.arguments(schemas.BlockReportQuerySchema, location="query")
    @blueprint.response(200)
    @guard.action("block.report")
    def report(wanted: Mapping[str, Any]) -> Response:
        """Return the rates of blocking, each with numerator, denominator, window and interval."""
        with runtime.reading() as session:
            made = reports.report(session, platform=wanted["platform"], now=runtime.clock())
        response: Response = jsonify(reports.as_json(made))
        response.cache_control.public = True
        response.cache_control.max_age = REPORT_SECONDS
        return response
