"""Texts as tokens, and records of any shape as products: tables of the traps, and laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.matching import corpus, text
from scoring.matching.corpus import Vocabulary
from scoring.matching.products import Product, product, record_id


def tokens(line: str) -> set[str]:
    rough = text.rough_tokens(text.folded(text.unescaped(line)))
    return {word for one in rough for word in text.words(one)}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("KX-TG1032S", "kxtg1032s"),
        ("4 GB", "4gb"),
        ("7.0", "7"),
        ("Müller", "MULLER"),
        ("Black &amp;amp; Decker", "black & decker"),
        ("ＡＢＣ１２３", "abc123"),
        ("玩具車", "玩具车"),
        ("한국", "한국"),
    ],
)
def test_two_spellings_share_their_tokens(one: str, two: str) -> None:
    assert tokens(one) & tokens(two)
    assert tokens(two) <= tokens(one)


@pytest.mark.parametrize(
    ("one", "two"), [("LS-4711B", "LS-4712B"), ("4 GB", "8 GB"), ("6.5", "65"), ("儿童", "玩具")]
)
def test_what_differs_has_no_token_in_common(one: str, two: str) -> None:
    shared = tokens(one) & tokens(two)
    assert not any(map(str.isdigit, "".join(shared)))
    assert shared <= {"ls"}


def test_scripts_without_spaces_are_pairs_of_characters() -> None:
    assert tokens("儿童玩具车 ABC") == {"儿童", "童玩", "玩具", "具车", "abc"}


@given(st.text(max_size=80))
def test_unescaping_comes_to_rest(line: str) -> None:
    escaped = line.replace("&", "&amp;").replace("<", "&lt;")
    assert text.unescaped(escaped) == text.unescaped(text.unescaped(escaped)) or "&" in line


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_folding_together_is_folding_one_by_one(lines: list[str]) -> None:
    assert text.folded_lines(lines) == [text.folded_lines([one])[0] for one in lines]


@given(
    st.lists(
        st.builds(
            Product,
            name=st.text("ab1 -é儿", max_size=20),
            brand=st.text("ab1 -", max_size=8),
            text=st.text("ab1 \n", max_size=20),
        ),
        max_size=8,
    )
)
def test_rows_hold_the_tokens_of_one_product_each(products: list[Product]) -> None:
    vocabulary = Vocabulary()
    rows = corpus.rows(products, vocabulary)
    words = list(vocabulary.numbers)
    for at, one in enumerate(products):
        span = slice(rows.start[at], rows.start[at + 1])
        assert tuple(sorted(words[token] for token in rows.ids[span])) == corpus.tokens(one, 255)
        alone = corpus.one_row(one, vocabulary.numbers.__getitem__)
        assert alone.ids.tolist() == rows.ids[span].tolist()
        assert alone.bits.tolist() == rows.bits[span].tolist()


@pytest.mark.parametrize(
    "record",
    [
        {"title": "Rattle LS", "brand": "Lumen", "modelno": "LS-4711B", "price": "$ 9.90"},
        {
            "name": "Rattle LS",
            "manufacturer": "Lumen",
            "type_numberOfModel": "LS-4711B",
            "price": 9.9,
        },
        {"productName": "Rattle LS", "BRAND": ["Lumen"], "model": "LS-4711B", "price": "9.90 EUR"},
    ],
)
def test_field_names_of_every_shape_mean_the_same(record: dict[str, object]) -> None:
    assert product(record) == Product(name="Rattle LS", brand="Lumen", model="LS-4711B", price=9.9)


def test_a_listing_id_needs_its_platform() -> None:
    assert product({"item_id": "B0CH1PV2HV"}).listing_ids == ()
    named = product({"platform": "Amazon", "item_id": "B0CH1PV2HV"})
    assert named.listing_ids == (("amazon", "B0CH1PV2HV"),)


@pytest.mark.parametrize("price", ["", None, "0", "free", True, "-"])
def test_no_price_is_none(price: object) -> None:
    assert product({"price": price}).price is None


def test_ids_are_kept_as_published() -> None:
    assert record_id({"caseNumber": "SR/04279/25"}, "notice_id") == "SR/04279/25"
    assert record_id({"listing_id": 7}, "listing_id") == "7"
    assert record_id({"title": "x"}, "listing_id") is None
