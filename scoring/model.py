"""The score of one merchant: purchases that went well and badly, counted.

Every piece of evidence stands for some purchases, bad ones B and good ones G. With an expectation m
(the usual rate, moved by what is known about the merchant) that counts as n purchases,

    long run  (n m + B) / (n + B + G)
    recently  the same over a recent window, where the long run is the expectation

and the worst of the windows counts. The *risk* takes a small n: it is the best estimate. The *score*,
100 times the complement, takes n = 100, so that no single voice moves it by more than two points.
Every number is in `constants/`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from scipy.special import betainc

from scoring import events as ev
from scoring import explain, families, identity, priors, terms
from scoring.constants import Constants, Rating, latest
from scoring.explain import Reason
from scoring.families import disclosures, safety
from scoring.history import History, digest, view
from scoring.priors import Priors
from scoring.terms import LONG, Cap, Part, Shift

NORMAL = NormalDist()
FULL = 100.0


@dataclass(frozen=True, slots=True)
class Score:
    """What is said about a merchant on a day.

    `score` (0-100), `grade` (A-E) and `interval` are None where there is too little evidence to rate;
    such a merchant is never warned about. `risk` is the probability that a purchase goes bad, at the
    usual rate where nothing is known. `reasons` sum to `score` within 0.01.
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

    usual: float
    shifts: tuple[Shift, ...]
    parts: tuple[Part, ...]
    cap: Cap | None

    @property
    def expected(self) -> float:
        """Return the share of purchases expected to go bad before any is counted."""
        odds = math.log(self.usual / (1 - self.usual)) + math.fsum(s.logodds for s in self.shifts)
        return 1 / (1 + math.exp(-odds))

    def counts(self, window: int) -> tuple[float, float]:
        """Return (bad, good) purchases of a window."""
        return (
            terms.mass(self.parts, window, against=True),
            terms.mass(self.parts, window, against=False),
        )

    @property
    def recent(self) -> range:
        """Return the positions of the recent windows."""
        return range(max((len(part.mass) for part in self.parts), default=1) - 1)

    def beta(self, constants: Constants) -> list[tuple[float, float]]:
        """Return the parameters of the risk's Beta distribution in each window, the long run first."""
        base = constants.base
        bad, good = self.counts(LONG)
        long = (base.strength * self.expected + bad, base.strength * (1 - self.expected) + good)
        share = long[0] / sum(long)
        n = base.recent_strength
        recent = [self.counts(window) for window in self.recent]
        return [long, *((n * share + bad, n * (1 - share) + good) for bad, good in recent)]

    def shares(self, constants: Constants) -> list[float]:
        """Return the share of bad purchases that the score takes from each window, the long run last."""
        limit = constants.base.limit
        bad, good = self.counts(LONG)
        long = (limit * self.expected + bad) / (limit + bad + good)
        recent = [self.counts(window) for window in self.recent]
        return [*((limit * long + b) / (limit + b + g) for b, g in recent), long]

    def points(self, constants: Constants) -> float:
        """Return the score before the cap: the worst window's."""
        return FULL * (1 - max(self.shares(constants)))

    @property
    def adverse(self) -> float:
        """Return how much evidence speaks against the merchant."""
        return self.counts(LONG)[0]


def score(
    events: Iterable[ev.Event],
    *,
    as_of: float,
    constants: Constants | None = None,
    reliability: Mapping[str, float] | None = None,
    expected: Priors | None = None,
    predecessors: Sequence[Sequence[ev.Event]] = (),
) -> Score:
    """Return the score of one merchant on day `as_of` from the events known by then.

    `reliability` is a frozen snapshot of review reliabilities in [0, 1] by review id; a review that
    is missing there counts fully. `expected` is what the merchants of the same market are usually
    like, by default what the constants say. `predecessors` are the events of closed merchants with
    the same identity, one sequence each. Raises InvalidInput for events of two merchants.
    """
    numbers = constants or latest()
    usual = expected or priors.default(numbers)
    history = view(events, as_of, reliability)
    own = assess(history, numbers, usual)
    earlier = [view(old, as_of, reliability) for old in predecessors]
    found = _worse(own, _continued(own, earlier, numbers, usual), numbers)
    mass = _mass(found, numbers)
    warn = _warns(found, numbers)
    rated = warn or mass >= numbers.rating.least
    points = round(_capped(found.points(numbers), found.cap), 2) if rated else None
    return Score(
        score=points,
        grade=None if points is None else _grade(points, numbers.rating),
        interval=None if points is None else _interval(points, mass, found, numbers),
        confidence=round(mass / (mass + numbers.rating.half), 4),
        risk=round(_risk(found, numbers), 6),
        warn=warn,
        reasons=explain.reasons(found, numbers) if rated else (),
        basis=_basis(history),
        version=numbers.version,
        digest=digest(history, numbers.version, earlier, usual),
    )


