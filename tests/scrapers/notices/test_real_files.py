"""Every record of the saved feeds becomes a notice or a rejection; every listing id known is found."""

import gzip
import json
from pathlib import Path

import pytest

from scrapers.errors import InvalidInput
from scrapers.notices import SOURCES, Notice, Rejected

FEEDS = {
    "eu-safety-gate": ["eu_safety_gate_2005_2022", "eu_safety_gate_2023_2026"],
    "us-cpsc": ["us_cpsc_fda_nhtsa_child_products"],
    "ca-health-canada": ["health_canada_consumer_products"],
    "kr-safetykorea": ["kr_safetykorea_domestic_via_seoul"],
}
ROWS = {
    "eu-safety-gate": 22_908,
    "us-cpsc": 4_434,
    "ca-health-canada": 3_665,
    "kr-safetykorea": 536,
}


@pytest.fixture(scope="module")
def safety(shared: Path) -> Path:
    return shared / "data" / "safety"


@pytest.fixture(scope="module")
def europe(safety: Path) -> list[Notice | Rejected]:
    return read(safety, "eu-safety-gate")


def read(safety: Path, source: str) -> list[Notice | Rejected]:
    files = [safety / f"{name}.jsonl.gz" for name in FEEDS[source]]
    parse = SOURCES[source].parse
    return [one for file in files for one in parse(gzip.decompress(file.read_bytes()))]


def check(records: list[Notice | Rejected], source: str) -> None:
    assert len(records) == ROWS[source]
    notices = [one for one in records if isinstance(one, Notice)]
    assert all(one.reason and one.where for one in records if isinstance(one, Rejected))
    assert len(notices) >= 0.99 * len(records)
    assert all(one.title and one.url and one.published for one in notices)


@pytest.mark.parametrize("source", ["us-cpsc", "ca-health-canada", "kr-safetykorea"])
def test_every_row_is_accounted_for(safety: Path, source: str) -> None:
    check(read(safety, source), source)


def test_every_european_row_is_accounted_for(europe: list[Notice | Rejected]) -> None:
    check(europe, "eu-safety-gate")


def test_known_listing_ids_are_found_with_their_case(
    safety: Path, europe: list[Notice | Rejected]
) -> None:
    found = {
        (one.native_id, item.platform, item.item_id)
        for one in europe
        if isinstance(one, Notice)
        for product in one.products
        for item in product.listing_ids
    }
    with gzip.open(safety / "safety_gate_listing_ids.jsonl.gz") as file:
        rows = [json.loads(line) for line in file]
    known = {(row["caseNumber"], row["platform"], row["listing_id"]) for row in rows}
    # The Temu rows of that file are addresses of help pages, not listings.
    listings = {one for one in known if one[1] != "temu"}
    assert len(known & found) >= 0.98 * len(known)
    assert listings <= found


def test_weekly_xml_gives_what_the_lines_of_the_same_week_give(
    safety: Path, europe: list[Notice | Rejected]
) -> None:
    by_case = {(one.native_id, one.url): one for one in europe if isinstance(one, Notice)}
    files = sorted((safety / "raw_samples").glob("eu_safety_gate_report_*.xml.gz"))
    from_xml = [
        one
        for file in files
        for one in SOURCES["eu-safety-gate"].parse(gzip.decompress(file.read_bytes()))
    ]
    assert len(from_xml) > 500
    notices = [one for one in from_xml if isinstance(one, Notice)]
    assert len(notices) == len(from_xml)
    shared_cases = [one for one in notices if (one.native_id, one.url) in by_case]
    assert shared_cases
    assert all(by_case[one.native_id, one.url] == one for one in shared_cases)


def test_raw_samples_of_the_other_sources(safety: Path) -> None:
    samples = safety / "raw_samples"
    api = (samples / "us_cpsc_recall_api_one_record_truncated.json").read_bytes()
    assert [type(one) for one in SOURCES["us-cpsc"].parse(api)] == [Notice]
    canada = (samples / "health_canada_HCRSAMOpenData_sample.json").read_bytes()
    records = list(SOURCES["ca-health-canada"].parse(canada))
    assert len(records) == len(json.loads(canada))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("kr-safetykorea", "kr_seoul_recall_list_p1_2026-08-22.html"),
        ("eu-safety-gate", "oecd_globalrecalls_rss_2026-08-22.xml"),
        ("us-cpsc", "fda_ires_recalls_page.json"),
        ("us-cpsc", "health_canada_HCRSAMOpenData_sample.json"),
    ],
)
def test_another_feed_under_the_wrong_name_is_refused(safety: Path, source: str, name: str) -> None:
    with pytest.raises(InvalidInput):
        list(SOURCES[source].parse((safety / "raw_samples" / name).read_bytes()))
