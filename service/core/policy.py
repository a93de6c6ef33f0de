"""The table of policy.toml: which role may do which action, in which relation to the object."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from service.core.errors import Misconfigured

RELATIONS = ("any", "host", "organisation", "assigned", "respondent", "own", "public")
# Roles that nobody is given: they follow from how somebody asks.
STANDING = frozenset(
    {"anyone", "awaiting_code", "enrolling", "person", "complainant", "key", "operator"}
)
FILE = "policy.toml"


@dataclass(frozen=True, slots=True)
class Action:
    """One row: what it is in words, and the relations each role is granted."""

    name: str
    what: str
    grants: Mapping[str, frozenset[str]]
    implicit: bool

    def relations(self, roles: Iterable[str]) -> frozenset[str]:
        """Return every relation that one of the roles is granted."""
        return frozenset().union(*(self.grants.get(role, ()) for role in roles))


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole table."""

    roles: Mapping[str, str]
    kinds: Mapping[str, tuple[str, ...]]
    endpoints: Mapping[str, str]
    actions: Mapping[str, Action]

    @property
    def given_roles(self) -> tuple[str, ...]:
        """Return the roles that a member of an organisation can be given."""
        return tuple(role for role in self.roles if role not in STANDING)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return what an API key can be allowed."""
        return tuple(
            name
            for name, action in self.actions.items()
            if "key" in action.grants and not action.implicit
        )

    def action(self, name: str) -> Action:
        """Return a row; raise Misconfigured when the table has none: nothing is allowed by silence."""
        try:
            return self.actions[name]
        except KeyError:
            raise Misconfigured(f"has no action {name!r}", where=FILE) from None


@cache
def load() -> Policy:
    """Return the table, read once and checked."""
    return parse(tomllib.loads(files(__package__).joinpath(FILE).read_text()))


def parse(document: Mapping[str, Any]) -> Policy:
    """Read a table; raise Misconfigured for a role, relation or action that it does not define."""
    roles = document["roles"]
    actions = {name: _action(name, row, roles) for name, row in document["actions"].items()}
    endpoints = document["endpoints"]
    kinds = {kind: tuple(given) for kind, given in document["kinds"].items()}
    _known("endpoints", endpoints.values(), actions)
    for kind, given in kinds.items():
        _known(f"kinds.{kind}", given, roles.keys() - STANDING)
    return Policy(roles, kinds, endpoints, actions)


def _action(name: str, row: Mapping[str, Any], roles: Iterable[str]) -> Action:
    granted = {key: value for key, value in row.items() if key not in ("what", "implicit")}
    _known(f"actions.{name}", granted, roles)
    grants = {role: frozenset(_list(relations)) for role, relations in granted.items()}
    for relations in grants.values():
        _known(f"actions.{name}", relations, RELATIONS)
    return Action(name, row["what"], grants, bool(row.get("implicit", False)))


def _list(relations: str | list[str]) -> list[str]:
    return [relations] if isinstance(relations, str) else relations


def _known(where: str, names: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise Misconfigured(f"does not define {', '.join(unknown)}", where=f"{FILE}, {where}")
