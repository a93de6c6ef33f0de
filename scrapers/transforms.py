"""The closed list of transforms: text in, value out, None for "this is no such value".

Each exists once here and once in `extension/src/rules/transforms.ts`; `tests/vectors/
transforms.json` judges both. A value that could be read in two ways is no value.
"""

import functools
import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from scrapers.errors import InvalidRules
from scrapers.html import clean
from scrapers.weburl import parse

Value = str | int | bool
Transform = Callable[[str, "Context"], Value | None]

_ENTITY = re.compile(r"&#?\w{1,31};")
_NUMBER = re.compile(r"[0-9](?:[0-9.,'’ \u00a0\u202f]*[0-9])?")
_GROUPED = re.compile(r"\d{1,3}(?:([ '’\u00a0\u202f.,])\d{3})(?:\1\d{3})*", re.ASCII)
_NO_MODEL = r"^(?:n/?a|none|null|undefined|unknown)$|\{\{"
_LONGEST_MODEL = 48
_LONGEST_BRAND = 60
_LONGEST_FACT = 400
_YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Context:
    """What a transform may know of the page: its country (ISO 3166) and its currency (ISO 4217)."""

    country: str = ""
    currency: str = ""


@functools.cache
def words() -> dict[str, Any]:
    """Return `rules/words.yaml` as it stands."""
    text = resources.files("scrapers").joinpath("rules/words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@functools.cache
def _table(name: str) -> list[tuple[re.Pattern[str], str]]:
    """Compile a word list to (pattern, meaning) pairs, whichever of the two comes first in it."""
    pairs = words()[name] if name == "currency" else [(p, v) for v, p in words()[name]]
    return [(re.compile(pattern, re.IGNORECASE | re.ASCII), value) for pattern, value in pairs]


def _looked_up(name: str, text: str) -> str | None:
    return next((value for pattern, value in _table(name) if pattern.search(text)), None)


def text(value: str, _: Context) -> str | None:
    """Normalise white space; nothing is no value."""
    return clean(value) or None


def unescape(value: str, _: Context) -> str:
    """Undo one layer of HTML entities, for JSON that carries them."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), value)


def lower(value: str, _: Context) -> str:
    """Lower case."""
    return value.lower()


def upper(value: str, _: Context) -> str:
    """Upper case."""
    return value.upper()


def token(value: str, _: Context) -> str | None:
    """Accept an identifier: short, no sentence."""
    return value if len(value) <= 64 and value.count(" ") <= 4 else None  # noqa: PLR2004 -- see above


def digits(value: str, _: Context) -> str | None:
    """Accept a number that is a name, such as a shop id."""
    return value if re.fullmatch(r"\d{1,24}", value, re.ASCII) else None


def script_string(value: str, _: Context) -> str:
    r"""Undo the \u escapes of a string taken out of a script."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), value).replace("\\/", "/")


def price(value: str, context: Context) -> str | None:
    """Return the first amount as a decimal string ("1234.50"); zero is no price.

    The last separator is a decimal point when one or two digits follow it, or more than three.
    Three digits after the only separator are a group, unless the whole part is 0.
    """
    match = _NUMBER.search(value)
    if not match or value[: match.start()].strip() == "-":
        return None
    amount = _decimal(match[0], context)
    return amount if amount and float(amount) > 0 else None


def amount(value: str, context: Context) -> str | None:
    """Return a price meant for machines, where "34.000" may be 34 or 34000: then there is none."""
    unclear = re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", value.strip())
    return None if unclear and context.currency not in words()["whole"] else price(value, context)


def _decimal(number: str, context: Context) -> str | None:
    if number.isascii() and number.isdigit():
        return number.lstrip("0") or "0"
    grouped = _GROUPED.fullmatch(number)
    if grouped and not number.startswith("0"):
        return re.sub(r"\D", "", number)
    whole, separator, fraction = _split(number)
    if not whole or len(fraction) > 4:  # noqa: PLR2004 -- no shop shows more decimals
        return None
    if context.currency in words()["whole"] and len(fraction) == 3:  # noqa: PLR2004 -- a group
        return whole + fraction
    trimmed = fraction if len(fraction) <= 2 else fraction[:2] + fraction[2:].rstrip("0")  # noqa: PLR2004 -- cents
    return f"{whole}.{trimmed}" if separator else whole


def _split(number: str) -> tuple[str, str, str]:
    """Split at the last point or comma; the whole part must be digits or proper groups of three."""
    cut = max(number.rfind("."), number.rfind(","))
    if cut < 0:
        return "", "", ""
    whole, separator, fraction = number[:cut], number[cut], number[cut + 1 :]
    plain = whole.isdigit() and whole.isascii()
    proper = plain or (_GROUPED.fullmatch(whole) and separator not in whole)
    if not proper or not re.fullmatch(r"\d+", fraction, re.ASCII):
        return "", "", ""
    return re.sub(r"\D", "", whole).lstrip("0") or "0", separator, fraction


def decimal(value: str, _: Context) -> str | None:
    """Return the first number with at most two digits before the point, as ratings are."""
    match = re.search(r"(?<![\d.,])(\d{1,3})(?:[.,](\d{1,3}))?(?![\d])", value, re.ASCII)
    if not match:
        return None
    return f"{match[1]}.{match[2]}" if match[2] else match[1]


def integer(value: str, _: Context) -> int | None:
    """Return the first whole number; groups of three are joined, fractions are no integers."""
    match = _NUMBER.search(value)
    if not match:
        return None
    number = match[0]
    if re.fullmatch(r"\d{1,15}", number, re.ASCII):
        return int(number)
    return int(re.sub(r"\D", "", number)) if _GROUPED.fullmatch(number) else None


def count(value: str, context: Context) -> int | None:
    """Return the first number with its word of size: "1.2k+", "3,5 mil", "10만", "2萬"; else as `int`."""
    match = _counted().search(value)
    if match is None or match[2] is None:
        return integer(value, context)
    size = next(size for pattern, size in _sizes() if pattern.fullmatch(match[2]))
    number = match[1].replace(",", ".")
    return None if number.count(".") > 1 else round(float(number) * size)


@functools.cache
def _sizes() -> list[tuple[re.Pattern[str], int]]:
    return [(re.compile(word, re.IGNORECASE), size) for word, size in words()["sizes"]]


@functools.cache
def _counted() -> re.Pattern[str]:
    sizes = "|".join(word for word, _ in words()["sizes"])
    return re.compile(rf"(\d+(?:[.,]\d{{1,2}})?)\s?({sizes})(?![a-zÀ-ÿ])|\d", re.IGNORECASE)


def date(value: str, _: Context) -> str | None:
    """Return an ISO date from one that begins with the year or names its month; else none.

    "2014-08-04", "2014.8.4", "2014年8月4日", "Aug 4, 2014", "4. August 2014": day and month are never guessed.
    """
    if found := re.search(
        r"(?<!\d)(\d{4})\s?[-./년年]\s?(\d{1,2})\s?[-./월月]\s?(\d{1,2})(?!\d)", value
    ):
        year, month, day = (int(group) for group in found.groups())
    elif found := _named_date().search(value):
        year, day = int(found[3] or found[6]), int(found[1] or found[5])
        month = _months()[(found[2] or found[4]).lower()]
    else:
        return None
    valid = year in _YEARS and 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004 -- a calendar
    return f"{year:04}-{month:02}-{day:02}" if valid else None


@functools.cache
def _months() -> dict[str, int]:
    """Return each spelling of a month -> its number."""
    return {name: at for at, names in words()["months"].items() for name in names.split()}


@functools.cache
def _named_date() -> re.Pattern[str]:
    months = "|".join(sorted(_months(), key=len, reverse=True))
    day_first = rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?,? (?:de |di )?({months})\.?,?(?: de| del)? (\d{{4}})"
    month_first = rf"\b({months})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})"
    return re.compile(f"{day_first}|{month_first}", re.IGNORECASE)


def gtin(value: str, _: Context) -> str | None:
    """Return a GTIN with a right check digit as printed, without blanks and hyphens.

    All zeros are no GTIN, and an ISBN-10 is none either.
    """
    number = re.sub(r"[\s-]", "", value)
    if len(number) not in (8, 12, 13, 14) or not re.fullmatch(r"\d+", number, re.ASCII):
        return None
    total = sum(int(d) * (1 if i % 2 == 0 else 3) for i, d in enumerate(reversed(number)))
    return number if total % 10 == 0 and number.strip("0") else None


def currency(value: str, context: Context) -> str | None:
    """Return the ISO 4217 code of a code or sign; a sign of many by the country, else None."""
    code = value.strip().upper()
    if re.fullmatch(r"[A-Z]{3}", code):
        renamed: str = words()["renamed"].get(code, code)
        return renamed
    if found := _looked_up("currency", value):
        return found
    for sign, countries in words()["signs"].items():
        if sign in value:
            named: str | None = countries.get(context.country, countries.get(""))
            return named
    return None


def availability(value: str, _: Context) -> str | None:
    """Return InStock, OutOfStock or PreOrder from a schema.org name or a phrase."""
    return _looked_up("availability", clean(value).lower())


def brand(value: str, _: Context) -> str | None:
    """Accept a brand: no placeholder, no sentence; a label before a colon is cut off."""
    name = re.sub(r"^[^:]{2,40}:\s*", "", value) if ": " in value else value
    refused = any(re.search(p, name, re.IGNORECASE | re.ASCII) for p in words()["no_brand"])
    return None if refused or len(name) > _LONGEST_BRAND else name or None


def model(value: str, _: Context) -> str | None:
    """Accept a model number or name: no placeholder, no sentence."""
    bad = len(value) > _LONGEST_MODEL or re.search(_NO_MODEL, value, re.IGNORECASE)
    return None if bad else value


def name(value: str, _: Context) -> str | None:
    """Return the last part of a vocabulary's address, such as FreeReturn, or a short name itself."""
    last = clean(value).rstrip("/#").rpartition("/")[2].rpartition("#")[2]
    return last if 0 < len(last) <= _LONGEST_BRAND else None


def decimal_amount(value: str, context: Context) -> str | None:
    """Return an amount like `amount`, where zero says that something is free."""
    free = re.fullmatch(r"0+(?:[.,]0+)?", value.strip())
    return "0" if free else amount(value, context)


def fact(value: str, _: Context) -> str | None:
    """Accept what a specification table says: no placeholder, no page of text."""
    refused = any(re.search(p, value, re.IGNORECASE | re.ASCII) for p in words()["no_fact"])
    return None if refused or len(value) > _LONGEST_FACT else value


TRANSFORMS: dict[str, Transform] = {
    "text": text,
    "unescape": unescape,
    "lower": lower,
    "upper": upper,
    "token": token,
    "digits": digits,
    "script_string": script_string,
    "price": price,
    "amount": amount,
    "decimal": decimal,
    "int": integer,
    "count": count,
    "date": date,
    "gtin": gtin,
    "currency": currency,
    "availability": availability,
    "brand": brand,
    "model": model,
    "name": name,
    "decimal_amount": decimal_amount,
    "fact": fact,
}


def apply(value: str, steps: Iterable[Any], context: Context) -> Value | None:
    """Run a value through the steps of a way; a step is a name or a table `{from: to}`.

    A table turns the listed values and drops the others, unless it has "*" for them.
    """
    current: Value | None = value
    for step in steps:
        if isinstance(step, dict):
            current = step.get(str(current), step.get("*"))
        elif step in TRANSFORMS:
            current = TRANSFORMS[step](str(current), context)
        else:
            raise InvalidRules(f"unknown transform: {step}")
        if current is None:
            return None
    return current


def country(url: str) -> str:
    """Return the country whose code ends an address's host, "" for .com and its like."""
    last = parse(url).host.rpartition(".")[2]
    if len(last) != 2 or last in words()["generic_domains"]:  # noqa: PLR2004 -- a country code
        return ""
    return "GB" if last == "uk" else last.upper()
