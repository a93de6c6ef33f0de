"""From an event of docs/events.md to a fact of the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import scoring
from service.core.clock import from_days
from service.core.errors import CaveatError
from service.evidence.operations import Fact
from service.merchants.operations import check_key

_ENVELOPE = frozenset({"type", "merchant", "t", "known"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Who states the facts of a file, where they can be looked up, under which licence."""

    source: str
    source_url: str | None = None
    licence: str | None = None


class BadEvent(Exception):
    """A record that cannot be taken; names the field."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}")
        self.field = field
        self.what = what


def fact_of(record: Mapping[str, Any], origin: Origin) -> Fact:
    """Return the fact that an event record states; raise BadEvent when the scorer would not take it."""
    problem = scoring.problem_of(record)
    if problem is not None:
        raise BadEvent(problem.field, problem.what)
    try:
        merchant_key = check_key(record["merchant"])
    except CaveatError as error:
        raise BadEvent("merchant", str(error)) from error
    return Fact(
        merchant_key=merchant_key,
        kind=record["type"],
        payload={name: value for name, value in record.items() if name not in _ENVELOPE},
        true_at=from_days(record["t"]),
        known_at=from_days(record.get("known", record["t"])),
        source=origin.source,
        source_url=origin.source_url,
        licence=origin.licence,
    )
