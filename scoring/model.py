"""The score of one merchant: purchases that went well and badly, counted.

Every piece of evidence stands for some purchases, bad ones B and good ones G. With an expectation m
(the usual rate, moved by what is known about the merchant) that counts as n purchases,

    long run  (n m + B) / (n + B + G)
    recently  the same over a recent window, where the long run is the expectation

and the answer is the long run, moved half of the way to a recent window that is worse. The *score* is
100 times the complement. Its n fills up what is missing to 75 purchases, so that no single voice moves
it by more than two points. The *risk* is the best
estimate, by Bayes from the same masses (`risk.py`). Every number is in `constants/`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scoring import events as ev
from scoring import explain, families, identity, priors, risk, terms
from scoring.constants import Base, Constants, Rating, latest
from scoring.explain import Reason
from scoring.families import disclosures, safety
from scoring.history import History, digest, view
from scoring.priors import Priors
from scoring.terms import LONG, Cap, Part, Shift

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
    seen: risk.Counts
    priors: Priors

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

    def posterior(self, constants: Constants) -> risk.Table:
        """Return the probability of each of `risk.SHARES` in each window."""
        rate = self.priors.rate
        tilt = math.log(self.expected / (1 - self.expected)) - math.log(rate / (1 - rate))
        prior = risk.moved(self.priors.spread, tilt)
        return risk.posterior(self.seen, prior, self.priors.table(constants))

    def shares(self, constants: Constants) -> list[float]:
        """Return the share of bad purchases that the score takes from each window, the long run last."""
        long = share(self.expected, *self.counts(LONG), constants.base)
        recent = [self.counts(window) for window in self.recent]
        return [*(share(long, bad, good, constants.base) for bad, good in recent), long]

    def points(self, constants: Constants) -> float:
        """Return the score before the cap: the long run's, moved towards a worse recent window."""
        shares = self.shares(constants)
        long = shares[LONG]
        return FULL * (1 - long - constants.windows.turned * (max(shares) - long))

    def final(self, constants: Constants) -> float:
        """Return the score after the cap."""
        points = self.points(constants)
        return points if self.cap is None else min(points, self.cap.points)

    @property
    def adverse(self) -> float:
        """Return how much evidence speaks against the merchant."""
        return self.counts(LONG)[0]


def share(expected: float, bad: float, good: float, base: Base) -> float:
    """Return the bad purchases among all: expected ones fill up what is missing to `limit`."""
    size = max(base.limit, base.strength + bad + good)
    return (expected * (size - bad - good) + bad) / size


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
    history = view(events, as_of, reliability, numbers.windows.most)
    earlier = [view(old, as_of, reliability, numbers.windows.most) for old in predecessors]
    found = whole(history, earlier, numbers, usual)
    mass = _mass(found, numbers)
    warn = _warns(found, numbers)
    rated = is_rated(found, numbers)
    points = round(found.final(numbers), 2) if rated else None
    return Score(
        score=points,
        grade=None if points is None else grade(points, numbers.rating),
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
    parts, sold = families.assess(history, constants, usual)
    return Assessment(
        usual=1 / (1 + math.exp(-odds)),
        shifts=tuple(shifts),
        parts=tuple(parts),
        cap=safety.cap(history, constants),
        seen=risk.counts(parts, sold, usual, constants),
        priors=usual,
    )


def whole(
    history: History, earlier: Sequence[History], constants: Constants, usual: Priors
) -> Assessment:
    """Return what is said of a merchant, going on with closed predecessors where that is worse."""
    own = assess(history, constants, usual)
    return _worse(own, _continued(own, earlier, constants, usual), constants)


def is_rated(found: Assessment, constants: Constants) -> bool:
    """Return whether there is enough evidence for a score, or adverse evidence enough for a warning."""
    return _mass(found, constants) >= constants.rating.least or _warns(found, constants)


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
    seen = own.seen + sum(old.seen for old in before)
    return replace(own, parts=(*own.parts, *carried), cap=lowest, seen=seen)


def _worse(own: Assessment, continued: Assessment, constants: Constants) -> Assessment:
    """Return the assessment of fewer points: evidence is carried over in the bad direction only."""
    if continued is own:
        return own
    return min((own, continued), key=lambda found: found.final(constants))


def grade(points: float, rating: Rating) -> str:
    """Return the letter of so many points."""
    return max((g for g in rating.grades.items() if points >= g[1]), key=lambda g: g[1])[0]


def _mass(found: Assessment, constants: Constants) -> float:
    """Return how much evidence there is for the question whether to rate at all."""
    block = constants.rating.block * found.cap.force if found.cap else 0.0
    people = math.fsum(part.voices for part in found.parts)
    return people + math.fsum(shift.mass for shift in found.shifts) + block


def _risk(found: Assessment, constants: Constants) -> float:
    """Return the probability that a purchase now goes bad, for any reason or because it is blocked."""
    means = found.posterior(constants) @ risk.SHARES
    long, worse = float(means[LONG]), float(means.max())
    blocked = found.cap.share if found.cap else 0.0
    return 1 - (1 - long - constants.windows.turned * (worse - long)) * (1 - blocked)


def _interval(
    points: float, mass: float, found: Assessment, constants: Constants
) -> tuple[float, float]:
    """Return bounds that hold the score and close with the evidence, whatever it says.

    At an end of the scale they are moved, not cut, so that their distance depends on nothing else.
    """
    base = constants.rating.unknown
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
    if found.adverse < rating.warn_least:
        return False
    above = found.posterior(constants)[:, line < risk.SHARES].sum(axis=1)
    return bool(above.max() > rating.warn_probability)


def _basis(history: History) -> dict[str, int]:
    return {
        "reviews": len(history.of(ev.Review)),
        "complaints": len(history.of(ev.Complaint)),
        "disclosures": len(history.of(ev.Disclosure)),
        "blocks": len(history.of(ev.Block)),
    }
