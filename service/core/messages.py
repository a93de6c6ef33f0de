"""Sentences, numbers, money and dates in the reader's language.

A language is one file `service/messages/<locale>.json`: flat keys to ICU MessageFormat strings. One
in `service/messages/shoppers/` holds only what shoppers read: the keys that `covers` computes. The
subset is what `extension/src/messages.ts` also runs: `{name}`, `{n, number[, integer|percent]}`,
`{day, date[, short|medium|long|full]}`, `{n, plural, offset:1 =0 {…} one {…} other {# …}}` and
`{kind, select, a {…} other {…}}`. `tests/vectors/messages.json` judges both. Every file is parsed
and checked when it is loaded, so that a broken string stops the start and not a reader's page.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from pyicumessageformat import Parser
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from service.core.errors import Misconfigured

FOLDER = Path(__file__).parents[1] / "messages"
SHOPPERS = FOLDER / "shoppers"
FALLBACK = "en"
LOCALES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
"""Languages in which all is said."""
SHOPPER_LOCALES = tuple(sorted([*LOCALES, *(path.stem for path in SHOPPERS.glob("*.json"))]))
"""Languages in which all is said that a shopper reads."""

Value: TypeAlias = str | int | float | Decimal | date
Node: TypeAlias = str | dict[str, Any]
Ast: TypeAlias = list[Node]

_EXTENSION_WORDS = Path(__file__).parents[2] / "extension" / "words.json"
_STYLES: dict[str | None, frozenset[str | None]] = {
    None: frozenset({None}),
    "number": frozenset({None, "integer", "percent"}),
    "date": frozenset({None, "short", "medium", "long", "full"}),
    "plural": frozenset({None}),
    "select": frozenset({None}),
}


class MessageError(Misconfigured):
    """A message file, or one use of a message, is wrong; `where` names the file or language, and key."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one language, with English where a translation is missing."""

    locale: str
    asts: Mapping[str, Ast]

    @staticmethod
    def load(locale: str) -> "Messages":
        """Read a language once per process; MessageError if it is not one of SHOPPER_LOCALES."""
        return _load(locale)

    def __contains__(self, key: str) -> bool:
        return key in self.asts

    def text(self, key: str, /, **args: Value) -> str:
        """Fill in a message; MessageError for an unknown key or a missing argument."""
        if key not in self.asts:
            raise MessageError(f"there is no message {key!r}", where=self.locale)
        try:
            return _format(self.asts[key], args, self._cldr)
        except (KeyError, TypeError, ValueError) as error:
            raise MessageError(f"message {key!r}: {error!r}", where=self.locale) from error

    def money(self, amount: Decimal | int | str, currency: str) -> str:
        """Write an amount with the currency's own decimals: ("12900", "KRW") in ko is ₩12,900."""
        with _rounding_as_browsers_do():
            return format_currency(Decimal(amount), currency, locale=self._cldr)

    def number(self, value: float | Decimal) -> str:
        """Write a number with at most three decimals."""
        return _number(value, None, self._cldr)

    def date(self, when: date | str, style: str = "medium") -> str:
        """Write a day, in UTC for a moment: Mar 5, 2026."""
        return _date(when, style, self._cldr)

    def moment(self, when: datetime) -> str:
        """Write a moment to the minute, in UTC and saying so."""
        return format_datetime(when.astimezone(UTC), "medium", locale=self._cldr) + " UTC"

    def ago(self, when: datetime, now: datetime) -> str:
        """Write how long ago (or ahead) a moment is, in its largest unit: 3 weeks ago."""
        step = when - now or -timedelta(seconds=1)
        return format_timedelta(step, add_direction=True, locale=self._cldr)

    def country(self, code: str) -> str:
        """Name a country by its two-letter code: Deutschland; an unknown code stays."""
        return str(self._cldr.territories.get(code, code))

    @property
    def name(self) -> str:
        """The language's name in itself, as a reader would look for it: 한국어."""
        return self._cldr.get_display_name() or self.locale

    @property
    def direction(self) -> str:
        """Which way the script runs: "ltr" or "rtl"."""
        return str(self._cldr.text_direction)

    @property
    def _cldr(self) -> Locale:
        return _cldr(self.locale)


def negotiate(
    *chosen: str | None,
    accept_language: str | None = None,
    among: tuple[str, ...] = LOCALES,
) -> str:
    """Pick a locale: the first explicit choice that is known, else the browser's wishes, else English.

    A wish matches by exact tag first, then by script, then by language, wish by wish in order of
    quality: zh-TW is served zh-Hant, or zh-Hans before a less wanted English.
    """
    header = parse_accept_header(accept_language, LanguageAccept) if accept_language else ()
    accepted = [tag for tag, quality in header if quality > 0]
    wishes = [*(choice for choice in chosen if choice), *accepted]
    return next((found for wish in wishes if (found := _served(wish, among))), FALLBACK)


def for_shopper(language: str | None) -> Messages:
    """Return the words for a letter to a shopper, in the language that was asked for if it is spoken."""
    return Messages.load(negotiate(language, among=SHOPPER_LOCALES))


def covers() -> tuple[str, ...]:
    """Return the beginnings of the keys that every language of shoppers holds.

    The extension's are those that its build takes (`extension/words.json`).
    """
    words = json.loads(_EXTENSION_WORDS.read_text(encoding="utf-8"))
    return *(each for part in words.values() for each in part), *shopper_scope()["beginnings"]


