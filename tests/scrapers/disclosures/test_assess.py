"""The four states, where things stand, whose they are, and what is shown of a page."""

import time
from contextlib import suppress

import pytest

from scrapers.disclosures import Item, assess, jurisdiction_of, on_page, read
from scrapers.disclosures.report import report
from scrapers.errors import InvalidInput, InvalidRules
from scrapers.html import Page

URL = "https://shop.example/p/1"
IMPRINT = (
    "<title>Impressum</title><h1>Impressum</h1><p>Laternenhaus GmbH<br>Lichtweg 1<br>12345 Musterstadt</p>"
    "<p>E-Mail: hallo@laterne.example</p>"
)


def states(page: str, jurisdiction: str, **more: object) -> dict[str, Item]:
    found = assess(page.encode(), URL, jurisdiction, **more)  # type: ignore[arg-type]
    return {item.id: item for item in found}


def test_nothing_is_absent_while_only_a_product_page_was_seen() -> None:
    for name in ("kr", "cn", "jp", "eu_de", "uk", "us", "hk", "cross_border"):
        for kind in ("raw", "rendered"):
            found = states("<h1>Lamp</h1><p>" + "A fine lamp. " * 99, name, kind=kind)
            assert {item.state for item in found.values()} == {"not_assessable"}


def test_what_a_legal_page_leaves_out_is_absent_where_the_law_asks() -> None:
    found = states(IMPRINT, "eu_de")
    assert found["name"].state == found["address"].state == found["email"].state == "valid"
    assert found["phone"].state == "absent_required"
    assert found["register"].state == "absent_required", "a GmbH has a register number"
    assert found["vat_id"].state == "not_assessable", "not every trader has one"
    assert found["manufacturer"].state == "not_assessable", "belongs to the product page"
    assert found["withdrawal"].state == "not_assessable", "the terms were not read"


def test_a_sole_trader_needs_no_register_number() -> None:
    page = "<h1>Impressum</h1><p>Inhaberin: Lena Licht<br>E-Mail: l@licht.example"
    assert states(page, "eu_de")["register"].state == "not_assessable"


def test_the_legal_page_may_be_read_besides() -> None:
    product = "<h1>Lamp</h1><p>9,99 € inkl. MwSt."
    alone = states(product, "eu_de")
    both = states(
        product, "eu_de", legal_pages=[(IMPRINT.encode(), "https://shop.example/impressum")]
    )
    assert alone["name"].state == "not_assessable"
    assert (both["name"].state, both["name"].value) == ("valid", "Laternenhaus GmbH")
    assert both["name"].where is not None
    assert both["name"].where.url == "https://shop.example/impressum"
    assert both["phone"].state == "absent_required"
    assert both["total_price"].state == "valid"


def test_an_error_page_under_a_legal_address_tells_nothing() -> None:
    error = b"<title>404</title><h1>Impressum</h1><p>Not found"
    found = assess(error, "https://shop.example/impressum", "eu_de")
    assert {item.state for item in found} == {"not_assessable"}


def test_a_full_rendered_legal_page_tells_even_when_it_holds_nothing() -> None:
    page = "<h1>Impressum</h1><p>" + "Wir lieben Lampen. " * 40
    assert states(page, "eu_de", kind="raw")["name"].state == "not_assessable"
    assert states(page, "eu_de", kind="rendered")["name"].state == "absent_required"


def test_good_practice_is_never_absent_where_required() -> None:
    page = "<h1>Company information</h1><p>Company name: Ming Lantern Limited"
    found = states(page, "hk", kind="rendered")
    assert found["business_name"].state == "valid"
    assert {item.state for item in found.values()} == {"valid", "not_assessable"}


