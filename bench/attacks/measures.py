"""What is asked of every scorer: the measures of one table row, and the days to a warning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import kendalltau

import scoring
from bench.attacks.attacks import SWITCHES, VICTIMS
from bench.attacks.peers import Peer
from bench.attacks.world import NEW_FROM, YEAR, Merchant, World

RISKY = 0.25
LINE = 0.2
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass
class Judged:
    """What one scorer says about each merchant on the last day: risk, order (higher is worse), warning."""

    risks: Floats
    order: Floats
    warned: Flags


@dataclass
class Truth:
    """What is true of the merchants that are open on the last day."""

    merchants: list[Merchant]

    def __post_init__(self) -> None:
        self.risks = np.array([m.now for m in self.merchants])
        self.attack = np.array([m.attack or "" for m in self.merchants])
        self.new = np.array([m.opened >= NEW_FROM for m in self.merchants])
        self.honest = np.array([m.kind == "honest" for m in self.merchants])
        self.victim = np.isin(self.attack, sorted(VICTIMS - {"framing"}))
        self.attacked = self.attack != ""
        self.risky = self.risks > RISKY


def truth(world: World) -> Truth:
    return Truth([m for m in world.merchants if m.closed is None])


def caveat(world: World, day: float = YEAR) -> dict[str, dict[str, object]]:
    """Return Caveat's records on a day."""
    events = [e for m in world.merchants for e in m.events]
    return scoring.score_all(events, [day])[f"{day:g}"]  # type: ignore[return-value]


def judged(records: dict[str, dict[str, object]], known: Truth) -> Judged:
    """Return Caveat's answers as arrays; a merchant without a score is ordered by its risk."""
    found = [records[m.key] for m in known.merchants]
    risks = np.array([f["risk"] for f in found], dtype=float)
    order = [
        100 * r if f["score"] is None else 100 - f["score"]
        for f, r in zip(found, risks, strict=True)
    ]  # type: ignore[operator]
    return Judged(risks, np.array(order), np.array([f["warn"] for f in found], dtype=bool))


def line_of(peer: Peer, sister: Truth) -> Callable[[Sequence[Merchant], float], Floats]:
    """Return risks by the straight line that fits a peer best on a sister world."""
    slope, start = np.polyfit([peer(m, YEAR) for m in sister.merchants], sister.risks, 1)

    def risks(merchants: Sequence[Merchant], day: float) -> Floats:
        line = np.array([slope * peer(m, day) + start for m in merchants], dtype=np.float64)
        return line.clip(0.001, 0.999)

    return risks


def row(said: Judged, known: Truth) -> dict[str, float]:
    """Return the measures of one scorer."""
    everyone = np.ones(len(known.risks), dtype=bool)
    error = float(np.mean((said.risks - known.risks) ** 2))
    return {
        "tau": _tau(said.order, known.risks, everyone),
        "attacked": _tau(said.order, known.risks, known.attacked),
        "new": _tau(said.order, known.risks, known.new),
        "tau risk": _tau(said.risks, known.risks, everyone),
        "skill": 1 - error / float(np.var(known.risks)),
        "ECE": calibration_error(said.risks, known.risks),
        "false new": _share(said.warned, known.honest & known.new),
        "false all": _share(said.warned, known.honest),
        "victims": _share(said.warned, known.victim),
        "missed": _share(~said.warned, known.risky),
        "att. missed": _share(~said.warned, known.risky & known.attacked),
    }


def calibration_error(risks: Floats, true: Floats, bins: int = 10) -> float:
    """Return the mean distance between stated and true risk over bins of a tenth each."""
    index = np.minimum((risks * bins).astype(int), bins - 1)
    total = 0.0
    for n in range(bins):
        own = index == n
        if own.any():
            total += float(own.mean() * abs(risks[own].mean() - true[own].mean()))
    return total


def _tau(order: Floats, true: Floats, who: Flags) -> float:
    return float(kendalltau(order[who], true[who]).statistic) if who.sum() > 1 else float("nan")


def _share(flags: Flags, who: Flags) -> float:
    return float(flags[who].mean()) if who.any() else float("nan")


def delays(world: World, warned: Callable[[float], set[str]], step: float = 7.0) -> list[float]:
    """Return, for each merchant that turned, the days until the first warning (or the year's end)."""
    turned = {m.key: m for m in world.merchants if m.attack in SWITCHES and m.switched}
    found = {key: YEAR - (m.switched or 0) for key, m in turned.items()}
    for day in np.arange(YEAR, 260.0, -step):
        for key in warned(float(day)) & turned.keys():
            since = float(day) - (turned[key].switched or 0)
            if since >= 0:
                found[key] = min(found[key], since)
    return list(found.values())


def warned(world: World, merchants: Sequence[Merchant], day: float) -> set[str]:
    """Return those of the merchants about whom Caveat warns on a day."""
    events = [e for m in world.merchants for e in m.events]
    found = scoring.score_all(events, [day], only={m.key for m in merchants})[f"{day:g}"]
    return {key for key, record in found.items() if record["warn"]}  # type: ignore[index]
