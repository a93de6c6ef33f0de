"""What text, amounts, countries and currencies of a complaint may be."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import get_territory_currencies
from marshmallow import ValidationError, fields, validate

PLAIN_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
# Letters and symbols by their category, yet nothing is seen: Hangul fillers and the empty Braille cell.
INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
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


class Amount(fields.Decimal):
    """An amount as people write it in a form: digits, and at most two more after a point."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not PLAIN_AMOUNT.fullmatch(str(value)):
            raise ValidationError("is not an amount such as 24.90.")
        return super()._deserialize(value, attr, data, **kwargs)


def is_blank(value: Any) -> bool:
    """Tell whether a value is missing: nothing, or text in which nothing can be seen."""
    return value is None or (isinstance(value, str) and not any(map(_visible, value)))


def unreadable(data: dict[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with each text that no database or letter can hold."""
    return {
        name: ["holds a character that is no text."]
        for name, value in data.items()
        if isinstance(value, str) and any(map(_no_text, value))
    }


def _visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC" and character not in INVISIBLE


def _no_text(character: str) -> bool:
    """Tell whether this is NUL or half of a surrogate pair."""
    return character == "\0" or unicodedata.category(character) == "Cs"