def assess(history: History, constants: Constants, usual: Priors) -> Assessment:
    """Return what each family says about a history."""
    shifts = disclosures.assess(history, constants)
    rate = usual.of(history.category)
    odds = math.log(rate / (1 - rate)) - usual.shift
    return Assessment(
        usual=1 / (1 + math.exp(-odds)),
        shifts=tuple(shifts),
        parts=tuple(families.assess(history, constants, usual)),
        cap=safety.cap(history, constants),
    )


def _continued(
    own: Assessment, earlier: Sequence[History], constants: Constants, usual: Priors
) -> Assessment:
    """Return the assessment with the evidence about closed predecessors added."""
    before = [assess(old, constants, usual) for old in earlier]
    if not before:
        return own
    carried = identity.carried([part for old in before for part in old.parts], earlier)
    caps = [found.cap for found in (own, *before) if found.cap is not None]
    lowest = min(caps, key=lambda cap: cap.points, default=None)
    return Assessment(own.usual, own.shifts, (*own.parts, *carried), lowest)


def _worse(own: Assessment, continued: Assessment, constants: Constants) -> Assessment:
    """Return the assessment of fewer points: evidence is carried over in the bad direction only."""
    if continued is own:
        return own
    return min((own, continued), key=lambda found: _capped(found.points(constants), found.cap))


def _capped(points: float, cap: Cap | None) -> float:
    return points if cap is None else min(points, cap.points)


def _grade(points: float, rating: Rating) -> str:
    return max((g for g in rating.grades.items() if points >= g[1]), key=lambda g: g[1])[0]


def _mass(found: Assessment, constants: Constants) -> float:
    """Return how much evidence there is for the question whether to rate at all."""
    block = constants.rating.block * found.cap.force if found.cap else 0.0
    people = math.fsum(part.voices for part in found.parts)
    return people + math.fsum(shift.mass for shift in found.shifts) + block


def _risk(found: Assessment, constants: Constants) -> float:
    """Return the probability that a purchase now goes bad, for any reason or because it is blocked."""
    worse = max(a / (a + b) for a, b in found.beta(constants))
    blocked = found.cap.share if found.cap else 0.0
    return 1 - (1 - worse) * (1 - blocked)


def _interval(
    points: float, mass: float, found: Assessment, constants: Constants
) -> tuple[float, float]:
    """Return bounds that hold the score and close with the evidence, whatever it says.

    At an end of the scale they are moved, not cut, so that their distance depends on nothing else.
    """
    base = constants.base.strength
    reach = constants.rating.width * math.sqrt(base / (base + mass))
    top = FULL if found.cap is None else found.cap.points
    high = max(points, min(top, max(points + reach, 2 * reach)))
    return round(max(0.0, high - 2 * reach), 2), round(high, 2)


def _warns(found: Assessment, constants: Constants) -> bool:
    """Return whether the risk is above the line with the stated probability.

    Only adverse evidence makes a warning possible: praise could otherwise be bought to frame a rival.
    """
    rating = constants.rating
    blocked = found.cap.share if found.cap else 0.0
    if blocked >= rating.warn_risk:
        return True
    line = 1 - (1 - rating.warn_risk) / (1 - blocked)
    return found.adverse >= rating.warn_least and any(
        1 - float(betainc(a, b, line)) > rating.warn_probability for a, b in found.beta(constants)
    )


def _basis(history: History) -> dict[str, int]:
    return {
        "reviews": len(history.of(ev.Review)),
        "complaints": len(history.of(ev.Complaint)),
        "disclosures": len(history.of(ev.Disclosure)),
        "blocks": len(history.of(ev.Block)),
    }
