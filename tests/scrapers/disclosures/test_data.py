"""The data files: their form, their promises, and one invented page per item that proves its rule."""

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scrapers.disclosures import JURISDICTIONS, assess, checklist
from scrapers.disclosures.data import Check, load
from scrapers.disclosures.labels import cues, expression
from scrapers.disclosures.links import legal_links
from scrapers.disclosures.numbers import kinds, personal_kinds
from scrapers.disclosures.validators import validator

URL = "https://shop.example/p"
FILES = [
    *[(f"checklists/{name}.yaml", "checklist") for name in JURISDICTIONS],
    ("numbers.yaml", "numbers"),
    ("links.yaml", "links"),
    ("terms.yaml", "terms"),
]
EXAMPLES = [
    pytest.param(name, check, example, id=f"{name}-{check.id}-{number}")
    for name in JURISDICTIONS
    for check in checklist(name).items
    for number, example in enumerate(check.examples)
]


@pytest.mark.parametrize(("file", "kind"), FILES)
def test_files_keep_to_their_schema(file: str, kind: str) -> None:
    text = resources.files("scrapers.disclosures").joinpath("schema.json").read_text("utf-8")
    schema = json.loads(text)
    schema["$ref"] = f"#/$defs/{kind}"
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in checker.iter_errors(load(file))] == []


@pytest.mark.parametrize(("name", "check", "example"), EXAMPLES)
def test_each_item_finds_its_example(name: str, check: Check, example: dict[str, Any]) -> None:
    items = {item.id: item for item in assess(example["page"].encode(), URL, name)}
    item = items[check.id]
    assert (item.state, item.value) == (example.get("state", "valid"), example["value"])


@pytest.mark.parametrize("name", JURISDICTIONS)
def test_checklists_name_only_what_exists(name: str) -> None:
    asked = checklist(name)
    ways = [way for check in asked.items for way in check.find]
    assert {key for way in ways for key in way.numbers} <= kinds().keys()
    assert {way.link for way in ways if way.link} <= {entry["kind"] for entry in load("links.yaml")}
    assert len({check.id for check in asked.items}) == len(asked.items)
    for check in asked.items:
        assert check.on_request <= bool(asked.on_request)
    for way in ways:
        re.compile(way.pattern)
        assert all(cue == cue.lower() for cue in way.cues)


def test_hong_kong_asks_for_nothing_by_law() -> None:
    assert {check.level for check in checklist("hk").items} == {"good_practice"}


def test_us_thresholds_are_those_of_the_act() -> None:
    assert checklist("us").thresholds == {
        "collect_sales": 200,
        "collect_usd": 5000,
        "disclose_usd_a_year": 20000,
    }


def test_no_country_has_two_checklists() -> None:
    countries = [country for name in JURISDICTIONS for country in checklist(name).countries]
    assert len(countries) == len(set(countries))


@pytest.mark.parametrize(
    "number", [*kinds().values(), *personal_kinds().values()], ids=lambda n: n.key
)
def test_numbers_have_a_validator_and_a_pattern(number: Any) -> None:
    re.compile(number.pattern)
    assert number.plain_labels() or number.cues
    if number.validator:
        assert callable(validator(number.validator))


@pytest.mark.parametrize("number", kinds().values(), ids=lambda n: n.key)
def test_every_label_holds_one_of_the_cues_it_is_looked_up_by(number: Any) -> None:
    for label in number.plain_labels():
        assert re.search(expression([label]), label, re.IGNORECASE)
        assert any(cue in label.lower() for cue in cues(number.plain_labels()))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Impressum", "imprint"),
        ("› Impressum", "imprint"),
        ("Mentions légales", "imprint"),
        ("Note legali", "imprint"),
        ("Legal Notice", "imprint"),
        ("Aviso legal", "imprint"),
        ("사업자정보 확인", "business_info"),
        ("会社概要", "business_info"),
        ("特定商取引法に基づく表記", "tokushoho"),
        ("特定商取引に関する法律に基づく表示", "tokushoho"),
        ("营业执照", "licence"),
        ("亮照", "licence"),
        ("이용약관", "terms"),
        ("AGB", "terms"),
        ("Conditions générales de vente", "terms"),
        ("Widerrufsbelehrung", "withdrawal"),
        ("Diritto di recesso", "withdrawal"),
        ("Returns & Exchanges", "returns"),
        ("Report this item", "report"),
        ("Livro de reclamações", "complaints"),
        ("隐私政策", "privacy"),
    ],
)
def test_link_words(text: str, kind: str) -> None:
    page = f'<a href="/x">{text}</a>'.encode()
    assert [(link.kind, link.url) for link in legal_links(page, URL)] == [
        (kind, "https://shop.example/x")
    ]


@pytest.mark.parametrize(
    "text", ["Terms apply to this offer", "Our new returning stars", "Lampen", ""]
)
def test_other_links_are_none(text: str) -> None:
    assert legal_links(f'<a href="/x">{text}</a>'.encode(), URL) == []


def test_links_of_the_own_domain_come_first_and_once() -> None:
    page = (
        b'<a href="https://policies.other.example/imprint">Imprint</a>'
        b'<a href="//legal.shop.example/i">Impressum</a><a href="/agb">AGB</a>'
        b'<a href="/agb">AGB</a><a href="#top">AGB</a><a href="javascript:agb()">AGB</a>'
        b'<a href="/impressum"><img alt=""></a><a href="http://[">AGB</a>'
    )
    found = [(link.kind, link.url) for link in legal_links(page, "https://www.shop.example/p/1")]
    assert found == [
        ("imprint", "https://legal.shop.example/i"),
        ("imprint", "https://www.shop.example/impressum"),
        ("terms", "https://www.shop.example/agb"),
        ("imprint", "https://policies.other.example/imprint"),
    ]


def test_the_documentation_lists_every_item() -> None:
    text = (Path(__file__).parents[3] / "docs" / "disclosures.md").read_text(encoding="utf-8")
    for name in JURISDICTIONS:
        section = text.partition(f"### `{name}`")[2].partition("\n### ")[0]
        for check in checklist(name).items:
            row = next(
                line for line in section.splitlines() if line.startswith(f"| `{check.id}` |")
            )
            assert check.title in row
            assert check.legal.article in row
            assert row.endswith(f"| {check.legal.seen} |")
