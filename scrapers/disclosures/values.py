"""What a disclosure's value may look like, and how much of a line is the value."""

import re
from collections.abc import Callable

from scrapers.disclosures.data import words
from scrapers.disclosures.labels import compiled
from scrapers.disclosures.lines import LINK, PIECE
from scrapers.disclosures.numbers import MASK, is_printed_wrong, redacted
from scrapers.html import clean

LONGEST = 200
"""Characters of a value or of a quoted text."""

ON_REQUEST = "on request"

_PHONE = re.compile(r"(?<![\w.])\+?[(（]?\d[\d\s()（）.\-–/]{5,22}\d(?![\w@])")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_AT = re.compile(r"\s?(?:\(at\)|\[at\]|\(ät\)|\{at\}|＠)\s?", re.IGNORECASE)
_DOT = re.compile(r"\s?(?:\(dot\)|\[dot\]|\(punkt\)|\[punkt\])\s?", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_SENTENCE = re.compile(r"[.!?。](?:\s|$).{12}")
_NOT_A_NAME = re.compile(r"@|https?:|www\.|[<>{}=…]|\.\.\.", re.IGNORECASE)
_ROLE = re.compile(r"\s*[(（].{0,40}?[)）]?\s*$")


def shown(text: str, limit: int = LONGEST) -> str:
    """Return a text fit to be returned: cut, no personal number, no number that fails its check."""
    cut = clean(text)
    for start, end in sorted(is_printed_wrong(cut), reverse=True):
        cut = cut[:start] + MASK + cut[end:]
    return redacted(cut)[:limit]


def ended(text: str, kind: str, stop: re.Pattern[str] | None) -> str:
    """Return the part of a line's rest that is the value: up to the next label or separator."""
    text = text.lstrip(f" :：{PIECE}{LINK}")
    if stop and (match := stop.search(text)):
        text = text[: match.start()]
    joined = kind in ("address", "text")
    marks = f"{LINK}|" if joined else f"{LINK}{PIECE}|·•"
    text = re.split(f"[{re.escape(marks)}]", text, maxsplit=1)[0]
    text = clean(text)
    if text.count("(") < text.count(")") and text.endswith(")"):
        text = text[:-1]
    return text.strip(" ,;:-–/（" + ("." if kind == "address" else "")).removesuffix(" (")


def accepted(text: str, kind: str) -> str | None:
    """Return the value in its normal form, None when this is no such value."""
    if not text or compiled(words()["placeholders"]).match(text):
        return None
    return _KINDS[kind](text)


def _name(text: str) -> str | None:
    text = text.strip("\"'“”„«» ")
    few = len(text.split()) <= 10 and 2 <= len(text) <= 80  # noqa: PLR2004 -- a name, no sentence
    fits = few and _LETTERS.search(text) and not _NOT_A_NAME.search(text)
    return text if fits and not _SENTENCE.search(text) else None


def _person(text: str) -> str | None:
    text = _ROLE.sub("", text)
    fits = _name(text) and len(text.split()) <= 8 and not re.search(r"\d|[:：]", text)  # noqa: PLR2004
    return text if fits else None


def _address(text: str) -> str | None:
    numbered = re.search(r"\d|[一二三四五六七八九十百]+[号號番]", text)
    fits = 6 <= len(text) <= LONGEST and numbered and _LETTERS.search(text)  # noqa: PLR2004
    whole = fits and not _NOT_A_NAME.search(text) and not _PHONE.fullmatch(text)
    return text if whole else None


def _phone(text: str) -> str | None:
    match = _PHONE.search(text[:60])
    if not match or not 7 <= len(re.sub(r"\D", "", match[0])) <= 15:  # noqa: PLR2004 -- E.164
        return None
    value = match[0]
    return value if value.count("(") == value.count(")") else value.strip("() ")


def _email(text: str) -> str | None:
    match = _EMAIL.search(_DOT.sub(".", _AT.sub("@", text)))
    if not match or re.search(r"\.(?:png|jpe?g|gif|svg|webp|js|css)$", match[0], re.IGNORECASE):
        return None
    if compiled(words()["not_contact"]).match(match[0]):
        return None
    return match[0].strip(".-")


def _text(text: str) -> str | None:
    return text[:LONGEST] if re.search(r"\w", text) else None


def _fact(text: str) -> str | None:
    short = len(text) <= 60 and _LETTERS.search(text)  # noqa: PLR2004 -- a country or a place
    return text if short and not _NOT_A_NAME.search(text) and not _SENTENCE.search(text) else None


_KINDS: dict[str, Callable[[str], str | None]] = {
    "name": _name,
    "person": _person,
    "address": _address,
    "phone": _phone,
    "email": _email,
    "text": _text,
    "fact": _fact,
}
