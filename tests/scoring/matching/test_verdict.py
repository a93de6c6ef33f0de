"""A listing beside an index of notices: the right tier, the scope, and silence where nothing is known."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.matching import index
from scoring.matching.index import Entry
from scoring.matching.products import Product
from scoring.matching.tiers import Tier
from scoring.matching.verdict import SHOWN, Match, Matcher

KINDS = (
    "Rattle",
    "Night light",
    "Hair dryer",
    "Power bank",
    "Soft toy",
    "Perfume",
    "Bicycle helmet",
)
NOTICES = [
    Entry(
        f"test:{number}",
        Product(
            name=f"{KINDS[number % 7]} {'abcdefghij'[number % 10] * 4}{number % 13}",
            brand=f"Brand{'klmnopqrst'[number // 10 % 10]}{'uvwxyz'[number % 6]}",
            model=f"QX-{4000 + number}Z",
            kind=KINDS[number % 7],
            batch=f"L{number}",
        ),
    )
    for number in range(300)
]
NAMED = Entry(
    "test:named",
    Product(
        name="Wooden rattle",
        brand="Lumen",
        model="LS-4711B",
        kind="Toy",
        gtin="4006381333931",
        batch="24/09",
        listing_ids=(("amazon", "B0CH1PV2HV"),),
    ),
)
GENERAL = Entry("test:general", Product(name="Magnetic ball set", kind="Toy"))
MATCHER = Matcher(index.build([*NOTICES, NAMED, GENERAL]))


def best(listing: Product) -> Match | None:
    return next(iter(MATCHER.match(listing)), None)


@pytest.mark.parametrize(
    ("listing", "tier"),
    [
        (Product(name="Anything", listing_ids=(("amazon", "B0CH1PV2HV"),)), Tier.LISTED),
        (Product(name="Anything", gtin="4006381333931"), Tier.GTIN),
        (Product(name="Rattle of wood LS4711B", brand="LUMEN"), Tier.MODEL),
        (Product(name="Lumen wooden rattle LS-4711B"), Tier.TEXT),
    ],
)
def test_a_notice_is_found_on_its_best_ground_with_its_scope(listing: Product, tier: Tier) -> None:
    found = best(listing)
    assert found is not None
    assert (found.notice_id, found.tier) == ("test:named", tier)
    assert found.product.batch == "24/09"
    assert found.why
    assert found.confidence >= 0.5


@pytest.mark.parametrize(
    "listing",
    [
        Product(name="Lumen wooden rattle LS-4712B", brand="Lumen", model="LS-4712B"),
        Product(name="Lumen wooden rattle LS-4711C", brand="Lumen"),
        Product(name="Lumen wooden rattle LS-4711B V2", brand="Lumen", model="LS-4711B"),
        Product(name="Garden hose 20 m", brand="Lumen"),
        Product(name="Completely different thing"),
        Product(),
    ],
)
def test_a_sibling_a_successor_and_a_stranger_find_no_notice(listing: Product) -> None:
    assert "test:named" not in {one.notice_id for one in MATCHER.match(listing)}


def test_a_notice_about_a_whole_kind_of_product_is_a_category_alert() -> None:
    found = MATCHER.match(Product(name="Magnetic ball set, 216 pieces, desk toy"))
    assert [(one.notice_id, one.tier) for one in found] in (
        [("test:general", Tier.CATEGORY)],
        [("test:general", Tier.TEXT)],
    )


@given(st.sampled_from(NOTICES), st.sampled_from(["", "new ", "2 x "]))
def test_every_notice_is_found_by_brand_and_model(entry: Entry, before: str) -> None:
    one = entry.product
    found = best(Product(name=f"{before}{one.brand} {one.model}", brand=one.brand, model=one.model))
    assert found is not None
    assert (found.notice_id, found.tier) == (entry.notice_id, Tier.MODEL)


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_is_answered_the_same_twice_and_in_order(name: str, brand: str) -> None:
    listing = Product(name=name, brand=brand)
    found = MATCHER.match(listing)
    assert found == MATCHER.match(listing)
    assert [one.tier for one in found] == sorted(one.tier for one in found)
    assert len({one.notice_id for one in found}) == len(found)
    assert sum(one.tier >= Tier.TEXT for one in found) <= SHOWN


def test_a_further_source_of_candidates_is_heard() -> None:
    class Pictures:
        def candidates(self, listing: Product, limit: int) -> Sequence[int]:
            assert limit > 0
            return [MATCHER.index.by_key("gtin:04006381333931")[0]] if listing.name else []

    listing = Product(name="wooden rattle of Lumen")
    rows = Matcher(MATCHER.index, [Pictures()])._rows(listing, set())
    assert MATCHER.index.by_key("gtin:04006381333931")[0] in rows


def test_an_empty_index_finds_nothing() -> None:
    assert Matcher(index.build([])).match(NAMED.product) == []


def test_several_products_of_one_notice_give_one_match() -> None:
    two = [NAMED, Entry("test:named", Product(name="Wooden rattle", brand="Lumen", model="LS-9"))]
    found = Matcher(index.build(two)).match(NAMED.product)
    assert [(one.notice_id, one.tier) for one in found] == [("test:named", Tier.LISTED)]


def test_words_nearest_to_a_listing_come_first() -> None:
    wanted = NOTICES[123].product
    rows = MATCHER.index.candidates(Product(name=f"{wanted.brand} {wanted.name} {wanted.model}"))
    assert rows[0] == 123
