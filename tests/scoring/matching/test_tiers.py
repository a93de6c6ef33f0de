"""What keys prove and what speaks against it: the traps of real notices, as a table."""

import json
from importlib.resources import files

import pytest

from scoring.matching import keys, tiers
from scoring.matching.products import Product
from scoring.matching.tiers import Tier

NOTICE = Product(
    name="Rattle",
    brand="Lumen GmbH",
    model="LS-4711B, LS-4712B",
    kind="Toy",
    gtin="4 006381 333931, 5901234123457",
    batch="24/09",
    listing_ids=(("temu", "601100000000001"),),
)


@pytest.mark.parametrize(
    ("listing", "tier"),
    [
        (Product(listing_ids=(("temu", "601100000000001"),)), Tier.LISTED),
        (Product(listing_ids=(("aliexpress", "601100000000001"),)), None),
        (Product(gtin="4006381333931"), Tier.GTIN),
        (Product(gtin="04006381333931"), Tier.GTIN),
        (Product(gtin="EAN 5901234123457"), Tier.GTIN),
        (Product(gtin="4006381333932"), None),
        (Product(gtin="0000000000000"), None),
        (Product(brand="LUMEN", model="LS4711B"), Tier.MODEL),
        (Product(brand="Lumen Ltd", name="Lumen rattle LS-4712B for babies"), Tier.MODEL),
        (Product(brand="Lumen", model="LS-4713B"), None),
        (Product(brand="Lumen", model="LS-4711"), None),
        (Product(brand="Other", model="LS-4711B"), None),
        (Product(model="LS-4711B"), None),
        (Product(brand="Lumen", model="LS-4711B V2"), None),
        (Product(brand="Lumen", model="LS-4711B", name="Corrected rattle"), None),
        (Product(brand="unknown", model="LS-4711B"), None),
    ],
)
def test_the_best_shared_key_decides(listing: Product, tier: Tier | None) -> None:
    assert tiers.shared_keys(listing, NOTICE) is tier
    assert tiers.shared_keys(NOTICE, listing) is tier


def test_no_brand_on_both_sides_is_no_shared_brand() -> None:
    nobody = Product(brand="unknown", model="LS-4711B")
    assert tiers.shared_keys(nobody, nobody) is None


@pytest.mark.parametrize(
    "sibling",
    [
        Product(brand="Lumen", model="LS-4711B", name="Rattle 224"),
        Product(brand="Lumen", model="LS-4711B / 2G"),
    ],
)
def test_differing_numbers_beside_one_model_are_no_tier_two(sibling: Product) -> None:
    notice = Product(brand="Lumen", model="LS-4711B / 1G", name="Rattle 254")
    assert tiers.shared_keys(sibling, notice) is None


@pytest.mark.parametrize(
    ("listing", "against"),
    [
        (Product(model="LS-4713B"), True),
        (Product(model="LS-4711BX"), True),
        (Product(name="Rattle LS-4719B"), True),
        (Product(name="Rattle LS-4711B"), False),
        (Product(name="Rattle 20 cm"), False),
        (Product(name="Rattle"), False),
        (Product(name="Rattle mk2"), True),
        (Product(name="Rattle, 2nd generation"), True),
        (Product(name="래틀 개선형"), True),
        (Product(name="摇铃 升级版"), True),
    ],
)
def test_another_model_or_revision_speaks_against_a_match(listing: Product, against: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert tiers.conflict(listing, NOTICE) is against
    assert tiers.conflict(NOTICE, listing) is against


def test_a_short_code_one_digit_off_is_a_sibling() -> None:
    assert tiers.conflict(Product(model="854"), Product(model="853"))
    assert not tiers.conflict(Product(model="Item N0: 853"), Product(model="853"))


def test_only_a_notice_without_any_name_of_its_own_is_about_a_category() -> None:
    general = Product(name="Magnetic ball set", kind="Toy")
    listing = Product(name="Colourful magnetic balls, ball set of 216, desk toy magnetic")
    assert tiers.in_category(listing, general)
    assert not tiers.in_category(Product(name="Ball set"), general)
    assert not tiers.in_category(listing, Product(name="Magnetic ball set", brand="Lumen"))
    assert not tiers.in_category(listing, Product(name="Toy"))


def test_exact_keys_name_platform_barcode_and_model() -> None:
    assert set(tiers.exact_keys(NOTICE)) == {
        "temu:item:601100000000001",
        "gtin:04006381333931",
        "gtin:05901234123457",
        "model:lumen:LS4711B",
        "model:lumen:LS4712B",
    }


@pytest.mark.parametrize(
    ("listing", "tier"),
    [
        (Product(brand="Lumen", model="X5", name="Rattle of wood"), Tier.MODEL),
        (Product(brand="Lumen GmbH", model="X-5; X7", name="Wooden rattle"), Tier.MODEL),
        (Product(brand="Lumen", model="X6", name="Rattle of wood"), None),
        (Product(brand="Lumen", name="Rattle of wood X5"), None),
        (Product(brand="Other", model="X5", name="Rattle of wood"), None),
        (Product(brand="Lumen", model="X5", name="Floor lamp"), None),
        (Product(brand="Lumen", model="LS-99999/X5", name="Rattle of wood"), None),
    ],
)
def test_a_short_model_number_counts_where_both_state_it_for_one_thing(
    listing: Product, tier: Tier | None
) -> None:
    notice = Product(brand="Lumen", model="X5", name="Rattle")
    assert tiers.shared_keys(listing, notice) is tier
    assert tiers.shared_keys(notice, listing) is tier
    found = set(tiers.exact_keys(listing)) & set(tiers.exact_keys(notice))
    assert bool(found) >= (tier is Tier.MODEL)


def test_a_brand_under_another_name_is_the_same_brand() -> None:
    notice = Product(brand="Hewlett-Packard Company", model="LS-4711B")
    assert tiers.shared_keys(Product(brand="HP", model="LS-4711B"), notice) is Tier.MODEL
    assert tiers.shared_keys(Product(brand="HPX", model="LS-4711B"), notice) is None
    samsung = Product(brand="삼성전자", model="LS-4711B")
    assert "model:samsung:LS4711B" in tiers.exact_keys(samsung)


def test_groups_of_brands_are_keys_and_share_no_name() -> None:
    table = json.loads(files("scoring.matching").joinpath("brands.json").read_text("utf-8"))
    names = [name for group in table["groups"] for name in group]
    assert all(len(group) > 1 for group in table["groups"])
    assert len(set(names)) == len(names)
    assert [name for name in names if keys.brand_key(name) != name] == []


def test_a_short_code_beside_longer_ones_makes_no_model_the_same() -> None:
    notice = Product(model="e5*2007/46*0121")
    assert tiers.conflict(Product(model="e5*2008/47*0999"), notice)
    assert not tiers.conflict(Product(model="e5*2007/46*0121*03"), notice)
    assert not tiers.conflict(Product(model="e5"), Product(model="e5"))
