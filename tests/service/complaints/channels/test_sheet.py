"""What a complainant takes to a desk: copy list, mail draft, PDF in the desk's language."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from pypdf import PdfReader

from service.complaints.channels import canonical, labels, pdf, registry, sheet
from service.core.errors import NotFound

VALUES = {
    "contact_name": "Zoë Łukasiewicz 김민수",
    "contact_email": "zoe@example.org",
    "contact_phone": "+49 30 1234567",
    "contact_address": "Lindenstraße 5\n10969 Berlin",
    "merchant_name": "深圳市纸月亮贸易有限公司",
    "merchant_address": "广东省深圳市南山区科技路1号",
    "listing_url": "https://www.aliexpress.com/item/1005001.html?a=1&b=<2>",
    "product_title": "Lamp ランプ <b>",
    "purchase_date": "2026-09-01",
    "amount": "24.90",
    "currency": "EUR",
    "category": "not_delivered",
    "wanted": "refund",
    "description": "It never came.\nThe seller is silent.",
}
CHANNELS = list(registry.load().channels)


def row(made: sheet.Sheet, field: str) -> sheet.Row:
    return next(one for one in made.rows if one.field == field)


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_a_desk_gets_its_fields_in_its_language_and_our_words_as_they_are() -> None:
    made = sheet.make("cn_12315", VALUES, ["receipt", "chat"])
    assert made.desk == "全国12315平台 (National 12315 Platform)"
    assert (row(made, "request.remedy").label, row(made, "request.remedy").text) == (
        "投诉请求",
        "退款",
    )
    assert row(made, "narrative.facts").text == VALUES["description"]
    assert made.documents == ("与商家的聊天记录", "收据")
    agent = row(made, "representative.authorisation_if_agent")
    assert (agent.text, agent.act) == ("", "如由他人代理请附上")


def test_what_is_missing_is_left_to_the_complainant() -> None:
    made = sheet.make("kr_kca_relief", {"contact_name": "김민수"})
    assert row(made, "complainant.name").act == ""
    assert row(made, "complainant.phone").act == "직접 기재"
    assert "전화번호:\n(직접 기재)" in sheet.plain(made)


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_desk_has_a_sheet(channel: str) -> None:
    made = sheet.make(channel, VALUES, ["receipt"])
    assert [one.field for one in made.rows] == list(canonical.asked(registry.channel(channel)))
    assert all(bool(one.text) != bool(one.act) for one in made.rows)
    reader = PdfReader(io.BytesIO(pdf.render(made)))
    assert reader.metadata is not None
    assert made.title in (reader.metadata.title or "")


def test_amount_and_currency_stand_together() -> None:
    made = sheet.make("jp_ccj", VALUES)
    assert "24.90 EUR" in row(made, "order.details").text.splitlines()


def test_the_office_is_that_of_the_country() -> None:
    assert sheet.make("eu_ecc_net", VALUES, residence="BE").url == "https://eccbelgium.be"
    assert sheet.make("eu_ecc_net", VALUES, residence="DE").url == "https://www.eccnet.eu"


def test_a_shop_of_its_own_is_named_by_its_site_where_nothing_better_is_known() -> None:
    own = {"platform": "web", "listing_url": "https://paper-moon.example/lamp?x=1"}
    assert row(sheet.make("hk_cc", own), "trader.name").text == "paper-moon.example"
    named = own | {"merchant_name": "Paper Moon"}
    assert row(sheet.make("hk_cc", named), "trader.name").text == "Paper Moon"
    on_platform = own | {"platform": "aliexpress"}
    assert row(sheet.make("hk_cc", on_platform), "trader.name").text == ""


def test_what_no_complaint_field_holds_can_be_given_for_the_sheet() -> None:
    made = sheet.make("pay_card_chargeback", {"card.issuer": "A Bank"})
    assert (row(made, "card.issuer").text, row(made, "card.issuer").act) == ("A Bank", "")


def test_an_unknown_desk_is_refused() -> None:
    with pytest.raises(NotFound):
        sheet.make("nowhere", VALUES)


@pytest.mark.parametrize("language", ["ko", "ja", "zh-Hans", "zh-Hant", "en", "pt"])
def test_the_pdf_holds_every_script(language: str) -> None:
    channel = next(
        c.id
        for c in registry.load().channels.values()
        if c.desk_language == language and c.requires
    )
    made = sheet.make(channel, VALUES | {"contact_name": "김민수 紙月 ゆき Łódź Zoë ștearsă Việt"})
    shown = text_of(pdf.render(made))
    assert made.headings["fields"] in shown
    for one in made.rows:
        assert one.label in shown
    # A missing letter would come out as a box.
    assert pdf.BOX not in shown
    assert not any(pdf.replaced(one.text, made.language) for one in made.rows)


def test_the_pdf_is_the_same_for_the_same_sheet_and_takes_long_accounts() -> None:
    made = sheet.make("jp_ccj", VALUES | {"description": "長い話。" * 1500})
    first = pdf.render(made)
    assert first == pdf.render(made)
    assert len(PdfReader(io.BytesIO(first)).pages) > 1


def test_letters_that_no_font_has_are_owned_up_to() -> None:
    made = sheet.make("jp_188", VALUES | {"description": "กขค ‡ⱼ"})
    shown = text_of(pdf.render(made))
    assert made.headings["replaced"] in shown
    assert pdf.BOX in shown
    assert pdf.replaced("ก", "en")
    assert not pdf.replaced("Łódź, façade, Zoë, ștearsă, Ελλάς, Привет, Việt", "en")


def test_control_characters_do_not_break_the_pdf() -> None:
    made = sheet.make("jp_ccj", VALUES | {"description": "a\u202e\u200b\x07 <para> &amp; </font>"})
    assert "<para> &amp; </font>" in text_of(pdf.render(made))


def test_a_mail_draft_only_where_an_address_is_published() -> None:
    drafts = {name: sheet.mail_link(sheet.make(name, VALUES)) for name in CHANNELS}
    assert [name for name, link in drafts.items() if link] == ["mo_cc"]
    link = urlsplit(drafts["mo_cc"] or "")
    assert (link.scheme, link.path) == ("mailto", "info@consumer.gov.mo")
    fields = parse_qs(link.query, strict_parsing=True)
    assert fields["subject"] == ["消費者投訴書"]
    assert fields["body"][0].startswith("姓名:\nZoë Łukasiewicz 김민수\n\n")


@pytest.mark.parametrize("length", [0, 50, 300, 5000])
def test_a_mail_draft_stays_short_enough_and_says_where_the_rest_is(length: int) -> None:
    made = sheet.make("mo_cc", VALUES | {"description": "紙" * length})
    link = sheet.mail_link(made) or ""
    assert len(link) <= sheet.LONGEST_LINK
    body = parse_qs(urlsplit(link).query)["body"][0]
    assert body.endswith(made.headings["attached"]) or "紙" * length in body


def test_no_value_can_add_a_header_to_the_draft() -> None:
    made = sheet.make("mo_cc", VALUES | {"contact_name": "a&bcc=x@example.org\r\nBcc: y"})
    assert set(parse_qs(urlsplit(sheet.mail_link(made) or "").query)) == {"subject", "body"}


def test_languages_of_desks_have_words() -> None:
    wanted = {c.desk_language for c in registry.load().channels.values()}
    assert wanted <= set(labels.languages())
