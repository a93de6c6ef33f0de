"""Statistics as web pages: the public one with its files, and the desk on which releases are made."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core import guard
from service.core.errors import Conflict
from service.core.i18n_web import t
from service.core.runtime import Runtime
from service.merchants import queries as merchants
from service.statistics import operations, overview, queries, streaming
from service.statistics.disclosure import K
from service.statistics.overview import SHOWN, SINGLE, Overview
from service.statistics.queries import ReleaseView

READ, COMPUTE, RELEASE = "statistics.read", "statistics.compute", "statistics.release"


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    pages = Blueprint("statistics", __name__, template_folder="templates")
    _public(pages, runtime)
    _desk(pages, runtime)
    return pages


def _public(pages: Blueprint, runtime: Runtime) -> None:
    @pages.get("/statistics/")
    @guard.action(READ)
    def public() -> str:
        with runtime.reading() as session:
            release = queries.latest(session)
            versions = queries.releases(session)
        made, names = _page(runtime, release)
        return render_template(
            "statistics/public.html",
            made=made,
            release=release,
            versions=versions,
            names=names,
            invented=made is not None and _of_the_sample(made),
            fewest=K,
            shown=SHOWN,
        )

    @pages.get("/statistics/<int:number>.<any(csv, json):kind>")
    @guard.action(READ)
    def download(number: int, kind: str) -> Response:
        return streaming.whole(runtime, number, kind)


def _desk(pages: Blueprint, runtime: Runtime) -> None:
    @pages.get("/console/statistics")
    @guard.action(COMPUTE)
    def desk() -> str:
        with runtime.reading() as session:
            draft = queries.draft(session, guard.asker())
            versions = queries.releases(session)
        made, names = _page(runtime, draft)
        return render_template(
            "statistics/desk.html",
            made=made,
            draft=draft,
            versions=versions,
            names=names,
            fewest=K,
            shown=SHOWN,
        )

    @pages.post("/console/statistics/compute")
    @guard.action(COMPUTE)
    def compute() -> AnyResponse:
        try:
            with runtime.begin() as session:
                operations.compute(session, asker=guard.asker(), now=runtime.clock())
        except Conflict:
            flash(t("statistics.nothing_new"))
        return redirect(url_for("statistics.desk"))

    @pages.post("/console/statistics/<int:number>/release")
    @guard.action(RELEASE)
    def release(number: int) -> AnyResponse:
        with runtime.begin() as session:
            operations.release(session, number, asker=guard.asker(), now=runtime.clock())
        flash(t("statistics.released"))
        return redirect(url_for("statistics.desk"))

    @pages.post("/console/statistics/<int:number>/discard")
    @guard.action(COMPUTE)
    def discard(number: int) -> AnyResponse:
        with runtime.begin() as session:
            operations.discard(session, number, asker=guard.asker(), now=runtime.clock())
        return redirect(url_for("statistics.desk"))


def _page(runtime: Runtime, release: ReleaseView | None) -> tuple[Overview | None, dict[str, str]]:
    """Return what a page shows of a release, and the names of the merchants on it."""
    if release is None:
        return None, {}
    with runtime.reading() as session:
        tables = ("total", *SINGLE)
        rows = [row for by in tables for row in queries.rows(session, release.number, by=by)]
        made = overview.of(rows)
        keys = {bar.name for bar in made.tables.get("merchant", ())[:SHOWN]}
        return made, merchants.names(session, keys)


def _of_the_sample(made: Overview) -> bool:
    return any(merchants.is_invented(bar.name) for bar in made.tables.get("merchant", ()))
