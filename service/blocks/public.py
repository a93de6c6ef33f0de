"""Public pages on blocking: aggregates only, the same figures as CSV and JSON."""

from flask import Blueprint, Response, jsonify, render_template

from service.blocks import addresses, plots, reports
from service.core import guard
from service.core.errors import NotFound
from service.core.runtime import Runtime

SHOWN = ("removed_in_time", "still_live.day_7", "relisted_90d", "coverage")
"""Rates that the overview compares platforms by."""


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    pages = Blueprint("blocking", __name__, url_prefix="/blocking", template_folder="templates")
    pages.add_app_template_global(addresses.platform_name, "platform_name")
    pages.add_app_template_global(addresses.address_of, "listing_address")
    pages.add_app_template_global(plots.bar, "rate_bar")

    def made(platform: str | None) -> reports.Report:
        with runtime.reading() as session:
            if platform is not None and platform not in reports.platforms(session):
                raise NotFound("no block order was sent to this platform", where=platform)
            return reports.report(session, platform=platform, now=runtime.clock())

    @pages.get("/")
    @guard.action("block.report")
    def overview() -> str:
        return render_template("blocks/overview.html", report=made(None), shown=SHOWN)

    @pages.get("/<platform_name>")
    @guard.action("block.report")
    def platform(platform_name: str) -> str:
        report = made(platform_name)
        plot = plots.survival_plot(report.curve) if report.curve else None
        return render_template("blocks/report.html", report=report, plot=plot)

    @pages.get("/<platform_name>/report.csv")
    @guard.action("block.report")
    def as_csv(platform_name: str) -> Response:
        response = Response(reports.as_csv(made(platform_name)), mimetype="text/csv")
        name = f"blocking-{platform_name}.csv"
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    @pages.get("/<platform_name>/report.json")
    @guard.action("block.report")
    def as_json(platform_name: str) -> Response:
        return jsonify(reports.as_json(made(platform_name)))

    return pages
