"""Who goes on with whose evidence: a shop that opened after another closed and shares its identity.

One shared value is not enough, and a value that many merchants hold (a postal agency's address)
identifies nobody. Evidence is carried over in the bad direction only.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from scoring.constants import Identity
from scoring.events import Closed, Disclosure, Event, Open
from scoring.history import History
from scoring.terms import Part, mass

CODE = "identity.carried"


def predecessors(
    by_merchant: Mapping[str, Sequence[Event]], day: float, numbers: Identity
) -> dict[str, list[str]]:
    """Return, for each merchant that goes on with others, the closed merchants before it."""
    opened, closed = _turns(by_merchant, day)
    holders: dict[object, set[str]] = defaultdict(set)
    for merchant, events in by_merchant.items():
        for value in values(e for e in events if e.learnt <= day):
            holders[value].add(merchant)
    shared: dict[tuple[str, str], int] = defaultdict(int)
    for group in holders.values():
        if len(group) <= numbers.holders:
            for old in group & closed.keys():
                for new in group - {old}:
                    shared[new, old] += opened[new] > opened[old]
    found: dict[str, list[str]] = defaultdict(list)
    for (new, old), count in sorted(shared.items()):
        if count >= numbers.values:
            found[new].append(old)
    return found


def _turns(
    by_merchant: Mapping[str, Sequence[Event]], day: float
) -> tuple[dict[str, float], dict[str, float]]:
    """Return when each merchant first opened, and when those that are closed did so."""
    opened, closed = {}, {}
    for merchant, events in by_merchant.items():
        if not events:
            continue
        starts = [e.t for e in events if isinstance(e, Open)]
        ends = [e.t for e in events if isinstance(e, Closed) and e.learnt <= day]
        opened[merchant] = min(starts or [e.t for e in events])
        reopened = max((t for t in starts if t <= day), default=opened[merchant])
        if ends and max(ends) > reopened:
            closed[merchant] = max(ends)
    return opened, closed


def values(events: Iterable[Event]) -> set[object]:
    """Return what a merchant said of itself that can identify it."""
    found: set[object] = set()
    for event in events:
        if isinstance(event, Open):
            found |= _stated(event.identity)
        elif isinstance(event, Disclosure) and event.value and event.state != "absent_required":
            found.add((event.field, event.value))
    return found


def _stated(identity: list[str] | dict[str, str] | str | None) -> set[object]:
    if isinstance(identity, dict):
        return {(field, value) for field, value in identity.items() if value}
    if isinstance(identity, str):
        return {identity}
    return set(identity or ())


def carried(parts: Sequence[Part], earlier: Sequence[History]) -> list[Part]:
    """Return the evidence about closed predecessors as parts of the merchant that goes on."""
    numbers = {"merchants": len(earlier)}
    names = sorted({e.merchant for old in earlier for kind in old.by_type.values() for e in kind})
    windows = max((len(part.mass) for part in parts), default=0)
    found = []
    for against in (True, False):
        masses = tuple(mass(parts, window, against=against) for window in range(windows))
        voices = math.fsum(part.voices for part in parts if part.against is against)
        shown = (numbers,) * windows, (tuple(names),) * windows
        found.append(Part(CODE, against, masses, *shown, voices=voices))
    return found
