"""The constants file: checked when read, and within the limits that the laws set."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from scoring import constants
from scoring.errors import InvalidConstants

NUMBERS = constants.latest()


def test_the_constants_keep_the_limits_of_influence() -> None:
    # One purchase moves the long run by at most 100 / limit points, and a recent window, which counts
    # in part, by as much again.
    each = (1 + NUMBERS.windows.turned) * 100 / NUMBERS.base.limit
    assert each * NUMBERS.reviews.verified <= 2
    assert each * NUMBERS.complaints.weight <= 3
    # Claimed fields move the expectation alone, which is steepest at one half.
    claimed = NUMBERS.disclosures.claimed
    assert 25 * abs(claimed.each) * claimed.most <= 3


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
