"""One merchant's events as they were known on a day: duplicates counted once, retracted ones gone."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from scoring import events as ev
from scoring.constants import latest
from scoring.errors import InvalidInput

E = TypeVar("E", bound=ev.Event)

Name = tuple[str, ...]
"""What makes two events the same fact."""
Rank = tuple[float, float]
"""When an event was learnt, and when it was true."""
_RETRACTABLE = (ev.Review, ev.Complaint, ev.Disclosure)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What may be used on day `as_of`.

    `reliability` maps review ids to [0, 1], frozen by whoever made it, so that adding a review never
    changes the weight of another; a review that it does not name counts fully.
    """

    as_of: float
    by_type: Mapping[type[ev.Event], list[ev.Event]]
    reliability: Mapping[str, float]

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one type, in an order that does not depend on the input's."""
        return cast("list[E]", self.by_type.get(kind, []))

    @property
    def category(self) -> str:
        """Return the category of the latest opening, or ''."""
        opened = self.of(ev.Open)
        return opened[-1].category if opened else ""

    def age(self, event: ev.Event) -> float:
        """Return how many days ago the event was true."""
        return self.as_of - event.t

    def decay(self, event: ev.Event, half_life: float) -> float:
        """Return the weight in (0, 1] that the event's age leaves it."""
        return math.exp2(-self.age(event) / half_life)


def view(
    events: Iterable[ev.Event],
    as_of: float,
    reliability: Mapping[str, float] | None = None,
    most: int | None = None,
) -> History:
    """Return the history of one merchant on a day; InvalidInput when there are two merchants.

    Of each type the `most` events learnt last are used, by default as many as the constants say.
    """
    if not math.isfinite(as_of):
        raise InvalidInput("not a finite number", "as_of")
    kept = _once(event for event in events if event.learnt <= as_of)
    known = _without_retracted(_newest(kept, most or latest().windows.most))
    _check_one_merchant(known)
    by_type: dict[type[ev.Event], list[ev.Event]] = {}
    for event in known:
        by_type.setdefault(type(event), []).append(event)
    return History(as_of, by_type, reliability or {})


def renewed(history: History, swapped: float) -> Callable[[ev.Event], float]:
    """Return how much of an event outlives the listings that have since changed what they sell.

    It falls from 1 to `swapped` where all known listings changed after the event.
    """
    changed: dict[str, float] = {}
    for change in history.of(ev.ListingChange):
        changed[change.product] = max(change.t, changed.get(change.product, -math.inf))
    known = {r.product for r in history.of(ev.Review) if r.product} | changed.keys()

    def left(event: ev.Event) -> float:
        gone = sum(event.t < day for day in changed.values())
        return 1 - (1 - swapped) * gone / len(known) if gone else 1.0

    return left


def digest(history: History, *inputs: object) -> str:
    """Return the SHA-256 (hex) of the facts used and of whatever else the score rests on.

    Histories among `inputs` count by their own digest, everything else by its representation.
    """
    used = hashlib.sha256()
    for item in inputs:
        items = item if isinstance(item, list) else [item]
        for one in items:
            used.update(f"{digest(one) if isinstance(one, History) else repr(one)}\n".encode())
    facts = (ev.canonical(event) for kind in history.by_type.values() for event in kind)
    for fact in sorted(facts):
        used.update(b"\n" + fact)
    for review in history.of(ev.Review):
        if review.id in history.reliability:
            used.update(f"\n{review.id!r} {history.reliability[review.id]!r}".encode())
    return used.hexdigest()


def _once(events: Iterable[ev.Event]) -> list[ev.Event]:
    """Keep one event per identity, the one learnt last, in an order of their own."""
    kept: dict[Name, ev.Event] = {}
    for event in events:
        name = ev.identity(event)
        if name not in kept or is_later(event, kept[name]):
            kept[name] = event
    # Within one type names decide between equal times; across types the type's name does.
    ordered = sorted(kept.items(), key=lambda item: (item[1].learnt, item[1].t, item[0]))
    return [event for _, event in ordered]


def _newest(events: list[ev.Event], most: int) -> list[ev.Event]:
    """Keep so many of each type, the last ones; `events` are sorted by when they were learnt."""
    if len(events) <= most:
        return events
    left: dict[type[ev.Event], int] = {}
    for event in events:
        left[type(event)] = left.get(type(event), -most) + 1
    kept = []
    for event in events:
        left[type(event)] -= 1
        if left[type(event)] < 0:
            kept.append(event)
    return kept


def is_later(event: ev.Event, other: ev.Event) -> bool:
    """Return whether, of two reports of one fact, this one stands."""
    if event is other:
        return False
    ranks = [(e.learnt, e.t, ev.canonical(e)) for e in (event, other)]
    return ranks[0] > ranks[1]


def _without_retracted(events: list[ev.Event]) -> list[ev.Event]:
    gone = {event.id for event in events if isinstance(event, ev.Retract)}
    if not gone:
        return events
    return [e for e in events if not (isinstance(e, _RETRACTABLE) and _is_named(e, gone))]


def _is_named(event: ev.Review | ev.Complaint | ev.Disclosure, names: set[str]) -> bool:
    return event.id in names or event.evidence_id in names


def _check_one_merchant(events: list[ev.Event]) -> None:
    merchants = sorted({event.merchant for event in events})
    if len(merchants) > 1:
        raise InvalidInput(
            f"events of two merchants, {merchants[0]!r} and {merchants[1]!r}", "merchant"
        )
