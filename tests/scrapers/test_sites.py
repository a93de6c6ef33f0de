"""Every pair is read as it should be, and new sites are drafted from pages nobody tuned for."""

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from scrapers import identity
from scrapers.engine import GENERIC, rule_files
from scrapers.errors import InvalidInput
from scrapers.html import Page
from scrapers.sites import Pair, draft, platform_row
from scrapers.sites.pairs import PAGE, RULES, flat
from scrapers.weburl import parse
from service.commands.sites import rules_text, site

ROOT = Path(__file__).resolve().parents[2]
PAIRS = sorted(path.parent for path in (ROOT / "tests/scrapers/sites").glob(f"*/{PAGE}"))
SAVED = ROOT.parent / "shared" / "data" / "pages"
SCHEMA = json.loads((ROOT / "scrapers/rules/schema.json").read_text(encoding="utf-8"))
URL = "https://www.shop.example/p/glass-vase-4471203.html"


@pytest.mark.parametrize("folder", PAIRS, ids=lambda folder: folder.name)
def test_every_pair_is_read_as_it_should_be(folder: Path) -> None:
    pair = Pair.load(folder)
    assert list(pair.differences()) == []
    if pair.rules is not None:
        jsonschema.validate(pair.rules, SCHEMA, cls=jsonschema.Draft202012Validator)
        assert folder.name not in rule_files(), (
            "its rules stand in scrapers/rules: remove the draft"
        )


def test_there_are_pairs() -> None:
    assert len(PAIRS) >= 2


def made(html: str, url: str = URL, **given: str) -> Any:
    named = {name.replace("__", "."): value for name, value in given.items()}
    return draft(Page(html.encode()), url, "vases", given=named)


def ways(html: str, name: str, **given: str) -> list[dict[str, Any]]:
    return list(made(html, **given).rules["fields"].get(name, []))


def test_markup_needs_no_rules_of_its_own() -> None:
    drafted = made(
        '<script type="application/ld+json">{"@type":"Product","name":"Glass vase","sku":"4471203",'
        '"offers":{"price":"30.00","priceCurrency":"EUR"}}</script><b class="price">30,00 €</b>'
    )
    assert drafted.rules["fields"] == {}
    assert {"title", "price", "currency", "item_id"} <= set(drafted.rules["generic"])
    assert drafted.fields["price"] == "30.00"


def test_what_is_said_to_be_right_is_found_and_wins_over_markup() -> None:
    html = (
        '<meta property="product:price:amount" content="12.00">'
        '<i class="now-only">9,50 €</i><i class="then-only">12,00 €</i>'
    )
    assert made(html).fields["price"] == "12.00"
    drafted = made(html, price="9,50 €", currency="EUR")
    assert drafted.fields["price"] == "9.50"
    assert drafted.rules["fields"]["price"] == [{"css": "i.now-only"}]
    assert "price" not in drafted.rules["generic"]


def test_a_label_is_preferred_to_a_class() -> None:
    html = '<dl><dt>Maker:</dt><dd class="second-cell">Wren &amp; Co</dd></dl>'
    assert ways(html, "brand", brand="Wren & Co")[0] == {"css": "dt", "label": "^Maker$"}


def test_names_that_a_build_tool_made_are_not_used() -> None:
    html = '<div id="buy-box"><b class="css-1x9f2k sc-77">9,50 €</b></div><b class="css-1x9f2k">1 €</b>'
    assert ways(html, "price", price="9,50 €", currency="EUR") == [{"css": "#buy-box b"}]


def test_the_place_is_told_apart_from_others_of_its_kind() -> None:
    html = (
        '<div class="buy-box"><b class="amount">9,50 €</b></div>'
        '<div class="related"><b class="amount">4 €</b><b class="amount">5 €</b></div>'
    )
    assert ways(html, "price", price="9.50", currency="EUR") == [{"css": "div.buy-box b.amount"}]


