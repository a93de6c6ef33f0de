"""What a family of evidence hands to the model: parts, each a mass of purchases gone well or badly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scoring.constants import Cheap

EVIDENCE_SHOWN = 20
"""Evidence ids that one reason names at most; its numbers count all."""

LONG = -1
"""Position of the long run among the windows of the constants; the others are recent."""


Masses = tuple[float, ...]
"""A mass for each window of the constants, the long run last."""


@dataclass(frozen=True, slots=True)
class Part:
    """Purchases that one kind of evidence stands for, in each window.

    They went badly where the part is `against` the merchant, else well. `cheap` is the mass of
    statements that cost nothing to make; it is limited later. `numbers` and `evidence` are what a
    reason shows of each window; `voices` is how many people or parcels it rests on in the long run.
    """

    code: str
    against: bool
    mass: Masses
    numbers: tuple[Mapping[str, float], ...]
    evidence: tuple[tuple[str, ...], ...]
    cheap: Masses = ()
    voices: float = 0.0


@dataclass(frozen=True, slots=True)
class Shift:
    """Log-odds by which the expectation moves before any purchase is counted (positive is worse)."""

    code: str
    logodds: float
    numbers: Mapping[str, float]
    evidence: tuple[str, ...]
    mass: float = 0.0


@dataclass(frozen=True, slots=True)
class Cap:
    """The most points a merchant may have; `force` in [0, 1] is what is left of it after a lift.

    `share` is the part of the listings that is blocked now.
    """

    points: float
    force: float
    share: float
    code: str
    numbers: Mapping[str, float]
    evidence: tuple[str, ...]


def mass(parts: Sequence[Part], window: int, *, against: bool) -> float:
    """Return the purchases of one side in a window, cheap statements left out."""
    return math.fsum(part.mass[window] for part in parts if part.against is against)


def limited(parts: Sequence[Part], cheap: Cheap) -> list[Part]:
    """Add the cheap masses to the parts, as far as the costly ones of the same side bear them out."""
    factors = {side: _factors(parts, cheap, against=side) for side in (True, False)}
    return [
        replace(
            part,
            mass=tuple(
                m + c * f
                for m, c, f in zip(part.mass, part.cheap, factors[part.against], strict=True)
            ),
            cheap=(),
        )
        if part.cheap
        else part
        for part in parts
    ]


def _factors(parts: Sequence[Part], cheap: Cheap, *, against: bool) -> list[float]:
    factors = []
    cheaps = [part.cheap for part in parts if part.cheap and part.against is against]
    for window, masses in enumerate(zip(*cheaps, strict=True)):
        total = math.fsum(masses)
        free = cheap.free + cheap.borne_out * mass(parts, window, against=against)
        factors.append(bounded(total, free) / total if total else 1.0)
    return factors


def bounded(mass: float, free: float) -> float:
    """Return `mass` while it is small against `free`, and about free * log(mass / free) beyond."""
    return free * math.log1p(mass / free)
