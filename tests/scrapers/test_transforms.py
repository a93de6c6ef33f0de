"""The closed list of transforms; the vectors also judge the extension."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import InvalidRules
from scrapers.transforms import TRANSFORMS, Context, apply

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "tests/vectors/transforms.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['to']} {case['in']!r:.40}")
def test_vectors(case: dict[str, Any]) -> None:
    context = Context(case.get("country", ""), case.get("currency", ""))
    assert apply(case["in"], case["to"], context) == case["out"]


def test_every_transform_has_a_vector_that_takes_and_one_that_refuses_or_keeps() -> None:
    for name in TRANSFORMS.keys() - {"upper"}:
        outcomes = [case["out"] for case in CASES if case["to"] == [name]]
        assert outcomes, name
        assert any(out is not None for out in outcomes), name


@given(st.sampled_from(sorted(TRANSFORMS)), st.text(max_size=80))
def test_no_text_breaks_a_transform(name: str, text: str) -> None:
    value = apply(text, [name], Context("DE", "EUR"))
    assert value is None or isinstance(value, (str, int))


@given(st.integers(1, 10**9), st.integers(0, 99))
def test_prices_survive_every_national_spelling(whole: int, cents: int) -> None:
    expected = f"{whole}.{cents:02}"
    grouped = f"{whole:,}"
    for separator, point in ((",", "."), (".", ","), (" ", ","), ("'", "."), ("\u202f", ",")):
        shown = f"{grouped.replace(',', separator)}{point}{cents:02} €"
        assert apply(shown, ["price"], Context()) == expected


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_one_wrong_digit_is_never_a_gtin(body: str) -> None:
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    check = str(-total % 10)
    if not body.strip("0"):
        return
    assert apply(body + check, ["gtin"], Context()) == body + check
    wrong = body + str((int(check) + 1) % 10)
    assert apply(wrong, ["gtin"], Context()) is None


def test_an_unknown_step_is_our_fault() -> None:
    with pytest.raises(InvalidRules, match="unknown transform: shout"):
        apply("x", ["shout"], Context())
