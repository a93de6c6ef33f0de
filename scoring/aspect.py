"""Sub-scores: the same arithmetic on what was said about one side of a purchase alone.

What names no aspect belongs to none. Deliveries are about delivery; a complaint that ended without a
solution is about after-sales too, whatever it was about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from scoring import events as ev
from scoring import model, priors
from scoring.constants import Constants, latest
from scoring.history import History, view
from scoring.priors import Priors

ASPECTS: tuple[str, ...] = get_args(ev.Aspect)
_UNSOLVED = ("unresolved", "no_reply")
_KEPT = (ev.Open, ev.ComplaintClosed, ev.ComplaintReply, ev.ListingChange)


@dataclass(frozen=True, slots=True)
class AspectScore:
    """One side of a purchase: `score` (0-100) and `grade` are None where too little is known of it."""

    aspect: str
    score: float | None
    grade: str | None
    reviews: int
    complaints: int
    deliveries: int


def aspects(
    events: Iterable[ev.Event],
    *,
    as_of: float,
    constants: Constants | None = None,
    reliability: Mapping[str, float] | None = None,
    expected: Priors | None = None,
) -> tuple[AspectScore, ...]:
    """Return the sub-score of each of ASPECTS; arguments as of `scoring.score`."""
    numbers = constants or latest()
    usual = expected or priors.default(numbers)
    history = view(events, as_of, reliability, numbers.windows.most)
    return tuple(_aspect(name, _about(history, name), numbers, usual) for name in ASPECTS)


def _aspect(name: str, about: History, constants: Constants, usual: Priors) -> AspectScore:
    found = model.assess(about, constants, usual)
    points = round(found.points(constants), 2) if model.is_rated(found, constants) else None
    return AspectScore(
        name,
        points,
        None if points is None else model.grade(points, constants.rating),
        reviews=len(about.of(ev.Review)),
        complaints=len(about.of(ev.Complaint)),
        deliveries=len(about.of(ev.Delivery)),
    )


def _about(history: History, name: str) -> History:
    """Return what a history says about one aspect."""
    ended = {closed.id: closed.outcome for closed in history.of(ev.ComplaintClosed)}
    unsolved = {c.id for c in history.of(ev.Complaint) if ended.get(c.id) in _UNSOLVED}
    later = name == "after_sales"
    by_type: dict[type[ev.Event], list[ev.Event]] = {k: list(history.of(k)) for k in _KEPT}
    by_type[ev.Review] = [r for r in history.of(ev.Review) if r.aspect == name]
    by_type[ev.Complaint] = [
        c for c in history.of(ev.Complaint) if c.aspect == name or (later and c.id in unsolved)
    ]
    by_type[ev.Delivery] = list(history.of(ev.Delivery)) if name == "delivery" else []
    return replace(history, by_type=by_type)
