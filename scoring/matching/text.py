"""Text as tokens that two spellings of one product share.

NFKC, entities undone, simplified Chinese, no accents, no case; words of letters, codes of letters and digits
without their dashes ("KX-TG1032S" is "kxtg1032s"), quantities joined to their unit ("4 GB" is "4gb"), and
pairs of neighbouring characters where a script has no spaces between words.
"""

import html
import re
from collections.abc import Iterable
from functools import cache

from scoring.matching import keys

ENTITY_ROUNDS = 3
"""How often entities are undone at most: feeds escape twice, nobody four times."""

_SEPARATORS = re.compile(r"[\s,;:/()\[\]{}<>\"'“”„«»|=&?!、，。·*+_~]+")
_WORD = re.compile(r"[^\W_]+")
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_QUANTITY = re.compile(r"[0-9]+\.[0-9]+[a-z]+")
_DIGIT = re.compile(r"[0-9]")


def unescaped(text: str) -> str:
    """Return a text with its HTML entities undone until nothing changes."""
    for _ in range(ENTITY_ROUNDS):
        if "&" not in text:
            break
        before, text = text, html.unescape(text)
        if text == before:
            break
    return text


def folded(text: str) -> str:
    """Return an unescaped text in the form whose tokens are compared; line breaks stay where they are."""
    return _joined_units().sub(r"\1\2", keys.folded(text))


def folded_lines(lines: Iterable[str]) -> list[str]:
    """Return texts unescaped and folded; one pass over many costs a fraction of one pass each."""
    plain = [unescaped(one).replace("\n", " ") for one in lines]
    foreign = [at for at, one in enumerate(plain) if not one.isascii()]
    folds = keys.folded("\n".join(plain[at] for at in foreign)).split("\n") if foreign else []
    for at, fold in zip(foreign, folds, strict=True):
        plain[at] = fold
    return _joined_units().sub(r"\1\2", "\n".join(plain).lower()).split("\n")


def rough_tokens(line: str) -> list[str]:
    """Split a folded line at white space and brackets; dashes and dots stay inside a token."""
    return _SEPARATORS.split(line)


def words(rough: str) -> tuple[str, ...]:
    """Return the tokens that a rough token stands for: a code as a whole, else its words."""
    if _DIGIT.search(rough):
        return _code(rough)
    return tuple(part for word in _WORD.findall(rough) for part in _parts(word))


def _code(rough: str) -> tuple[str, ...]:
    """Return a token with digits without its dashes; its parts too where it is longer than a number."""
    trimmed = rough.strip("-.–—#%$€£¥~^`’´®")
    if _NUMBER.fullmatch(trimmed):
        return (trimmed.rstrip("0").rstrip(".") if "." in trimmed else trimmed,)
    if _QUANTITY.fullmatch(trimmed):
        return (trimmed,)
    parts = [part for word in _WORD.findall(trimmed) for part in _parts(word)]
    if len(parts) < 2:  # noqa: PLR2004 -- nothing was joined
        return tuple(parts)
    return (re.sub(r"[\W_]+", "", trimmed), *(part for part in parts if len(part) > 1))


def _parts(word: str) -> list[str]:
    """Return a word, or its neighbouring pairs of characters where the script has no spaces."""
    if word.isascii() or not _SPACELESS.search(word):
        return [word]
    found: list[str] = [part for part in _SPACELESS.split(word) if part]
    for run in _SPACELESS.findall(word):
        found += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
    return found


@cache
def _joined_units() -> re.Pattern[str]:
    units = "|".join(sorted((one.lower() for one in keys.units()), key=len, reverse=True))
    return re.compile(rf"([0-9](?<![\w.][0-9])[0-9]*(?:\.[0-9]+)?)[ -]({units})(?![^\W_])")
