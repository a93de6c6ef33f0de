"""Other authorities' notices that a notice names, found by `relations.yaml`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from scrapers.notices.model import Relation

RAW_CHARS = 200
_ENDS = ".,;:)]}'"


@dataclass(frozen=True)
class _Rules:
    declared: re.Pattern[str]
    authorities: dict[str, re.Pattern[str]]
    cases: dict[str, re.Pattern[str]]
    addresses: re.Pattern[str]


def relations(texts: Iterable[tuple[str, str]], own: str) -> tuple[Relation, ...]:
    """Return the notices of others than `own` (the beginning of its ids) named in (field, text) pairs."""
    found: dict[tuple[str, str], Relation] = {}
    for field, text in texts:
        for one in (*_declared(field, text), *_cases(field, text), *_addresses(field, text)):
            if one.reference.partition(":")[0] != own:
                found.setdefault((one.kind, one.reference), one)
    return tuple(found.values())


def _declared(field: str, text: str) -> Iterator[Relation]:
    rules = _rules()
    if "oint " not in text:
        return
    for match in rules.declared.finditer(text):
        for authority, pattern in rules.authorities.items():
            if pattern.search(match[1]):
                yield Relation("declared", f"{authority}:", field, match[0][:RAW_CHARS])


def _cases(field: str, text: str) -> Iterator[Relation]:
    if "/" not in text:
        return
    for authority, pattern in _rules().cases.items():
        for match in pattern.finditer(text):
            yield Relation("case", f"{authority}:{match[0]}", field, match[0])


def _addresses(field: str, text: str) -> Iterator[Relation]:
    if "://" not in text:
        return
    for match in _rules().addresses.finditer(text):
        url = match[0].rstrip(_ENDS)
        yield Relation("url", url, field, url)


@cache
def _rules() -> _Rules:
    file = resources.files(__package__).joinpath("relations.yaml")
    table = yaml.safe_load(file.read_text("utf-8"))
    return _Rules(
        re.compile(table["declared"], re.IGNORECASE),
        {name: re.compile(words) for name, words in table["authorities"].items()},
        {name: re.compile(shape) for name, shape in table["cases"].items()},
        re.compile(table["addresses"], re.IGNORECASE),
    )
