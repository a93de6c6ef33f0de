"""The complainant's page of a case, opened by the tracking link: no account, no script needed.

The token travels in the bodies of forms only: it stands in no address, so that no log, history or
Referer holds it. Each answer is the page anew; one made from an old page is refused by its version.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from service.complaints.desk import followed
from service.complaints.desk.console_case import given, upload
from service.complaints.desk.followed import OWN, Step
from service.complaints.files import operations as evidence_files
from service.complaints.files.console import as_attachment
from service.complaints.intake import filing as intake
from service.complaints.intake import tracking, values
from service.complaints.intake.fields import BY_ID
from service.core import bodies, forms, guard, media
from service.core.access import complainant
from service.core.errors import CaveatError, InvalidInput, NotFound
from service.core.forms import Answer
from service.core.i18n_web import t
from service.core.runtime import Runtime

TRACK = "complaint.track"


def add_routes(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add what the complainant does on the page of a case."""
    for add in (_moving, _keeping, _files):
        add(blueprint, runtime)


def held() -> tuple[str, str]:
    """Return the reference and the token that the page's forms carry."""
    return request.form.get("reference", ""), request.form.get("token", "")


def case_page(runtime: Runtime, reference: str, token: str, **said: Any) -> str:
    """Show a case; raise NotFound for a token that opens none."""
    found = followed.follow(runtime, reference, token)
    context: dict[str, Any] = {"errors": {}, "outcome": "", "said": "", "wrong": ""}
    return render_template(
        "complaint/case.html",
        case=found.case,
        followed=found,
        token=token,
        link=tracking.link(runtime.settings.origin, reference, token),
        unproven=found.case.state == intake.WAITING,
        with_words=followed.WITH_WORDS,
        needs_words=followed.NEEDS_WORDS,
        kinds=BY_ID["evidence"].options,
        currencies=values.CURRENCIES,
        people=_numbered(found),
        sent=request.form,
        **context | said,
    )


def _moving(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/step")
    @guard.action(TRACK)
    def step() -> Answer:
        """Answer, accept, dispute, confirm, withdraw, appeal or open again."""

        def act() -> str:
            event = given("event")
            amount = request.form.get("amount", "").strip().replace(",", ".")
            followed.act(
                runtime,
                *held(),
                Step(
                    event,
                    request.form.get("version", type=int),
                    request.form.get("text", ""),
                    amount,
                    request.form.get("currency", ""),
                    sure="sure" in request.form,
                ),
            )
            return t(f"complaint.done.{event}")

        return _answered(runtime, act, place=request.form.get("event", ""))

    @blueprint.post("/message")
    @guard.action(TRACK)
    def message() -> Answer:
        """Write to the desk."""

        def act() -> str:
            followed.write(runtime, *held(), request.form.get("text", ""))
            return t("complaint.done.message")

        return _answered(runtime, act, place="message")


def _keeping(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/consent")
    @guard.action(TRACK)
    def consent() -> Answer:
        """Take a consent back."""

        def act() -> str:
            followed.revoke(runtime, *held(), given("consent"))
            return t("complaint.done.consent")

        return _answered(runtime, act, place="consents")

    @blueprint.post("/agree")
    @guard.action(TRACK)
    def agree() -> Answer:
        """Let another council have the case, as the desk has asked."""

        def act() -> str:
            followed.agree(runtime, *held(), given("council"), request.form.getlist("field"))
            return t("complaint.done.handover")

        return _answered(runtime, act, place="handover")

    @blueprint.post("/erase")
    @guard.action(TRACK)
    def erase() -> Answer:
        """Ask for the erasure of one's data."""

        def act() -> str:
            followed.ask_erasure(runtime, *held())
            return t("complaint.done.erase")

        return _answered(runtime, act, place="erase")


def _files(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/evidence")
    @bodies.takes_form_file(media.rules().file_bytes)
    @guard.action(TRACK)
    def attach() -> Answer:
        """Add an evidence file."""

        def act() -> str:
            case_id = _case_id(runtime)
            evidence_files.add(runtime, case_id, upload(), asker=complainant(case_id))
            return t("complaint.done.file")

        return _answered(runtime, act, place="evidence")

    @blueprint.post("/file")
    @guard.action(TRACK)
    def download() -> Answer:
        """Send one's own file back."""
        case_id = _case_id(runtime)
        if not request.form.get("file"):
            raise InvalidInput("choose a file", where="file")
        opened = evidence_files.open_file(
            runtime,
            case_id,
            request.form["file"],
            variant=request.form.get("variant", evidence_files.ORIGINAL),
            asker=complainant(case_id),
            purpose=OWN,
        )
        answer: Response = as_attachment(opened)
        return answer


def _case_id(runtime: Runtime) -> str:
    with runtime.reading() as session:
        case, _ = followed.own(session, *held(), now=runtime.clock())
        return case.id


def _answered(runtime: Runtime, act: Callable[[], str], *, place: str) -> Answer:
    """Act and show the case anew, with what was done or, at its place, what was refused."""
    reference, token = held()
    with runtime.reading() as session:
        followed.own(session, reference, token, now=runtime.clock())
    try:
        said = act()
    except NotFound:
        raise
    except CaveatError as error:
        named = forms.wrong(error)
        wrong = " ".join(named.values())
        page = case_page(runtime, reference, token, errors=named | {place: wrong}, wrong=wrong)
        return page, int(error.status)
    return case_page(runtime, reference, token, said=said)


def _numbered(found: followed.Followed) -> dict[str, int]:
    """Return a number for each who looked, oldest first: how many there are, not their names."""
    order = dict.fromkeys(look.actor for look in reversed(found.looks))
    return {actor: number for number, actor in enumerate(order, 1)}
