"""What an officer does about a case beside moving it: write, trace the merchant, take it to desks, protect the data."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from service.complaints import queries
from service.complaints.channels import operations as channel_operations
from service.complaints.channels import pdf, registry, sheet, views
from service.complaints.channels import queries as channels
from service.complaints.channels.console import about_reason
from service.complaints.desk import case_view, correspondence
from service.complaints.desk.console import answered, back
from service.complaints.files import operations as evidence_files
from service.complaints.files.console import as_attachment
from service.complaints.files.operations import KINDS, Opened, Upload
from service.complaints.intake import respondents
from service.complaints.privacy import access_log, consents, erasure_requests, retention, sealed
from service.core import bodies, guard, media
from service.core.errors import InvalidInput
from service.core.forms import Answer
from service.core.i18n_web import messages, t
from service.core.runtime import Runtime


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "casework", "service.complaints", url_prefix="/console", template_folder="templates"
    )
    for add in (_writing, _protecting, _erasing, _referring, _supervising):
        add(blueprint, runtime)
    return blueprint


def given(name: str) -> str:
    """Return what a form says; raise InvalidInput when it says nothing."""
    text = request.form.get(name, "").strip()
    if not text:
        raise InvalidInput("is missing", where=name, code="complaints.missing")
    return text


def _writing(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/cases/<case_id>/texts")
    @guard.action("case.decide")
    def text(case_id: str) -> Answer:
        """Keep a note, or send a message to the parties."""

        def act() -> Response:
            kind = request.form.get("kind", "")
            with runtime.begin() as session:
                correspondence.write(
                    session,
                    runtime.vault,
                    case_id,
                    kind,
                    request.form.get("text", ""),
                    asker=guard.asker(),
                    now=runtime.clock(),
                )
            return back(case_id, t(f"console.done.{kind}"))

        return _checked(runtime, case_id, act)

    @blueprint.post("/cases/<case_id>/tracing")
    @guard.action("case.decide")
    def tracing(case_id: str) -> Answer:
        """Record what the search for a merchant came to."""

        def act() -> Response:
            with runtime.begin() as session:
                respondents.finish_tracing(
                    session,
                    case_id,
                    found=request.form.get("found") or None,
                    asker=guard.asker(),
                    now=runtime.clock(),
                )
            return back(case_id, t("console.done.tracing"))

        return _checked(runtime, case_id, act)

    @blueprint.post("/cases/<case_id>/files")
    @bodies.takes_form_file(media.rules().file_bytes)
    @guard.action("case.decide")
    def attach(case_id: str) -> Answer:
        """Add a file that the complainant brought."""

        def act() -> Response:
            evidence_files.add(runtime, case_id, upload(), asker=guard.asker())
            return back(case_id, t("console.done.file"))

        return _checked(runtime, case_id, act)


def upload() -> Upload:
    """Return the file of a form, which was received into memory; raise InvalidInput without one."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput("choose a file", where="file", code="complaints.missing")
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise InvalidInput("choose what it shows", where="kind", code="complaints.missing")
    return Upload(sent.read(), kind, sent.mimetype or None, sent.filename)


