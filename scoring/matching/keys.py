"""Keys under which a product can be found again: GTIN-14, brand, model.

Two spellings of one brand or model get one key, and a key must not arise by accident: sizes, years, battery
types and standards are no model numbers, shop-internal barcodes are no GTINs. The lists are in `words.json`;
`extension/src/lookup/keys.ts` computes the same keys from the same lists, judged by `tests/vectors/keys.json`.
Traditional Chinese is read as simplified here only (the browser has no OpenCC): what must agree in both
languages is the key of a text without traditional characters.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import opencc
from stdnum import ean

GTIN_DIGITS = (8, 12, 13, 14)
BRAND_CHARS = 2
MODEL_CHARS = 5
"""Shortest model key that mixes letters and digits."""
MODEL_DIGITS = 6
"""Shortest model key of digits alone."""
MODEL_DIGITS_MAX = 11
"""Longest model key of digits alone; from twelve on it is a barcode, right or wrong."""
MODEL_CHARS_MAX = 32
SHORT_CHARS = range(2, MODEL_DIGITS)
"""Characters of a model number that counts only where both sides state it as their model."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_JOINED = re.compile(r"['’`´.]")
_DIGIT_SPAN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[0-9 -]*[0-9])?(?![0-9A-Za-z])")
_GAP = re.compile(r"[ -]+")
_LABEL_GLUED = re.compile(r"(?i)(?<![a-z])(ean|gtin|upc|jan)(?=[0-9])")
_BETWEEN = r"\s,;:/()\[\]{}<>\"'“”„«»|=&?!、，。·"
_WITH_DIGIT = re.compile(rf"[^{_BETWEEN}0-9]*[0-9][^{_BETWEEN}]*")
_BETWEEN_PARTS = re.compile(r"[^A-Z0-9.]+|(?<![0-9])\.|\.(?![0-9])")
_ANY_DIGIT = re.compile("[0-9]")
_NOT_ALNUM = re.compile(r"[\W_]+")
_NOT_KEY = re.compile(r"[^A-Z0-9]+")
_BETWEEN_BRANDS = re.compile(r"[,;/|]")
_BETWEEN_STATED = re.compile(r"[,;|]")


@dataclass(frozen=True)
class _Words:
    marks: re.Pattern[str]
    fold: dict[int, str]
    no_name: frozenset[str]
    legal_last: frozenset[str]
    legal_first: frozenset[str]
    affixes: tuple[str, ...]
    strip: re.Pattern[str]
    deny: re.Pattern[str]
    units: frozenset[str]
    named: re.Pattern[str]
    layouts: frozenset[tuple[int, ...]]
    chunks: tuple[int, ...]
    refused: tuple[re.Pattern[str], ...]
    revision: str


