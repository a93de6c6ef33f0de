"""Reviews: the voices against and for, relative to what a merchant of the base rate gets.

A suspicious review only loses mass. It never counts for the other side, or praise bought for a rival
would harm the rival.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scoring import voices
from scoring.constants import Constants
from scoring.events import ListingChange, Review
from scoring.history import History
from scoring.terms import EVIDENCE_SHOWN, Contribution, Term
from scoring.voices import Statement

LEAST_RELIABILITY = 0.1


@dataclass(frozen=True, slots=True)
class Sides:
    """The same reviews as statements for and against; a three-star review is partly both."""

    bad: list[Statement]
    good: list[Statement]


def assess(history: History, constants: Constants) -> Contribution:
    """Return `reviews.good` and `reviews.bad`."""
    both = sides(history, constants)
    prior = voices.prior_masses(
        constants.reviews.prior_bad, constants.rate(history.category), constants.reviews.eagerness
    )
    odds = voices.worse_window(
        lambda half_life: (mass(both.bad, half_life), mass(both.good, half_life)), constants, prior
    )
    longest = max(constants.windows.half_lives)
    adverse = mass(both.bad, longest)
    days = constants.windows.shown * odds.half_life
    return Contribution(
        tuple(_terms(history, constants, odds, days)),
        mass=adverse + mass(both.good, longest),
        adverse=adverse,
    )


def sides(history: History, constants: Constants) -> Sides:
    """Return the statements for and against of all reviews written after delivery."""
    weigh = _weigher(history, constants)
    bad, good = [], []
    for review in history.of(Review):
        badness = _badness(review, constants)
        weight = weigh(review)
        if badness > 0:
            bad.append(_statement(history, review, weight * badness))
        if badness < 1:
            good.append(_statement(history, review, weight * (1 - badness)))
    return Sides(bad, good)


def mass(statements: list[Statement], half_life: float) -> float:
    """Return the mass of one side in a window."""
    return voices.mass_by_group(voices.voices(statements, half_life))


def _statement(history: History, review: Review, weight: float) -> Statement:
    return Statement(review, review.reviewer, review.text_id or None, weight, history.age(review))


def _badness(review: Review, constants: Constants) -> float:
    """Return how bad the rating is in [0, 1], between two stars by the straight line."""
    table = constants.reviews.badness
    below = min(math.floor(review.rating), len(table) - 1)
    part = review.rating - below
    return table[below - 1] * (1 - part) + table[below] * part


def _weigher(history: History, constants: Constants) -> Callable[[Review], float]:
    numbers = constants.reviews
    changed = {change.product: change.t for change in history.of(ListingChange)}

    def weigh(review: Review) -> float:
        if review.phase == "before":
            # A rating of the order is no rating of what came of it.
            return 0.0
        weight = numbers.verified if review.verified else numbers.unverified
        if review.incentivised:
            weight *= numbers.incentivised
        if review.t < changed.get(review.product or "", -math.inf):
            weight *= numbers.swapped
        return weight * max(LEAST_RELIABILITY, min(1.0, history.reliability.get(review.id, 1.0)))

    return weigh


def _terms(history: History, constants: Constants, odds: voices.Odds, days: float) -> list[Term]:
    shown = [r for r in history.of(Review) if r.phase == "after" and history.age(r) <= days]
    told = constants.reviews.told
    bad = [r for r in shown if _badness(r, constants) >= told]
    good = [r for r in shown if _badness(r, constants) <= 1 - told]
    return [
        _term(history, code, logodds, named, {"total": len(shown), "days": days})
        for code, logodds, named in (
            ("reviews.bad", odds.against, bad),
            ("reviews.good", odds.favour, good),
        )
        if logodds
    ]


def _term(
    history: History, code: str, logodds: float, named: list[Review], numbers: dict[str, float]
) -> Term:
    statements = [_statement(history, review, 1.0 if review.verified else 0.0) for review in named]
    evidence = voices.heaviest(statements, EVIDENCE_SHOWN)
    return Term(code, logodds, {"count": len(named), **numbers}, evidence)
