"""The constants of an invented marketplace. There are several sets: nothing is tuned to one alone."""

from dataclasses import dataclass, replace

import numpy as np

HONEST, MEDIOCRE, ROGUE = "honest", "mediocre", "rogue"


@dataclass(frozen=True)
class Setting:
    """What differs from one invented marketplace to another."""

    name: str
    shares: tuple[float, float, float] = (0.62, 0.22, 0.16)
    """Honest, mediocre, rogue merchants."""
    bad: tuple[float, float, float] = (0.03, 0.12, 0.42)
    """Mean share of purchases that go bad, by kind."""
    concentration: float = 22.0
    """How alike merchants of a kind are (sum of the Beta's parameters)."""
    pace: tuple[float, float] = (0.4, 1.0)
    """Purchases a day: mean and deviation of the logarithm."""
    review_good: float = 0.10
    review_bad: float = 0.20
    stars_good: tuple[float, ...] = (0.02, 0.03, 0.08, 0.25, 0.62)
    stars_bad: tuple[float, ...] = (0.58, 0.22, 0.11, 0.05, 0.04)
    verified: float = 0.7
    complaint: float = 0.1
    """Complaints per bad purchase."""
    groundless: float = 0.001
    """Complaints per good purchase."""
    evidence: float = 0.65
    false_evidence: float = 0.1
    unfounded: float = 0.35
    """Share of false complaints that are found to be so."""
    delivery: float = 0.12
    """Share of purchases whose delivery is reported, where a merchant's are."""
    tracked: float = 0.5
    lost: float = 0.45
    """Share of bad purchases that are lost or damaged on the way."""
    late: float = 0.06
    states_sales: float = 0.6
    returning: float = 0.55
    """Share of reviews by accounts that review more than once."""
    copied: float = 0.5
    """Share of bought reviews with a text that was used before."""
    pooled: float = 0.4
    """Share of bought reviews by accounts that also worked for others."""
    disclosed: tuple[float, float, float] = (0.6, 0.45, 0.25)
    """Share of the disclosures that are confirmed, by kind."""
    settled: tuple[float, float, float] = (0.7, 0.45, 0.12)
    """Share of the true complaints that are settled, by kind."""
    silent: tuple[float, float, float] = (0.1, 0.1, 0.5)
    """Share of the others that are never answered, by kind."""
    masked: bool = False
    """Whether merchants that will turn state and settle like honest ones before."""
    told: tuple[float, float] = (3.0, 15.0)
    """Days from a purchase to its review."""
    rush: float = 1.0
    """Pace of a merchant that has turned, by its pace before."""
    never_sent: float | None = None
    """Share of its bad purchases that are lost then, where it is another one."""
    wave: int = 60
    """Bought reviews of one order."""
    flood: int = 30
    clean: bool = False


BASE = Setting("base")
SPARSE = Setting(
    "sparse",
    shares=(0.7, 0.2, 0.1),
    bad=(0.02, 0.09, 0.35),
    pace=(0.2, 1.0),
    review_good=0.06,
    review_bad=0.11,
    complaint=0.15,
    states_sales=0.9,
    tracked=0.3,
    verified=0.85,
    evidence=0.5,
    copied=0.3,
    wave=40,
    flood=45,
)
LOUD = Setting(
    "loud",
    shares=(0.55, 0.25, 0.2),
    bad=(0.04, 0.15, 0.5),
    concentration=15.0,
    pace=(0.7, 0.9),
    review_good=0.12,
    review_bad=0.35,
    stars_good=(0.04, 0.05, 0.1, 0.27, 0.54),
    stars_bad=(0.7, 0.17, 0.07, 0.03, 0.03),
    verified=0.5,
    complaint=0.05,
    states_sales=0.2,
    tracked=0.8,
    lost=0.6,
    late=0.12,
    evidence=0.8,
    false_evidence=0.25,
    unfounded=0.15,
    copied=0.2,
    pooled=0.7,
    wave=90,
    flood=25,
)
ALL = (BASE, SPARSE, LOUD)