def test_where_leads_to_the_element_and_the_text() -> None:
    page = "<p>Lamp<div id=legal><p>x<p>Firma: Laterne GmbH<br>USt-IdNr.: DE136695976"
    item = states(page, "eu_de")["vat_id"]
    parsed = Page(page.encode())
    reading = read(parsed, URL)
    assert item.where is not None
    assert item.where.selector == "#legal > p:nth-of-type(2)"
    assert "DE136695976" in parsed.css(item.where.selector)[0].text()
    text = "\n".join(line.text for line in reading.lines)
    assert text[item.where.offset :].startswith("USt-IdNr.: DE136695976")
    assert (item.rule, item.key) == ("eu_de/vat_id/0", "de_vat")


def test_markup_of_the_organisation_counts_but_a_brand_does_not() -> None:
    page = """<script type="application/ld+json">{"@graph":[
      {"@type":"OnlineStore","legalName":"Laterne GmbH","vatID":"DE136695976","telephone":"+49 30 0000000",
       "address":{"@type":"PostalAddress","streetAddress":"Lichtweg 1","postalCode":"12345",
       "addressLocality":"Musterstadt"}},
      {"@type":"Product","name":"Lamp","brand":{"@type":"Organization","legalName":"Other Brand AG"}}]}</script>"""
    found = states(page, "eu_de")
    assert found["name"].value == "Laterne GmbH"
    assert found["vat_id"].value == "DE136695976"
    assert found["address"].value == "Lichtweg 1, 12345, Musterstadt"
    assert found["name"].where is not None
    assert found["name"].where.selector == "legalName"


def test_a_marketplace_seller_is_kept_apart_from_the_operator() -> None:
    page = (
        "<h1>등불</h1><h3>판매자 정보</h3><table><tr><th>상호</th><td>작은등불</td></tr>"
        "<tr><th>사업자등록번호</th><td>211-88-41856</td></tr></table>"
        "<h3>리뷰</h3><p>좋아요</p><footer>상호 : (주)큰시장<br>사업자등록번호 : 104-81-45690</footer>"
    ).encode()
    url = "https://item.gmarket.co.kr/Item?goodscode=100"
    operator, seller = on_page(page, url), on_page(page, url, party="seller")
    assert (operator["operator"], operator["kr_brn"]) == ("(주)큰시장", "104-81-45690")
    assert (seller["operator"], seller["kr_brn"]) == ("작은등불", "211-88-41856")


def test_two_different_answers_are_none() -> None:
    page = "<p>원산지 : 대한민국</p><p>원산지 : 베트남</p>".encode()
    assert "origin" not in on_page(page, "https://shop.co.kr/p/1")


@pytest.mark.parametrize(
    "page",
    [
        "<footer><h3>Company</h3><ul><li>About us</li><li>Careers</li></ul></footer>",
        "<footer><h3>Unternehmen</h3><ul><li><a href=/n>Newsroom</a></li></ul></footer>",
        "<footer><label>E-Mail</label><input placeholder='name@example.com'></footer>",
        "<footer>© 2026 Lantern Ltd. All rights reserved.</footer>",
        "<p>Company: Lantern Ltd makes the best lamps.</p>",
        "<aside><h4>Material</h4><ul><li>Cotton</li><li>Wool</li></ul></aside>",
        "<footer>Datenschutz: datenschutz@laterne.example</footer>",
        "<p>Paid with Paybank S.A., shipped by Parcel GmbH</p>",
    ],
)
def test_what_only_looks_like_a_disclosure_is_none(page: str) -> None:
    assert on_page(page.encode(), URL) == {}


