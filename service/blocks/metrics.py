"""How well platforms keep orders: rates with numerator, denominator, window and interval. Pure.

A listing counts where something is known. Between the last sight of a listing and the first miss lies a
time in which nobody looked: a rate whose moment falls into it leaves the order out and says so.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from service.blocks import states, values
from service.blocks.states import Absence, Check

ENOUGH = 10
"""Orders below which a rate is not shown as one: "not enough checks"."""
Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: intervals hold 95 %."""

STILL_LIVE_DAYS = (2, 7, 30)
RELISTED_WITHIN = timedelta(days=90)
COVERED_WITHIN = timedelta(days=30)

_SEEN = (states.LIVE, states.LIVE_VARIANT, states.OUT_OF_STOCK)


@dataclass(frozen=True, slots=True)
class Relisting:
    """A confirmed return under another item id; `same_seller` is None where a seller is unknown."""

    seen_at: datetime
    same_seller: bool | None


@dataclass(frozen=True)
class OrderFacts:
    """All that metrics need to know of an order. No merchant, no person."""

    platform: str
    country: str
    found_by: str
    hazards: tuple[str, ...]
    issued_at: datetime
    published: str
    deadline: datetime
    state: str
    checks: tuple[Check, ...]
    relistings: tuple[Relisting, ...] = ()

    @cached_property
    def start(self) -> datetime:
        """Return t0: the order, or the notice where the platform was to find the listing itself."""
        if self.found_by == values.MONITORING and self.published:
            published = datetime.combine(date.fromisoformat(self.published), time(), tzinfo=UTC)
            return min(published, self.issued_at)
        return self.issued_at

    @cached_property
    def looks(self) -> tuple[Check, ...]:
        """Return the looks since t0 that found something out, from the order's country if there are any."""
        known = [
            check
            for check in self.checks
            if check.at >= self.start and check.result != states.UNVERIFIABLE
        ]
        here = tuple(check for check in known if check.place == self.country)
        return here or tuple(known)

    @cached_property
    def absence(self) -> Absence | None:
        """Return the first confirmed absence."""
        return next(iter(states.absences(self.looks)), None)

    def gone_by(self, moment: datetime) -> bool | None:
        """Tell whether the listing was gone by then; None when nobody looked at the right time."""
        absence = self.absence
        if absence is not None and absence.first <= moment:
            return True
        end = absence.first if absence else datetime.max.replace(tzinfo=UTC)
        seen = any(one.result in _SEEN and moment <= one.at < end for one in self.looks)
        return False if seen else None

    def interval(self) -> tuple[float, float] | None:
        """Return days from t0 between which the listing went, infinity for not yet; None: never seen."""
        if not self.looks:
            return None
        absence = self.absence
        upper = self._days(absence.first) if absence else math.inf
        seen = [self._days(one.at) for one in self.looks if one.result in _SEEN]
        lower = max((day for day in seen if day < upper), default=0.0)
        return lower, upper

    def _days(self, moment: datetime) -> float:
        return max(0.0, (moment - self.start) / timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its Wilson 95 % interval; `left_out` orders were due and nobody could tell."""

    name: str
    numerator: int
    denominator: int
    low: float | None
    high: float | None
    left_out: int = 0

    @property
    def value(self) -> float | None:
        """Return the share, None of nothing."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def enough(self) -> bool:
        """Tell whether it rests on enough orders to be shown as a share."""
        return self.denominator >= ENOUGH


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """Return the Wilson score interval at 95 % (Wilson 1927); `denominator` is above zero."""
    share, square = numerator / denominator, Z * Z
    scale = 1 + square / denominator
    middle = (share + square / (2 * denominator)) / scale
    spread = share * (1 - share) / denominator + square / (4 * denominator**2)
    half = Z * math.sqrt(spread) / scale
    low = 0.0 if numerator == 0 else max(0.0, middle - half)
    high = 1.0 if numerator == denominator else min(1.0, middle + half)
    return low, high


def rate(name: str, answers: Iterable[bool | None]) -> Rate:
    """Return the share of true answers among the known ones."""
    given = list(answers)
    known = [one for one in given if one is not None]
    hits, many = sum(known), len(known)
    low, high = wilson(hits, many) if many else (None, None)
    return Rate(name, hits, many, low, high, len(given) - many)


def rates(orders: Sequence[OrderFacts], *, now: datetime) -> list[Rate]:
    """Return every rate of some orders, in the order in which they are shown."""
    standing = [one for one in orders if one.state != values.WITHDRAWN]
    return [
        *_removed(standing, now),
        *_still_live(standing, now),
        *_back(standing, now),
        *_depth(standing),
        *_coverage(standing, now),
    ]


def _removed(orders: Sequence[OrderFacts], now: datetime) -> Iterator[Rate]:
    """Pledge KPIs 1 and 2: removed by the deadline, by who found the listing."""
    due = [one for one in orders if one.deadline <= now]
    yield rate("removed_in_time", (one.gone_by(one.deadline) for one in due))
    for way in values.FOUND_BY:
        mine = [one for one in due if one.found_by == way]
        yield rate(f"removed_in_time.{way}", (one.gone_by(one.deadline) for one in mine))


def _still_live(orders: Sequence[OrderFacts], now: datetime) -> Iterator[Rate]:
    for days in STILL_LIVE_DAYS:
        later = timedelta(days=days)
        due = [one for one in orders if one.start + later <= now]
        yield rate(f"still_live.day_{days}", (_not(one.gone_by(one.start + later)) for one in due))


def _not(answer: bool | None) -> bool | None:  # noqa: FBT001 - the answer is the argument
    return None if answer is None else not answer


def _back(orders: Sequence[OrderFacts], now: datetime) -> Iterator[Rate]:
    """Among listings that went at least 90 days ago: whose product came back, with which seller."""
    gone = [(one, one.absence) for one in orders]
    due = [(one, was) for one, was in gone if was and was.first + RELISTED_WITHIN <= now]
    tests: dict[str, Callable[[Relisting], bool]] = {
        "relisted_90d": lambda _: True,
        "relisted_90d.same_seller": lambda back: back.same_seller is True,
        "relisted_90d.other_seller": lambda back: back.same_seller is False,
    }
    for name, fits in tests.items():
        yield rate(name, (_came_back(one, was, fits) for one, was in due))


def _came_back(order: OrderFacts, was: Absence, fits: Callable[[Relisting], bool]) -> bool:
    end = was.first + RELISTED_WITHIN
    return any(was.first <= back.seen_at <= end and fits(back) for back in order.relistings)


DEPTHS = ("everywhere", "one_country", "out_of_stock", "geo_blocked")


def depth(order: OrderFacts) -> str | None:
    """Return how deep a block goes: gone in two countries, in the one looked from, or only hidden."""
    looks = [one for one in order.checks if one.at >= order.start]
    state = states.state_of(looks)
    if state in (states.GEO_BLOCKED, states.OUT_OF_STOCK):
        return state
    if state != states.GONE:
        return None
    places = {absence.place for absence in states.absences(looks)}
    return "everywhere" if len(places) > 1 else "one_country"


def _depth(orders: Sequence[OrderFacts]) -> Iterator[Rate]:
    found = [deep for one in orders if (deep := depth(one)) is not None]
    for name in DEPTHS:
        yield rate(f"depth.{name}", (deep == name for deep in found))


def _coverage(orders: Sequence[OrderFacts], now: datetime) -> Iterator[Rate]:
    recent = [
        [check for check in one.checks if now - COVERED_WITHIN <= check.at <= now] for one in orders
    ]
    yield rate("coverage", (any(_tells(check) for check in looks) for looks in recent))
    walled = (not any(_tells(check) for check in looks) for looks in recent if looks)
    yield rate("unverifiable", walled)


def _tells(check: Check) -> bool:
    return check.result != states.UNVERIFIABLE


DIMENSIONS = ("platform", "country", "source", "hazard")


def groups(orders: Iterable[OrderFacts], dimension: str) -> dict[str, list[OrderFacts]]:
    """Return orders by one dimension; an order with two hazards stands under both."""
    found: dict[str, list[OrderFacts]] = {}
    for one in orders:
        names = {
            "platform": (one.platform,),
            "country": (one.country,),
            "source": (one.found_by,),
            "hazard": one.hazards or ("other",),
        }[dimension]
        for name in names:
            found.setdefault(name, []).append(one)
    return dict(sorted(found.items()))
