"""The authorities' words turned into codes, by the table in `vocabulary.yaml`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

KINDS = ("hazards", "remedies", "actions", "record_types", "statuses")
OTHER = "other"


@dataclass(frozen=True)
class Vocabulary:
    """The codes of each kind, and the words of each source and language that mean them."""

    codes: dict[str, tuple[str, ...]]
    words: dict[tuple[str, str], dict[str, str]]
    prose: dict[tuple[str, str], tuple[tuple[str, re.Pattern[str]], ...]]
    agencies: dict[str, dict[str, str]]
    type_of_action: dict[str, str]

    def terms(self, kind: str, source: str, terms: Iterable[str]) -> tuple[str, ...]:
        """Return the codes of terms from a closed list; an unknown term becomes `other`."""
        table = self.words[source, kind]
        found = {table.get(term.strip().casefold(), OTHER) for term in terms if term.strip(" -.")}
        return self._ordered(kind, found)

    def term(self, kind: str, source: str, term: str) -> str | None:
        """Return the code of one term of a closed list, None when it is not in the table."""
        return self.words[source, kind].get(term.strip().casefold())

    def read(self, kind: str, language: str, text: str) -> tuple[str, ...]:
        """Return the codes whose expressions occur in a sentence, none when nothing is recognised."""
        found = {code for code, pattern in self.prose[language, kind] if pattern.search(text)}
        return self._ordered(kind, found)

    def record_type(self, actions: Iterable[str]) -> str:
        """Return the kind of notice that these actions make; `advisory` for none of them."""
        made = {self.type_of_action[action] for action in actions if action in self.type_of_action}
        return next((code for code in self.codes["record_types"] if code in made), "advisory")

    def _ordered(self, kind: str, found: set[str]) -> tuple[str, ...]:
        return tuple(code for code in self.codes[kind] if code in found)


@cache
def vocabulary() -> Vocabulary:
    """Return the bundled table; ValueError names a code that is used but not declared."""
    table = yaml.safe_load(
        resources.files(__package__).joinpath("vocabulary.yaml").read_text("utf-8")
    )
    codes = {kind: tuple(table[kind]) for kind in KINDS}
    words = {
        (source, kind): _inverted(codes[kind], lists)
        for source, kinds in table["words"].items()
        for kind, lists in kinds.items()
    }
    prose = {
        (language, kind): _compiled(codes[kind], lists)
        for language, kinds in table["prose"].items()
        for kind, lists in kinds.items()
    }
    actions = {
        action: code for code, row in table["record_types"].items() for action in row["from_action"]
    }
    return Vocabulary(codes, words, prose, table["agencies"], actions)


def _inverted(codes: tuple[str, ...], lists: dict[str, list[str]]) -> dict[str, str]:
    _declared(codes, lists)
    return {word.casefold(): code for code, words in lists.items() for word in words}


def _compiled(
    codes: tuple[str, ...], lists: dict[str, list[str]]
) -> tuple[tuple[str, re.Pattern[str]], ...]:
    _declared(codes, lists)
    return tuple((code, re.compile("|".join(row), re.IGNORECASE)) for code, row in lists.items())


def _declared(codes: tuple[str, ...], used: dict[str, Any]) -> None:
    if unknown := set(used) - set(codes):
        raise ValueError(f"vocabulary.yaml: undeclared codes {sorted(unknown)}")