EXITS = Setting(
    "exits",
    shares=(0.66, 0.2, 0.14),
    bad=(0.02, 0.1, 0.45),
    concentration=30.0,
    pace=(0.6, 1.1),
    review_good=0.08,
    review_bad=0.2,
    complaint=0.15,
    verified=0.8,
    delivery=0.2,
    masked=True,
    told=(5.0, 25.0),
    rush=2.0,
    never_sent=0.9,
)
"""Who turns sells twice as much and sends next to nothing; nothing tells before; reviews come late."""
BLURRED = Setting(
    "blurred",
    shares=(0.55, 0.3, 0.15),
    bad=(0.04, 0.14, 0.36),
    concentration=9.0,
    pace=(0.8, 0.8),
    review_good=0.09,
    review_bad=0.13,
    stars_good=(0.04, 0.05, 0.12, 0.3, 0.49),
    stars_bad=(0.45, 0.25, 0.15, 0.08, 0.07),
    verified=0.6,
    complaint=0.12,
    groundless=0.004,
    disclosed=(0.4, 0.4, 0.4),
    settled=(0.5, 0.5, 0.4),
    silent=(0.2, 0.2, 0.25),
    lost=0.3,
)
"""Kinds run into each other, and neither what they state nor how they settle tells them apart."""
OTHER = (EXITS, BLURRED)


GIVING = ((0.01, 0.02, 0.05, 0.22, 0.70), (0.05, 0.06, 0.12, 0.28, 0.49))
"""Stars of happy buyers where they are generous, and where they are not."""
ANGRY = ((0.75, 0.14, 0.06, 0.03, 0.02), (0.50, 0.24, 0.15, 0.07, 0.04))
"""The same of unhappy ones: furious, and mild."""


def drawn(seed: int) -> Setting:
    """Return a marketplace whose every constant is drawn from a wide range."""
    rng = np.random.default_rng([seed, 90210])
    honest, mediocre = float(rng.uniform(0.5, 0.72)), float(rng.uniform(0.14, 0.26))
    good = float(rng.uniform(0.04, 0.15))
    return Setting(
        f"drawn {seed}",
        shares=(honest, mediocre, 1 - honest - mediocre),
        bad=(float(rng.uniform(0.01, 0.04)), float(rng.uniform(0.08, 0.16)), float(rng.uniform(0.32, 0.52))),
        concentration=float(rng.uniform(16, 35)),
        pace=(float(rng.uniform(-0.1, 0.8)), float(rng.uniform(0.7, 1.1))),
        review_good=good,
        review_bad=good * float(rng.uniform(1.3, 3.5)),
        stars_good=_between(GIVING, float(rng.random())),
        stars_bad=_between(ANGRY, float(rng.random())),
        verified=float(rng.uniform(0.4, 0.9)),
        complaint=float(np.exp(rng.uniform(np.log(0.04), np.log(0.25)))),
        groundless=float(np.exp(rng.uniform(np.log(0.0003), np.log(0.003)))),
        evidence=float(rng.uniform(0.4, 0.85)),
        false_evidence=float(rng.uniform(0.05, 0.3)),
        unfounded=float(rng.uniform(0.1, 0.5)),
        delivery=float(rng.uniform(0.05, 0.25)),
        tracked=float(rng.uniform(0.2, 0.9)),
        lost=float(rng.uniform(0.3, 0.7)),
        late=float(rng.uniform(0.03, 0.12)),
        states_sales=float(rng.uniform(0.1, 0.95)),
        returning=float(rng.uniform(0.3, 0.8)),
        copied=float(rng.uniform(0.1, 0.6)),
        pooled=float(rng.uniform(0.2, 0.8)),
        wave=int(rng.integers(30, 100)),
        flood=int(rng.integers(20, 50)),
    )  # fmt: skip


def _between(ends: tuple[tuple[float, ...], tuple[float, ...]], place: float) -> tuple[float, ...]:
    return tuple((1 - place) * a + place * b for a, b in zip(*ends, strict=True))


def clean(setting: Setting) -> Setting:
    """Return the same marketplace without any attack."""
    return replace(setting, name=f"{setting.name}, clean", clean=True)
