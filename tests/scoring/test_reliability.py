"""Raters and ratees: what the fixpoint says on small graphs, and on Bitcoin OTC without labels."""

import numpy as np
import pytest

from bench import reviewers
from scoring import reliability


def standing(rows: list[tuple[int, int, float, float]], people: int) -> reliability.Standing:
    rater, ratee, rating, day = (np.array(column) for column in zip(*rows, strict=True))
    return reliability.fixpoint(
        rater.astype(np.int64),
        ratee.astype(np.int64),
        rating.astype(float),
        day.astype(float),
        people,
    )


HONEST = [(u, m, 0.8, u * 3.0 + m * 20.0) for u in range(6) for m in (6, 7, 8)]
ORDERED = [(u, 9, 1.0, 50.0) for u in range(10, 22)]
WARY = [(u, 9, -0.8, 40.0 + u) for u in range(3)]


def test_throw_away_accounts_do_not_outvote_those_who_stay() -> None:
    found = standing(HONEST + ORDERED + WARY, 22)
    assert found.goodness[9] < 0 < found.goodness[6]
    assert np.nanmax(found.reliability[10:22]) < np.min(found.reliability[:6])


def test_disagreeing_costs_reliability() -> None:
    against = [(u, m, -0.9, day) for u, m, _, day in HONEST if u == 5]
    found = standing([row for row in HONEST if row[0] != 5] + against, 9)
    assert found.reliability[5] < found.reliability[0]


def test_who_rated_nobody_and_whom_nobody_rated_have_no_number() -> None:
    found = standing([*HONEST, (9, 9, 1.0, 0.0)], 10)
    assert np.isnan(found.reliability[6:]).all()
    assert np.isnan(found.goodness[[0, 9]]).all()
    assert (np.abs(found.goodness[6:9]) <= 1).all()


def test_the_order_of_rows_changes_nothing() -> None:
    rows = HONEST + ORDERED + WARY
    turned = standing(rows[::-1], 22)
    np.testing.assert_allclose(turned.goodness, standing(rows, 22).goodness, equal_nan=True)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, 3, 5], [-1, 0, 1]),
        ([-10, 0, 5], [-1, 0, 0.5]),
        ([2, 4], [-0.5, 0.5]),
        ([0, 5, 10], [-1, 0, 1]),
    ],
)
def test_scales(given: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(reliability.scaled(np.array(given, dtype=float)), expected)


@pytest.mark.skipif(not reviewers.DATA.is_dir(), reason="needs ../shared/data/bitcoin-otc")
def test_bitcoin_otc_reaches_its_goals_beyond_the_plain_means() -> None:
    found = {name: reviewers.auc(score, label) for name, score, label in reviewers.rows()}
    assert found["ratees: 1 - goodness"] >= 0.97 > found["ratees: plain mean"]
    assert found["raters: 1 - reliability"] >= 0.90 > found["raters: plain mean given"]
