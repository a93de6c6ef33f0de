"""Lists of a regulator: upload, compare, release by a second person."""

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request

from service.blocks import operations, queries
from service.blocks.console.form import text, told
from service.core import forms, guard
from service.core.forms import Answer
from service.core.runtime import Runtime


def add(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of lists."""
    _add_uploads(blueprint, runtime)
    _add_editions(blueprint, runtime)


def _add_uploads(blueprint: Blueprint, runtime: Runtime) -> None:
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
                series=text("series"),
                title=text("title"),
                country=text("country").upper(),
            )
            dry_run = "keep" not in request.form
            with runtime.begin() as session:
                preview = operations.upload(
                    session, guard.asker(), sent, dry_run=dry_run, now=runtime.clock()
                )
            if preview.list_id:
                return told("drafted", "blocks.list_page", list_id=preview.list_id)
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
            return told("released", "blocks.list_page", list_id=list_id)

        return forms.answer("blocks/list.html", act, partial(list_view, list_id))

    @blueprint.post("/lists/<list_id>/discard")
    @guard.action("block.list.upload")
    def discard(list_id: str) -> Answer:
        def act() -> Answer:
            with runtime.begin() as session:
                operations.discard(session, guard.asker(), list_id, now=runtime.clock())
            return told("discarded", "blocks.lists")

        return forms.answer("blocks/list.html", act, partial(list_view, list_id))
