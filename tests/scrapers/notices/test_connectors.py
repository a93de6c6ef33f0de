"""The connectors for other authorities on invented payloads of the documented shapes, and what they ask for."""

import json
from pathlib import Path

import pytest

from scrapers.errors import InvalidInput, TooLarge
from scrapers.notices import (
    SOURCES,
    Firm,
    Notice,
    Rejected,
    Relation,
    Reprocessed,
    Republished,
    Request,
    State,
    kc,
    nhtsa,
)
from scrapers.notices.source import INDEX, NOTICES
from tests.scrapers.notices import payloads

TODAY = "2026-11-20"
WEEK = State(TODAY, "2026-11-13")
EVERYTHING = State(TODAY)


def read(source: str, data: bytes, url: str = "") -> list[Notice | Rejected]:
    return list(SOURCES[source].read(data, url))


def one(source: str, data: bytes, url: str = "") -> Notice:
    (notice,) = read(source, data, url)
    assert isinstance(notice, Notice), notice
    return notice


def ask(source: str, state: State) -> list[Request]:
    feed = SOURCES[source].feed
    assert feed is not None
    return feed.discover(state)


def follow(source: str, request: Request, body: bytes, state: State = WEEK) -> list[Request]:
    feed = SOURCES[source].feed
    assert feed is not None
    return feed.follow(request, body, state)


def test_opss_reads_the_table_of_the_product() -> None:
    notice = one("uk-opss", json.dumps(payloads.opss_item()).encode())
    assert notice.notice_id == "uk-opss:2601-0001"
    assert (notice.title, notice.record_type) == ("Lumen Pendant Lamp", "recall")
    assert (notice.published, notice.updated) == ("2026-08-06", "2026-08-07")
    assert notice.hazards == ("fire",)
    assert notice.remedies == ("refund", "return", "stop_using")
    assert notice.measures[0].action == "recall"
    (product,) = notice.products
    assert (product.brands, product.models) == (("Lumen",), ("LS-4711B",))
    assert (product.barcodes, product.batches) == ((payloads.GTIN,), ("All batches",))


def test_an_opss_notice_that_was_withdrawn() -> None:
    item = payloads.opss_item(withdrawn_notice={"explanation": "published in error"})
    assert one("uk-opss", json.dumps(item, indent=1).encode()).status == "withdrawn"


def test_opss_is_asked_year_by_year_and_page_by_page() -> None:
    years = ask("uk-opss", EVERYTHING)
    assert len(years) == 6
    assert all(request.part == INDEX for request in years)
    first = ask("uk-opss", WEEK)[0]
    assert "from%3A2026-11-13%2Cto%3A2026-11-20" in first.url
    found = follow("uk-opss", first, payloads.search_results(450, "/a", "/b"))
    assert [request.part for request in found] == [NOTICES, NOTICES, INDEX, INDEX]
    assert [request.url for request in found[:2]] == [
        "https://www.gov.uk/api/content/a",
        "https://www.gov.uk/api/content/b",
    ]
    assert "start=200" in found[2].url
    assert (found[3].page, found[3].last) == (3, 3)


def test_an_empty_page_of_opss_before_the_last() -> None:
    third = Request("https://www.gov.uk/api/search.json?start=400", INDEX, page=3, last=3)
    with pytest.raises(InvalidInput, match="empty page before the last"):
        follow("uk-opss", third, payloads.search_results(450))


def test_rappelconso() -> None:
    notice = one("fr-rappelconso", json.dumps([payloads.france_row()]).encode())
    assert notice.notice_id == "fr-rappelconso:SR/09999/26"
    assert notice.published == "2026-08-08"
    assert notice.hazards == ("fire", "electric_shock")
    assert notice.remedies == ("refund", "return", "stop_using")
    assert notice.products[0].models == ("LS-4711B", "LS-4712B")
    assert notice.related == (
        Relation("case", "eu-safety-gate:SR/09999/26", "numero_fiche", "SR/09999/26"),
    )


def test_rows_of_one_french_file_are_put_together() -> None:
    rows = [payloads.france_row("2026-08-0001", gtin=gtin) for gtin in (4006381333931, 96385074)]
    answer = json.dumps({"total_count": 2, "results": rows}).encode()
    notice = one("fr-rappelconso", answer)
    assert notice.products[0].barcodes == ("4006381333931", "96385074")
    assert notice.related == ()


def test_openfda() -> None:
    notice = one("us-openfda", payloads.openfda(1, payloads.openfda_row()))
    assert isinstance(notice, Republished)
    assert (notice.notice_id, notice.source) == ("us-fda:F-9999-2026", "us-openfda")
    assert (notice.hazards, notice.risk_level) == (("microbiological",), "Class I")
    assert [item.text for item in notice.products[0].mentions] == ["036000291452"]


