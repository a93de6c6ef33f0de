"""CPSC (both forms), Health Canada, safetykorea and our own form, on invented records of their shapes."""

import json
from typing import Any

import pytest

from scrapers.errors import InvalidInput
from scrapers.notices import SOURCES, Firm, Notice, Rejected

API: dict[str, Any] = {
    "RecallID": 1,
    "RecallNumber": "26999",
    "RecallDate": "2026-07-30T00:00:00",
    "LastPublishDate": "2026-08-01T00:00:00",
    "Title": "Lumen Recalls Cribs Due to Fall and Strangulation Hazards",
    "Description": "This recall involves Lumen cribs, model number N-YSXR0055B.",
    "URL": "https://www.cpsc.gov/Recalls/2026/Lumen",
    "Products": [{"Name": "Lumen Cribs", "Model": "", "NumberOfUnits": "About 120"}],
    "Retailers": [{"Name": "Online at Amazon.com (ASIN B0CH1PV2HV) for about $140."}],
    "Manufacturers": [{"Name": "Lumen Furniture Co., of China"}],
    "ManufacturerCountries": [{"Country": "China"}],
    "ProductUPCs": [{"UPC": "036000291452"}],
    "Hazards": [
        {"Name": "A child can fall and be strangled: strangulation hazard.", "HazardType": ""}
    ],
    "Remedies": [{"Name": "Stop using the cribs."}],
    "RemedyOptions": [{"Option": "Refund"}, {"Option": "New Instructions"}],
}
CHILD: dict[str, Any] = {
    "record_type": "recall",
    "source": "FDA",
    "recall_id": "F-9999-2026",
    "recall_date": "20260723",
    "product_name": "Lumen drink, UPC 036000291452",
    "brand": "Lumen Foods",
    "hazards": ["bacteria", "quality"],
    "action": "Words that the file's makers added.",
    "reason": "Germs were found.",
    "url": "https://www.accessdata.fda.gov/scripts/ires/index.cfm",
    "status": "Terminated",
    "code_info": "Lot 12",
    "classification": "Class II",
}
CANADA: dict[str, Any] = {
    "NID": "99999",
    "Title": " Lumen lamps recalled due to fire hazard ",
    "URL": "https://recalls-rappels.canada.ca/en/alert-recall/lumen",
    "Organization": "Consumer product safety",
    "Product": "Lumen lamps, model L-2000B",
    "Issue": "Fire hazard - Electrical hazard",
    "What you should do": "Stop using the lamps&nbsp;and return them to the store for a refund.",
    "Category": "Household items",
    "Recall class": "",
    "Last updated": "2026-08-20",
    "Archived": "1",
}
KOREA: dict[str, Any] = {
    "id": "KR:10099999",
    "id_scheme": "safetykorea_uid",
    "product_name": "전기방석(전기용품)",
    "category_source": "전기용품",
    "model": "(품번) DH0020002",
    "company": "(주)루멘",
    "recall_kind_source": "명령에따른리콜",
    "date_published": "2026-02-26",
    "source_url": "https://sftc.seoul.go.kr/fe/si/recallDmstc/NR_list.do",
}


def read(source: str, *records: Any) -> list[Notice | Rejected]:
    return list(SOURCES[source].parse("\n".join(map(json.dumps, records)).encode()))


def one(source: str, record: dict[str, Any]) -> Notice:
    (notice,) = read(source, record)
    assert isinstance(notice, Notice)
    return notice


def test_cpsc_api() -> None:
    (notice,) = SOURCES["us-cpsc"].parse(json.dumps([API]).encode())
    assert isinstance(notice, Notice)
    assert notice.notice_id == "us-cpsc:26-999"
    assert (notice.published, notice.updated) == ("2026-07-30", "2026-08-01")
    assert notice.hazards == ("strangulation", "injury")
    assert notice.remedies == ("refund", "instructions")
    assert Firm("maker", "Lumen Furniture Co., of China") in notice.firms
    product = notice.products[0]
    assert product.barcodes == ("036000291452",)
    assert [item.item_id for item in product.listing_ids] == ["B0CH1PV2HV"]
    assert [item.text for item in product.mentions if item.kind == "model"] == ["N-YSXR0055B"]


def test_cpsc_error_body_with_status_200() -> None:
    with pytest.raises(InvalidInput, match="no record is a notice"):
        list(SOURCES["us-cpsc"].parse(b'{"Message": "An error has occurred."}'))


