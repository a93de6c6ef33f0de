"""The page of a letter that asks to join others with the same matter; tokens travel in bodies only."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from service.complaints.clusters import operations as clusters
from service.complaints.clusters import queries as clusters_queries
from service.complaints.intake import tracking
from service.core import access, forms, guard
from service.core.errors import CaveatError, NotFound
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime

TRACK = "complaint.track"


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    pages = Blueprint(
        "together", "service.complaints", url_prefix="/complaint", template_folder="templates"
    )

    @pages.route("/together", methods=["GET", "POST"])
    @guard.action(TRACK)
    def ask() -> Answer:
        """Open the question by the link of the letter."""
        if request.method != "POST":
            return render_template("complaint/together.html", asked=None, **forms.blank())
        reference, _, token = request.form.get("link", "").rpartition("#")[2].partition(".")
        try:
            return _page(runtime, reference.strip(), token.strip())
        except NotFound as error:
            errors = {"": t("intake.track.none")}
            page = render_template("complaint/together.html", asked=None, errors=errors)
            return page, int(error.status)

    @pages.post("/together/answer")
    @guard.action(TRACK)
    def answer() -> Answer:
        """Record the answer."""
        reference, token = request.form.get("reference", ""), request.form.get("token", "")
        with runtime.reading() as session:
            case_id = tracking.find(session, reference, token, now=runtime.clock()).id
        try:
            with runtime.begin() as session:
                clusters.answer(
                    session,
                    case_id,
                    request.form.get("answer", ""),
                    asker=access.complainant(case_id),
                    now=runtime.clock(),
                )
        except CaveatError as error:
            page = _page(runtime, reference, token, errors={"": t("clusters.answered")})
            return page, int(error.status)
        return _page(runtime, reference, token)

    @pages.after_request
    def keep_nowhere(response: Response) -> Response:
        """Let no cache keep these pages: they are for the one who asked."""
        response.headers["Cache-Control"] = "no-store"
        return response

    return pages


def _page(
    runtime: Runtime, reference: str, token: str, errors: dict[str, str] | None = None
) -> str:
    with runtime.reading() as session:
        found = clusters_queries.question(session, reference, token, now=runtime.clock())
    said = errors or ({} if found else {"": t("clusters.nobody_asked")})
    return render_template("complaint/together.html", asked=found, token=token, errors=said)
