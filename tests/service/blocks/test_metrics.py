"""Rates and the survival curve: small tables by hand, laws, and a simulation with a known truth."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from service.blocks import metrics, plots, reports, survival
from service.blocks.metrics import OrderFacts, Relisting
from service.blocks.states import Check

T0 = datetime(2026, 6, 1, tzinfo=UTC)
NOW = T0 + timedelta(days=200)


def day(number: float, result: str, locale: str = "KR") -> Check:
    return Check(T0 + timedelta(days=number), locale, result)


def facts(*checks: Check, **change: object) -> OrderFacts:
    given_ = {
        "platform": "aliexpress",
        "country": "KR",
        "found_by": "authority",
        "hazards": ("fire",),
        "issued_at": T0,
        "published": "2026-05-20",
        "deadline": T0 + timedelta(days=3),
        "state": "issued",
        "checks": checks,
    }
    return OrderFacts(**(given_ | change))  # type: ignore[arg-type]


GONE_EARLY = (day(1, "absent"), day(2, "absent"))
GONE_LATE = (day(1, "live"), day(4, "live"), day(5, "absent"), day(6, "absent"))
UNKNOWN = (day(1, "live"), day(5, "absent"), day(6, "absent"))
WALLED = (day(1, "unverifiable"), day(9, "unverifiable"))


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(case: tuple[int, int]) -> None:
    hits, many = case
    right = binomtest(hits, many).proportion_ci(0.95, method="wilson")
    assert metrics.wilson(hits, many) == pytest.approx((right.low, right.high), abs=1e-9)


@pytest.mark.parametrize(
    ("checks", "by_deadline"),
    [(GONE_EARLY, True), (GONE_LATE, False), (UNKNOWN, None), (WALLED, None), ((), None)],
)
def test_an_order_counts_where_somebody_looked(
    checks: tuple[Check, ...], by_deadline: object
) -> None:
    one = facts(*checks)
    assert one.gone_by(one.deadline) is by_deadline


@pytest.mark.parametrize(
    ("checks", "interval"),
    [
        (GONE_EARLY, (0.0, 1.0)),
        (GONE_LATE, (4.0, 5.0)),
        ((day(1, "live"), day(20, "live")), (20.0, math.inf)),
        ((day(1, "live"), day(20, "absent")), (1.0, math.inf)),
        (WALLED, None),
    ],
)
def test_the_time_to_block_is_an_interval(
    checks: tuple[Check, ...], interval: tuple[float, float] | None
) -> None:
    assert facts(*checks).interval() == interval


def named(orders: list[OrderFacts]) -> dict[str, metrics.Rate]:
    return {one.name: one for one in metrics.rates(orders, now=NOW)}


def test_every_rate_of_a_small_world() -> None:
    back = (Relisting(T0 + timedelta(days=30), same_seller=True),)
    late_back = (Relisting(T0 + timedelta(days=120), same_seller=False),)
    orders = [
        facts(*GONE_EARLY, relistings=back),
        facts(*GONE_LATE, relistings=late_back, found_by="monitoring"),
        facts(*UNKNOWN),
        facts(*WALLED),
        facts(*GONE_EARLY, state="withdrawn"),
    ]
    found = named(orders)
    said = {name: (one.numerator, one.denominator, one.left_out) for name, one in found.items()}
    # t0 of the monitored order is its notice, 12 days before: by its 2nd and 7th day nobody had looked,
    # but a listing that is seen later was there.
    assert said["removed_in_time"] == (1, 2, 2)
    assert said["removed_in_time.authority"] == (1, 1, 2)
    assert said["removed_in_time.monitoring"] == (0, 1, 0)
    assert said["still_live.day_2"] == (1, 2, 2)
    assert said["still_live.day_30"] == (0, 3, 1)
    assert said["relisted_90d"] == (1, 3, 0)
    assert said["relisted_90d.same_seller"] == (1, 3, 0)
    assert said["relisted_90d.other_seller"] == (0, 3, 0)
    assert said["depth.one_country"] == (3, 3, 0)


def test_depth_needs_looks_from_two_countries() -> None:
    twice = (*GONE_EARLY, day(1, "absent", "DE"), day(2, "absent", "DE"))
    assert metrics.depth(facts(*twice)) == "everywhere"
    assert metrics.depth(facts(*GONE_EARLY)) == "one_country"
    assert metrics.depth(facts(*GONE_EARLY, day(2, "live", "DE"))) == "geo_blocked"
    assert metrics.depth(facts(day(1, "out_of_stock"))) == "out_of_stock"
    assert metrics.depth(facts(day(1, "live"))) is None


def test_walls_count_against_coverage_and_never_as_blocked() -> None:
    recent = [Check(NOW - timedelta(days=1), "KR", "unverifiable")]
    orders = [facts(*recent), facts(Check(NOW - timedelta(days=2), "KR", "live")), facts()]
    found = named(orders)
    assert (found["coverage"].numerator, found["coverage"].denominator) == (1, 3)
    assert (found["unverifiable"].numerator, found["unverifiable"].denominator) == (1, 2)
    assert found["removed_in_time"].numerator == 0


def test_a_share_of_few_orders_is_not_shown() -> None:
    few = metrics.rate("x", [True] * (metrics.ENOUGH - 1))
    enough = metrics.rate("x", [True] * metrics.ENOUGH)
    assert not few.enough
    assert plots.bar(few) is None
    assert plots.bar(enough) is not None
    told = reports.as_json(reports.build([facts(*GONE_EARLY)] * 3, platform="aliexpress", now=NOW))
    assert told["time_to_block"] is None
    assert {row["share"] for row in told["rates"]} == {None}
    assert any(row["numerator"] == 3 for row in told["rates"])


def test_groups_are_by_platform_country_source_and_hazard() -> None:
    orders = [facts(hazards=("fire", "burns")), facts(country="DE", hazards=())]
    assert set(metrics.groups(orders, "hazard")) == {"fire", "burns", "other"}
    assert set(metrics.groups(orders, "country")) == {"KR", "DE"}
    assert set(metrics.groups(orders, "source")) == {"authority"}


def test_the_curve_finds_the_truth_from_looks_a_day_apart() -> None:
    random = np.random.default_rng(5)
    gone = random.exponential(6.0, 400)
    intervals = []
    for moment, last in zip(gone, random.uniform(10, 60, 400), strict=True):
        seen = math.floor(moment)
        intervals.append((float(seen), seen + 1.0) if moment < last else (last, math.inf))
    found = survival.curve(intervals)
    truth = [math.exp(-one / 6.0) for one in range(survival.HORIZON + 1)]
    assert max(abs(a - b) for a, b in zip(found.share, truth, strict=True)) < 0.07
    inside = [
        low - 0.02 <= true <= high + 0.02
        for low, true, high in zip(found.low, truth, found.high, strict=True)
    ]
    assert sum(inside) / len(inside) > 0.9
    assert found.median == pytest.approx(6 * math.log(2), abs=1.5)


def test_listings_that_stay_are_not_dropped() -> None:
    """The mean of removal times, as platforms publish it, would say one day for both."""
    gone = [(0.0, 1.0)] * 10
    found = survival.curve([*gone, *[(50.0, math.inf)] * 30])
    assert found.share[1] == pytest.approx(0.75)
    assert found.median is None
    assert survival.curve(gone).median == 1.0


intervals_of_any_kind = st.lists(
    st.tuples(st.integers(0, 50).map(float), st.integers(1, 20).map(float), st.booleans()).map(
        lambda one: (one[0], math.inf if one[2] else one[0] + one[1])
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=6)
@given(intervals_of_any_kind)
def test_a_curve_starts_at_all_and_never_rises(intervals: list[tuple[float, float]]) -> None:
    found = survival.curve(intervals)
    assert found.share[0] == 1.0
    for lines in (found.share, found.low, found.high):
        assert all(a >= b - 1e-9 for a, b in pairwise(lines))
    assert all(
        low <= share <= high
        for low, share, high in zip(found.low, found.share, found.high, strict=True)
    )


def test_the_band_is_that_of_the_curve() -> None:
    random = np.random.default_rng(3)
    went = random.exponential(6, 300)
    lower = np.floor(went)
    upper = np.where(went > 40, math.inf, lower + random.integers(1, 4, 300))
    days = np.arange(survival.HORIZON + 1, dtype=float)
    share, median = survival._estimate(lower, upper, days)
    shares, medians = survival._resampled(lower, upper, days)
    assert shares.mean(axis=0) == pytest.approx(share, abs=0.03)
    assert np.median(medians) == pytest.approx(median, abs=1)
    assert 0.02 < shares.std(axis=0)[5] < 0.05
