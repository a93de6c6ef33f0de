"""The shared vectors, and laws that no vector can list."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from scoring.matching import keys

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "keys.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", VECTORS["gtin14s"], ids=lambda case: case["text"])
def test_gtin14s(case: dict[str, Any]) -> None:
    valid, invalid = keys.gtin14s(case["text"])
    assert (list(valid), list(invalid)) == (case["valid"], case["invalid"])


@pytest.mark.parametrize("case", VECTORS["brand_key"], ids=lambda case: case["text"])
def test_brand_key(case: dict[str, Any]) -> None:
    assert keys.brand_key(case["text"]) == case["key"]


@pytest.mark.parametrize("case", VECTORS["model_keys"], ids=lambda case: case["text"])
def test_model_keys(case: dict[str, Any]) -> None:
    assert list(keys.model_keys(case["text"])) == case["keys"]


@pytest.mark.parametrize("case", VECTORS["product_keys"], ids=lambda case: str(case["keys"]))
def test_product_keys(case: dict[str, Any]) -> None:
    assert list(keys.product_keys(case["gtin"], case["brand"], case["model"])) == case["keys"]


def test_a_field_of_several_brands_has_the_key_of_each() -> None:
    assert keys.brand_keys("Lumen; Acme Ltd") == ("lumenacme", "lumen", "acme")
    assert keys.brand_keys("Acme Co., Ltd") == ("acme",)
    assert keys.brand_keys("unknown, -") == ()


@given(st.text(max_size=60))
def test_a_brand_key_is_its_own_key(text: str) -> None:
    key = keys.brand_key(text)
    assert key is None or keys.brand_key(key) == key


@given(st.text(max_size=60))
def test_model_keys_are_capitals_and_digits_and_keys_of_themselves(text: str) -> None:
    for key in keys.model_keys(text):
        assert set(key) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        assert keys.model_keys(key) in ((key,), ())


@given(
    st.from_regex(r"[3-8][0-9]{11}", fullmatch=True),
    st.sampled_from(["{}", "EAN {}", "({})", "a, {}."]),
)
def test_one_wrong_digit_never_makes_a_valid_barcode(body: str, frame: str) -> None:
    right = body + ean.calc_check_digit(body)
    wrong = body + str((int(right[-1]) + 1) % 10)
    assert keys.gtin14s(frame.format(wrong))[0] == ()


@given(
    st.lists(st.from_regex(r"[3-8][0-9]{11}", fullmatch=True), min_size=2, max_size=5, unique=True)
)
def test_barcodes_run_together_are_all_found(bodies: list[str]) -> None:
    codes = [body + ean.calc_check_digit(body) for body in bodies]
    apart = keys.gtin14s(", ".join(codes))
    assert keys.gtin14s("".join(codes)) == apart
