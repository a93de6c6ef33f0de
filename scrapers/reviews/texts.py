"""What remains of a review's text: a fingerprint, and what it is about by the words of `subjects.yaml`."""

import functools
import hashlib
import re
import unicodedata
from importlib import resources
from typing import Any

import yaml

_SHINGLE = 4
_BITS = 64
_NEAR = 6
_SHORTEST = 12
"""Characters of a text below which two that are alike mean nothing."""


def text_id(text: str) -> str | None:
    """Return a 64-bit simhash of a text's letters as hexadecimal digits, None for a short text.

    After Charikar, "Similarity estimation techniques from rounding algorithms" (2002), over the
    sets of four characters in a row; white space, case and punctuation do not count.
    """
    letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
    if len(letters) < _SHORTEST:
        return None
    shingles = {letters[at : at + _SHINGLE] for at in range(len(letters) - _SHINGLE + 1)}
    hashes = [_hash(shingle) for shingle in shingles]
    half = len(hashes) / 2
    bits = (sum(value >> bit & 1 for value in hashes) > half for bit in range(_BITS))
    return f"{sum(1 << bit for bit, is_set in enumerate(bits) if is_set):016x}"


def _hash(shingle: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(shingle.encode("utf-8", "replace"), digest_size=8).digest()
    )


def near(one: str, other: str) -> bool:
    """Tell whether two `text_id`s belong to texts that are nearly the same: 6 bits differ at most."""
    return (int(one, 16) ^ int(other, 16)).bit_count() <= _NEAR


@functools.cache
def _subjects() -> dict[str, dict[str, re.Pattern[str]]]:
    file = resources.files("scrapers.reviews").joinpath("subjects.yaml")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        name: {value: _words(listed) for value, listed in table.items()}
        for name, table in loaded.items()
    }


def _words(listed: str) -> re.Pattern[str]:
    """Return an expression for words with blanks between; Latin and Cyrillic ones begin a word."""
    joined = "|".join(word.replace("_", " ") for word in listed.split())
    return re.compile(rf"(?<![^\W\d_\u3040-\uffff])(?:{joined})", re.IGNORECASE)


def about(text: str) -> dict[str, Any]:
    """Return what a text says of itself: `aspect`, `topic`, `phase`, and `incentivised` when it does.

    Of several values that which is named most often, and named first among equals; none is absent.
    """
    if not text:
        return {}
    said = {name: _most_named(text, table) for name, table in _subjects().items()}
    return {name: value for name, value in said.items() if value is not None}


def _most_named(text: str, table: dict[str, re.Pattern[str]]) -> str | None:
    named = {
        value: [match.start() for match in words.finditer(text)] for value, words in table.items()
    }
    ordered = [(-len(places), places[0], value) for value, places in named.items() if places]
    return min(ordered)[2] if ordered else None
