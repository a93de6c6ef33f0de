"""The constants file: checked when read, and within the limits that the laws set."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from scoring import constants, voices
from scoring.errors import InvalidConstants

NUMBERS = constants.latest()


@pytest.mark.parametrize("rate", [NUMBERS.base.rate, *NUMBERS.base.rates.values()])
def test_the_constants_keep_the_limits_of_influence(rate: float) -> None:
    steepest = 25.0
    half_lives = NUMBERS.windows.half_lives
    pace = max(half_lives) / min(half_lives)
    prior_bad, prior_good = voices.prior_masses(
        NUMBERS.reviews.prior_bad, rate, NUMBERS.reviews.eagerness
    )
    pace = min(pace, prior_good / prior_bad)
    complaints = NUMBERS.complaints
    purchases = complaints.prior_bad / complaints.rate
    praise = pace * (1 / prior_good + complaints.purchases_per_voice / purchases)
    assert steepest / prior_bad <= 2
    assert steepest * praise <= 2
    assert steepest / complaints.prior_bad <= 3
    claimed = NUMBERS.disclosures.claimed
    assert steepest * abs(claimed.each) * claimed.most <= 2


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda t: t.pop("windows"), "windows"),
        (lambda t: t["reviews"].pop("verified"), "verified"),
        (lambda t: t["reviews"].update(paid=1.0), "paid"),
        (lambda t: t["base"].update(rate=0.0), "rate"),
    ],
)
def test_wrong_constants_are_named(change: Callable[[Any], Any], what: str) -> None:
    table = msgspec.to_builtins(NUMBERS)
    assert constants.parse(table, "x") == NUMBERS
    change(table)
    with pytest.raises(InvalidConstants, match=what):
        constants.parse(table, "x")


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(InvalidConstants, match="caveat-score-9"):
        constants.load("caveat-score-9")
