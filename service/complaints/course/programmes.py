"""Programmes: the versioned rules and clocks of a scheme, one file a version in programmes/.

A case pins the version it was filed under; a version that cases may have pinned is never changed, a new
one gets a file of its own.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from service.complaints.course import machine
from service.complaints.intake.fields import CATEGORIES
from service.core.errors import Misconfigured

FOLDER = "programmes"
DEFAULT = "mediation@2"


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a party has: whole (business) days after the day on which its turn began.

    While the case is in one of `pauses_in` and comes back, the days used before count. Each
    `extension_event` adds `extension` days. However paused or extended, it ends `cap` calendar days
    after the state `cap_since` began. Of a closed state, `times` is how often it can be opened again
    (None: no limit).
    """

    days: int
    business: bool = False
    pauses_in: tuple[str, ...] = ()
    extension: int = 0
    extension_event: str | None = None
    cap: int | None = None
    cap_since: str | None = None
    times: int | None = None

    def __str__(self) -> str:
        """Return it in words, such as "2 business days"."""
        unit = "business day" if self.business else "day"
        return f"{self.days} {unit}{'' if self.days == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Places:
    """The countries (ISO 3166-1) whose calendars count for each actor of a case."""

    consumer: str
    trader: str
    council: str

    def of(self, actor: str) -> str:
        """Return the country of an actor of the machine."""
        country: str = getattr(self, actor)
        return country


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Which cases a programme takes; an empty list or None asks nothing."""

    consumer_countries: tuple[str, ...] = ()
    merchant_countries: tuple[str, ...] = ()
    purchased_within_days: int | None = None
    participant: bool = False


@dataclass(frozen=True)
class Programme:
    """One version of a scheme.

    `conciliates`: participating traders take part themselves. `clocks` by open state, `windows` by
    closed state (how long it can be opened again), `retention` in days by "draft", "lapsed", "closed".
    """

    id: str
    title: str
    source: str
    conciliates: bool
    council_country: str
    trader_country: str
    clocks: Mapping[str, Clock]
    windows: Mapping[str, Clock]
    retention: Mapping[str, int]
    eligibility: Eligibility

    @property
    def evidence(self) -> Mapping[str, tuple[str, ...]]:
        """Return for each category the kinds of which one is needed: what fields.json says can show it."""
        return {name: category.evidence for name, category in CATEGORIES.items()}

    def places(self, consumer_country: str | None) -> Places:
        """Return whose calendars count; a consumer of unknown country has the council's."""
        consumer = consumer_country or self.council_country
        return Places(consumer, self.trader_country, self.council_country)


@cache
def load() -> Mapping[str, Programme]:
    """Return every programme by "name@version"; raise Misconfigured for a file that is wrong."""
    found = {}
    for path in sorted(files(__package__).joinpath(FOLDER).iterdir(), key=lambda path: path.name):
        if path.name.endswith(".toml"):
            name = path.name.removesuffix(".toml")
            found[name] = parse(tomllib.loads(path.read_text("utf-8")), name)
    return found


def get(name: str) -> Programme:
    """Return a programme; raise Misconfigured when the version that a case has pinned is gone."""
    try:
        return load()[name]
    except KeyError:
        raise Misconfigured(
            "is pinned by a case and is missing", where=f"{FOLDER}/{name}"
        ) from None


def parse(document: Mapping[str, Any], name: str) -> Programme:
    """Read a programme; raise Misconfigured unless every open state of the machine has a clock."""
    states = machine.load()
    clocks = {state: _clock(row) for state, row in document["clocks"].items()}
    windows = {state: _clock(row) for state, row in document["windows"].items()}
    if set(clocks) != set(states.open_states) or not set(windows) <= set(states.closed_states):
        raise Misconfigured(
            "needs a clock for each open state and none else", where=f"{FOLDER}/{name}"
        )
    rules = {key: _frozen(value) for key, value in document["eligibility"].items()}
    plain = ("title", "source", "conciliates", "council_country", "trader_country", "retention")
    return Programme(
        id=name,
        clocks=clocks,
        windows=windows,
        eligibility=Eligibility(**rules),
        **{key: document[key] for key in plain},
    )


def _clock(row: Mapping[str, Any]) -> Clock:
    business = "business_days" in row
    rest = {
        key: _frozen(value) for key, value in row.items() if key not in ("business_days", "days")
    }
    return Clock(row["business_days"] if business else row["days"], business, **rest)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