@pytest.mark.parametrize(
    ("page", "right"),
    [
        (
            (
                "<footer>(04000) 서울특별시 종로구 등불로 1, 3층 | 대표이사 : 김하늘 | 사업자등록번호 : 104-81-45690 |"
                " 통신판매업신고번호 : 2026-서울종로-0007 <a href=#>사업자정보확인</a></footer>"
            ),
            {
                "address": "(04000) 서울특별시 종로구 등불로 1, 3층",
                "representative": "김하늘",
                "kr_brn": "104-81-45690",
                "kr_mail_order_no": "2026-서울종로-0007",
            },
        ),
        (
            (
                "<footer><span>주식회사 등불나라</span><span>대표 김하늘</span><span>주소: 부산시 남구 빛로 2</span>"
                "<span>사업자등록번호 104-81-45690</span><span>고객센터 02-000-0000</span></footer>"
            ),
            {
                "operator": "주식회사 등불나라",
                "representative": "김하늘",
                "address": "부산시 남구 빛로 2",
                "kr_brn": "104-81-45690",
            },
        ),
        (
            "<footer>Lanterna Rossa s.r.l. - Via Luce 1 - 16126 Genova - P.IVA 00743110157 - Cap.Soc. € 10.000 i.v.</footer>",
            {"operator": "Lanterna Rossa s.r.l.", "it_piva": "00743110157"},
        ),
        (
            "<footer>Lanterna Comércio Ltda.<br>Rua da Luz, 1 - São Paulo - CNPJ: 16.727.230/0001-97</footer>",
            {"operator": "Lanterna Comércio Ltda.", "br_cnpj": "16.727.230/0001-97"},
        ),
        (
            (
                "<footer>© 2026 Bright Lantern Limited. Registered in England & Wales No. 01234567."
                " VAT Reg No: GB 980 7806 84</footer>"
            ),
            {
                "operator": "Bright Lantern Limited",
                "gb_company_no": "01234567",
                "gb_vat": "GB980780684",
            },
        ),
        (
            (
                "<h1>特定商取引法に基づく表記</h1><table><tr><th>販売業者</th><td>株式会社あかり堂</td></tr>"
                "<tr><th>運営統括責任者</th><td>灯 太郎</td></tr><tr><th>所在地</th><td>〒100-0000 東京都千代田区灯町1-2-3</td></tr>"
                "<tr><th>電話番号</th><td>03-0000-0000</td></tr><tr><th>登録番号</th><td>T5835678256246</td></tr></table>"
            ),
            {
                "operator": "株式会社あかり堂",
                "representative": "灯 太郎",
                "address": "〒100-0000 東京都千代田区灯町1-2-3",
                "phone": "03-0000-0000",
                "jp_invoice_no": "T5835678256246",
            },
        ),
        (
            (
                "<footer>企业名称：杭州灯笼贸易有限公司 统一社会信用代码：91110000600037341L"
                " <a href=/icp>浙ICP备00000000号-1</a></footer>"
            ),
            {
                "operator": "杭州灯笼贸易有限公司",
                "cn_uscc": "91110000600037341L",
                "cn_icp": "浙ICP备00000000号-1",
            },
        ),
        (
            (
                "<h1>Mentions légales</h1><p>Lanterne Bleue SARL<br>Siège social : 7 rue de la Lumière, 75001 Paris<br>"
                "Tél. : 01 00 00 00 00<br>RCS Paris 732 829 320</p>"
            ),
            {
                "operator": "Lanterne Bleue SARL",
                "address": "7 rue de la Lumière, 75001 Paris",
                "phone": "01 00 00 00 00",
                "fr_siren": "732 829 320",
            },
        ),
    ],
)
def test_footers_and_legal_pages_of_many_countries(page: str, right: dict[str, str]) -> None:
    assert on_page(page.encode(), URL) == right


@pytest.mark.parametrize(
    "page",
    [
        "<noscript><p>P.IVA 00743110157</p></noscript>",
        "<textarea><p>P.IVA 00743110157",
        "<title>Shop<p>P.IVA 00743110157",
        "<x-footer><template shadowrootmode=open><p>P.IVA <b>00743110157</b></p></template></x-footer>",
        "<frameset><noframes><p>P.IVA 00743110157</p></noframes></frameset>",
    ],
)
def test_text_that_the_tree_keeps_raw_is_read(page: str) -> None:
    assert on_page(page.encode(), URL) == {"it_piva": "00743110157"}


