"""What the router knows about a complaint: plain facts, no personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

OWN_SHOP = "web"
"""The platform of a shop that stands on none."""

Status = Literal["filed", "accepted", "refused", "withdrawn", "ended"]
OPEN: frozenset[Status] = frozenset({"filed", "accepted"})


@dataclass(frozen=True, slots=True)
class Tried:
    """A step that was taken: at a channel, or one such as `trader_contacted` or `court`.

    `on` is the day it was taken, None when that is not known.
    """

    status: Status = "filed"
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A complaint as far as desks ask; None means not known.

    Countries are ISO 3166-1 codes. `amounts` gives what is claimed, in one currency or several.
    `participates` says of channels whether the trader takes part there. `matters` holds what some
    desks refuse (see vocabulary.py). `dates` are by start event of the registry, `have` names the
    complaint fields that are filled and facts of the trader's record, never what they say.
    """

    residence: str | None = None
    trader_country: str | None = None
    card_country: str | None = None
    platform: str | None = None
    seller: str | None = None
    payment: str | None = None
    role: str | None = None
    goods: str | None = None
    category: str | None = None
    deceived: bool | None = None
    publish: bool = False
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    matters: frozenset[str] | None = None
    participates: Mapping[str, bool] = field(default_factory=dict)
    tried: Mapping[str, Tried] = field(default_factory=dict)
    dates: Mapping[str, date] = field(default_factory=dict)
    have: frozenset[str] = frozenset()
