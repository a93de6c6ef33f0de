"""The score of one merchant: log-odds of a bad purchase, added up over the families.

x = logit(base rate of the category) + the families' terms; risk = sigmoid(x); score = 100 (1 - risk),
under the cap that official blocks set. Every number is in `constants/`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

from scoring import events as ev
from scoring import explain
from scoring.constants import Constants, Rating, latest
from scoring.explain import Reason
from scoring.families import FAMILIES, safety
from scoring.history import History, digest, view
from scoring.terms import Cap, Contribution, Term

NORMAL = NormalDist()
FULL = 100.0


@dataclass(frozen=True, slots=True)
class Score:
    """What is said about a merchant on a day.

    `score` (0-100), `grade` (A-E) and `interval` are None where there is too little evidence to rate;
    such a merchant is never warned about. `risk` is the probability that a purchase goes bad, at the
    base rate of the category where nothing is known. `reasons` sum to `score` within 0.01.
    """

    score: float | None
    grade: str | None
    interval: tuple[float, float] | None
    confidence: float
    risk: float
    warn: bool
    reasons: tuple[Reason, ...]
    basis: dict[str, int]
    version: str
    digest: str

    def record(self) -> dict[str, object]:
        """Return the score as JSON values, as `caveat score` writes it."""
        return {
            "score": self.score,
            "risk": self.risk,
            "warn": self.warn,
            "grade": self.grade,
            "interval": None if self.interval is None else list(self.interval),
            "confidence": self.confidence,
            "basis": self.basis,
            "reasons": [reason.record() for reason in self.reasons],
            "version": self.version,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the families say, before it becomes points."""

    prior: float
    contributions: tuple[Contribution, ...]
    cap: Cap | None

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return all terms of all families."""
        return tuple(term for family in self.contributions for term in family.terms)

    @property
    def logodds(self) -> float:
        """Return the log-odds of a bad purchase."""
        return self.prior + math.fsum(term.logodds for term in self.terms)

    @property
    def mass(self) -> float:
        """Return how much evidence there is, in voices."""
        return math.fsum(family.mass for family in self.contributions)

    @property
    def adverse(self) -> float:
        """Return how much of it speaks against the merchant."""
        return math.fsum(family.adverse for family in self.contributions)


def score(
    events: Iterable[ev.Event],
    *,
    as_of: float,
    constants: Constants | None = None,
    reliability: Mapping[str, float] | None = None,
) -> Score:
    """Return the score of one merchant on day `as_of` from the events known by then.

    `reliability` is a frozen snapshot of review reliabilities in [0, 1] by review id; a review that
    is missing there counts fully. Raises InvalidInput for events of two merchants.
    """
    numbers = constants or latest()
    history = view(events, as_of, reliability)
    assessment = assess(history, numbers)
    rated = assessment.mass >= numbers.rating.least
    points = _points(assessment) if rated else None
    return Score(
        score=points,
        grade=None if points is None else _grade(points, numbers.rating),
        interval=_interval(assessment, numbers.rating) if rated else None,
        confidence=round(_confidence(assessment.mass, numbers.rating), 4),
        risk=round(1 - explain.points_of(assessment.logodds) / FULL, 6),
        warn=rated and _warns(assessment, numbers.rating),
        reasons=explain.reasons(assessment.prior, assessment.terms, assessment.cap)
        if rated
        else (),
        basis=_basis(history),
        version=numbers.version,
        digest=digest(history, numbers.version),
    )


def assess(history: History, constants: Constants) -> Assessment:
    """Return what each family says about a history."""
    rate = constants.rate(history.category)
    return Assessment(
        prior=math.log(rate / (1 - rate)),
        contributions=tuple(family(history, constants) for family in FAMILIES),
        cap=safety.cap(history, constants),
    )


def _points(assessment: Assessment) -> float:
    return round(_capped(explain.points_of(assessment.logodds), assessment.cap), 2)


def _capped(points: float, cap: Cap | None) -> float:
    return points if cap is None else min(points, cap.points)


def _grade(points: float, rating: Rating) -> str:
    return max((g for g in rating.grades.items() if points >= g[1]), key=lambda g: g[1])[0]


def _confidence(mass: float, rating: Rating) -> float:
    return mass / (mass + rating.half)


def _deviation(mass: float, half: float, rating: Rating) -> float:
    """Return the standard deviation of the log-odds: the spread between merchants that is left."""
    return rating.spread * math.sqrt(half / (half + mass))


def _interval(assessment: Assessment, rating: Rating) -> tuple[float, float]:
    reach = NORMAL.inv_cdf((1 + rating.interval) / 2) * _deviation(
        assessment.mass, rating.half, rating
    )
    low = explain.points_of(assessment.logodds + reach)
    high = explain.points_of(assessment.logodds - reach)
    return round(_capped(low, assessment.cap), 2), round(_capped(high, assessment.cap), 2)


def _warns(assessment: Assessment, rating: Rating) -> bool:
    """Return whether the risk is above the line with the stated probability.

    Only adverse evidence makes a warning surer: praise could otherwise be bought to frame a rival.
    """
    if assessment.adverse < rating.least:
        return False
    line = math.log(rating.warn_risk / (1 - rating.warn_risk))
    above = (assessment.logodds - line) / _deviation(assessment.adverse, rating.warn_half, rating)
    return NORMAL.cdf(above) > rating.warn_probability


def _basis(history: History) -> dict[str, int]:
    return {
        "reviews": len(history.of(ev.Review)),
        "complaints": len(history.of(ev.Complaint)),
        "disclosures": len(history.of(ev.Disclosure)),
        "blocks": len(history.of(ev.Block)),
    }