@pytest.mark.parametrize("codec", ["cp949", "utf-8"])
def test_korean_charsets(codec: str) -> None:
    page = "<meta charset=euc-kr><footer>상호 : 등불나라<br>사업자등록번호 : 104-81-45690</footer>"
    found = on_page(page.encode(codec), URL)
    assert (found["operator"], found["kr_brn"]) == ("등불나라", "104-81-45690")


@pytest.mark.parametrize(
    "page", [b"", b"\x00\xff\xfe", b"<" * 5000, b"<p>" * 9000, b"<b>" * 3000 + b"P.IVA 00743110157"]
)
def test_damaged_pages_do_no_harm(page: bytes) -> None:
    with suppress(InvalidInput):
        assert "it_piva" not in on_page(page, URL) or b"P.IVA" in page


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(InvalidRules, match="no checklist for mars"):
        assess(b"", URL, "mars")
    with pytest.raises(InvalidInput, match="no absolute URL"):
        on_page(b"", "shop.example")


def test_each_country_finds_its_checklist() -> None:
    assert [jurisdiction_of(code) for code in ("KR", "de", "FR", "GB", "US", "BR")] == [
        "kr",
        "eu_de",
        "eu_de",
        "uk",
        "us",
        "cross_border",
    ]


def test_a_report_holds_all() -> None:
    legal = "<h1>Impressum</h1><p>Andere Lampen GmbH<br>E-Mail: a@andere.example<br>Betreiber dieser Webseite ist die Andere Lampen GmbH."
    found = report(
        b"<p>Lamp</p><a href=/impressum>Impressum</a>",
        URL,
        "de",
        legal_pages=[(legal.encode(), "https://shop.example/impressum")],
        seller="Laternenhaus GmbH",
    )
    assert found["jurisdiction"] == "eu_de"
    assert found["other_companies"][0]["what"] == "Andere Lampen GmbH"
    assert found["other_companies"][0]["url"] == "https://shop.example/impressum"
    assert found["terms"]["verdict"] == "not_stated"
    assert found["legal_links"][0]["kind"] == "imprint"


def test_the_host_is_not_the_operator() -> None:
    page = "<footer><p>등불나라</p><p>사업자등록번호 : 104-81-45690</p><p>서버 관리 : (주)큰구름</p></footer>"
    assert "operator" not in on_page(page.encode(), URL)


@pytest.mark.parametrize(
    "page",
    [
        "<p>Is Discontinued By Manufacturer : No</p>",
        "<nav><a href=/m>Manufacturer</a> <a href=/x>Track your order</a></nav>",
    ],
)
def test_a_longer_label_or_a_menu_is_no_fact(page: str) -> None:
    assert states(page, "eu_de")["manufacturer"].state == "not_assessable"


def test_a_raw_fragment_is_read_like_the_page_itself() -> None:
    inside = (
        "<p>Firma: Laterne GmbH <a href=/x>Karte</a><br>Amtsgericht Musterstadt HRB 4711</p>"
        "<script>'USt-ID: DE136695976'</script><!-- USt-ID: DE136695976 -->"
        "<select><option>USt-ID: DE136695976</select>"
    )
    right = {"operator": "Laterne GmbH", "de_register": "HRB 4711"}
    assert on_page(f"<footer>{inside}</footer>".encode(), URL) == right
    assert on_page(f"<footer><noscript>{inside}</noscript></footer>".encode(), URL) == right


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "Aa de " * 60_000,
        "P.IVA 12345678901 " * 6000,
        "Hauptstraße " * 20_000,
        "Firma: " * 60_000,
        "return 3 " * 20_000,
        "<noscript>" + "<p>P.IVA 00743110157" * 15_000,
        "<p>P.IVA 1234567890" * 20_000,
    ],
)
def test_hostile_text_costs_seconds_not_minutes(body: str) -> None:
    started = time.process_time()
    report(f"<h1>Impressum</h1><p>{body}".encode(), URL, "DE", seller="X GmbH")
    assert time.process_time() - started < 20