def test_openfda_is_paged_by_a_thousand() -> None:
    food = ask("us-openfda", WEEK)[0]
    assert food.url == (
        "https://api.fda.gov/food/enforcement.json"
        "?search=report_date:[20261113+TO+20261120]&limit=1000&skip=0"
    )
    assert food.may_be_gone
    more = follow("us-openfda", food, payloads.openfda(2001, payloads.openfda_row()))
    assert [request.url.rpartition("=")[2] for request in more] == ["1000", "2000"]


def test_status_400_of_ires_is_success_and_200_is_not() -> None:
    notice = one("us-fda-ires", payloads.ires(payloads.ires_row()))
    assert notice.notice_id == "us-fda:F-9999-2026"
    assert (notice.published, notice.updated) == ("2026-08-05", "2026-08-06")
    assert (notice.risk_level, notice.status) == ("Class I", "active")
    with pytest.raises(InvalidInput, match="not 400"):
        read("us-fda-ires", payloads.ires(payloads.ires_row(), status=200))


def test_ires_is_asked_by_a_form_that_says_since_when() -> None:
    (request,) = ask("us-fda-ires", WEEK)
    payload = json.loads(request.form["payload"])
    assert payload["filter"] == "[{'eventlmdfrom': '11/13/2026'}, {'eventlmdto': '11/20/2026'}]"
    more = follow("us-fda-ires", request, payloads.ires(payloads.ires_row(), count=5001))
    assert [json.loads(one.form["payload"])["start"] for one in more] == [2501, 5001]
    assert len({one.url for one in (request, *more)}) == 3


def test_real_ires_page(shared: Path) -> None:
    data = (shared / "data/safety/raw_samples/fda_ires_recalls_page.json").read_bytes()
    records = read("us-fda-ires", data)
    assert len(records) == 114
    unnumbered = [record.reason for record in records if isinstance(record, Rejected)]
    assert unnumbered == ["the FDA has not classified and numbered it yet"] * 7


def test_nhtsa_keeps_child_seats_and_tyres() -> None:
    lines = [
        payloads.nhtsa_line(),
        payloads.nhtsa_line(model="RIDE 300X"),
        payloads.nhtsa_line("26V000001", "SEDAN", "V"),
        payloads.nhtsa_line("05T999000", "GRIP 4", "T"),
    ]
    tyre, seat = read("us-nhtsa", payloads.zipped(*lines))
    assert isinstance(seat, Notice)
    assert isinstance(tyre, Notice)
    assert (seat.notice_id, seat.published, seat.updated) == (
        "us-nhtsa:26C999000",
        "2026-07-02",
        "2026-07-03",
    )
    assert [product.models for product in seat.products] == [("RIDE 200X",), ("RIDE 300X",)]
    assert seat.products[0].production_dates == "2024-08-01/2025-01-31"
    assert seat.remedies == ("replace",)
    assert tyre.category == "tyre"


def test_the_day_stands_first_in_nhtsas_api() -> None:
    row = {
        "NHTSACampaignNumber": "26C999000",
        "ReportReceivedDate": "02/07/2026",
        "Component": "CHILD SEAT",
        "Make": "LUMEN",
        "Model": "RIDE 200X",
        "Summary": "The buckle may not latch.",
    }
    answer = json.dumps({"Count": 1, "results": [row]}).encode()
    assert one("us-nhtsa", answer).published == "2026-07-02"
    wrong = json.dumps({"Count": 2, "results": [row, row | {"ReportReceivedDate": "07/28/2026"}]})
    assert isinstance(read("us-nhtsa", wrong.encode())[1], Rejected)


def test_a_zip_that_is_a_bomb_or_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nhtsa, "UNZIPPED_CAP", 1000)
    with pytest.raises(TooLarge):
        read("us-nhtsa", payloads.zipped("x" * 2000))
    with pytest.raises(InvalidInput, match="damaged zip"):
        read("us-nhtsa", payloads.zipped(payloads.nhtsa_line())[:-40])
    with pytest.raises(InvalidInput, match="no text file"):
        read("us-nhtsa", payloads.zipped("x", name="other.csv"))


def test_accc_reads_the_fields_of_the_page() -> None:
    notice = one("au-accc", payloads.accc())
    assert notice.notice_id == "au-accc:2026/29999"
    assert notice.published == "2026-08-11"
    assert notice.hazards == ("fire", "electric_shock")
    assert notice.firms == (Firm("recaller", "Lumen Pty Ltd"),)
    assert (notice.products[0].models, notice.products[0].barcodes) == (
        ("LS-4711B",),
        (payloads.GTIN,),
    )