def _protecting(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/cases/<case_id>/consents")
    @guard.action("case.consent")
    def revoke(case_id: str) -> Answer:
        """Take back a consent, as the complainant asked."""

        def act() -> Response:
            with runtime.begin() as session:
                consents.revoke(
                    session,
                    case_id,
                    given("consent"),
                    asker=guard.asker(),
                    now=runtime.clock(),
                )
            return back(case_id, t("console.done.consent"))

        return _checked(runtime, case_id, act)

    @blueprint.post("/cases/<case_id>/holds")
    @guard.action("case.erase")
    def hold(case_id: str) -> Answer:
        """Keep a case from being erased, or end that."""

        def act() -> Response:
            who: dict[str, Any] = {"asker": guard.asker(), "now": runtime.clock()}
            with runtime.begin() as session:
                if "lift" in request.form:
                    number = request.form.get("lift", 0, type=int)
                    retention.lift(session, case_id, number, **who)
                else:
                    reason, file = request.form.get("reason", ""), request.form.get("file", "")
                    retention.hold(session, case_id, reason=reason, file=file, **who)
            return back(case_id, t("console.done.hold"))

        return _checked(runtime, case_id, act)


def _erasing(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/cases/<case_id>/erase")
    @guard.action("case.erase")
    def erase(case_id: str) -> Answer:
        """Erase the personal data of a closed case, on request."""

        def act() -> Response:
            if request.form.get("sure") != "yes":
                raise InvalidInput("say that you are sure", where="sure", code="complaints.sure")
            with runtime.begin() as session:
                erasure_requests.grant(session, case_id, asker=guard.asker(), now=runtime.clock())
            return back(case_id, t("console.done.erase"))

        return _checked(runtime, case_id, act)


def _referring(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/cases/<case_id>/desks")
    @guard.action("case.refer")
    def desks(case_id: str) -> str:
        """Show where a case can be taken, until when, and what each step would cost."""
        return _desks_page(runtime, case_id)

    @blueprint.post("/cases/<case_id>/desks/sheet")
    @guard.action("case.refer")
    def desk_sheet(case_id: str) -> Answer:
        """Fill a desk's form: as a page to copy from, or as a PDF; the look is recorded."""

        def act() -> Answer:
            with runtime.begin() as session:
                made = channel_operations.make_sheet(
                    session,
                    runtime.vault,
                    case_id,
                    given("channel"),
                    asker=guard.asker(),
                    purpose=request.form.get("purpose", ""),
                    now=runtime.clock(),
                )
                reference = queries.case(session, guard.asker(), case_id).reference
            if request.form.get("as") == "pdf":
                name = f"{reference}-{made.channel}.pdf"
                return as_attachment(Opened(pdf.render(made), "application/pdf", name))
            return render_template(
                "console/case_sheet.html",
                case_id=case_id,
                reference=reference,
                sheet=made,
                channel=registry.channel(made.channel),
                mail=sheet.mail_link(made),
                purpose=request.form.get("purpose"),
            )

        return _checked(runtime, case_id, act)

    @blueprint.post("/cases/<case_id>/desks/record")
    @guard.action("case.refer")
    def desk_record(case_id: str) -> Answer:
        """Record that a case goes or went to a desk, and under which reference."""

        def act() -> Response:
            with runtime.begin() as session:
                channel_operations.record_referral(
                    session,
                    runtime.vault,
                    case_id,
                    _sent(),
                    asker=guard.asker(),
                    now=runtime.clock(),
                    version=request.form.get("referral_version", type=int),
                )
            return back(case_id, t("console.done.referral"))

        return _checked(runtime, case_id, act)


def _supervising(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/access-report")
    @guard.action("case.access_report")
    def access_report() -> str:
        """Show who opened unusually many cases in the last days."""
        now = runtime.clock()
        with runtime.begin() as session:
            lines = access_log.unusual(session, asker=guard.asker(), now=now)
            people = case_view.people(session, [case_view.id_of(line.actor) for line in lines])
        return render_template("console/case_access_report.html", lines=lines, people=people)


def _checked(runtime: Runtime, case_id: str, act: Any) -> Answer:
    """Act on a case that the officer reaches; an object out of reach is answered before anything else."""
    with runtime.reading() as session:
        queries.case(session, guard.asker(), case_id)
    return answered(runtime, case_id, act)


def _sent() -> channel_operations.Sent:
    day = request.form.get("sent_on", "").strip()
    return channel_operations.Sent(
        channel=given("channel"),
        status=request.form.get("status", ""),
        sent_on=read_day(day) if day else None,
        reference=request.form.get("reference", ""),
    )


def read_day(text: str) -> date:
    """Read a day as forms send it; raise InvalidInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("is no day", where="sent_on", code="complaints.day") from None


def _desks_page(runtime: Runtime, case_id: str) -> str:
    asker, now = guard.asker(), runtime.clock()
    with runtime.reading() as session:
        found = queries.case(session, asker, case_id)
        options = channels.options_for_case(session, asker, case_id, as_of=now.date())
        referrals = {one.channel_id: one for one in channels.referrals(session, asker, case_id)}
    return render_template(
        "console/case_desks.html",
        case=found,
        groups=views.cards(options, messages().locale),
        referrals=referrals,
        about=about_reason,
        statuses=channel_operations.STATUSES,
        purposes=sealed.PURPOSES,
        today=now.date(),
        errors={},
    )
