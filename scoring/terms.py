"""What a family of evidence hands to the model."""

from collections.abc import Mapping
from dataclasses import dataclass

EVIDENCE_SHOWN = 20
"""Evidence ids that one reason names at most; its numbers count all."""


@dataclass(frozen=True, slots=True)
class Term:
    """One line of log-odds (positive is worse), coded as in reasons.toml."""

    code: str
    logodds: float
    numbers: Mapping[str, float]
    evidence: tuple[str, ...]

    @property
    def family(self) -> str:
        """Return the family, the first part of the code."""
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Cap:
    """The most points a merchant may have; `force` in [0, 1] is what is left of it after a lift."""

    points: float
    force: float
    code: str
    numbers: Mapping[str, float]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """A family's terms and how much evidence stands behind them, in voices; `adverse` speaks against."""

    terms: tuple[Term, ...]
    mass: float = 0.0
    adverse: float = 0.0

    @property
    def logodds(self) -> float:
        """Return the family's log-odds."""
        return sum(term.logodds for term in self.terms)
