"""Finds register numbers on a page, and takes personal numbers out of its texts."""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import msgspec
import yaml

from scrapers.disclosures.labels import cues, expression, has_any
from scrapers.disclosures.lines import Line
from scrapers.disclosures.validators import normalised

MASK = "[number withheld]"
"""Stands where a number was printed that fails its check, so that nobody takes it for one."""

PERSONAL_MASK = "[personal number]"
MOST_NUMBERS = 200
"""Numbers read on one page: far above any honest one."""

LABEL_LENGTH = 60
"""Characters of a line that is only a label."""

_DIGITS = re.compile(r"(?:\d[\s./A-Z-]{0,3}){4}")
_FILLER = r"\W{0,6}(?:(?:nr|no|n[°º]|num|number|nummer|numer|nº|is|ist|lautet|番号|번호|号码|code|id)\W{1,5})?"


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of number in `numbers.yaml`."""

    key: str
    pattern: str
    country: str = ""
    validator: str = ""
    labels: list[Any] = []
    cues: list[str] = []
    after: str = ""
    needs: str = ""
    pattern_only: bool = False
    ambiguous: bool = False

    def plain_labels(self) -> list[str]:
        """Return the labels; lists inside the list come from YAML aliases."""
        nested = [label if isinstance(label, list) else [label] for label in self.labels]
        return [label for group in nested for label in group]


@dataclass(frozen=True, slots=True)
class Found:
    """A number on a page: `value` is None when it fails its check."""

    key: str
    country: str
    value: str | None
    text: str
    line: Line
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Compiled:
    number: Number
    cues: tuple[str, ...]
    labelled: re.Pattern[str] | None
    bare: re.Pattern[str]
    needs: re.Pattern[str] | None


@functools.cache
def _file() -> dict[str, Any]:
    text = resources.files("scrapers.disclosures").joinpath("numbers.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@functools.cache
def kinds() -> dict[str, Number]:
    """Return every kind of register number by key."""
    listed = msgspec.convert(_file()["numbers"], list[Number])
    return {number.key: number for number in listed}


@functools.cache
def personal_kinds() -> dict[str, Number]:
    """Return every kind of personal number by key."""
    listed = msgspec.convert(_file()["personal"], list[Number])
    return {number.key: number for number in listed}


def _compile(number: Number) -> _Compiled:
    labels = number.plain_labels()
    body = rf"(?<![0-9A-Za-z])({_sensitive(number.pattern)})(?![0-9A-Za-z])"
    ways = [f"{expression(labels)}(?:{_FILLER})" if labels else "", number.after]
    lead = "|".join(way for way in ways if way)
    return _Compiled(
        number,
        (*cues(labels), *number.cues),
        re.compile(f"(?:{lead}){body}", re.IGNORECASE) if lead else None,
        re.compile(body),
        re.compile(number.needs) if number.needs else None,
    )


def _sensitive(pattern: str) -> str:
    """Digits and capitals stay what they are although labels ignore case."""
    return f"(?-i:{pattern})"


@functools.cache
def _compiled() -> tuple[_Compiled, ...]:
    return tuple(_compile(number) for number in kinds().values())


@functools.cache
def _compiled_personal() -> tuple[_Compiled, ...]:
    return tuple(_compile(number) for number in personal_kinds().values())


@functools.cache
def _all_cues() -> tuple[str, ...]:
    return tuple(sorted({cue for kind in _compiled() for cue in kind.cues}))


def wanted(markup: str) -> bool:
    """Tell whether some markup could hold a register number."""
    return has_any(markup.lower(), _all_cues())


def register_numbers(lines: Sequence[Line]) -> list[Found]:
    """Return the register numbers of a page in its order, right and wrong ones.

    Where several kinds read the same characters, the one whose check digit agrees is meant.
    """
    pairs = itertools.zip_longest(lines, lines[1:])
    counted = [(line, after) for line, after in pairs if _has_digits(line, after)]
    whole = "\n".join(line.lower for line, _ in counted)
    asked = [kind for kind in _compiled() if has_any(whole, kind.cues)]
    used = tuple({cue for kind in asked for cue in kind.cues if cue in whole})
    found: list[Found] = []
    for line, after in counted:
        if not has_any(line.lower, used):
            continue
        near = [kind for kind in asked if has_any(line.lower, kind.cues)]
        found += _settled([one for kind in near for one in _in_line(kind, line, after)])
        if len(found) > MOST_NUMBERS:
            break
    return found


def _has_digits(line: Line, after: Line | None) -> bool:
    """Tell whether a line, or the one after a mere label, has digits enough for a number."""
    if _DIGITS.search(line.text):
        return True
    return bool(
        after and len(line.text) <= LABEL_LENGTH and _DIGITS.search(after.text[:LABEL_LENGTH])
    )


def _in_line(kind: _Compiled, line: Line, after: Line | None) -> Iterator[Found]:
    """Yield the numbers of one kind in a line, or right after a line that is only a label."""
    if kind.needs and not kind.needs.search(line.text):
        return
    if kind.labelled is None or kind.number.pattern_only:
        matches = kind.bare.finditer(line.text)
    else:
        matches = kind.labelled.finditer(line.text)
    hit = False
    for match in matches:
        hit = True
        yield _found(kind.number, match, line)
    if hit or after is None or kind.labelled is None or len(line.text) > LABEL_LENGTH:
        return
    joined = kind.labelled.match(f"{line.text} {after.text}"[:200])
    inside = kind.bare.match(after.text)
    if joined and inside and joined.start(1) >= len(line.text):
        yield _found(kind.number, inside, after)


def _found(number: Number, match: re.Match[str], line: Line) -> Found:
    text = match[1]
    value = normalised(number.validator, text)
    return Found(number.key, number.country, value, text, line, match.start(1), match.end(1))


def _settled(found: list[Found]) -> list[Found]:
    """Drop readings of the same characters that another reading explains better."""
    right = [one for one in found if one.value is not None]
    kept: list[Found] = []
    for one in found:
        rivals = [r for r in right if r is not one and r.start < one.end and one.start < r.end]
        if one.value is None and (rivals or kinds()[one.key].ambiguous):
            continue
        if any(r.end - r.start > one.end - one.start for r in rivals):
            continue
        kept.append(one)
    return kept


def is_printed_wrong(text: str) -> list[tuple[int, int]]:
    """Return where a text prints numbers that fail their check digit."""
    spans = []
    lower = text.lower()
    for kind in _compiled():
        if kind.labelled is not None and has_any(lower, kind.cues):
            matches = list(kind.labelled.finditer(text))
            spans += [m.span(1) for m in matches if not normalised(kind.number.validator, m[1])]
    return spans


def redacted(text: str) -> str:
    """Return a text without personal numbers.

    A register number that reads like a personal one (a Korean corporate number) stays.
    """
    spans = list(_personal_spans(text))
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + PERSONAL_MASK + text[end:]
    return text


def _personal_spans(text: str) -> Iterator[tuple[int, int]]:
    if not any(char.isdigit() for char in text):
        return
    taken = list(_register_spans(text))
    for start, end in _merged(_fitting(text)):
        if not any(s <= start and end <= e for s, e in taken):
            yield start, end


def _fitting(text: str) -> Iterator[tuple[int, int]]:
    for kind in _compiled_personal():
        if kind.labelled is not None:
            yield from (match.span(1) for match in kind.labelled.finditer(text))
        if kind.number.validator:
            matches = kind.bare.finditer(text)
            yield from (m.span(1) for m in matches if normalised(kind.number.validator, m[1]))


def _register_spans(text: str) -> Iterator[tuple[int, int]]:
    lower = text.lower()
    for kind in _compiled():
        if kind.labelled is not None and has_any(lower, kind.cues):
            matches = kind.labelled.finditer(text)
            yield from (m.span(1) for m in matches if normalised(kind.number.validator, m[1]))


def _merged(spans: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans joined where they overlap, in order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
