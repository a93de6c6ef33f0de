"""What keys prove and what speaks against it: the traps of real notices, as a table."""

import pytest

from scoring.matching import tiers
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
