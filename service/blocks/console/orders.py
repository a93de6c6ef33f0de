"""Orders: the desk of a regulator and of a platform, one order, and the moves that each side may make."""

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request

from service.blocks import operations, queries, values
from service.blocks.console.form import listing, text, told
from service.core import forms, guard
from service.core.forms import Answer
from service.core.runtime import Runtime

PAGE_SIZE = 50


def add(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of orders."""
    _add_desk(blueprint, runtime)
    _add_moves(blueprint, runtime)


def _add_desk(blueprint: Blueprint, runtime: Runtime) -> None:
    def desk_view() -> dict[str, Any]:
        state = request.args.get("state") or None
        state = state if state in values.states() else None
        with runtime.reading() as session:
            total = queries.count(session, guard.asker(), state=state)
            last = max(-(-total // PAGE_SIZE), 1)
            page = min(max(request.args.get("page", 1, type=int), 1), last)
            offset = (page - 1) * PAGE_SIZE
            rows = queries.orders(
                session, guard.asker(), state=state, limit=PAGE_SIZE, offset=offset
            )
        return {
            "orders": rows,
            "total": total,
            "page": page,
            "last": last,
            "state": state,
            "states": tuple(values.states()),
            "reasons": values.reasons(),
            "found_by": values.FOUND_BY,
            "now": runtime.clock(),
        }

    @blueprint.get("/")
    @guard.action("block.read")
    def desk() -> str:
        return render_template("blocks/desk.html", **forms.blank(), **desk_view())

    @blueprint.post("/")
    @guard.action("block.issue")
    def issue() -> Answer:
        def act() -> Answer:
            found = listing()
            wanted = operations.Wanted(
                notice_id=text("notice_id"),
                platform=found.platform or "",
                item_id=found.item_id or "",
                country=text("country").upper(),
                reason=text("reason"),
                legal_basis=text("legal_basis"),
                severity=request.form.get("severity", 2, type=int),
                found_by=text("found_by") or values.AUTHORITY,
            )
            with runtime.begin() as session:
                made = operations.issue(session, guard.asker(), wanted, now=runtime.clock())
            return told("issued", "blocks.order", order_id=made)

        return forms.answer("blocks/desk.html", act, desk_view)


def _add_moves(blueprint: Blueprint, runtime: Runtime) -> None:
    def order_view(order_id: str) -> dict[str, Any]:
        with runtime.reading() as session:
            asker = guard.asker()
            found = queries.order(session, asker, order_id)
            platform_side = queries.answers_for(session, asker, found.platform)
            side = values.PLATFORM if platform_side else values.REGULATOR
            return {
                "order": found,
                "events": queries.events(session, order_id),
                "checks": queries.checks(session, found.listing_key),
                "side": side,
                "moves": values.next_states(found.state, side),
                "now": runtime.clock(),
            }

    @blueprint.get("/orders/<order_id>")
    @guard.action("block.read")
    def order(order_id: str) -> str:
        return render_template("blocks/order.html", **forms.blank(), **order_view(order_id))

    @blueprint.post("/orders/<order_id>/decision")
    @guard.action("block.decide")
    def decide(order_id: str) -> Answer:
        return _move(order_id, operations.decide)

    @blueprint.post("/orders/<order_id>/answer")
    @guard.action("block.answer")
    def answer(order_id: str) -> Answer:
        return _move(order_id, operations.answer)

    def _move(order_id: str, operation: Any) -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                operation(
                    session,
                    guard.asker(),
                    order_id,
                    text("state"),
                    reason=text("reason"),
                    now=runtime.clock(),
                )
            return told("moved", "blocks.order", order_id=order_id)

        return forms.answer("blocks/order.html", act, partial(order_view, order_id))
