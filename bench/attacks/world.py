"""A year on an invented marketplace: who trades, what goes bad, and what of it becomes an event."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.attacks.settings import HONEST, MEDIOCRE, ROGUE, Setting
from scoring import events as ev

YEAR = 365.0
NEW_FROM = 245.0
FIELDS = ("registration_number", "address", "phone", "email", "returns", "representative")
KINDS = (HONEST, MEDIOCRE, ROGUE)
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass
class Merchant:
    """One invented merchant: what is true of it, and what happened.

    `bad` is the share of purchases that go bad before `switched`, `now` the share after it.
    """

    key: str
    kind: str
    opened: float
    pace: float
    bad: float
    now: float
    switched: float | None = None
    closed: float | None = None
    attack: str | None = None
    identity: tuple[str, ...] = ()
    events: list[ev.Event] = field(default_factory=list)
    fakes: set[str] = field(default_factory=set)

    def of(self, kind: type[Any]) -> list[Any]:
        """Return its events of one type."""
        return [e for e in self.events if isinstance(e, kind)]

    @property
    def end(self) -> float:
        """Return the last day of trade."""
        return self.closed or YEAR


@dataclass
class World:
    """A marketplace, its random stream and its ids."""

    setting: Setting
    rng: np.random.Generator
    merchants: list[Merchant] = field(default_factory=list)
    count: int = 0

    def name(self, kind: str) -> str:
        """Return an id that was not used before; its letters tell nothing about the truth."""
        self.count += 1
        return f"{kind}{self.count * 2654435761 % 2**32:08x}"

    def chance(self, share: float) -> bool:
        """Return True for a share of the calls."""
        return bool(self.rng.random() < share)

    def buyer(self) -> str:
        """Return a returning account or a new one."""
        if self.chance(self.setting.returning):
            return f"u{int(self.rng.integers(40 * len(self.merchants) + 1))}"
        return self.name("u")

    def review(
        self, merchant: Merchant, day: float, rating: int, who: str, **more: Any
    ) -> ev.Review:
        """Add a review."""
        review = ev.Review(
            t=day,
            merchant=merchant.key,
            id=self.name("r"),
            reviewer=who,
            rating=rating,
            product=more.pop("product", None) or f"{merchant.key}/{int(self.rng.integers(12))}",
            **{"verified": self.chance(self.setting.verified), **more},
        )
        merchant.events.append(review)
        return review

    def complain(self, merchant: Merchant, day: float, who: str, *, real: bool) -> None:
        """Add a complaint and how it ended; a false one rarely has evidence."""
        name, setting = self.name("c"), self.setting
        merchant.events.append(
            ev.Complaint(
                t=day,
                merchant=merchant.key,
                id=name,
                reviewer=who,
                severity=int(self.rng.integers(1, 4)),
                contact_complete=self.chance(0.92 if real else 0.7),
                evidence=self.chance(setting.evidence if real else setting.false_evidence),
                amount=float(self.rng.lognormal(3.5, 0.8)),
            )
        )
        ended = day + float(self.rng.uniform(5, 40))
        if ended <= YEAR:
            outcome = self._outcome(merchant, day, real=real)
            merchant.events.append(
                ev.ComplaintClosed(t=ended, merchant=merchant.key, id=name, outcome=outcome)
            )

    def _outcome(self, merchant: Merchant, day: float, *, real: bool) -> ev.Outcome:
        if not real and self.chance(self.setting.unfounded):
            return "unfounded"
        kind = KINDS.index(self.looks(merchant, day))
        if real and self.chance(self.setting.settled[kind]):
            return "resolved"
        return "no_reply" if self.chance(self.setting.silent[kind]) else "unresolved"

    def looks(self, merchant: Merchant, day: float) -> str:
        """Return the kind of merchant that it behaves like."""
        turns = merchant.switched is not None and day < merchant.switched
        return HONEST if self.setting.masked and turns else merchant.kind


def people(world: World, count: int) -> None:
    """Add merchants of all kinds, a third of them new."""
    for n in range(count):
        kind = str(world.rng.choice(KINDS, p=world.setting.shares))
        mean = world.setting.bad[KINDS.index(kind)]
        k = world.setting.concentration
        share = float(world.rng.beta(mean * k, (1 - mean) * k))
        fresh = world.chance(1 / 3)
        opened = float(world.rng.uniform(NEW_FROM, YEAR - 20)) if fresh else 0.0
        pace = float(world.rng.lognormal(*world.setting.pace))
        world.merchants.append(
            Merchant(f"m{n}", kind, opened, pace, share, share, identity=(f"i{n}a", f"i{n}b"))
        )


def trade(world: World, merchant: Merchant) -> None:
    """Invent everything that honest buyers and honest records make of a merchant's year."""
    key = merchant.key
    merchant.events.append(
        ev.Open(
            t=merchant.opened, merchant=key, category="general", identity=list(merchant.identity)
        )
    )
    _disclose(world, merchant)
    sales, tracked = world.chance(world.setting.states_sales), world.chance(world.setting.tracked)
    for week in _weeks(merchant):
        length = min(7.0, merchant.end - week)
        after = merchant.switched is not None and week + length / 2 >= merchant.switched
        pace = merchant.pace * (world.setting.rush if after else 1.0)
        sold = int(world.rng.poisson(pace * length))
        if sales and sold:
            merchant.events.append(ev.Sales(t=week + length, merchant=key, count=sold))
        share = merchant.now if after else merchant.bad
        for day in week + world.rng.uniform(0, length, sold):
            _purchase(world, merchant, float(day), share, tracked=tracked)
    if merchant.closed is not None:
        merchant.events.append(ev.Closed(t=merchant.closed, merchant=key))


