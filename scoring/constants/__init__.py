"""Every number of the model, from one versioned TOML file beside this module."""

import functools
import tomllib
from importlib.resources import files
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from scoring.errors import InvalidConstants

LATEST = "caveat-score-0.1"

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
Rate = Annotated[float, Meta(gt=0, lt=0.5)]
Levels = Annotated[list[float], Meta(min_length=3, max_length=3)]
Whole = Annotated[int, Meta(ge=1)]


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; a number that is missing or not known is an error."""


class Base(Section, frozen=True):
    """What is expected of a merchant about whom nothing is known."""

    rate: Rate
    rates: dict[str, Rate]


class Windows(Section, frozen=True):
    """How evidence ages, in days."""

    half_lives: Annotated[list[Positive], Meta(min_length=1)]
    shown: Positive


class Reviews(Section, frozen=True):
    """How ratings become voices."""

    prior_bad: Positive
    eagerness: Positive
    verified: Share
    unverified: Share
    incentivised: Share
    swapped: Share
    badness: Annotated[list[Share], Meta(min_length=5, max_length=5)]
    told: Share


class Deliveries(Section, frozen=True):
    """How deliveries become voices."""

    prior_bad: Positive
    badness: dict[str, Share]


class Complaints(Section, frozen=True):
    """How complaints become voices, and what they are measured against."""

    prior_bad: Positive
    rate: Rate
    purchases_per_voice: Positive
    credit: Positive
    severity: Levels
    without_evidence: Share
    replied: Share
    pending: Share
    outcome: dict[str, Share]
    week_free: Whole
    usual_weeks: Whole


class Step(Section, frozen=True):
    """Log-odds per item, and how many items count at most."""

    each: float
    most: Whole


class Disclosures(Section, frozen=True):
    """What statements about identity are worth."""

    half_life: Positive
    verified: Step
    claimed: Step
    absent: Step
    invalid: Step


class Safety(Section, frozen=True):
    """What official blocks and curated statements do."""

    caps: Levels
    lift_half_life: Positive
    claim: Step
    claim_half_life: Positive
    contested: Share


class Rating(Section, frozen=True):
    """How sure the score is, and what it says."""

    least: Positive
    half: Positive
    spread: Positive
    disclosure: Share
    block: Positive
    interval: Share
    warn_risk: Share
    warn_probability: Share
    warn_half: Positive
    grades: dict[str, float]


class Manipulation(Section, frozen=True):
    """Votes on one review."""

    intercept: float
    duplicate: float
    burst: float
    singleton: float
    deviation: float
    verified: float
    burst_days: Positive
    least: Share
    most: Share
    weight_lost: Annotated[float, Meta(ge=0, le=0.9)]


class Constants(Section, frozen=True):
    """One version of the score."""

    version: str
    base: Base
    windows: Windows
    reviews: Reviews
    deliveries: Deliveries
    complaints: Complaints
    disclosures: Disclosures
    safety: Safety
    rating: Rating
    manipulation: Manipulation

    def rate(self, category: str) -> float:
        """Return the share of purchases expected to go bad in a category."""
        return self.base.rates.get(category, self.base.rate)


def load(name: str = LATEST) -> Constants:
    """Return the constants of a bundled version; InvalidConstants when there is none or it is wrong."""
    source = files(__package__).joinpath(f"{name}.toml")
    if not source.is_file():
        raise InvalidConstants(f"{name}: no such version")
    return parse(tomllib.loads(source.read_text(encoding="utf-8")), name)


def parse(table: dict[str, Any], name: str) -> Constants:
    """Return checked constants of a decoded TOML table; `name` is used in errors."""
    try:
        return msgspec.convert(table, Constants)
    except msgspec.ValidationError as error:
        raise InvalidConstants(f"{name}: {error}") from error


@functools.cache
def latest() -> Constants:
    """Return the constants of the current version, read once."""
    return load()
