"""Reasons: the lines that add up to the score, to the hundredth of a point.

In the long run the score is a function of the expectation m and the purchases B and G. Along the
straight way from no evidence to all of it, every kind of evidence earns the points it adds
(Aumann-Shapley values, in closed form): each bad purchase costs the same, each good one brings the
same, whatever the order. Up to `limit` purchases the way is straight, beyond it is a ratio. Where a recent window counts, its purchases have lines of their own. So
has the cap.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING

from scoring.constants import Base, Constants
from scoring.terms import LONG, Cap, Part

if TYPE_CHECKING:
    from scoring.model import Assessment

BASE_CODE = "base.category"
FULL = 100.0
_NEARLY_ZERO = 1e-6


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


def reasons(found: "Assessment", constants: Constants) -> tuple[Reason, ...]:
    """Return the lines, the base first, then the strongest, the cap last; they sum to the score."""
    base = FULL * (1 - found.usual)
    first = _Line(BASE_CODE, base, {"percent": round(FULL - base, 2)}, ())
    families = [*_long(found, constants), *_recent(found, constants)]
    families.sort(key=lambda line: (-abs(line.points), line.code))
    lines = [first, *families, *_cap_lines(found.cap, found.points(constants))]
    return tuple(
        Reason(line.code, line.code.partition(".")[0], cents / 100, line.numbers, line.evidence)
        for line, cents in zip(lines, _cents([line.points for line in lines]), strict=True)
    )


def codes() -> dict[str, tuple[str, ...]]:
    """Return every reason code with the names of its numbers."""
    table = tomllib.loads(files(__package__).joinpath("reasons.toml").read_text(encoding="utf-8"))
    return {row["code"]: tuple(row["numbers"]) for row in table["reason"]}


def _long(found: "Assessment", constants: Constants) -> list[_Line]:
    """Return the lines of the shifts and of the purchases in the long run."""
    usual, moved = found.usual, found.expected - found.usual
    bad, good = found.counts(LONG)
    way = _Way.of(constants.base, bad + good)
    n, flat, rising = constants.base.strength, way.flat, way.rising
    worth = {
        True: -FULL
        * (way.straight(1 - usual, -moved) + n * (1 - usual) * flat + (good - n * moved) * rising),
        False: FULL * (way.straight(usual, moved) + n * usual * flat + (bad + n * moved) * rising),
    }
    total = math.fsum(shift.logodds for shift in found.shifts)
    slope = moved / total if abs(total) > _NEARLY_ZERO else usual * (1 - usual)
    shifts = [
        _Line(s.code, -FULL * s.logodds * slope * way.expected, s.numbers, s.evidence)
        for s in found.shifts
    ]
    return [*shifts, *_part_lines(found.parts, LONG, worth)]


@dataclass(frozen=True, slots=True)
class _Way:
    """Integrals over the way t in [0, 1] from no evidence to all of it.

    Up to `turn`, where `limit` purchases are reached, the share is linear. Beyond, `flat` and `rising`
    are those of 1 and t over the square of the purchases (strength + t mass); `expected` is how much
    of the expectation counts, over all of the way.
    """

    limit: float
    turn: float
    flat: float
    rising: float
    expected: float

    @classmethod
    def of(cls, base: Base, mass: float) -> "_Way":
        """Return the way to `mass` purchases."""
        room, n = base.limit - base.strength, base.strength
        if mass <= room:
            return cls(base.limit, 1.0, 0.0, 0.0, 1 - mass / base.limit / 2)
        turn = room / mass
        flat, rising, mean = (
            b - a for a, b in zip(_until(n, mass, turn), _until(n, mass, 1.0), strict=True)
        )
        return cls(base.limit, turn, flat, rising, turn - turn * room / base.limit / 2 + n * mean)

    def straight(self, start: float, slope: float) -> float:
        """Return the integral of start + slope t over the straight part, by purchase."""
        return (start * self.turn + slope * self.turn**2 / 2) / self.limit


def _until(n: float, mass: float, t: float) -> tuple[float, float, float]:
    """Return the integrals up to t of 1, t and (n + t mass), each over (n + t mass) squared."""
    log, size = math.log1p(t * mass / n), n + t * mass
    return t / (n * size), (log - t * mass / size) / (mass * mass), log / mass


def _recent(found: "Assessment", constants: Constants) -> list[_Line]:
    """Return the lines of a recent window where it is the worst one: linear in its purchases."""
    shares = found.shares(constants)
    long, window = shares[LONG], shares.index(max(shares))
    if shares[window] <= long:
        return []
    size = max(constants.base.limit, constants.base.strength + sum(found.counts(window)))
    full = FULL * constants.windows.turned
    worth = {True: -full * (1 - long) / size, False: full * long / size}
    return _part_lines(found.parts, window, worth)


def _part_lines(parts: Iterable[Part], window: int, worth: Mapping[bool, float]) -> list[_Line]:
    """Return one line a code, at so many points a purchase."""
    lines: dict[str, _Line] = {}
    for part in parts:
        points = part.mass[window] * worth[part.against]
        if part.code in lines:
            lines[part.code] = replace(lines[part.code], points=lines[part.code].points + points)
        elif points:
            lines[part.code] = _Line(part.code, points, part.numbers[window], part.evidence[window])
    return list(lines.values())


def _cap_lines(cap: Cap | None, points: float) -> list[_Line]:
    if cap is None:
        return []
    lost = min(0.0, cap.points - points)
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
