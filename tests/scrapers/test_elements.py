"""The look-up of elements gives what the parser itself gives, for every selector of the rules."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from scrapers.elements import Elements, Interest
from scrapers.engine import rule_files
from scrapers.errors import InvalidRules

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "tests/vectors/rules.json").read_text(encoding="utf-8"))["cases"]
SELECTORS = sorted(
    way[part]
    for file in rule_files().values()
    for ways in file["fields"].values()
    for way in ways
    for part in ("css", "outside", "confirm")
    if part in way and "{" not in way[part]
)
WORDS = ["a", "price", "Price", "old price", "sku", "x-price-y", ""]
TAGS = ["div", "span", "b", "p", "h1"]


def ids(html: str, selectors: list[str], asked: str) -> tuple[list[int], list[int]]:
    """Return the elements that the look-up and the parser find, each once."""
    tree = LexborHTMLParser(html)
    found = Elements(tree, Interest.of(selectors)).css(asked)
    return [node.mem_id for node in found], list({node.mem_id: 0 for node in tree.css(asked)})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_selector_of_the_rules_finds_what_the_parser_finds(case: dict[str, str]) -> None:
    tree = LexborHTMLParser(case["html"] or "<p>")
    elements = Elements(tree, Interest.of(SELECTORS))
    for selector in SELECTORS:
        found = [node.mem_id for node in elements.css(selector)]
        assert found == list({node.mem_id: 0 for node in tree.css(selector)}), selector


element = st.tuples(
    st.sampled_from(TAGS), st.sampled_from(["class", "id", "name"]), st.sampled_from(WORDS)
)
condition = st.tuples(
    st.sampled_from(["class", "id", "name"]),
    st.sampled_from(["=", "~=", "*=", "^=", "$="]),
    st.sampled_from(["price", "sku", "old", "Price"]),
    st.sampled_from(["", " i"]),
).map(lambda c: f'[{c[0]}{c[1]}"{c[2]}"{c[3]}]')
compound = st.one_of(
    st.sampled_from(TAGS),
    condition,
    st.tuples(st.sampled_from(TAGS), condition).map("".join),
    st.tuples(condition, condition).map(lambda c: f"{c[0]}:not({c[1]})"),
    st.sampled_from([".price", "#sku", "b.price", ".old.price"]),
)


@given(
    st.lists(element, max_size=8),
    st.lists(st.tuples(compound, st.sampled_from([" ", " > ", ", "]), compound), max_size=2),
)
def test_any_selector_finds_what_the_parser_finds(
    nested: list[tuple[str, str, str]], pairs: list[tuple[str, str, str]]
) -> None:
    html = "<!DOCTYPE html>" + "".join(f'<{tag} {name}="{word}">x' for tag, name, word in nested)
    for selector in ["".join(pair) for pair in pairs]:
        ours, theirs = ids(html, [selector], selector)
        assert ours == theirs, selector


def test_what_was_not_announced_is_found_too() -> None:
    ours, theirs = ids("<p>a<i>b</i><em>c</em>", ["b"], "i, em")
    assert len(ours) == 2
    assert ours == theirs


def test_what_the_lists_cannot_answer_goes_to_the_parser() -> None:
    ours, theirs = ids("<p>a<p>b<p>c", ["p:nth-child(2)"], "p:nth-child(2)")
    assert len(ours) == 1
    assert ours == theirs


def test_a_wrong_selector_is_named() -> None:
    with pytest.raises(InvalidRules, match=r"no CSS selector: b\[\["):
        ids("<b>", ["b[["], "b[[")