def test_samr_reads_the_title() -> None:
    notice = one("cn-samr", payloads.samr(payloads.SAMR_ENTRY), f"https://{payloads.SAMR}")
    assert notice.notice_id == "cn-samr:20260812_199999"
    assert notice.url == "https://www.samrdprc.org.cn/xfpzh/xfpgnzh/202608/t20260812_199999.html"
    assert notice.firms == (Firm("recaller", "流明照明有限公司"),)
    (product,) = notice.products
    assert (product.brands, product.kind, product.models) == (("流明",), "吊灯", ("LS-4711B",))


def test_samr_goes_back_as_far_as_is_asked() -> None:
    (first,) = ask("cn-samr", WEEK)
    old = payloads.samr(payloads.SAMR_ENTRY, pages=5)
    assert follow("cn-samr", first, old) == []
    (second,) = follow("cn-samr", first, old, EVERYTHING)
    assert (second.url, second.last) == (f"https://{payloads.SAMR}index_1.html", 5)


def test_caa_reads_a_page_and_its_editors_document() -> None:
    url = "https://www.recall.caa.go.jp/result/detail.php?rcl=00000099999&screenkbn=01"
    notice = one("jp-caa", payloads.caa_detail(), url)
    assert notice.notice_id == "jp-caa:00000099999"
    assert notice.published == "2026-08-13"
    assert notice.hazards == ("fire",)
    assert notice.remedies == ("refund", "return")
    assert "JAN 4006381333931" in notice.description
    assert [item.text for item in notice.products[0].mentions] == [payloads.GTIN]


def test_caa_is_paged_by_a_form() -> None:
    (first,) = ask("jp-caa", WEEK)
    assert first.form["pagingHidden"] == "0"
    body = payloads.caa_list(31, ("00000099999", "2026/11/19"))
    detail, second = follow("jp-caa", first, body)
    assert "rcl=00000099999" in detail.url
    assert (second.form["pagingHidden"], second.page, second.last) == ("1", 2, 3)
    old = payloads.caa_list(31, ("00000099998", "2026/01/19"))
    assert follow("jp-caa", first, old) == []
    with pytest.raises(InvalidInput, match="no recall on page 2"):
        follow("jp-caa", second, payloads.caa_list(31))


def test_safetykorea_at_home_and_abroad() -> None:
    home = one("kr-safetykorea", payloads.korea(payloads.korea_row()))
    assert home.notice_id == "kr-safetykorea:10099999"
    assert home.hazards == ("fire", "electric_shock")
    assert home.remedies == ("refund", "stop_using")
    abroad = one("kr-safetykorea-foreign", payloads.korea(payloads.korea_abroad_row()))
    assert abroad.notice_id == "kr-safetykorea-foreign:20099999"
    assert abroad.related[0].kind == "url"
    assert abroad.url == payloads.korea_abroad_row()["recallUrl"]


def test_nothing_found_and_errors_of_safetykorea() -> None:
    assert read("kr-safetykorea", payloads.korea(code="2004")) == []
    with pytest.raises(InvalidInput, match="4001"):
        read("kr-safetykorea", payloads.korea(code="4001"))


def test_safetykorea_is_asked_day_by_day_for_a_short_while() -> None:
    days = ask("kr-safetykorea", WEEK)
    assert len(days) == 8
    assert days[0].url.endswith("conditionKey=publishDate&conditionValue=20261113")
    assert len(ask("kr-safetykorea", State(TODAY, "2026-01-01"))) == 1


def test_certificates_of_korea() -> None:
    found = payloads.certificate(_asked("CB999A999-9999"))[2]
    assert kc.parse(found) == kc.Certification(
        "CB999A999-9999", "적합", "펜던트 조명", "", "", "", "", "", "", ""
    )
    assert kc.parse(payloads.certificate(_asked("CB000A000-0000"))[2]) is None
    with pytest.raises(InvalidInput, match="4001"):
        kc.parse(payloads.certificate(_asked("CB999A999-9999", key=""))[2])
    with pytest.raises(InvalidInput, match="no KC certification number"):
        kc.request("'; DROP TABLE")


def _asked(number: str, key: str = "k") -> object:
    class Asked:
        headers = {"authkey": key}  # noqa: RUF012 -- read once
        query = {"certNum": number}  # noqa: RUF012 -- read once

    return Asked()


def test_seoul_mirrors_what_safetykorea_numbers() -> None:
    notice = one("kr-seoul", payloads.seoul(1, 3, (10099999, "2026.08.14")))
    assert isinstance(notice, Reprocessed)
    assert (notice.notice_id, notice.published) == ("kr-safetykorea:10099999", "2026-08-14")
    assert notice.products[0].models == ("LS-4711B",)


