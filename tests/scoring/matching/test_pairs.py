"""Whether two records are one product: laws of the judgement, and the order it must keep."""

import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.matching import model, pairs
from scoring.matching.tiers import Tier

OFFERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "panasonic cordless phone kx-tg1032s"}, {"name": "panasonic kxtg1032s phone"}),
    ({"name": "panasonic cordless phone kx-tg1032s"}, {"name": "panasonic kx-tg9343t phone"}),
    ({"name": "denon dvd player dvd2930ci"}, {"name": "lg dishwasher lds4821ww"}),
    ({"name": "lg dishwasher lds4821ww white"}, {"name": "lg ldf6920bb dishwasher"}),
    ({"name": "sony camera dsct110 violet"}, {"name": "sony cyber-shot dsc-t110 camera"}),
]
WORDS = st.lists(
    st.sampled_from(
        ["acme", "lumen", "ls-4711b", "ls-4712b", "toy", "4gb", "8gb", "red", "100", "v2", "儿童"]
    ),
    max_size=6,
)
RECORD = st.fixed_dictionaries(
    {"title": WORDS.map(" ".join)},
    optional={
        "brand": st.sampled_from(["Acme", "Lumen", ""]),
        "price": st.sampled_from(["1", "9"]),
    },
)


def confidences(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[float]:
    return [one.confidence for one in pairs.judge(rows)]


def test_one_model_number_wins_over_another() -> None:
    same, sibling, other, sibling2, same2 = confidences(OFFERS)
    assert min(same, same2) > max(sibling, sibling2, other)
    assert same > 0.5 > max(sibling, sibling2, other)


@given(st.lists(st.tuples(RECORD, RECORD), min_size=1, max_size=6))
def test_both_directions_are_one(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    there, back = pairs.judge(rows), pairs.judge([(two, one) for one, two in rows])
    assert [one.tier for one in there] == [one.tier for one in back]
    assert [one.confidence for one in there] == pytest.approx([one.confidence for one in back])


@given(st.lists(st.tuples(RECORD, RECORD), min_size=1, max_size=6))
def test_the_same_input_has_the_same_answer_in_any_order(
    rows: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    first = pairs.judge(rows)
    assert pairs.judge(rows) == first
    back = confidences(rows[::-1])[::-1]
    assert back == pytest.approx([one.confidence for one in first])
    assert all(0 < one.confidence < 1 for one in first)
    assert all((one.tier is None) == (one.confidence < 0.5) for one in first)


def test_a_shared_barcode_or_listing_decides() -> None:
    by_code, by_item = pairs.judge(
        [
            ({"title": "a", "gtin": "4006381333931"}, {"title": "b", "ean": "04006381333931"}),
            (
                {"title": "a", "platform": "amazon", "item_id": "B0CH1PV2HV"},
                {"title": "b", "platform": "amazon", "asin": "B0CH1PV2HV"},
            ),
        ]
    )
    assert (by_code.tier, by_item.tier) == (Tier.GTIN, Tier.LISTED)
    assert min(by_code.confidence, by_item.confidence) > 0.97


def test_nothing_and_empty_records_are_answered() -> None:
    assert pairs.judge([]) == []
    (empty,) = pairs.judge([({}, {})])
    assert empty.tier is None


def test_every_table_of_the_weights_is_of_a_feature_and_in_order() -> None:
    table = json.loads(files("scoring.matching").joinpath("weights.json").read_text("utf-8"))
    known = set(pairs.examine(OFFERS).features) | {"place"}
    assert set(table["profiles"]) == {model.OFFERS, model.NOTICES, model.CANDIDATES}
    for profile in table["profiles"].values():
        assert set(profile["tables"]) <= known
        for one in profile["tables"].values():
            assert len(one["weights"]) == len(one["edges"]) + 1
            assert one["edges"] == sorted(one["edges"])


def test_a_table_adds_the_weight_of_its_interval_and_its_greatest_bounds_what_is_left_out() -> None:
    x = model.Table(edges=(0.5,), weights=(-1.0, 2.0), missing=0.25)
    y = model.Table(edges=(0.5,), weights=(-3.0, 0.5), missing=0.0)
    both = model.Model(model.Profile(intercept=1.0, tables={"x": x, "y": y}))
    seen = {"x": np.array([0.5, 0.6, np.nan]), "y": np.array([0.9, 0.1, np.nan])}
    chances = both.probability(seen)
    assert np.log(chances / (1 - chances)).round(9).tolist() == [0.5, 0.0, 1.25]
    bound = both.at_most({"x": seen["x"]})
    assert np.log(bound / (1 - bound)).round(9).tolist() == [0.5, 3.5, 1.75]