def test_cpsc_empty_answer() -> None:
    assert list(SOURCES["us-cpsc"].parse(b"[]")) == []


def test_agencies_of_the_mixed_file_keep_their_ids() -> None:
    notice = one("us-cpsc", CHILD)
    assert notice.notice_id == "us-fda:F-9999-2026"
    assert notice.authority == "U.S. Food and Drug Administration"
    assert (notice.published, notice.status) == ("2026-07-23", "ended")
    assert notice.hazards == ("microbiological", "other")
    assert notice.products[0].batches == ("Lot 12",)


def test_words_that_are_not_the_agencys_are_not_quoted_as_its_own() -> None:
    assert one("us-cpsc", CHILD).remedy_text == ""
    stated = CHILD | {"source": "CPSC", "recall_id": "26-999", "remedy_type": "Refund"}
    assert one("us-cpsc", stated).remedy_text == CHILD["action"]


def test_child_seats_have_one_product_for_each_model() -> None:
    seat = CHILD | {
        "source": "NHTSA",
        "recall_id": "NHTSA-26C999000",
        "campaign_no": "26C999000",
        "models": [
            {"model": "LUMEN RIDE 200X", "manufactured_from": "20140801", "manufactured_to": ""},
            {"model": "LUMEN RIDE 300X"},
        ],
    }
    notice = one("us-cpsc", seat)
    assert notice.notice_id == "us-nhtsa:26C999000"
    assert [product.production_dates for product in notice.products] == ["", "2014-08-01/..", ""]


def test_an_unknown_agency_is_rejected() -> None:
    good, bad = read("us-cpsc", CHILD, CHILD | {"source": "USDA"})
    assert isinstance(good, Notice)
    assert isinstance(bad, Rejected)
    assert "USDA" in bad.reason


def test_health_canada() -> None:
    notice = one("ca-health-canada", CANADA)
    assert notice.notice_id == "ca-health-canada:99999"
    assert notice.title == "Lumen lamps recalled due to fire hazard"
    assert notice.hazards == ("fire", "electric_shock")
    assert notice.remedies == ("refund", "return", "stop_using")
    assert (notice.status, notice.updated, notice.authority) == (
        "archived",
        "2026-08-20",
        "Health Canada",
    )
    assert "\xa0" not in notice.remedy_text


def test_health_canada_reads_the_title_where_no_issue_is_stated() -> None:
    assert one("ca-health-canada", CANADA | {"Issue": "", "Product": None}).hazards == ("fire",)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Health Canada warns that toys may pose a risk of choking", "safety_warning"),
        ("Health Canada reminds Canadians about window blinds", "advisory"),
        ("Lumen brand pills recalled", "recall"),
    ],
)
def test_health_canada_kinds(title: str, kind: str) -> None:
    assert one("ca-health-canada", CANADA | {"Title": title}).record_type == kind


def test_health_canada_rejects_a_row_without_a_date() -> None:
    _, bad = read("ca-health-canada", CANADA, CANADA | {"Last updated": "soon"})
    assert isinstance(bad, Rejected)
    assert "Last updated 'soon'" in bad.reason


def test_safetykorea() -> None:
    notice = one("kr-safetykorea", KOREA)
    assert notice.notice_id == "kr-safetykorea:10099999"
    assert notice.record_type == "recall"
    assert notice.hazards == ()
    assert notice.firms == (Firm("recaller", "(주)루멘"),)
    assert notice.products[0].models == ("(품번) DH0020002",)


def test_own_form_checks_codes_and_ids() -> None:
    own = {
        "notice_id": "eu-safety-gate:SR/1/26",
        "source": "eu-safety-gate",
        "authority": "A",
        "jurisdiction": "EU",
        "record_type": "recall",
        "published": "2026-01-01",
        "title": "Lamp",
        "url": "https://example.org/1",
        "licence": "CC-BY-4.0",
        "hazards": ["fire"],
        "products": [{"kind": "Lamp", "brands": ["Lumen"]}],
    }
    good, bad_hazard, bad_id, bad_field = read(
        "notices",
        own,
        own | {"hazards": ["doom"]},
        own | {"notice_id": "no-number"},
        own | {"colour": "red"},
    )
    assert isinstance(good, Notice)
    assert good.native_id == "SR/1/26"
    for bad, word in ((bad_hazard, "doom"), (bad_id, "no-number"), (bad_field, "colour")):
        assert isinstance(bad, Rejected)
        assert word in bad.reason
