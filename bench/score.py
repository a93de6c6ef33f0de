"""The score beside three averages on invented marketplaces, with and without attacks.

    python -m bench.score [--merchants 240] [--seed 7]

A year of trade is invented for honest, mediocre and risky merchants, a third of them new. Every
scorer sees the same events; the averages' risks and warnings are calibrated for them on a sister
world (other seed, same kind), Caveat's are taken as they are. `tau` is Kendall's rank agreement with
the true share of purchases that go bad now; `skill` is 0 for the base rate and 1 for knowing it.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import kendalltau

import scoring
from scoring import events as ev

YEAR = 365.0
NEW_FROM = 245.0
FIELDS = ("registration_number", "address", "phone", "email", "returns", "representative")
RISKY = 0.25
Array = np.ndarray[tuple[int], np.dtype[np.float64]]
Peer = Callable[[Sequence[ev.Review]], float]


@dataclass
class Merchant:
    """One invented merchant: what is true of it, and what happened."""

    key: str
    kind: str
    opened: float
    pace: float
    before: float
    now: float
    switched: float | None = None
    attacked: str | None = None
    events: list[ev.Event] = field(default_factory=list)

    @property
    def reviews(self) -> list[ev.Review]:
        """Return its reviews in the order they were invented."""
        return [e for e in self.events if isinstance(e, ev.Review)]

    def bad_share(self, day: float) -> float:
        """Return the share of purchases that go bad on a day."""
        return self.now if self.switched is not None and day >= self.switched else self.before


def world(seed: int, count: int, *, attacked: bool) -> list[Merchant]:
    rng = np.random.default_rng(seed)
    merchants = [_merchant(rng, n, attacked=attacked) for n in range(count)]
    for merchant in merchants:
        _trade(rng, merchant)
        if attacked:
            _attack(rng, merchant)
    return merchants


def _merchant(rng: np.random.Generator, n: int, *, attacked: bool) -> Merchant:
    kind = str(rng.choice(["honest", "mediocre", "risky"], p=[0.65, 0.2, 0.15]))
    mean = {"honest": 0.035, "mediocre": 0.13, "risky": 0.4}[kind]
    share = float(rng.beta(mean * 20, (1 - mean) * 20))
    opened = float(rng.uniform(NEW_FROM, YEAR - 20) if rng.random() < 1 / 3 else 0.0)
    merchant = Merchant(f"m{n}", kind, opened, float(rng.lognormal(1.0, 1.1)), share, share)
    if attacked and kind == "risky" and opened == 0.0 and rng.random() < 0.5:
        merchant.before, merchant.switched = 0.03, float(rng.uniform(270, 340))
    return merchant


def _trade(rng: np.random.Generator, merchant: Merchant) -> None:
    key = merchant.key
    merchant.events.append(ev.Open(t=merchant.opened, merchant=key, category="general"))
    _disclose(rng, merchant)
    states_sales = rng.random() < 0.5
    for week in map(float, np.arange(merchant.opened, YEAR, 7.0)):
        sold = int(rng.poisson(merchant.pace * 7))
        if states_sales and sold:
            merchant.events.append(ev.Sales(t=min(YEAR, week + 7), merchant=key, count=sold))
        for bad in rng.random(sold) < merchant.bad_share(week):
            _purchase(rng, merchant, min(YEAR, week + float(rng.uniform(0, 7))), bad=bool(bad))


def _disclose(rng: np.random.Generator, merchant: Merchant) -> None:
    chance = {"honest": 0.6, "mediocre": 0.45, "risky": 0.25}[merchant.kind]
    for name in FIELDS:
        verified = bool(rng.random() < chance)
        merchant.events.append(
            ev.Disclosure(
                t=merchant.opened, merchant=merchant.key, field=name, value="v", verified=verified
            )
        )


def _purchase(rng: np.random.Generator, merchant: Merchant, day: float, *, bad: bool) -> None:
    buyer = f"b{rng.integers(1 << 40)}"
    if rng.random() < (0.14 if bad else 0.07):
        stars = rng.choice(
            [1, 2, 3, 4, 5], p=[0.6, 0.2, 0.1, 0.05, 0.05] if bad else [0.02, 0.02, 0.06, 0.2, 0.7]
        )
        _review(rng, merchant, day, int(stars), buyer, verified=bool(rng.random() < 0.7))
    if bad and rng.random() < 0.08:
        _complain(rng, merchant, day, buyer)


def _review(
    rng: np.random.Generator,
    merchant: Merchant,
    day: float,
    stars: int,
    buyer: str,
    *,
    verified: bool,
    text: str | None = None,
) -> None:
    merchant.events.append(
        ev.Review(
            t=day,
            merchant=merchant.key,
            id=f"r{rng.integers(1 << 60)}",
            reviewer=buyer,
            rating=stars,
            verified=verified,
            text_id=text,
        )
    )


def _complain(
    rng: np.random.Generator, merchant: Merchant, day: float, buyer: str, *, real: bool = True
) -> None:
    name = f"c{rng.integers(1 << 60)}"
    merchant.events.append(
        ev.Complaint(
            t=day,
            merchant=merchant.key,
            id=name,
            reviewer=buyer,
            severity=int(rng.integers(1, 4)),
            contact_complete=bool(rng.random() < 0.9),
            evidence=bool(rng.random() < (0.7 if real else 0.1)),
        )
    )
    kept = {"honest": 0.7, "mediocre": 0.45, "risky": 0.15}[merchant.kind] if real else 0.0
    outcome: ev.Outcome = "resolved" if rng.random() < kept else "unresolved"
    if not real and rng.random() < 0.4:
        outcome = "unfounded"
    closed = day + float(rng.uniform(5, 40))
    merchant.events.append(
        ev.ComplaintClosed(t=closed, merchant=merchant.key, id=name, outcome=outcome)
    )


def _attack(rng: np.random.Generator, merchant: Merchant) -> None:
    """Give risky merchants bought praise and some honest ones blame or floods of complaints."""
    dice = rng.random()
    if merchant.kind == "risky" and dice < 0.7:
        merchant.attacked = "praise"
        _ordered(rng, merchant, 5, 60)
    elif merchant.kind == "honest" and dice < 0.15:
        merchant.attacked = "blame"
        _ordered(rng, merchant, 1, 40)
    elif merchant.kind == "honest" and dice < 0.25:
        merchant.attacked = "flood"
        start = float(rng.uniform(max(merchant.opened, YEAR - 60), YEAR - 10))
        for n in range(30):
            _complain(rng, merchant, start + n / 6, f"f{merchant.key}{n}", real=False)


def _ordered(rng: np.random.Generator, merchant: Merchant, stars: int, count: int) -> None:
    start = float(rng.uniform(max(merchant.opened, YEAR - 90), YEAR - 15))
    length = float(rng.choice([4.0, 15.0]))
    for n in range(count):
        text = f"{merchant.key}-{rng.integers(count // 3)}" if rng.random() < 0.5 else None
        day = start + float(rng.uniform(0, length))
        verified = bool(rng.random() < 0.1)
        _review(rng, merchant, day, stars, f"f{merchant.key}{n}", verified=verified, text=text)


def mean_stars(reviews: Sequence[ev.Review]) -> float:
    return float(np.mean([r.rating for r in reviews])) if reviews else 3.5


def bayesian_mean(reviews: Sequence[ev.Review]) -> float:
    """Seven reviews of 3.5, the newest weighing most (half-life of 180 days)."""
    weights = [math.exp2(-(YEAR - r.t) / 180) for r in reviews]
    stars = sum(w * r.rating for w, r in zip(weights, reviews, strict=True))
    return (7 * 3.5 + stars) / (7 + sum(weights))


def wilson(reviews: Sequence[ev.Review]) -> float:
    """Lower 95 % bound of the share of four and five stars."""
    n = len(reviews)
    if n == 0:
        return 0.0
    z, p = 1.96, sum(r.rating >= 4 for r in reviews) / n
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (p + z * z / (2 * n) - spread) / (1 + z * z / n)


PEERS: dict[str, Peer] = {
    "mean stars": mean_stars,
    "Bayesian mean (7 x 3.5)": bayesian_mean,
    "Wilson bound": wilson,
}


def peer_risks(peer: Peer, merchants: list[Merchant], sister: list[Merchant]) -> Array:
    """Return risks by the straight line that fits best on the sister world."""
    known = [peer(m.reviews) for m in sister]
    slope, start = np.polyfit(known, [m.now for m in sister], 1)
    line = np.array([slope * peer(m.reviews) + start for m in merchants], dtype=np.float64)
    return line.clip(0.001, 0.999)


@dataclass
class Judged:
    """What one scorer says about each merchant: risk, and whether it warns."""

    risks: Array
    warned: np.ndarray[tuple[int], np.dtype[np.bool_]]


def caveat(merchants: list[Merchant]) -> tuple[Judged, float]:
    """Return what Caveat says, and the seconds it took."""
    events = [event for merchant in merchants for event in merchant.events]
    started = time.perf_counter()
    day = scoring.score_all(events, [YEAR])[str(int(YEAR))]
    seconds = time.perf_counter() - started
    found = [day[m.key] for m in merchants]
    risks = np.array([f["risk"] for f in found])  # type: ignore[index]
    return Judged(risks, np.array([f["warn"] for f in found])), seconds  # type: ignore[index]


def row(name: str, judged: Judged, merchants: list[Merchant]) -> str:
    truth = np.array([m.now for m in merchants])
    new = np.array([m.opened >= NEW_FROM for m in merchants])
    hit = np.array([m.attacked is not None for m in merchants])
    honest = np.array([m.kind == "honest" for m in merchants])
    victim = np.array([m.attacked in {"blame", "flood"} for m in merchants])
    risky = truth > RISKY
    everyone = np.ones(len(truth), dtype=bool)
    cells = [
        *(_tau(judged.risks, truth, who) for who in (everyone, hit, new)),
        1 - float(np.mean((judged.risks - truth) ** 2) / np.var(truth)),
        _share(judged.warned, honest & new),
        _share(judged.warned, honest),
        _share(judged.warned, victim),
        _share(~judged.warned, risky),
    ]
    return f"{name:26}" + "".join(f"{cell:9.3f}" if cell == cell else "        -" for cell in cells)  # noqa: PLR0124 -- NaN is not equal to itself


def _tau(risks: Array, truth: Array, who: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    return float(kendalltau(risks[who], truth[who]).statistic) if who.sum() > 1 else math.nan


def _share(
    flags: np.ndarray[tuple[int], np.dtype[np.bool_]],
    who: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> float:
    return float(flags[who].mean()) if who.any() else math.nan


def report(seed: int, count: int, *, attacked: bool) -> None:
    merchants = world(seed, count, attacked=attacked)
    sister = world(seed + 1000, count, attacked=attacked)
    size = sum(len(m.events) for m in merchants)
    judged, seconds = caveat(merchants)
    print(f"\n{'attacked' if attacked else 'clean'} world: {count} merchants, {size:,} events")
    heads = ("tau all", "attacked", "new", "skill", "new hon.", "honest", "victims", "missed")
    print(" " * 26 + "".join(f"{head:>9}" for head in heads))
    for name, peer in PEERS.items():
        risks = peer_risks(peer, merchants, sister)
        print(row(name, Judged(risks, risks > 0.2), merchants))
    print(row("Caveat 0.1", judged, merchants))
    print(f"{size / seconds:,.0f} events a second, {1000 * seconds / count:.1f} ms a merchant")


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--merchants", type=int, default=240)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    print(
        "shares: warned among new honest, honest, victims of blame or floods; risky without warning"
    )
    for attacked in (True, False):
        report(options.seed, options.merchants, attacked=attacked)


if __name__ == "__main__":
    main(sys.argv[1:])
