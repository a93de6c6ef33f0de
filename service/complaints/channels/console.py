"""The public page that says where to complain; its answers stand in its address only."""

from collections.abc import Callable, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, cast

from babel import Locale
from babel.numbers import get_currency_name
from flask import Blueprint, render_template, request
from marshmallow import ValidationError

from service.complaints.channels import naming, registry, router, vocabulary
from service.complaints.channels.router import Option, Reason
from service.complaints.channels.schemas import SituationSchema
from service.complaints.channels.views import about, cards, is_channel
from service.complaints.intake.values import COUNTRIES, CURRENCIES
from service.core import guard
from service.core.i18n_web import messages, t
from service.core.runtime import Runtime

SAME = ("residence", "trader_country", "platform", "seller", "payment", "category")
DATES = {
    "purchase": ("purchase",),
    "shipped": ("shipped",),
    "promised": ("latest_estimated_delivery", "delivery_window_end"),
}
CONTACTS = (
    "trader_contacted",
    "trader_contacted_in_writing",
    "trader_contacted_on_platform",
)
# Keys of the schema: the fields of the form that they come from.
FIELD_OF = {"dates": "purchase", "tried": "tried_on", "amounts": "amount"}


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint("channels", __name__, template_folder="templates")
    blueprint.add_app_template_filter(_name_of, "name_of")
    blueprint.add_app_template_filter(_language_name, "language_name")

    @blueprint.get("/where-to-complain")
    @guard.action("channel.read")
    def where() -> tuple[str, int]:
        """Show the form, and below it what fits the answers in the address."""
        today = runtime.clock().date()
        errors, options = _answer(today)
        page = render_template(
            "channels/where.html",
            errors=errors,
            groups=cards(options or (), messages().locale),
            about=about_reason,
            clocks=[(registry.channel(n), due) for n, due in router.by_loss(options or ())],
            asked=options is not None,
            sent=request.args,
            choices=_choices(),
        )
        return page, int(HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)

    return blueprint


def _answer(today: date) -> tuple[dict[str, str], tuple[Option, ...] | None]:
    """Return what is wrong with the answers, and the options; None before anything is answered."""
    if not request.args.get("residence") and not request.args.get("asked"):
        return {}, None
    try:
        asked = SituationSchema().load(_document(request.args))
    except ValidationError as error:
        wrong = cast("dict[str, Any]", error.messages)
        return {FIELD_OF.get(name, name): t("channels.wrong") for name in wrong}, None
    return {}, router.route(asked["situation"], today)


def _document(args: Mapping[str, str]) -> dict[str, Any]:
    """Return the form's answers as POST /v1/channels/route takes them."""
    given = {name: value.strip() for name, value in args.items() if value.strip()}
    document: dict[str, Any] = {name: given[name] for name in SAME if name in given}
    if "deceived" in given:
        document["deceived"] = given["deceived"] == "yes"
    if "amount" in given:
        document["amounts"] = {given.get("currency", ""): given["amount"]}
    dates = {
        event: given[name] for name, events in DATES.items() if name in given for event in events
    }
    return {
        **document,
        "role": "consumer",
        "publish": "publish" in given,
        "dates": dates,
        "tried": [
            *_step(given, "contacted", "contacted_on"),
            *_step(given, "tried", "tried_on"),
        ],
    }


def _step(given: Mapping[str, str], name: str, day: str) -> list[dict[str, str]]:
    step = given.get(name, "no")
    if step == "no":
        return []
    return [{"step": step, **({"on": given[day]} if day in given else {})}]


def _choices() -> dict[str, dict[str, str]]:
    countries = _known(_named(COUNTRIES, _country_names()))
    active = [one for one in registry.load().channels.values() if one.status == "active"]
    return {
        "residence": countries,
        "trader_country": countries,
        "platform": _known(_texts("platform", vocabulary.platforms())),
        "seller": _known(_texts("seller", vocabulary.SELLERS)),
        "payment": _known(_texts("payment", vocabulary.payments())),
        "category": _known(_texts("category", vocabulary.categories())),
        "deceived": _known({"yes": t("channels.yes"), "no": t("channels.no")}),
        "contacted": {
            "no": t("channels.contacted.no"),
            **{step: t(f"channels.contacted.{step}") for step in CONTACTS},
        },
        "tried": {"": "–", **_named([one.id for one in active], _channel_name)},
        "currency": {"": "–", **_named(CURRENCIES, _currency_name)},
    }


def _known(options: dict[str, str]) -> dict[str, str]:
    return {"": t("channels.unknown"), **options}


def _named(codes: Any, name: Callable[[str], str]) -> dict[str, str]:
    rows = sorted(((code, name(code)) for code in codes), key=lambda row: row[1].casefold())
    return dict(rows)


def _language_name(code: str) -> str:
    reader = Locale.parse(messages().locale, sep="-")
    return Locale.parse(code, sep="-").get_display_name(reader) or code


def _country_names() -> Callable[[str], str]:
    names = Locale.parse(messages().locale, sep="-").territories
    return lambda code: str(names.get(code, code))


def _currency_name(code: str) -> str:
    name = get_currency_name(code, locale=Locale.parse(messages().locale, sep="-"))
    return f"{code} – {name}"


def about_reason(reason: Reason) -> str:
    """Name what a reason is about: a desk, a step, a date or another fact."""
    family, key = about(reason)
    return _channel_name(key) if family == "channel" else t(f"channels.{family}.{key}")


def _name_of(step: str) -> str:
    """Name a step: a desk of the registry, or one of our words for steps elsewhere."""
    return _channel_name(step) if is_channel(step) else t(f"channels.step.{step}")


def _channel_name(channel_id: str) -> str:
    return naming.name(registry.channel(channel_id), messages().locale).text


def _texts(family: str, codes: tuple[str, ...]) -> dict[str, str]:
    return {code: t(f"channels.{family}.{code}") for code in codes}
