"""The list of what is counted (measures.toml), and which of it a move of a case is."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

FILE = "measures.toml"
DIMENSIONS = ("programme", "platform", "merchant", "category", "country")
ALL = ""
"""The code of a family as a whole."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move as rules see it."""

    event: str
    before: str | None
    after: str
    cause: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """Which moves count in a family, and under which code."""

    family: str
    event: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    cause: frozenset[str] = frozenset()
    told: bool = False
    code: str = ALL

    def fits(self, move: Move, *, told: bool) -> bool:
        """Tell whether a move counts."""
        asked = (
            (self.event, move.event),
            (self.before, move.before),
            (self.after, move.after),
            (self.cause, move.cause),
        )
        if any(wanted and given not in wanted for wanted, given in asked):
            return False
        arrives = bool(self.event) or move.before != move.after
        return arrives and (told or not self.told)

    def code_of(self, move: Move) -> str:
        """Return the part of the family that the move belongs to."""
        return self.code.format(event=move.event, after=move.after, cause=move.cause or "none")


@dataclass(frozen=True, slots=True)
class Rate:
    """A share: the sum of `over` (each FAMILY or FAMILY.CODE) of a family."""

    name: str
    over: tuple[str, ...]
    of: str


@dataclass(frozen=True, slots=True)
class Measures:
    """The whole file; `plain` are families without codes, `once` those that take a case's first time only."""

    families: tuple[str, ...]
    plain: frozenset[str]
    once: frozenset[str]
    rules: tuple[Rule, ...]
    rates: tuple[Rate, ...]
    tables: Mapping[str, tuple[int, ...]]
    layers: tuple[tuple[str, str], ...]

    def of(self, move: Move, *, told: bool) -> Iterator[tuple[str, str]]:
        """Yield (family, code) of a move; of each family the first rule that fits."""
        seen: set[str] = set()
        for rule in self.rules:
            if rule.family not in seen and rule.fits(move, told=told):
                seen.add(rule.family)
                yield rule.family, rule.code_of(move)


@cache
def load() -> Measures:
    """Return the list, read once."""
    document = tomllib.loads(files(__package__).joinpath(FILE).read_text("utf-8"))
    families = document["families"]
    return Measures(
        families=tuple(families),
        plain=frozenset(name for name, row in families.items() if not row.get("codes")),
        once=frozenset(name for name, row in families.items() if row.get("first")),
        rules=tuple(_rule(row) for row in document["rules"]),
        rates=tuple(
            Rate(name, tuple(row["over"]), row["of"]) for name, row in document["rates"].items()
        ),
        tables={
            name: tuple(DIMENSIONS.index(one) for one in by)
            for name, by in document["tables"].items()
        },
        layers=tuple(_part(one) for one in document["rows"]["layers"]),
    )


@lru_cache(4_096)
def parts(move: Move, *, told: bool) -> tuple[tuple[str, str], ...]:
    """Return the (family, code) of a move; there are few different ones."""
    return tuple(load().of(move, told=told))


def _part(name: str) -> tuple[str, str]:
    family, _, code = name.partition(".")
    return family, code


def _rule(row: Mapping[str, Any]) -> Rule:
    lists = {name: frozenset(given) for name, given in row.items() if isinstance(given, list)}
    return Rule(**{**row, **lists})
