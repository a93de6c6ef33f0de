"""What lets ways be skipped or shared must never change what they find."""

import pytest

from scrapers.engine import extract
from scrapers.html import Page
from scrapers.ways import beginning, embedded


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        (r'"storeNum"\s*:\s*"?(\d{3,12})\b', '"storenum"'),
        (r"\bshopId\s*:\s*'(\d{4,20})'", "shopid"),
        (r"\bvar meta\s*=\s*(?=\{)", "var meta"),
        (r'"(?:storeModule|sellerComponent)"\s*:', '"'),
        (r"abc?d", ""),
        (r"foo+", ""),
        (r"foo{0,2}", ""),
        (r"foo|bar", ""),
        (r"\bfoo(?:a|(?:b|c))|bar", ""),
        (r"(?:a|b)c", ""),
        (r"[ab]c", ""),
        (r"\d+x", ""),
    ],
)
def test_the_beginning_of_an_expression_is_what_all_its_matches_share(
    pattern: str, begins: str
) -> None:
    assert beginning(pattern) == begins


def test_scripts_are_found_whatever_their_case() -> None:
    page = Page(b'<script>VAR State = {"a": 1}; var state = {"a": 2}</script>')
    assert embedded(page, r"\bvar state\s*=\s*") == [{"a": 1}, {"a": 2}]
    assert embedded(page, r"\bvar other\s*=\s*") == []


def test_texts_that_are_long_are_still_read_where_a_rule_only_matches_them() -> None:
    long = "x " * 300 + "lamp"
    html = f"<h1>Lamp</h1><li>Ref: AB-1234</li><p>{long}</p><footer><li>Ref: AB-1234</li></footer>"
    assert extract(html.encode(), "https://shop.example/p").fields["item_id"] == "AB-1234"


def test_an_element_is_outside_only_of_what_was_asked() -> None:
    page = Page(b"<div id=a><b>1</b></div><div id=c><b>2</b></div>")
    assert [node.text() for node in page.outside(page.css("b"), "#a")] == ["2"]
    assert [node.text() for node in page.outside(page.css("b"), "#c")] == ["1"]
    assert [node.text() for node in page.outside(page.css("b"), "#a, #c")] == []
