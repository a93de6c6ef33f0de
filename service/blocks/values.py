"""Codes of block orders, read from orders.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

AUTHORITY, MONITORING = "authority", "monitoring"
FOUND_BY = (AUTHORITY, MONITORING)
"""How a platform learnt of a listing: an authority named it to it, or it could have found it in public notices."""

ISSUED, DELIVERED, WITHDRAWN, LIFTED = "issued", "delivered", "withdrawn", "lifted"
REGULATOR, PLATFORM, DELIVERY = "regulator", "platform", "delivery"
SEVERITIES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class State:
    """One state of an order: where from, who sets it, whether with a reason, whether for good."""

    name: str
    sources: frozenset[str]
    by: str
    reason: bool
    final: bool


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("orders.toml").read_text(encoding="utf-8"))


@cache
def states() -> dict[str, State]:
    """Return every state by its name."""
    return {
        name: State(
            name,
            frozenset(row["from"]),
            row["by"],
            row.get("reason", False),
            row.get("final", False),
        )
        for name, row in _table()["state"].items()
    }


def next_states(state: str, by: str) -> tuple[str, ...]:
    """Return what an order in `state` can become by the hand of `by`."""
    return tuple(one.name for one in states().values() if state in one.sources and one.by == by)


@cache
def reasons() -> tuple[str, ...]:
    """Return the codes for why a listing is to be blocked."""
    return tuple(_table()["reason"]["codes"])


@cache
def working_days() -> int:
    """Return how many working days a platform has."""
    return int(_table()["deadline"]["working_days"])


@cache
def catalogues() -> frozenset[str]:
    """Return the platforms whose item ids several sellers share."""
    return frozenset(_table()["catalogue"]["platforms"])
