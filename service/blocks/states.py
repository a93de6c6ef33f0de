"""What is known about a listing, as a pure function of the checks of it.

Nothing is gone on the word of one look: that takes two from the same country, at least a day apart,
with no sight of it in between. A wall says nothing, so it never counts as blocked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIVE, LIVE_VARIANT, OUT_OF_STOCK = "live", "live_variant", "out_of_stock"
ABSENT, UNVERIFIABLE = "absent", "unverifiable"
RESULTS = (LIVE, LIVE_VARIANT, OUT_OF_STOCK, ABSENT, UNVERIFIABLE)
"""What one look can find; `absent` is "not found from here, this once"."""

UNCHECKED, GEO_BLOCKED, GONE, RELISTED = "unchecked", "geo_blocked", "gone", "relisted"
STATES = (
    UNCHECKED,
    LIVE,
    LIVE_VARIANT,
    OUT_OF_STOCK,
    GEO_BLOCKED,
    GONE,
    UNVERIFIABLE,
    RELISTED,
)

FETCHER, MANUAL, SIGHTING = "fetcher", "manual", "sighting"
SOURCES = (FETCHER, MANUAL, SIGHTING)

APART = timedelta(hours=24)
"""Time between the two looks that together say "gone"."""
TOGETHER = timedelta(days=7)
"""Looks from two countries within this time are compared with each other."""

_BUYABLE = (LIVE, LIVE_VARIANT)


@dataclass(frozen=True, slots=True, order=True)
class Check:
    """One look: when, from where (a locale such as ko-KR, or a country), what was found, by whom."""

    at: datetime
    locale: str
    result: str
    source: str = FETCHER

    @property
    def place(self) -> str:
        """Return the country that was looked from, in upper case."""
        return self.locale.replace("_", "-").rpartition("-")[2].upper()


@dataclass(frozen=True, slots=True)
class Absence:
    """A confirmed absence: not before `after` (None: never seen live), not later than `first`."""

    after: datetime | None
    first: datetime
    confirmed: datetime
    place: str


@dataclass(slots=True)
class _Place:
    """What is known from one country, check after check."""

    state: str = UNCHECKED
    last: datetime | None = None
    last_live: datetime | None = None
    missing_since: datetime | None = None
    absences: list[Absence] = field(default_factory=list)

    def take(self, check: Check) -> None:
        weak = check.source == SIGHTING and (self.missing_since is not None)
        if weak:
            return  # anybody can send a sighting: it leads to a new look, it overrules none
        self.last = check.at
        if check.result == ABSENT:
            self._miss(check)
        else:
            self.state, self.missing_since = check.result, None
            self.last_live = check.at

    def _miss(self, check: Check) -> None:
        if self.missing_since is None:
            self.missing_since = check.at
        elif self.state != GONE and check.at - self.missing_since >= APART:
            self.state = GONE
            self.absences.append(Absence(self.last_live, self.missing_since, check.at, check.place))

    @property
    def returned(self) -> bool:
        return bool(self.absences) and self.state in _BUYABLE


def state_of(checks: Iterable[Check]) -> str:
    """Return the state of a listing; the order in which checks are given does not matter."""
    known = list(checks)
    places = [place for place in _places(known).values() if place.state != UNCHECKED]
    if not places:
        walled = known and all(check.result == UNVERIFIABLE for check in known)
        return UNVERIFIABLE if walled else UNCHECKED
    return _together(_recent(places))


def changes(checks: Iterable[Check]) -> list[tuple[datetime, str]]:
    """Return since when each state of a listing stood, the earliest first."""
    known = sorted(checks)
    found: list[tuple[datetime, str]] = []
    for many, check in enumerate(known, 1):
        if many < len(known) and known[many].at == check.at:
            continue
        state = state_of(known[:many])
        if not found or found[-1][1] != state:
            found.append((check.at, state))
    return found


def absences(checks: Iterable[Check]) -> list[Absence]:
    """Return every confirmed absence, the earliest first."""
    places = _places(checks).values()
    found = [absence for place in places for absence in place.absences]
    return sorted(found, key=lambda absence: (absence.first, absence.place))


def needs_second_look(checks: Iterable[Check]) -> bool:
    """Tell whether a listing was missed once and waits for the look that confirms it."""
    places = _places(checks).values()
    return any(place.missing_since is not None and place.state != GONE for place in places)


def _places(checks: Iterable[Check]) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    # At the same moment a sight of the listing counts after a miss: it never makes it blocked.
    for check in sorted(checks, key=lambda one: (one.at, one.result != ABSENT, one)):
        if check.result != UNVERIFIABLE:
            places.setdefault(check.place, _Place()).take(check)
    return places


def _recent(places: list[_Place]) -> list[_Place]:
    newest = max(place.last for place in places if place.last)
    return [place for place in places if place.last and newest - place.last <= TOGETHER]


def _together(places: list[_Place]) -> str:
    states = {place.state for place in places}
    if GONE in states and states & set(_BUYABLE):
        return GEO_BLOCKED
    if any(place.returned for place in places):
        return RELISTED
    order = (LIVE, LIVE_VARIANT, OUT_OF_STOCK, GONE)
    return next(state for state in order if state in states)
