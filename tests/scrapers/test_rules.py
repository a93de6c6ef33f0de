"""The rule engine over small pages; the vectors also judge the extension."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from scrapers import export
from scrapers.engine import Extraction, extract, field_specs, rule_files, run, ways_of
from scrapers.errors import InvalidRules
from scrapers.html import Page
from scrapers.identity import identify, table
from scrapers.transforms import TRANSFORMS

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "scrapers" / "rules"
CASES = json.loads((ROOT / "tests/vectors/rules.json").read_text(encoding="utf-8"))["cases"]
CONTENT = {name for name, spec in field_specs().items() if spec.get("content")}
AMAZON = "https://www.amazon.de/dp/B000000000"


def run_own(case: dict[str, Any]) -> Extraction:
    ways = {
        name: [("own", {"to": spec["to"], **way}) for way in spec["ways"]]
        for name, spec in case["rules"].items()
    }
    url = case["url"]
    return run(Page(case["html"].encode()), url, identify(url), ways, "rendered")


def content_fields(extraction: Extraction) -> dict[str, Any]:
    """Return what a content script reads of all that was found."""
    fields: dict[str, Any] = {}
    for name in CONTENT & extraction.sources.keys():
        picked = extraction.sources[name].picked
        group, _, last = name.rpartition(".")
        here = extraction.fields.get(group, {}) if group else extraction.fields
        if picked is not None and last in here:
            (fields.setdefault(group, {}) if group else fields)[last] = here[last]
    return fields


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_vectors(case: dict[str, Any]) -> None:
    found = (
        run_own(case)
        if "rules" in case
        else extract(case["html"].encode(), case["url"], encoding="utf-8", kind="rendered")
    )
    assert content_fields(found) == case["is"]


@pytest.mark.parametrize("path", sorted(RULES.glob("*.yaml")), ids=lambda path: path.name)
def test_rule_files_keep_to_the_schema(path: Path) -> None:
    schema = json.loads((RULES / "schema.json").read_text(encoding="utf-8"))
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "platforms" in loaded:
        jsonschema.validate(loaded, schema, cls=jsonschema.Draft202012Validator)
        assert loaded["fields"].keys() <= field_specs().keys()


def test_rules_exist_only_for_platforms_of_the_table() -> None:
    assert set(rule_files()) - {"generic"} <= table()["platforms"].keys()


def test_every_step_is_in_the_closed_list_and_every_selector_is_one() -> None:
    page = Page(b"<p>")
    for platform in rule_files():
        for name, ways in ways_of(platform).items():
            for _, way in ways:
                for step in way.get("to", field_specs()[name]["to"]):
                    assert isinstance(step, dict) or step in TRANSFORMS
                for selector in (way.get("css"), way.get("in"), way.get("outside")):
                    page.css(re.sub(r"\{[\w.]+\}", "x", selector or "p"))


def test_a_wrong_selector_is_our_fault_and_named() -> None:
    with pytest.raises(InvalidRules, match=r"no CSS selector: p\[\["):
        Page(b"<p>").css("p[[")


def test_every_value_says_where_it_came_from_and_what_else_there_was() -> None:
    html = (
        '<script type="application/ld+json">{"@type":"Product","name":"L",'
        '"offers":[{"price":"9"},{"price":"8"}]}</script>'
        '<meta property="product:price:amount" content="9.00">'
    )
    source = extract(html.encode(), "https://shop.example/p").sources["price"]
    assert source.picked is not None
    assert (source.picked.rule, source.picked.raw) == ("generic/price/0", "8")
    assert source.picked.way == "jsonld offers.price"
    assert source.why == "first of 2 ways, 0 of the others agree"
    assert [(other.way, other.value) for other in source.others] == [
        ("jsonld offers.price", "9"),
        (
            'css meta[property="product:price:amount"], meta[property="og:price:amount"]',
            "9.00",
        ),
    ]


def test_a_contradicted_seller_is_recorded_with_both_candidates() -> None:
    html = (
        '<input id="merchantID" value="A1AAAAAAAAAAA1"><div id="merchant-info">'
        '<a id="sellerProfileTriggerId" href="?seller=A2BBBBBBBBBBB2">Other</a></div>'
    )
    found = extract(html.encode(), AMAZON)
    assert "seller" not in found.fields
    source = found.sources["seller.id"]
    assert source.picked is None
    assert source.why == "ways contradict each other"
    assert {other.value for other in source.others} == {"A1AAAAAAAAAAA1", "A2BBBBBBBBBBB2"}


def test_ways_for_rendered_pages_are_not_used_on_raw_ones() -> None:
    html = b'<span class="product-price-value">US $5.00</span>'
    url = "https://www.aliexpress.com/item/1005000000000001.html"
    assert "price" not in extract(html, url).fields
    assert extract(html, url, kind="rendered").fields["price"] == "5.00"


def test_own_brand_of_the_platform_is_first_party() -> None:
    html = b'<input id="merchantID" value="A3JWKAKR8XB7XF"><div id="merchant-info">Amazon</div>'
    seller = extract(html, AMAZON).fields["seller"]
    assert seller == {"id": "A3JWKAKR8XB7XF", "name": "Amazon", "first_party": True}


def test_the_compiled_tables_are_the_same_each_time_and_hold_what_content_scripts_read(
    tmp_path: Path,
) -> None:
    export.write(tmp_path / "one")
    export.write(tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    rules = json.loads((tmp_path / "one" / "rules.json").read_text(encoding="utf-8"))
    assert rules.keys() == {*table()["platforms"], "generic"}
    for compiled in rules.values():
        assert set(compiled["fields"]) <= CONTENT
    suffixes = json.loads((tmp_path / "one" / "suffixes.json").read_text(encoding="utf-8")).split()
    assert {"co.uk", "myshopify.com", "*.ck", "!www.ck"} <= set(suffixes)
    assert suffixes == sorted(suffixes)