def test_an_id_is_found_in_links_and_scripts_and_not_as_part_of_another() -> None:
    html = (
        '<a class="shop-link" href="/store/88210-wren?from=p">Wren</a><a href="/store/882109">x</a>'
        "<script>var s = {'shopNo': 88210, other: 882109}</script>"
    )
    found = ways(html, "seller.id", seller__id="88210")
    assert {"css": "a.shop-link", "attr": "href", "match": r"store/(\d{4,24})"} in found
    script = "<script>var s = {'shopNo': 88210, other: 882109}</script>"
    assert [list(way) for way in ways(script, "seller.id", seller__id="88210")] == [["script"]]


def test_guesses_are_marked_and_only_made_where_nothing_is_known() -> None:
    html = (
        "<table><tr><th>판매자</th><td>별빛상회</td></tr><tr><th>평점</th><td>4,8</td></tr></table>"
    )
    drafted = made(html)
    origins = {found.name: found.origin for found in drafted.findings}
    assert origins == {"seller.name": "guess", "rating.value": "guess"}
    assert "  seller.name:  # guessed\n    - {css: th, label: ^판매자$}\n" in rules_text(drafted)
    drafted = made(html, seller__name="별빛상회")
    assert {f.name: f.origin for f in drafted.findings}["seller.name"] == "given"


def test_a_button_that_can_be_pressed_says_in_stock() -> None:
    button = '<button class="cart-add"{}>장바구니 담기</button>'
    way = {
        "css": "button.cart-add:not([disabled])",
        "first": True,
        "to": [{"*": "InStock"}],
        "last": True,
    }
    assert ways(button.format(""), "availability", availability="in stock") == [way]
    with pytest.raises(InvalidInput, match="field availability"):
        made(button.format(" disabled"), availability="in stock")


def test_two_answers_are_no_guess() -> None:
    html = '<i class="seller-name">Wren</i><i class="seller-name">Heron</i>'
    assert "seller" not in made(html).fields


def test_the_written_rules_are_the_rules() -> None:
    html = '<b class="amount">9,50 €</b><p class="stock-status">In stock: "yes" # 3</p>'
    drafted = made(html, price="9.50")
    written = yaml.safe_load(rules_text(drafted))
    assert written == drafted.rules
    jsonschema.validate(written, SCHEMA, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"price": "77.70"}, "field price: '77.70' stands nowhere"),
        ({"price": "cheap"}, "field price: 'cheap' is no value of it"),
        ({"gtin": "4006381333932"}, "field gtin: '4006381333932' is no value"),
        ({"colour": "red"}, "field colour: there is no such field"),
    ],
)
def test_what_cannot_be_right_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        made('<b class="amount">9,50 €</b>', **given)


@pytest.mark.parametrize("name", ["", "Vases", "../x", "amazon", GENERIC, "web", "a" * 40])
def test_a_name_must_be_new_and_plain(name: str) -> None:
    with pytest.raises(InvalidInput, match="name"):
        draft(Page(b"<p>"), URL, name, given={})


@pytest.mark.parametrize(
    ("url", "item", "others"),
    [
        (
            "https://www.shop.example/p/glass-vase-4471203.html",
            "4471203",
            ["/p/oak-table-99871.html"],
        ),
        ("https://shop.example/item/4471203", "4471203", ["/item/5512"]),
        ("https://shop.example/goods/view?cat=7&no=200311", "200311", ["/goods/view?no=4411"]),
        (
            "https://shop.example/glass-vase/dp/4471203/ref-x-y-z",
            "4471203",
            ["/oak-table/dp/99871/abc"],
        ),
        ("https://shop.example/products/glass-vase", "glass-vase", ["/products/oak-table"]),
    ],
)
def test_the_proposed_row_fits_the_address_and_others_of_the_site(
    url: str, item: str, others: list[str]
) -> None:
    row = platform_row(made("<p>", url))
    assert row["domains"] == ["shop.example"]
    form = identity._page(row["pages"][0])
    found = form.match("", parse(url))
    assert found is not None
    assert found["item"] == item
    for other in others:
        assert form.match("", parse(f"https://shop.example{other}")) is not None
    assert form.match("", parse("https://shop.example/about/us/team")) is None


