"""The attacks: plans that change what is true before a year of trade, and orders placed after it."""

from collections.abc import Callable

import numpy as np

from bench.attacks.settings import HONEST, ROGUE, Setting
from bench.attacks.world import YEAR, Merchant, World, people, trade
from scoring import events as ev

ROGUE_ATTACKS = (
    "burst", "drip", "camouflaged", "rebate", "verified fakes", "milking", "milking", "swap", "re-entry",
)  # fmt: skip
RIVAL_ATTACKS = ("bad-mouthing", "complaint flood", "framing")
VICTIMS = frozenset(RIVAL_ATTACKS)
SWITCHES = frozenset({"milking", "swap", "re-entry"})


def plan(world: World) -> None:
    """Choose who attacks and who is attacked; sets switches and openings of those who change."""
    for merchant in list(world.merchants):
        if merchant.kind == ROGUE and world.chance(0.75):
            merchant.attack = str(world.rng.choice(ROGUE_ATTACKS))
            if merchant.attack in {"milking", "swap"}:
                _turn(world, merchant)
            elif merchant.attack == "re-entry":
                _reenter(world, merchant)
        elif merchant.kind == HONEST and world.chance(0.25):
            merchant.attack = str(world.rng.choice(RIVAL_ATTACKS))


def _turn(world: World, merchant: Merchant) -> None:
    merchant.opened = 0.0
    merchant.bad = float(world.rng.beta(1, 30))
    merchant.switched = float(world.rng.uniform(265, 335))


def _reenter(world: World, merchant: Merchant) -> None:
    """Close the old shop and let a new one with its identity go on."""
    merchant.opened, merchant.attack = 0.0, None
    merchant.closed = float(world.rng.uniform(240, 330))
    opened = merchant.closed + float(world.rng.uniform(1, 12))
    heir = Merchant(
        f"{merchant.key}x", ROGUE, opened, merchant.pace, merchant.bad, merchant.now,
        switched=opened, attack="re-entry", identity=merchant.identity,
    )  # fmt: skip
    world.merchants.append(heir)


def carry_out(world: World) -> None:
    """Place the orders of every merchant that attacks or is attacked."""
    for merchant in world.merchants:
        if merchant.attack in ORDERS:
            ORDERS[merchant.attack](world, merchant)
        elif merchant.attack == "swap":
            _swap(world, merchant)


def order(
    world: World, merchant: Merchant, stars: int, days: np.ndarray, verified: float = 0.1
) -> None:
    """Add one bought review a day of `days`, by pooled or throw-away accounts, some copied."""
    setting = world.setting
    for day in days:
        pooled = world.chance(setting.pooled)
        who = f"w{int(world.rng.integers(150))}" if pooled else world.name("u")
        text = f"t{int(world.rng.integers(60))}" if world.chance(setting.copied) else None
        given = stars if world.chance(0.85) else (4 if stars == 5 else 2)
        review = world.review(
            merchant, float(day), given, who, verified=world.chance(verified), text_id=text
        )
        merchant.fakes.add(review.id)


def _start(world: World, merchant: Merchant, length: float) -> float:
    first = max(merchant.opened, YEAR - 110)
    return float(world.rng.uniform(first, max(first, YEAR - 10 - length)))


def _days(world: World, merchant: Merchant, length: float, size: float = 1.0) -> np.ndarray:
    start = _start(world, merchant, length)
    end = min(YEAR, start + length)
    return np.sort(world.rng.uniform(start, end, int(world.setting.wave * size)))


def _burst(world: World, merchant: Merchant) -> None:
    order(world, merchant, 5, _days(world, merchant, 5))


def _drip(world: World, merchant: Merchant) -> None:
    order(world, merchant, 5, _days(world, merchant, 80))


def _camouflaged(world: World, merchant: Merchant) -> None:
    """Order praise by accounts that also rate honest shops as everybody does."""
    order(world, merchant, 5, _days(world, merchant, 30))
    others = [m for m in world.merchants if m.kind == HONEST and m.opened < YEAR - 60]
    for review in merchant.of(ev.Review):
        if review.id in merchant.fakes and others:
            other = others[int(world.rng.integers(len(others)))]
            day = float(world.rng.uniform(max(other.opened, YEAR - 120), YEAR))
            world.review(other, day, 5 if world.chance(0.7) else 4, review.reviewer)


def _verified(world: World, merchant: Merchant) -> None:
    order(world, merchant, 5, _days(world, merchant, 40, 0.5), verified=1.0)


def _blame(world: World, merchant: Merchant) -> None:
    days = _days(world, merchant, 4 if world.chance(0.5) else 30)
    order(world, merchant, 1, days, verified=0.04)


def _flood(world: World, merchant: Merchant) -> None:
    start = _start(world, merchant, 8)
    for day in start + world.rng.uniform(0, 8, world.setting.flood):
        who = world.buyer() if world.chance(0.3) else world.name("u")
        world.complain(merchant, min(YEAR, float(day)), who, real=False)


def _frame(world: World, merchant: Merchant) -> None:
    order(world, merchant, 5, _days(world, merchant, 3, 1.5), verified=0.0)


def _swap(world: World, merchant: Merchant) -> None:
    """Sell something else under the same listings, usually noticed."""
    assert merchant.switched is not None
    if world.chance(0.7):
        for product in sorted({r.product for r in merchant.of(ev.Review)}):
            change = ev.ListingChange(
                t=merchant.switched,
                merchant=merchant.key,
                product=product,
                new_product=f"{product}'",
            )
            merchant.events.append(change)


ORDERS: dict[str, Callable[[World, Merchant], None]] = {
    "burst": _burst,
    "drip": _drip,
    "camouflaged": _camouflaged,
    "verified fakes": _verified,
    "bad-mouthing": _blame,
    "complaint flood": _flood,
    "framing": _frame,
}


def make(setting: Setting, seed: int, count: int) -> World:
    """Return a marketplace; the same for the same arguments."""
    world = World(setting, np.random.default_rng(seed))
    people(world, count)
    if not setting.clean:
        plan(world)
    for merchant in world.merchants:
        trade(world, merchant)
    if not setting.clean:
        carry_out(world)
    return world
