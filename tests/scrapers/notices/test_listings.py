"""Listing ids are found where a notice names them and nowhere else."""

import pytest

from scrapers.notices.listings import listing_ids, mentions

SOLD = "Product sold online, in particular via"


def found(text: str) -> list[tuple[str, str]]:
    return [(one.platform, one.item_id) for one in listing_ids([("description", text)])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SOLD} Amazon (ASIN: B0CH1PV2HV).", [("amazon", "B0CH1PV2HV")]),
        (
            f"{SOLD} Amazon, ASINs B0CH1PV2HV and B000123456",
            [("amazon", "B0CH1PV2HV"), ("amazon", "B000123456")],
        ),
        ("Amazon(B000123456,B000123457) /", [("amazon", "B000123456"), ("amazon", "B000123457")]),
        ("ASINB000123456", [("amazon", "B000123456")]),
        (
            "https://www.amazon.de/-/en/Some-Toy/dp/B07TDKRGYX/ref=sr_1_12?x=1.",
            [("amazon", "B07TDKRGYX")],
        ),
        ("see www.amazon.co.uk/dp/B07TDKRGYX", [("amazon", "B07TDKRGYX")]),
        (
            f"{SOLD} AliExpress (unique identifier: 1005001234567890 - 12000048018671528).",
            [("aliexpress", "1005001234567890")],
        ),
        (
            f"{SOLD} AliExpress (1005001234567890-12000039675959213)",
            [("aliexpress", "1005001234567890")],
        ),
        (f"{SOLD} AliExpress. Product number 32808711096;", [("aliexpress", "32808711096")]),
        (
            "https://www.aliexpress.com/item/1005001234567890.html",
            [("aliexpress", "1005001234567890")],
        ),
        ("Other(TEMU.com (unique identifier: 601099751771499).) /", [("temu", "601099751771499")]),
        (f"{SOLD} eBay, article number 175030905597.", [("ebay", "175030905597")]),
        (
            f"{SOLD} Fruugo (339517818-744788938), AliExpress (unique identifier: 1005007444405957), Amazon (B0DTNFS7DF).",
            [("aliexpress", "1005007444405957"), ("amazon", "B0DTNFS7DF")],
        ),
        (
            f"{SOLD} eBay (identifiers: 389266727675 and 286923782569) and Temu (601099519143476)",
            [("ebay", "389266727675"), ("ebay", "286923782569"), ("temu", "601099519143476")],
        ),
        (f"{SOLD} Amazon (ASIN: B0CH1PV2HV). ASIN: B0CH1PV2HV", [("amazon", "B0CH1PV2HV")]),
    ],
)
def test_named_listings(text: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(found(text)) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "Batch B012345678, barcode 4006381333931.",
        "B0085490",
        "Order 175030905597 by phone 601099751771499.",
        f"{SOLD} Fruugo (175030905597).",
        f"{SOLD} Amazon and eBay. EAN 401234567890.",
        f"{SOLD} eBay. Tracking number 175030905597",
        f"{SOLD} Temu. " + "The toy is made of wood and has painted eyes. " * 3 + "601099751771499",
        f"{SOLD} AliExpress (12000033434560208).",
        f"{SOLD} Amazon (seller code X0014143A3).",
        f"{SOLD} Wish (identifier 612197429022).",
        "https://www.temu.com/support-center.html",
        "https://shop.example/item/1234567890",
        "10050012345678901",
        "Amazon basics B0 cable, 110 V",
    ],
)
def test_ordinary_words_and_numbers_are_no_listings(text: str) -> None:
    assert found(text) == []


def test_evidence_is_kept() -> None:
    (one,) = listing_ids(
        [("name", "Toy"), ("description", f"{SOLD} Temu (Product ID:601099542592009)")]
    )
    assert (one.field, one.rule) == ("description", "temu-goods")
    assert one.raw.endswith("via Temu (Product ID:601099542592009")


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("UPC 357955514626 on the label", "barcode", ["357955514626"]),
        (
            "EAN: 4 006381 333931 and 5901234123457",
            "barcode",
            ["4 006381 333931 and 5901234123457"],
        ),
        ("GTIN 00613994931627. Lot 220781539", "barcode", ["00613994931627"]),
        ("recalls crib model number N-YSXR0055B made in 2020", "model", ["N-YSXR0055B"]),
        ("SKU: N-YSXR0055B", "model", ["N-YSXR0055B"]),
        (
            "models E9LT95Q, E9LT95Z and E1A025Q were sold",
            "model",
            ["E9LT95Q, E9LT95Z and E1A025Q"],
        ),
        ("eBay item number 354874693199", "model", []),
        ("the model is sold with a pump", "model", []),
        ("weighs 2 kg, 4006381333931", "barcode", []),
    ],
)
def test_labels_in_prose(text: str, kind: str, expected: list[str]) -> None:
    assert [one.text for one in mentions([("text", text)]) if one.kind == kind] == expected