@lru_cache
def shopper_scope() -> dict[str, list[str]]:
    """Return what else is said in the languages of shoppers: beginnings of keys, and blueprints."""
    return tomllib.loads((FOLDER / "shoppers.toml").read_text(encoding="utf-8"))


def parse(message: str, where: str) -> Ast:
    """Parse one ICU string; MessageError naming `where` for bad syntax or an unsupported format."""
    try:
        ast: Ast = Parser().parse(message)
    except SyntaxError as error:
        raise MessageError(str(error), where=where) from error
    for node in _placeholders(ast):
        kind, style = node.get("type"), node.get("format")
        if kind not in _STYLES or style not in _STYLES[kind]:
            raise MessageError(f"{{{node['name']}, {kind}, {style}}} is not supported", where=where)
    return ast


def arguments(ast: Ast) -> set[tuple[str, str | None]]:
    """Name and type of every argument a message takes."""
    return {(node["name"], node.get("type")) for node in _placeholders(ast)}


def path_of(locale: str) -> Path:
    """Return the file of a language."""
    return (FOLDER if locale in LOCALES else SHOPPERS) / f"{locale}.json"


def read_strings(locale: str) -> dict[str, str]:
    """Return a language's own strings as they are written; MessageError naming a line that is no JSON."""
    path = path_of(locale)
    try:
        strings: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise MessageError(error.msg, where=f"{path.name}: line {error.lineno}") from error
    return strings


@lru_cache
def _load(locale: str) -> Messages:
    if locale not in SHOPPER_LOCALES:
        known = ", ".join(SHOPPER_LOCALES)
        raise MessageError(f"there is {known}", where=f"no messages in {locale!r}")
    chain = dict.fromkeys([FALLBACK, locale])
    return Messages(locale, {key: ast for step in chain for key, ast in _read(step).items()})


@lru_cache
def _read(locale: str) -> dict[str, Ast]:
    name = path_of(locale).name
    return {key: parse(text, f"{name}: {key}") for key, text in read_strings(locale).items()}


@lru_cache
def _cldr(locale: str) -> Locale:
    return Locale.parse(locale, sep="-")


def _served(tag: str, among: tuple[str, ...]) -> str | None:
    exact = {locale.casefold(): locale for locale in among}
    by_language = {locale.split("-")[0]: locale for locale in reversed(among)}
    wanted = tag.casefold().replace("_", "-")
    script = exact.get(f"{wanted.split('-')[0]}-{_script(wanted)}")
    return exact.get(wanted) or script or by_language.get(wanted.split("-")[0])


def _script(tag: str) -> str:
    """Return the script that a region reads, such as hant for zh-tw; empty where it is not known."""
    try:
        return (Locale.parse(tag, sep="-").script or "").casefold()
    except (ValueError, UnknownLocaleError):
        return ""


def _placeholders(ast: Ast) -> Iterator[dict[str, Any]]:
    for node in ast:
        if isinstance(node, dict):
            yield node
            for option in node.get("options", {}).values():
                yield from _placeholders(option)


def _format(ast: Ast, args: Mapping[str, Value], cldr: Locale, counted: Value = 0) -> str:
    """Render nodes; `counted` is what `#` stands for: the nearest plural's number less its offset."""
    return "".join(
        node if isinstance(node, str) else _node(node, args, cldr, counted) for node in ast
    )


def _node(node: dict[str, Any], args: Mapping[str, Value], cldr: Locale, counted: Value) -> str:
    if node.get("hash"):
        return _number(counted, None, cldr)
    value = args[node["name"]]
    match node.get("type"):
        case "plural":
            number = _exact(value)
            rest = number - node["offset"]
            return _format(_plural_option(node["options"], number, rest, cldr), args, cldr, rest)
        case "select":
            return _format(_select_option(node["options"], value), args, cldr, counted)
        case "number":
            return _number(value, node.get("format"), cldr)
        case "date":
            return _date(value, node.get("format") or "medium", cldr)
        case _:
            return value if isinstance(value, str) else _number(value, None, cldr)


def _plural_option(options: dict[str, Ast], number: Decimal, rest: Decimal, cldr: Locale) -> Ast:
    whole = int(rest) if rest == int(rest) else rest
    return _option(options, f"={number.normalize():f}", cldr.plural_form(whole))


def _select_option(options: dict[str, Ast], value: Value) -> Ast:
    return _option(options, str(value).lower() if isinstance(value, bool) else str(value))


def _option(options: dict[str, Ast], *names: str) -> Ast:
    return options[next((name for name in names if name in options), "other")]


def _exact(value: Value) -> Decimal:
    if isinstance(value, str | date | bool):
        raise TypeError(f"{value!r} is not a number")
    return Decimal(str(value))


def _number(value: Value, style: str | None, cldr: Locale) -> str:
    with _rounding_as_browsers_do():
        if style == "percent":
            return format_percent(_exact(value), locale=cldr)
        pattern = "#,##0" if style == "integer" else None
        return format_decimal(_exact(value), pattern, locale=cldr)


def _rounding_as_browsers_do() -> Any:
    """Half away from zero, as Intl.NumberFormat; Decimal's default is half to even."""
    return localcontext(rounding=ROUND_HALF_UP)


def _date(value: Value, style: str, cldr: Locale) -> str:
    """Write the day in UTC: the same moment is the same day on every surface."""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(when, date):
        raise TypeError(f"{value!r} is not a date")
    day = when.astimezone(UTC) if isinstance(when, datetime) and when.tzinfo else when
    return format_date(day, style, locale=cldr)
