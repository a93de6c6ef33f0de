"""Pages in any charset, whatever they are declared to be: read rightly, never as other letters."""

import itertools

import pytest

from scrapers.charsets import decode
from scrapers.engine import extract

URL = "https://shop.example/p/1"
TITLES = [
    ("등불 램프 삼천원 무료배송 상품 상세 정보와 구매 안내", "cp949"),
    ("灯笼外壳六十键盘 商品详情 七天无理由退货", "gb18030"),
    ("提灯のランプ、セール 商品の詳細と送料について", "cp932"),
    ("提灯のランプ、セール 商品の詳細と送料について", "euc_jp"),
    ("燈籠與鍵盤外殼 商品詳情與付款方式", "big5"),
    ("Schöne Laterne für draußen, größer", "cp1252"),
    ("Фонарь масляный большой латунный", "cp1251"),
    ("Piękna latarnia na zewnątrz, większa", "cp1250"),
    ("등불 램프 삼천원", "utf-8"),
    ("Schöne Laterne", "utf-8"),
    ("提灯のランプ", "utf-8"),
    ("灯笼外壳", "utf-8"),
]
LABELS = [
    None, "utf-8", "iso-8859-1", "windows-1252", "euc-kr", "shift_jis", "euc-jp", "gbk", "big5",
    "windows-1251", "us-ascii", "utf-16", "no-such-charset",
]  # fmt: skip


@pytest.mark.parametrize(("title", "codec"), TITLES, ids=lambda value: value[:8])
def test_no_wrong_declaration_makes_other_letters(title: str, codec: str) -> None:
    for header, meta in itertools.product(LABELS, LABELS):
        declared = f'<meta charset="{meta}">' if meta else ""
        page = f'{declared}<meta property="og:title" content="{title}"><p>{title}</p>'
        text, _ = decode(page.encode(codec), header=header)
        assert title in text, (header, meta)


def test_a_title_is_read_through_the_whole_road() -> None:
    page = '<meta charset="shift_jis"><meta property="og:title" content="등불 램프 삼천원 상품">'
    found = extract(page.encode("cp949"), URL, encoding="iso-8859-1")
    assert found.fields["title"] == "등불 램프 삼천원 상품"


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    text = "<p>" + "등불 램프 무료배송 상품 상세 정보입니다. " * 20
    data = text.encode("cp949").replace(b"<p>", b"<p>\xff\xfe ", 1)
    read, codec = decode(data, header="euc-kr")
    assert codec == "cp949"
    assert "무료배송" in read


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x80" * 5000, bytes(range(128, 256)) * 50])
def test_any_bytes_become_text(data: bytes) -> None:
    for label in LABELS:
        text, _ = decode(data, header=label)
        assert isinstance(text, str)
