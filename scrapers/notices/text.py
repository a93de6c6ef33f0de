"""Small text repairs that every authority's feed needs."""

import html
import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

UNESCAPE_ROUNDS = 3
_BREAKS = re.compile(r"<br\s*/?>", re.IGNORECASE)
# Zero-width characters and direction marks; the control characters that no feed means.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")


def unescape(text: str) -> str:
    """Undo HTML entities until nothing changes, at most three times (feeds escape twice)."""
    for _ in range(UNESCAPE_ROUNDS):
        plain = html.unescape(text)
        if plain == text:
            break
        text = plain
    return text


def clean(text: str | None) -> str:
    """Return one line of text: entities undone, NFC, invisible characters out, spaces single."""
    if not text:
        return ""
    if _is_clean(text):
        return text
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = _BREAKS.sub(" ", text)
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def _is_clean(text: str) -> bool:
    """Tell quickly whether nothing is to be repaired, as in most fields."""
    return (
        text.isascii()
        and text.isprintable()
        and "&" not in text
        and "<" not in text
        and "  " not in text
        and text[0] != " " != text[-1]
    )


def kept(*texts: str | None) -> tuple[str, ...]:
    """Return the texts, cleaned, without the empty and without repetition, in order."""
    return tuple(dict.fromkeys(filter(None, map(clean, texts))))


@lru_cache(maxsize=16384)
def iso_date(text: str, *formats: str) -> str | None:
    """Return the ISO date of `text` in the first of the strptime `formats` that fits, else None."""
    for form in formats:
        try:
            return datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007 -- a date has no zone
        except ValueError:
            continue
    return None


def is_iso_date(text: str) -> bool:
    """Tell whether `text` is a calendar date YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
