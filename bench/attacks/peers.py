"""Published ways to score, re-stated: each gives a number per merchant, higher is better."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from bench.attacks.world import Merchant
from scoring import events as ev

Peer = Callable[[Merchant, float], float]


def _reviews(merchant: Merchant, day: float) -> Sequence[ev.Review]:
    return [r for r in merchant.of(ev.Review) if r.t <= day]


def mean_stars(merchant: Merchant, day: float) -> float:
    stars = [r.rating for r in _reviews(merchant, day)]
    return float(np.mean(stars)) if stars else 3.5


def bayesian(merchant: Merchant, day: float) -> float:
    """Seven reviews of 3.5 in every mean, half-life of 180 days (Trustpilot-like)."""
    own = _reviews(merchant, day)
    weights = [math.exp2(-(day - r.t) / 180) for r in own]
    stars = sum(w * r.rating for w, r in zip(weights, own, strict=True))
    return (7 * 3.5 + stars) / (7 + sum(weights))


def wilson(merchant: Merchant, day: float) -> float:
    """Lower 95 % bound of the share of four and five stars."""
    own = _reviews(merchant, day)
    n = len(own)
    if n == 0:
        return 0.0
    z, p = 1.96, sum(r.rating >= 4 for r in own) / n
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (p + z * z / (2 * n) - spread) / (1 + z * z / n)


def beta(merchant: Merchant, day: float) -> float:
    """(good + 1) / (good + bad + 2), half-life of 60 days."""
    own = _reviews(merchant, day)
    weights = [math.exp2(-(day - r.t) / 60) for r in own]
    good = sum(w for w, r in zip(weights, own, strict=True) if r.rating >= 4)
    return (good + 1) / (sum(weights) + 2)


def _closed(merchant: Merchant, day: float) -> tuple[list[ev.Complaint], dict[str, str]]:
    filed = [c for c in merchant.of(ev.Complaint) if day - 365 <= c.t <= day]
    return filed, {c.id: c.outcome for c in merchant.of(ev.ComplaintClosed) if c.t <= day}


def reclame(merchant: Merchant, day: float) -> float:
    """(2 response + 3 mean mark + 3 solved + 2 would buy again) of ten, on complaints of a year."""
    filed, outcomes = _closed(merchant, day)
    if not filed:
        return 7.0
    ended = [outcomes.get(c.id, "no_reply") for c in filed]
    answered = np.mean([o != "no_reply" for o in ended])
    solved = np.mean([o == "resolved" for o in ended])
    return float(2 * answered + 3 * (2 + 6 * solved) / 10 + 3 * solved + 2 * solved)


def bureau(merchant: Merchant, day: float) -> float:
    """Complaints against size, unanswered and unresolved ones double, and age (BBB-like)."""
    filed, outcomes = _closed(merchant, day)
    worst = {"no_reply": 2.0, "unresolved": 2.0, "resolved": 0.5, "unfounded": 0.0}
    mass = sum(worst.get(outcomes.get(c.id, ""), 1.0) for c in filed)
    size = sum(s.count for s in merchant.of(ev.Sales) if s.t <= day)
    size = size or 8 * len(_reviews(merchant, day))
    return -100 * (mass + 0.5) / (size + 40) + min(2.0, (day - merchant.opened) / 180)


ALL: dict[str, Peer] = {
    "mean stars": mean_stars,
    "Wilson bound": wilson,
    "7 x 3.5, recent (Trustpilot-like)": bayesian,
    "beta with decay": beta,
    "Reclame-Aqui-like": reclame,
    "BBB-like": bureau,
}
