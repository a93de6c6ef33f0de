"""The pages and numbers that the extension's reader of disclosures must answer alike."""

import json
from typing import Any

import pytest

from scrapers.disclosures import assess
from scrapers.disclosures.numbers import kinds
from scrapers.disclosures.validators import normalised
from tests.conftest import ROOT

VECTORS = json.loads((ROOT / "tests" / "vectors" / "law.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "case", VECTORS["pages"], ids=lambda case: f"{case['list']}-{case['name']}"
)
def test_a_page_discloses_what_the_vectors_say(case: dict[str, Any]) -> None:
    items = assess(case["html"].encode(), case["url"], case["list"], kind="rendered")
    told = {item.id: [item.state, item.value] for item in items if item.state != "not_assessable"}
    assert told == case["is"]


@pytest.mark.parametrize("case", VECTORS["numbers"], ids=lambda case: f"{case['key']} {case['in']}")
def test_a_number_is_read_as_the_vectors_say(case: dict[str, Any]) -> None:
    assert normalised(kinds()[case["key"]].validator, case["in"]) == case["out"]