def new(tmp_path: Path, html: bytes, *options: str) -> Result:
    page = tmp_path / "page.html"
    page.write_bytes(html)
    arguments = ["new", "vases", str(page), "--url", URL, "--out", str(tmp_path / "out"), *options]
    return CliRunner().invoke(site, arguments)


def test_a_new_site_is_written_proved_and_checked(tmp_path: Path) -> None:
    html = '<h1>꽃병</h1><b class="amount">9 500원</b><a class="maker">도자기</a>'.encode("euc-kr")
    result = new(
        tmp_path, html, "--encoding", "euc-kr", "--is", "price=9500원", "--is", "brand=도자기"
    )
    assert result.exit_code == 0, result.output
    folder = tmp_path / "out" / "vases"
    assert sorted(path.name for path in folder.iterdir()) == [
        "expected.json",
        "info.json",
        "page.html.gz",
        "rules.yaml",
    ]
    assert gzip.decompress((folder / PAGE).read_bytes()) == html
    pair = Pair.load(folder)
    assert flat(pair.expected) == {
        "title": "꽃병",
        "price": "9500",
        "currency": "KRW",
        "brand": "도자기",
    }
    assert "brand            도자기" in result.output
    assert "not found: item_id" in result.output
    assert "domains: [shop.example]" in result.output

    assert CliRunner().invoke(site, ["check", str(folder)]).exit_code == 0
    rules = folder / RULES
    rules.write_text(rules.read_text("utf-8").replace("a.maker", "a.gone"), "utf-8")
    result = CliRunner().invoke(site, ["check", str(folder)])
    assert result.exit_code == 1
    assert "brand: is None, should be '도자기'" in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--is", "price=77"], "field price: '77' stands nowhere"),
        (["--is", "price"], "--is 'price': not of the form FIELD=VALUE"),
    ],
)
def test_bad_input_ends_with_2_and_writes_nothing(
    tmp_path: Path, options: list[str], message: str
) -> None:
    result = new(tmp_path, b"<p>", *options)
    assert result.exit_code == 2
    assert message in result.output
    assert not list((tmp_path / "out").rglob("*")) if (tmp_path / "out").exists() else True


def test_a_pair_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out" / "vases").mkdir(parents=True)
    result = new(tmp_path, b"<p>")
    assert result.exit_code == 2
    assert "is there already" in result.output


@pytest.mark.parametrize("missing", ["info.json", "expected.json", "page.html.gz"])
def test_a_broken_pair_names_its_file(tmp_path: Path, missing: str) -> None:
    new(tmp_path, b"<h1>Vase</h1>")
    broken = tmp_path / "out" / "vases" / missing
    broken.write_bytes(b"{")
    result = CliRunner().invoke(site, ["check", str(broken.parent)])
    assert result.exit_code == 2
    assert missing in result.output


@pytest.mark.slow
def test_most_saved_pages_yield_rules_for_what_a_person_says_is_right() -> None:
    if not SAVED.is_dir():
        pytest.skip(f"saved pages are not at {SAVED}")
    outcomes = [proved(path) for path in sorted((SAVED / "expected").glob("*.json"))[::4]]
    drafted = [each for each in outcomes if each is not None]
    assert len(drafted) >= 15
    assert sum(drafted) / len(drafted) >= 0.85


def proved(path: Path) -> bool | None:
    """Tell whether title and price of a page could be drafted; None where they are not known."""
    case = json.loads(path.read_text(encoding="utf-8"))
    given = {
        name: str(value)
        for name in ("title", "price", "currency")
        if (value := case["expected"].get(name))
    }
    if not case["url"] or len(given) < 3:
        return None
    page = gzip.decompress((SAVED / "html" / f"{case['id']}.html.gz").read_bytes())
    try:
        rules = draft(
            Page(page, encoding=case["encoding"]), case["url"], "some-site", given=given
        ).rules
    except InvalidInput:
        return False
    jsonschema.validate(rules, SCHEMA, cls=jsonschema.Draft202012Validator)
    return True
