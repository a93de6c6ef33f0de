"""Cases of one matter in the console: what is offered, who joined, what it comes to."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.complaints.clusters import operations as clusters
from service.complaints.clusters import queries as clusters_queries
from service.core import access, guard
from service.core.i18n_web import t
from service.core.runtime import Runtime
from service.merchants import queries as merchants


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    pages = Blueprint(
        "clusters", "service.complaints", url_prefix="/console", template_folder="templates"
    )

    @pages.get("/matters")
    @guard.action(clusters.READ)
    def matters() -> str:
        asker = guard.asker()
        with runtime.reading() as session:
            may = access.may(asker, clusters.MANAGE)
            offered = clusters.proposals(session, asker=asker) if may else []
            found = clusters_queries.listed(session, asker)
            keys = {key for one in offered for key in one.merchants}
            names = merchants.names(session, keys | {key for one in found for key in one.merchants})
        return render_template("console/matters.html", offered=offered, matters=found, names=names)

    @pages.post("/matters")
    @guard.action(clusters.MANAGE)
    def create() -> Response:
        with runtime.begin() as session:
            made = clusters.create(
                session,
                request.form.getlist("case"),
                asker=guard.asker(),
                now=runtime.clock(),
            )
        flash(t("clusters.asked"))
        return redirect(url_for("clusters.matter", cluster_id=made))

    @pages.get("/matters/<cluster_id>")
    @guard.action(clusters.READ)
    def matter(cluster_id: str) -> str:
        with runtime.reading() as session:
            found = clusters_queries.one(session, guard.asker(), cluster_id)
            names = merchants.names(session, set(found.merchants))
        return render_template("console/matter.html", matter=found, names=names)

    return pages
