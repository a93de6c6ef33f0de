"""Reasons: the lines that add up to the score, to the hundredth of a point.

The score before the cap is a function of a sum, f(X) with X = x1 + ... + xn. For such a function the
Aumann-Shapley value of xi is xi * (f(X) - f(0)) / X, whatever the order of the terms: every unit of
log-odds is worth the same number of points. The cap is a line of its own.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from scoring.terms import Cap, Term

BASE_CODE = "base.category"
_NEARLY_ZERO = 1e-9


@dataclass(frozen=True, slots=True)
class Reason:
    """One line: a code of reasons.toml, its points, its numbers, and the evidence it rests on."""

    code: str
    family: str
    points: float
    numbers: Mapping[str, float]
    evidence: tuple[str, ...]

    def record(self) -> dict[str, object]:
        """Return the line as JSON values."""
        return {
            "code": self.code,
            "family": self.family,
            "points": self.points,
            "numbers": dict(self.numbers),
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class _Line:
    """A reason before rounding."""

    code: str
    points: float
    numbers: Mapping[str, float]
    evidence: tuple[str, ...]


def points_of(logodds: float) -> float:
    """Return the points of a risk given as log-odds: 100 times the probability of a good purchase."""
    if logodds > 0:
        small = math.exp(-logodds)
        return 100.0 * small / (1.0 + small)
    return 100.0 / (1.0 + math.exp(logodds))


def reasons(prior: float, terms: Sequence[Term], cap: Cap | None) -> tuple[Reason, ...]:
    """Return the lines, the base first, then the strongest, the cap last; they sum to the score."""
    lines = [_base(prior), *_family_lines(prior, terms), *_cap_lines(prior, terms, cap)]
    return tuple(
        Reason(line.code, line.code.partition(".")[0], cents / 100, line.numbers, line.evidence)
        for line, cents in zip(lines, _cents([line.points for line in lines]), strict=True)
    )


def codes() -> dict[str, tuple[str, ...]]:
    """Return every reason code with the names of its numbers."""
    table = tomllib.loads(files(__package__).joinpath("reasons.toml").read_text(encoding="utf-8"))
    return {row["code"]: tuple(row["numbers"]) for row in table["reason"]}


def _base(prior: float) -> _Line:
    points = points_of(prior)
    return _Line(BASE_CODE, points, {"percent": round(100.0 - points, 2)}, ())


def _family_lines(prior: float, terms: Sequence[Term]) -> list[_Line]:
    total = math.fsum(term.logodds for term in terms)
    slope = _slope(prior, total)
    lines = [_Line(t.code, t.logodds * slope, t.numbers, t.evidence) for t in terms]
    return sorted(lines, key=lambda line: (-abs(line.points), line.code))


def _slope(prior: float, total: float) -> float:
    """Return (f(X) - f(0)) / X, or its limit f'(0)."""
    at_zero = points_of(prior)
    if abs(total) < _NEARLY_ZERO:
        return -at_zero * (1 - at_zero / 100)
    return (points_of(prior + total) - at_zero) / total


def _cap_lines(prior: float, terms: Sequence[Term], cap: Cap | None) -> list[_Line]:
    if cap is None:
        return []
    lost = min(0.0, cap.points - points_of(prior + math.fsum(term.logodds for term in terms)))
    if lost == 0.0 and cap.force < 1:
        return []
    return [_Line(cap.code, lost, cap.numbers, cap.evidence)]


def _cents(points: Sequence[float]) -> list[int]:
    """Round to hundredths by largest remainder, so that the sum is the rounded sum."""
    floors = [math.floor(p * 100) for p in points]
    missing = round(math.fsum(points) * 100) - sum(floors)
    by_remainder = sorted(range(len(points)), key=lambda i: (floors[i] - points[i] * 100, i))
    for index in by_remainder[:missing]:
        floors[index] += 1
    return floors
