"""The desks of block orders: a regulator's, a platform's, and that of whoever looks at listings."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from service.accounts import queries as accounts
from service.blocks import addresses, operations, queries, states, values
from service.core import forms, guard
from service.core.errors import InvalidInput, NotFound
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime

PAGE_SIZE = 50


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "blocks", __name__, url_prefix="/console/blocks", template_folder="templates"
    )
    parts = (
        _add_orders,
        _add_moves,
        _add_lists,
        _add_editions,
        _add_agreements,
        _add_platforms,
        _add_checks,
    )
    for add in parts:
        add(blueprint, runtime)
    return blueprint


def _text(name: str) -> str:
    return request.form.get(name, "").strip()


def _told(word: str, endpoint: str, **values_: Any) -> Response:
    flash(t(f"blocks.told.{word}"))
    return redirect(url_for(endpoint, **values_))


def _organisation(session: Session) -> str:
    try:
        return accounts.organisation_id_of(session, _text("organisation"))
    except NotFound as error:
        fields = {"organisation": error.what}
        raise InvalidInput(error.what, where="organisation", fields=fields) from error


def _add_orders(blueprint: Blueprint, runtime: Runtime) -> None:
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
            found = addresses.listing_of(_text("listing_url"))
            if found is None:
                what = "is no address of a listing on a known platform"
                raise InvalidInput(what, where="listing_url", fields={"listing_url": what})
            wanted = operations.Wanted(
                notice_id=_text("notice_id"),
                platform=found.platform or "",
                item_id=found.item_id or "",
                country=_text("country").upper(),
                reason=_text("reason"),
                legal_basis=_text("legal_basis"),
                severity=request.form.get("severity", 2, type=int),
                found_by=_text("found_by") or values.AUTHORITY,
            )
            with runtime.begin() as session:
                made = operations.issue(session, guard.asker(), wanted, now=runtime.clock())
            return _told("issued", "blocks.order", order_id=made)

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
                    _text("state"),
                    reason=_text("reason"),
                    now=runtime.clock(),
                )
            return _told("moved", "blocks.order", order_id=order_id)

        return forms.answer("blocks/order.html", act, partial(order_view, order_id))


def _add_lists(blueprint: Blueprint, runtime: Runtime) -> None:
    def lists_view() -> dict[str, Any]:
        with runtime.reading() as session:
            return {"lists": queries.list_views(session, guard.asker()), "preview": None}

    @blueprint.get("/lists")
    @guard.action("block.list.read")
    def lists() -> str:
        return render_template("blocks/lists.html", **forms.blank(), **lists_view())

    @blueprint.post("/lists")
    @guard.action("block.list.upload")
    def upload() -> Answer:
        def act() -> Answer:
            file = request.files.get("file")
            sent = operations.Upload(
                data=file.read() if file else b"",
                file=(file.filename if file else None) or "list",
                series=_text("series"),
                title=_text("title"),
                country=_text("country").upper(),
            )
            dry_run = "keep" not in request.form
            with runtime.begin() as session:
                preview = operations.upload(
                    session, guard.asker(), sent, dry_run=dry_run, now=runtime.clock()
                )
            if preview.list_id:
                return _told("drafted", "blocks.list_page", list_id=preview.list_id)
            context = lists_view() | {"preview": preview}
            return render_template("blocks/lists.html", errors={}, sent=request.form, **context)

        return forms.answer("blocks/lists.html", act, lists_view)


def _add_editions(blueprint: Blueprint, runtime: Runtime) -> None:
    def list_view(list_id: str) -> dict[str, Any]:
        with runtime.reading() as session:
            view, rows, changes = queries.list_view(session, guard.asker(), list_id)
        mine = view.uploaded_by == guard.asker().label
        return {"list": view, "rows": rows, "changes": changes, "mine": mine}

    @blueprint.get("/lists/<list_id>")
    @guard.action("block.list.read")
    def list_page(list_id: str) -> str:
        return render_template("blocks/list.html", **forms.blank(), **list_view(list_id))

    @blueprint.post("/lists/<list_id>/release")
    @guard.action("block.list.release")
    def release(list_id: str) -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                operations.release(session, guard.asker(), list_id, now=runtime.clock())
            return _told("released", "blocks.list_page", list_id=list_id)

        return forms.answer("blocks/list.html", act, partial(list_view, list_id))

    @blueprint.post("/lists/<list_id>/discard")
    @guard.action("block.list.upload")
    def discard(list_id: str) -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                operations.discard(session, guard.asker(), list_id, now=runtime.clock())
            return _told("discarded", "blocks.lists")

        return forms.answer("blocks/list.html", act, partial(list_view, list_id))


def _add_agreements(blueprint: Blueprint, runtime: Runtime) -> None:
    def view() -> dict[str, Any]:
        with runtime.reading() as session:
            return {"agreements": queries.agreements(session, guard.asker())}

    @blueprint.get("/agreements")
    @guard.action("block.read")
    def agreements() -> str:
        return render_template("blocks/agreements.html", **forms.blank(), **view())

    @blueprint.post("/agreements")
    @guard.action("block.agreement")
    def record_agreement() -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                operations.record_agreement(
                    session,
                    guard.asker(),
                    platform=_text("platform"),
                    title=_text("title"),
                    signed_on=_text("signed_on"),
                    source_url=_text("source_url"),
                    now=runtime.clock(),
                )
            return _told("recorded", "blocks.agreements")

        return forms.answer("blocks/agreements.html", act, view)

    @blueprint.post("/agreements/<agreement_id>/commitments")
    @guard.action("block.agreement")
    def promise(agreement_id: str) -> Answer:
        def act() -> Answer:
            given = operations.Promise(
                promised_by=_text("promised_by"),
                text=_text("text"),
                since=_text("since"),
                source_url=_text("source_url"),
            )
            with runtime.begin() as session:
                operations.promise(session, guard.asker(), agreement_id, given, now=runtime.clock())
            return _told("recorded", "blocks.agreements")

        return forms.answer("blocks/agreements.html", act, view)


def _add_platforms(blueprint: Blueprint, runtime: Runtime) -> None:
    def view() -> dict[str, Any]:
        with runtime.reading() as session:
            return {"receivers": queries.receivers(session, guard.asker())}

    @blueprint.get("/platforms")
    @guard.action("block.read")
    def platforms() -> str:
        return render_template("blocks/platforms.html", **forms.blank(), **view())

    @blueprint.post("/platforms/<platform>/webhook")
    @guard.action("block.receiver.change")
    def webhook(platform: str) -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                operations.set_webhook(
                    session, guard.asker(), platform, _text("webhook_url"), now=runtime.clock()
                )
            return _told("saved", "blocks.platforms")

        return forms.answer("blocks/platforms.html", act, view)

    @blueprint.get("/assign")
    @guard.action("block.receiver.assign")
    def assigning() -> str:
        return render_template("blocks/assign.html", **forms.blank())

    @blueprint.post("/assign")
    @guard.action("block.receiver.assign")
    def assign() -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                owner = _organisation(session)
                operations.assign(
                    session, guard.asker(), _text("platform"), owner, now=runtime.clock()
                )
            return _told("saved", "blocks.assigning")

        return forms.answer("blocks/assign.html", act)


def _add_checks(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/check")
    @guard.action("check.record")
    def checking() -> str:
        return render_template("blocks/check.html", results=states.RESULTS, **forms.blank())

    @blueprint.post("/check")
    @guard.action("check.record")
    def check() -> Answer:
        def act() -> Answer:
            found = addresses.listing_of(_text("listing_url"))
            if found is None:
                what = "is no address of a listing on a known platform"
                raise InvalidInput(what, where="listing_url", fields={"listing_url": what})
            now = runtime.clock()
            seen = operations.Seen(found.listing_key or "", _text("result"), _text("locale"), now)
            with runtime.begin() as session:
                state = operations.record_manual(session, guard.asker(), seen, now=now)
            flash(t("blocks.told.checked", state=t(f"blocks.listing.{state}")))
            return redirect(url_for("blocks.checking"))

        return forms.answer("blocks/check.html", act, lambda: {"results": states.RESULTS})

    @blueprint.get("/candidates")
    @guard.action("relisting.review")
    def candidates() -> str:
        with runtime.reading() as session:
            found = queries.candidates(session, guard.asker())
        return render_template("blocks/candidates.html", candidates=found, **forms.blank())

    @blueprint.post("/candidates/<candidate_id>")
    @guard.action("relisting.review")
    def decide_candidate(candidate_id: str) -> Response:
        with runtime.begin() as session:
            operations.decide_relisting(
                session, guard.asker(), candidate_id, _text("decision"), now=runtime.clock()
            )
        return _told("saved", "blocks.candidates")
