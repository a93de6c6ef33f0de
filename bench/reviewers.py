"""Reliability of raters on Bitcoin OTC beside plain means, and its speed: python -m bench reviewers.

No label is used for computing; the development labels only measure. Intervals are 95 % bootstrap ones.
"""

import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from scoring import reliability

DATA = Path(__file__).parents[2] / "shared" / "data" / "bitcoin-otc"
DAY = 86_400.0
RESAMPLES = 2000
Array = np.ndarray


def auc(score: Array, label: Array) -> float:
    """Return how often a labelled one scores higher than one that is not."""
    ranks = rankdata(score)
    found = int(label.sum())
    least = found * (found + 1) / 2
    return float((ranks[label].sum() - least) / (found * (len(label) - found)))


def interval(score: Array, label: Array, seed: int = 7) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    drawn: list[float] = []
    while len(drawn) < RESAMPLES:
        pick = rng.integers(len(label), size=len(label))
        if 0 < label[pick].sum() < len(label):
            drawn.append(auc(score[pick], label[pick]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def rows(folder: Path = DATA) -> Iterator[tuple[str, Array, Array]]:
    """Yield (what, suspicion, label) of each measure over the labelled users it exists for."""
    table = np.genfromtxt(folder / "ratings.csv", delimiter=",", skip_header=1)
    rater, ratee = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    rating, day = reliability.scaled(table[:, 2]), table[:, 3] / DAY
    people = int(max(rater.max(), ratee.max())) + 1
    with (folder / "labels_dev.csv").open() as file:
        label = {int(r["user"]): r["fraud"] == "1" for r in csv.DictReader(file)}
    standing = reliability.fixpoint(rater, ratee, rating, day, people)
    measures: dict[str, Array] = {
        "ratees: 1 - goodness": 1 - standing.goodness,
        "ratees: plain mean": -_mean(ratee, rating, people),
        "raters: 1 - reliability": 1 - standing.reliability,
        "raters: plain mean given": -_mean(rater, rating, people),
        "raters: plain deviation": _deviation(rater, ratee, rating, people),
        "raters: short span": -_span(rater, day, people),
    }
    for name, values in measures.items():
        users = [user for user in label if user < people and np.isfinite(values[user])]
        yield name, values[users], np.array([label[user] for user in users])


def _mean(index: Array, values: Array, people: int) -> Array:
    count = np.bincount(index, minlength=people)
    return np.where(count, np.bincount(index, values, people) / np.maximum(count, 1), np.nan)


def _deviation(rater: Array, ratee: Array, rating: Array, people: int) -> Array:
    return _mean(rater, np.abs(rating - _mean(ratee, rating, people)[ratee]), people)


def _span(rater: Array, day: Array, people: int) -> Array:
    first, last = np.full(people, np.inf), np.full(people, -np.inf)
    np.minimum.at(first, rater, day)
    np.maximum.at(last, rater, day)
    return last - first


def speed(count: int = 1_000_000) -> tuple[float, int]:
    """Return the seconds and rounds of a fixpoint over invented ratings."""
    rng = np.random.default_rng(1)
    rater = rng.integers(0, 400_000, count)
    ratee = 400_000 + (rng.random(count) ** 2 * 50_000).astype(np.int64)
    rating = rng.choice([-1, -0.5, 0, 0.5, 1], count, p=[0.1, 0.05, 0.05, 0.2, 0.6])
    day = rng.uniform(0, 365, count)
    started = time.perf_counter()
    standing = reliability.fixpoint(rater, ratee, rating, day, 450_000)
    return time.perf_counter() - started, standing.rounds


def main(say: Callable[[str], None] = print) -> None:
    if DATA.is_dir():
        for name, suspicion, label in rows():
            low, high = interval(suspicion, label)
            say(
                f"{name:26} AUC {auc(suspicion, label):.3f} [{low:.3f}, {high:.3f}]  n {len(label)}"
            )
    else:
        say(f"no data in {DATA.parent.name}/{DATA.name}: AUC not measured")
    seconds, rounds = speed()
    say(f"1,000,000 ratings: {seconds:.2f} s, {rounds} rounds, one core")


if __name__ == "__main__":
    main()