def gtin14s(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (valid, invalid) barcodes of a field that may hold several.

    Valid ones have a GS1 check digit and are padded to 14 digits. Printed groups ("4 006381 333931") and
    codes run together without a space are understood. Invalid ones are given as their digits: numbers of a
    GTIN's length or more with a wrong check digit, placeholders, and numbers that GS1 reserves for use
    inside a shop or a coupon, which mean another product elsewhere.
    """
    plain = _LABEL_GLUED.sub(r"\1 ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    valid: dict[str, None] = {}
    invalid: dict[str, None] = {}
    for span in _DIGIT_SPAN.finditer(plain):
        for digits in _barcodes(_GAP.split(span[0])):
            code = digits.zfill(14)
            good = len(digits) in GTIN_DIGITS and ean.is_valid(digits) and not _refused(code)
            (valid if good else invalid).setdefault(code if good else digits)
    return tuple(valid), tuple(invalid)


@lru_cache(maxsize=65536)
def brand_key(text: str) -> str | None:
    """Return the key of one brand or firm name, None for no name ("unknown", "-", a bare "Ltd").

    NFKC, simplified characters, lower case without accents, letters and digits only; words in parentheses
    and legal forms at either end are left out unless nothing else remains.
    """
    words = _words()
    folded = _fold(text)
    for affix in words.affixes:
        folded = folded.replace(affix, " ")
    outside = _PARENTHESES.sub(" ", folded)
    tokens = _tokens(outside) or _tokens(folded)
    while len(tokens) > 1 and tokens[-1] in words.legal_last:
        tokens.pop()
    while len(tokens) > 1 and tokens[0] in words.legal_first:
        tokens.pop(0)
    key = "".join(tokens)
    return None if len(key) < BRAND_CHARS or key in words.no_name else key


@lru_cache(maxsize=65536)
def brand_keys(text: str) -> tuple[str, ...]:
    """Return the keys of a field that may hold several brands: the whole, then its parts."""
    parts = (text, *_BETWEEN_BRANDS.split(text))
    return tuple(dict.fromkeys(key for part in parts if (key := brand_key(part))))


@lru_cache(maxsize=65536)
def brand_names(text: str) -> tuple[str, ...]:
    """Return the keys of a field that may hold several brands, and those of their other names."""
    groups = _other_names()
    named = (name for key in brand_keys(text) for name in (key, *groups.get(key, ())))
    return tuple(dict.fromkeys(named))


def short_models(stated: str) -> tuple[str, ...]:
    """Return the codes of a field for models that are too short for a key, where they fill a part of it.

    "X5, 853" has two. In prose such codes mean anything; beside one brand, stated as its model, they tell.
    """
    words = _words()
    plain = stated.upper()
    if not stated.isascii():
        plain = unicodedata.normalize("NFKC", words.marks.sub("", stated)).upper()
    if not _ANY_DIGIT.search(plain):
        return ()
    parts = _BETWEEN_STATED.split(plain)
    codes = (_NOT_KEY.sub("", part) for part in parts if _ANY_DIGIT.search(part))
    fitting = (one for one in codes if len(one) in SHORT_CHARS and not _long_enough(one))
    return tuple(dict.fromkeys(one for one in fitting if not words.named.fullmatch(one)))


def model_keys(text: str) -> tuple[str, ...]:
    """Return the keys of the model numbers in a text, in order, each once.

    A key is the capitals and digits of a token: at least five with a letter and a digit, or six to eleven
    digits. Sizes, quantities, dates, standards, battery and lamp types and barcodes are left out.
    """
    words = _words()
    plain = text.upper()
    if not text.isascii():
        plain = unicodedata.normalize("NFKC", words.marks.sub("", text)).upper().replace("×", "X")
    if not _ANY_DIGIT.search(plain):
        return ()
    tokens = _WITH_DIGIT.findall(words.strip.sub(" ", plain))
    return tuple(dict.fromkeys(key for token in tokens if (key := _model_key(token))))


def model_key(token: str) -> str | None:
    """Return the key of one token in capitals, None where it is no model number."""
    return _model_key(token) if token else None


def folded(text: str) -> str:
    """Return a text without accents, case, marks and invisible characters, in simplified characters."""
    return _fold(text)


def units() -> frozenset[str]:
    """Return the names of units, in capitals."""
    return _words().units


def revision_pattern() -> str:
    """Return the expression of words that tell one revision of a product from another."""
    return _words().revision


def product_keys(gtin: str | None, brand: str | None, model: str | None) -> tuple[str, ...]:
    """Return the keys under which a product on a page finds notices, the most certain first.

    A model without a brand makes no key: model numbers alone are shared.
    """
    maker = brand_key(brand or "")
    codes = (f"gtin:{code}" for code in gtin14s(gtin or "")[0])
    models = (f"model:{maker}:{key}" for key in model_keys(model or "") if maker)
    return (*codes, *models)


def _barcodes(groups: list[str]) -> Iterator[str]:
    """Yield what the digit groups of one span spell: printed groups joined, long runs cut."""
    start = 0
    while start < len(groups):
        size = _printed(groups[start:])
        digits = "".join(groups[start : start + size])
        if len(digits) > max(GTIN_DIGITS):
            yield from _cut(digits)
        elif len(digits) >= min(GTIN_DIGITS):
            yield digits
        start += size


def _printed(groups: list[str]) -> int:
    """Return how many groups make one printed barcode; a group that is one by itself stands alone."""
    if len(groups[0]) in GTIN_DIGITS and ean.is_valid(groups[0]):
        return 1
    lengths = tuple(len(group) for group in groups)
    return next((len(one) for one in _words().layouts if lengths[: len(one)] == one), 1)


def _cut(digits: str) -> list[str]:
    """Return a run of digits as several barcodes of one length if every one of them is valid."""
    for size in _words().chunks:
        pieces = [digits[at : at + size] for at in range(0, len(digits), size)]
        if len(digits) % size == 0 and all(map(ean.is_valid, pieces)):
            return pieces
    return [digits]


def _refused(code: str) -> bool:
    return any(pattern.fullmatch(code) for pattern in _words().refused)


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _words().marks.sub("", text)))
    if _HAN.search(plain):
        plain = _simplified()(plain)
    lower = plain.lower().translate(_words().fold)
    if lower.isascii():
        return lower
    apart = unicodedata.normalize("NFD", lower)
    return unicodedata.normalize("NFC", re.sub(r"[\u0300-\u036f]", "", apart))


def _tokens(folded: str) -> list[str]:
    return _NOT_ALNUM.sub(" ", _JOINED.sub("", folded)).split()


@lru_cache(maxsize=65536)
def _model_key(token: str) -> str | None:
    key = _NOT_KEY.sub("", token)
    wanted = _long_enough(key) and not _words().deny.fullmatch(key) and not _measured(token)
    return key if wanted else None


def _long_enough(key: str) -> bool:
    if key.isdigit():
        return MODEL_DIGITS <= len(key) <= MODEL_DIGITS_MAX
    return MODEL_CHARS <= len(key) <= MODEL_CHARS_MAX and any(map(str.isdigit, key))


def _measured(token: str) -> bool:
    """Tell whether a token is a quantity: numbers, units and codes alone, and no bare unit in front."""
    words = _words()
    parts = [part for part in _BETWEEN_PARTS.split(token) if part]
    named = [bool(words.named.fullmatch(part)) for part in parts]
    numbers = [part.replace(".", "").isdigit() for part in parts]
    return parts[0] not in words.units and any(named) and all(map(max, named, numbers))


@cache
def _simplified() -> Callable[[str], str]:
    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@cache
def _other_names() -> dict[str, tuple[str, ...]]:
    table = json.loads(resources.files(__package__).joinpath("brands.json").read_text("utf-8"))
    return {name: tuple(group) for group in table["groups"] for name in group}


@cache
def _words() -> _Words:
    table: dict[str, Any] = json.loads(
        resources.files(__package__).joinpath("words.json").read_text("utf-8")
    )
    legal = frozenset(table["legal_last"])
    units = "|".join(table["units"])
    number = r"(?:AC|DC)?[0-9]+(?:\.[0-9]+)?"
    quantity = rf"{number}(?:{units}|[{table['short_units']}])|(?:AC|DC)[0-9]+"
    gtin = table["gtin"]
    return _Words(
        marks=re.compile(f"[{table['marks']}]"),
        fold=str.maketrans(table["fold"]),
        no_name=frozenset(table["unknown"]) | {one for one in legal if len(one) > BRAND_CHARS},
        legal_last=legal,
        legal_first=frozenset(table["legal_first"]),
        affixes=tuple(table["legal_affixes"]),
        strip=re.compile("|".join(table["strip"]), re.ASCII),
        deny=re.compile("|".join(table["deny"])),
        units=frozenset(table["units"]),
        named=re.compile("|".join((quantity, units, *table["deny"]))),
        layouts=frozenset(map(tuple, gtin["layouts"])),
        chunks=tuple(gtin["chunks"]),
        refused=tuple(re.compile(one) for one in gtin["refused"] + gtin["placeholders"]),
        revision="|".join(table["revisions"]),
    )