def _weeks(merchant: Merchant) -> Iterator[float]:
    week = merchant.opened
    while week < merchant.end - 0.01:
        yield week
        week += 7.0


def _disclose(world: World, merchant: Merchant) -> None:
    for name in FIELDS:
        if world.chance(0.85):
            kind = KINDS.index(world.looks(merchant, merchant.opened))
            verified = world.chance(world.setting.disclosed[kind])
            absent = not verified and world.chance(0.25)
            merchant.events.append(
                ev.Disclosure(
                    t=merchant.opened,
                    merchant=merchant.key,
                    field=name,
                    value=f"{merchant.key}/{name}",
                    verified=verified,
                    state="absent_required" if absent else "valid",
                )
            )


def _purchase(world: World, merchant: Merchant, day: float, share: float, *, tracked: bool) -> None:
    setting, rng = world.setting, world.rng
    bad = world.chance(share)
    turned = merchant.switched is not None and day >= merchant.switched
    gone = setting.never_sent if turned and setting.never_sent else setting.lost
    lost = bad and world.chance(gone)
    if tracked and world.chance(setting.delivery):
        state = ("lost" if world.chance(0.7) else "damaged") if lost else "on_time"
        if state == "on_time" and world.chance(setting.late):
            state = "late"
        arrived = min(YEAR, day + float(rng.uniform(2, 12)))
        merchant.events.append(
            ev.Delivery(t=arrived, merchant=merchant.key, state=state, id=world.name("d"))  # type: ignore[arg-type]
        )
    told = day + float(rng.uniform(*setting.told))
    if told > YEAR:
        return
    if world.chance(setting.review_bad if bad else setting.review_good):
        rebate = merchant.attack == "rebate" and world.chance(0.6)
        stars = rng.choice(5, p=setting.stars_bad if bad and not rebate else setting.stars_good)
        world.review(merchant, told, int(stars) + 1, world.buyer())
    if world.chance(setting.complaint if bad else setting.groundless):
        world.complain(
            merchant, min(YEAR, told + float(rng.uniform(0, 8))), world.buyer(), real=True
        )
