"""What text, amounts, days, countries and currencies of a complaint may be.

The patterns stand in the JSON Schema (json_schema.py) as well as behind the API (schemas.py), so they
keep to what Python and ECMA-262 regular expressions read alike.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

from babel import Locale
from babel.numbers import get_territory_currencies
from marshmallow import ValidationError, fields, validate

AMOUNT = r"[0-9]{1,9}(\.[0-9]{1,2})?"
DAY = r"2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
PHONE = r"\+?[0-9][0-9 ()./-]{5,}"
URL = r"https?://[^\s/?#\\<>\"{}|^`]+([/?#][^\s<>\"]*)?"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(\.{_LABEL})+"
# NUL, and halves of surrogate pairs, are nothing that a database or a letter can hold.
TEXT = r"[^\u0000\ud800-\udfff]*"
# Letters and symbols by their category, yet nothing is seen: Hangul fillers and the empty Braille cell.
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
_UNSEEN = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf", "Cs"))
# Babel also names what ISO 3166-1 does not assign to a country: exceptional reservations, unions and
# test codes. XK is not assigned either, but Kosovo has no other code and its people shop too.
NO_COUNTRY = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)


def _countries() -> tuple[str, ...]:
    known = Locale("en").territories
    letters = (code for code in map(str, known) if re.fullmatch("[A-Z]{2}", code))
    return tuple(sorted(code for code in letters if code not in NO_COUNTRY))


COUNTRIES = _countries()
CURRENCIES = tuple(
    sorted({name for country in COUNTRIES for name in get_territory_currencies(country)})
)
"""Currencies that are legal tender somewhere today: no test codes, metals or old money."""


class WholeMatch(validate.Regexp):
    """A pattern that the whole text matches; `$` alone would let a line break follow."""

    def __call__(self, value: Any) -> Any:
        """Return the value; raise ValidationError when it does not match."""
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value


class Amount(fields.String):
    """An amount as people write it in a form, kept as text with two decimals; numbers are taken too."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        text = plain(value)
        if not isinstance(text, str) or re.fullmatch(AMOUNT, text) is None:
            raise ValidationError("is not an amount such as 24.90.")
        return str(Decimal(text).quantize(Decimal("0.01")))


class Truth(fields.Boolean):
    """Yes or no as JSON has it: a consent is never read into "1" or "on"."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("is neither true nor false.")
        return value


def given(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given: without blanks, which forms send for every empty field."""
    return {name: value for name, value in data.items() if not is_blank(value)}


def plain(value: Any) -> Any:
    """Return a JSON number as its text; everything else as it is."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value) if is_number else value


def is_blank(value: Any) -> bool:
    """Tell whether a value is missing: nothing, an empty list, or text in which nothing can be seen."""
    if isinstance(value, str):
        return re.search(seen(), value) is None and "\0" not in value and not _halves(value)
    return value is None or value == []


def unreadable(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with each text that no database or letter can hold."""
    return {
        name: ["holds a character that is no text."]
        for name, value in data.items()
        if isinstance(value, str) and re.fullmatch(TEXT, value) is None
    }


@cache
def seen() -> str:
    """Return the pattern of one character that can be seen."""
    points = {point for point in range(sys.maxunicode + 1) if _is_unseen(chr(point))}
    return f"[^{''.join(map(_escaped, _ranges(sorted(points))))}]"


def _is_unseen(character: str) -> bool:
    return character in _FILLERS or unicodedata.category(character) in _UNSEEN


def _halves(text: str) -> bool:
    return any(unicodedata.category(character) == "Cs" for character in text)


def _ranges(points: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last of each run of points; those beyond the first plane are left out."""
    plane = [point for point in points if point < 0x10000]  # noqa: PLR2004 - the first plane
    breaks = [-1, *(i for i, (a, b) in enumerate(pairwise(plane)) if b - a > 1), len(plane) - 1]
    return [(plane[start + 1], plane[end]) for start, end in pairwise(breaks)]


def _escaped(run: tuple[int, int]) -> str:
    first, last = run
    return f"\\u{first:04x}" if first == last else f"\\u{first:04x}-\\u{last:04x}"