def test_real_pages_of_seoul(shared: Path) -> None:
    samples = shared / "data/safety/raw_samples"
    first = (samples / "kr_seoul_recall_list_p1_2026-08-22.html").read_bytes()
    records = read("kr-seoul", first)
    assert len(records) == 10
    assert all(isinstance(record, Notice) for record in records)
    (request,) = ask("kr-seoul", EVERYTHING)
    (second,) = follow("kr-seoul", request, first, EVERYTHING)
    assert (second.page, second.last) == (2, 124)
    beyond = (samples / "kr_seoul_recall_list_window_end_p78.html").read_bytes()
    assert read("kr-seoul", beyond) == []


def test_oecd_can_be_read_but_is_off(shared: Path) -> None:
    data = (shared / "data/safety/raw_samples/oecd_globalrecalls_rss_2026-08-22.xml").read_bytes()
    records = read("oecd-globalrecalls", data)
    assert len(records) > 5
    assert all(isinstance(record, Notice) for record in records)
    assert "robots.txt" in SOURCES["oecd-globalrecalls"].off


def test_safety_gates_list_leads_to_reports_with_search() -> None:
    (index,) = ask("eu-safety-gate", WEEK)
    listed = payloads.eu_list((10000400, "14/08/2026"), (10000401, "20/11/2026"))
    (report,) = follow("eu-safety-gate", index, listed)
    assert report.url.endswith("/detail/xml/10000401?language=en&search=WEB_REPORT%7C:%7C10000401")
    assert len(follow("eu-safety-gate", index, listed, EVERYTHING)) == 2
    with pytest.raises(InvalidInput, match="no weekly report"):
        follow("eu-safety-gate", index, b"<weeklyReports></weeklyReports>")


def test_cpsc_is_asked_since_or_year_by_year() -> None:
    (week,) = ask("us-cpsc", WEEK)
    assert week.url.endswith("&LastPublishDateStart=2026-11-13")
    years = ask("us-cpsc", EVERYTHING)
    assert years[-1].url.endswith("RecallDateStart=2026-01-01&RecallDateEnd=2026-11-20")
    assert len(years) == 54


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("26638", "26-638"), ("26-638", "26-638"), ("99123a", "99-123a"), ("X-1", "X-1")],
)
def test_cpsc_numbers_have_one_form(written: str, read_as: str) -> None:
    row = payloads.cpsc_row(written)
    assert one("us-cpsc", json.dumps([row]).encode()).notice_id == f"us-cpsc:{read_as}"


def test_cpsc_names_the_counterpart() -> None:
    url = "https://recalls-rappels.canada.ca/en/alert-recall/lumen-1"
    row = payloads.cpsc_row(Inconjunctions=[{"URL": url}])
    assert one("us-cpsc", json.dumps([row]).encode()).related == (
        Relation("url", url, "Inconjunctions", url),
    )


def test_canada_declares_joint_recalls() -> None:
    words = (
        "Stop using it. Joint recall with Health Canada, the United States Consumer Product Safety "
        "Commission (US CPSC) and Lumen Inc. Please note."
    )
    row = payloads.canada_row(1, **{"What you should do": words})
    (declared,) = one("ca-health-canada", json.dumps([row]).encode()).related
    assert (declared.kind, declared.reference) == ("declared", "us-cpsc:")
    assert declared.raw.startswith("Joint recall with Health Canada")


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    b"<rss><channel><item><title>&b;</title></item></channel></rss>"
)


@pytest.mark.parametrize("source", ["au-accc", "oecd-globalrecalls", "eu-safety-gate"])
def test_an_xml_bomb_is_refused(source: str) -> None:
    with pytest.raises(InvalidInput, match="document type"):
        read(source, BOMB)


ERRORS = [b'{"error": "Too many requests"}', b"<html><body>Sorry</body></html>", b"", b"\xff\xfe"]


@pytest.mark.parametrize("data", ERRORS)
@pytest.mark.parametrize("source", [one.id for one in SOURCES.values() if one.feed])
def test_an_error_body_is_no_feed(source: str, data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(source, data, "https://authority.example/")


@pytest.mark.parametrize("source", [one for one in SOURCES.values() if one.feed])
def test_what_every_source_declares(source: object) -> None:
    assert source.licence  # type: ignore[attr-defined]
    assert source.home.startswith("https://")  # type: ignore[attr-defined]
    for request in ask(source.id, EVERYTHING):  # type: ignore[attr-defined]
        assert request.url.startswith("https://")
