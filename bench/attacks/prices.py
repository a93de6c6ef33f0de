"""What ten points cost: fakes of one kind are added to a merchant until its score has moved by ten."""

from collections.abc import Callable, Sequence

import numpy as np

import scoring
from bench.attacks import attacks
from bench.attacks.settings import Setting
from bench.attacks.world import YEAR, Merchant, World
from scoring import events as ev
from scoring import manipulation, priors
from scoring.constants import latest

POINTS = 10.0
MOST = 640
STEPS = (5, 10, 20, 40, 80, 160, 320, MOST)
COMPANY = 60
"""Merchants beside the one under attack whose reviews the votes see."""


def report(setting: Setting, seed: int, merchants: int = 6) -> None:
    """Print the median price of each kind in units: fake 1, verified fake 6, false complaint 2."""
    world = attacks.make(Setting(**{**vars(setting), "clean": True}), seed, 120)
    old = [m for m in world.merchants if m.opened == 0 and len(m.of(ev.Review)) > 20]
    rogues = [m for m in old if m.kind == "rogue"][:merchants]
    honest = [m for m in old if m.kind == "honest"][:merchants]
    print(
        f"\nprice of {POINTS:g} points in units, {setting.name} (median of {merchants} merchants):"
    )
    for name, targets, unit, place in (
        ("fake praise", rogues, 1, _reviews(5, 0.0)),
        ("verified fake praise", rogues, 6, _reviews(5, 1.0)),
        ("fake blame", honest, 1, _reviews(1, 0.0)),
        ("false complaints", honest, 2, _complaints(real=False)),
        ("true complaints", honest, 2, _complaints(real=True)),
        ("framing by praise (points lost)", honest, 1, _reviews(5, 0.0)),
    ):
        framing = name.startswith("framing")
        found = [_price(world, m, place, falls=framing) for m in targets]
        middle = unit * float(np.median(found))
        print(f"{name:34}{'    > ' if middle >= unit * MOST else '      '}{middle:6.0f}")


def _reviews(stars: int, verified: float) -> Callable[[World, Merchant, int], None]:
    def place(world: World, merchant: Merchant, count: int) -> None:
        days = np.sort(world.rng.uniform(YEAR - 30, YEAR, count))
        attacks.order(world, merchant, stars, days, verified=verified)

    return place


def _complaints(*, real: bool) -> Callable[[World, Merchant, int], None]:
    def place(world: World, merchant: Merchant, count: int) -> None:
        for day in world.rng.uniform(YEAR - 45, YEAR - 1, count):
            world.complain(merchant, float(day), world.name("u"), real=real)

    return place


def _price(
    world: World, merchant: Merchant, place: Callable[[World, Merchant, int], None], *, falls: bool
) -> float:
    """Return how many fakes move the score by ten points (by any loss, where `falls` is asked)."""
    own = list(merchant.events)
    company = [m for m in world.merchants if m is not merchant][:COMPANY]
    before = _score(merchant, company)
    last, gap = 0.0, 0.0
    try:
        for step in STEPS:
            merchant.events = list(own)
            place(world, merchant, step)
            moved = _score(merchant, company) - before
            size = max(0.0, -moved) * POINTS if falls else abs(moved)
            if size >= POINTS:
                return last + (step - last) * (POINTS - gap) / (size - gap)
            last, gap = step, size
    finally:
        merchant.events = own
    return float(MOST)


def _score(merchant: Merchant, company: Sequence[Merchant]) -> float:
    numbers = latest()
    seen = [r for m in (merchant, *company) for r in m.of(ev.Review) if r.t <= YEAR]
    weights = manipulation.reliability(manipulation.suspicions(seen, numbers), numbers)
    found = scoring.score(
        merchant.events, as_of=YEAR, reliability=weights, expected=priors.default(numbers)
    )
    assert found.score is not None
    return found.score
