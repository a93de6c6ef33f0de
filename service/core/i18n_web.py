"""The reader's language in web pages: chosen per request, ready in every template.

In templates: `t(key, **args)`, `has_text(key)`, `money(amount, currency)`, `day_text(when)`,
`date_text(when)`, `day(when)`, `number(value)`, `country(code)`, `languages()`, and on pages also `lang` and `dir`.
"""

from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Flask, Response, g, request
from markupsafe import Markup

from service.core.clock import Clock, utc_now
from service.core.messages import (
    LOCALES,
    SHOPPER_LOCALES,
    Messages,
    Value,
    negotiate,
    shopper_scope,
)

COOKIE = "lang"
_A_YEAR = 365 * 24 * 60 * 60


class Language(NamedTuple):
    """One entry of the language switch; `href` is this page in that language."""

    locale: str
    name: str
    href: str
    current: bool


def install(app: Flask, clock: Clock = utc_now) -> None:
    """Give an app's requests and templates the reader's language."""
    app.before_request(_choose)
    app.after_request(_tell)
    app.context_processor(lambda: {"lang": messages().locale, "dir": messages().direction})
    app.add_template_global(t)
    app.add_template_global(money)
    app.add_template_global(day_text)
    app.add_template_global(lambda when: messages().date(when), "day")
    app.add_template_global(lambda value: messages().number(value), "number")
    app.add_template_global(languages)
    app.add_template_global(lambda code: messages().country(code), "country")
    app.add_template_global(lambda key: key in messages(), "has_text")
    app.add_template_global(lambda when: date_text(when, clock()), "date_text")


def messages() -> Messages:
    """Return the messages of this request."""
    chosen = g.get("messages")
    return chosen if isinstance(chosen, Messages) else Messages.load("en")


def t(key: str, /, **args: Value) -> str:
    """Write a message in the reader's language."""
    return messages().text(key, **args)


def money(amount: str, currency: str) -> str:
    """Write an amount in the reader's language."""
    return messages().money(amount, currency)


def day_text(when: datetime | date | str) -> Markup:
    """Write a day in full, as a <time> element."""
    moment = _moment(when)
    return Markup('<time datetime="{}">{}</time>').format(
        moment.date().isoformat(), messages().date(moment)
    )


def date_text(when: datetime | date | str, now: datetime) -> Markup:
    """Write how long ago a moment is; the day itself is on hover and on paper."""
    moment = _moment(when)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"),
        messages().date(moment),
        messages().ago(moment, now),
    )


def languages() -> list[Language]:
    """List the language switch for this page, keeping its other arguments."""
    here = messages().locale
    return [
        Language(locale, Messages.load(locale).name, _in(locale), locale == here)
        for locale in _offered()
    ]


def _offered() -> tuple[str, ...]:
    """Return the languages in which this whole page is written."""
    return SHOPPER_LOCALES if request.blueprint in shopper_scope()["blueprints"] else LOCALES


def _in(locale: str) -> str:
    # An address that was refused for the secret in it is not repeated in links.
    args = () if g.get("secret_in_address") else request.args.items(multi=True)
    kept = [(key, value) for key, value in args if key != COOKIE]
    return "?" + urlencode([*kept, (COOKIE, locale)])


def _choose() -> None:
    locale = negotiate(
        request.args.get(COOKIE),
        request.cookies.get(COOKIE),
        accept_language=request.headers.get("Accept-Language"),
        among=_offered(),
    )
    g.messages = Messages.load(locale)


def _tell(response: Response) -> Response:
    """Name the language, keep caches apart, and remember an explicit choice."""
    if "messages" in g:
        response.content_language.add(g.messages.locale)
        response.vary.update(["Accept-Language", "Cookie"])
    if request.args.get(COOKIE) in _offered():
        response.set_cookie(
            COOKIE, request.args[COOKIE], max_age=_A_YEAR, samesite="Lax", httponly=True
        )
    return response


def _moment(when: datetime | date | str) -> datetime:
    """Read an ISO text or a day as a moment; one without an offset is in UTC."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    elif not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day, tzinfo=UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
