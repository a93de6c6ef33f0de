"""Every number of the model, from one versioned TOML file beside this module."""

import functools
import tomllib
from importlib.resources import files
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from scoring.errors import InvalidConstants

LATEST = "caveat-score-1.0"

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
Rate = Annotated[float, Meta(gt=0, lt=0.5)]
Levels = Annotated[list[float], Meta(min_length=3, max_length=3)]
Whole = Annotated[int, Meta(ge=1)]


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; a number that is missing or not known is an error."""


class Base(Section, frozen=True):
    """What is expected of a merchant about whom nothing is known, and how much that counts."""

    rate: Rate
    spread: Positive
    likeness: Positive
    limit: Positive
    strength: Positive
    eagerness: Positive
    told: Share
    groundless: Share
    purchases_per_review: Positive
    lost: Share
    rates: dict[str, Rate]


class Windows(Section, frozen=True):
    """How evidence ages, in days: recent windows, then the long run, and how far the worse one counts."""

    half_lives: Annotated[list[Positive], Meta(min_length=2)]
    turned: Share
    most: Whole
    shown: Positive


class Reviews(Section, frozen=True):
    """How ratings become masses."""

    verified: Share
    unverified: Share
    incentivised: Share
    swapped: Share
    badness: Annotated[list[Share], Meta(min_length=5, max_length=5)]
    heard: Share
    noise: Share
    told: Share


class Deliveries(Section, frozen=True):
    """How deliveries become masses."""

    badness: dict[str, Share]
    weight: Share
    noise: Share


class Complaints(Section, frozen=True):
    """How complaints become masses, and how far they count alone."""

    weight: Positive
    severity: Levels
    without_evidence: Share
    replied: Share
    pending: Share
    early: Share
    outcome: dict[str, Share]
    week_free: Positive
    week_share: Share
    usual_weeks: Whole
    free: Positive
    borne_out: Positive
    backed: Share
    backed_from: Positive


class Cheap(Section, frozen=True):
    """How far statements that cost nothing count."""

    free: Positive
    borne_out: Positive


class Step(Section, frozen=True):
    """What one item is worth, and how many items count at most."""

    each: float
    most: Whole


class Disclosures(Section, frozen=True):
    """What statements about identity are worth."""

    half_life: Positive
    verified: Step
    claimed: Step
    absent: Step
    invalid: Step


class Identity(Section, frozen=True):
    """When a shop goes on with the evidence about a closed one."""

    values: Whole
    holders: Whole


class Safety(Section, frozen=True):
    """What official blocks and curated statements do."""

    caps: Levels
    lift_half_life: Positive
    prompt_days: Positive
    prompt: Share
    share: Share
    purchases_per_listing: Positive
    claim: Step
    claim_half_life: Positive
    contested: Share


class Rating(Section, frozen=True):
    """How sure the score is, and what it says."""

    least: Positive
    half: Positive
    disclosure: Share
    block: Positive
    interval: Share
    width: Positive
    unknown: Positive
    warn_risk: Share
    warn_probability: Share
    warn_least: Positive
    grades: dict[str, float]


class Manipulation(Section, frozen=True):
    """Votes on one review."""

    intercept: float
    duplicate: float
    burst: float
    crowd: float
    crowd_verified: Share
    company: float
    company_usual: Share
    singleton: float
    deviation: float
    verified: float
    young: float
    brief: float
    burst_days: Positive
    crowd_days: Positive
    young_days: Positive
    brief_days: Positive
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
    cheap: Cheap
    disclosures: Disclosures
    identity: Identity
    safety: Safety
    rating: Rating
    manipulation: Manipulation


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
