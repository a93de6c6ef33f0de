"""Hostile, damaged and wrongly declared pages."""

import time

import pytest

from scrapers.charsets import decode
from scrapers.engine import extract
from scrapers.errors import InvalidInput, TooLarge
from scrapers.html import DEPTH_CAP, Page, clean

URL = "https://shop.example/p/1"
KOREAN = '<meta property="og:title" content="등불 램프 삼천원">'
CHINESE = '<meta property="og:title" content="灯笼外壳六十键盘">'
JAPANESE = '<meta property="og:title" content="提灯のランプ、セール">'
TRADITIONAL = '<meta property="og:title" content="燈籠與鍵盤外殼">'

ENCODED = [
    (CHINESE, "gb18030", "gb2312"),
    (CHINESE, "gb18030", "GBK"),
    (KOREAN, "cp949", "euc-kr"),
    (JAPANESE, "cp932", "shift_jis"),
    (JAPANESE, "euc_jp", "EUC-JP"),
    (TRADITIONAL, "big5", "big5"),
]


def title(page: bytes, **kwargs: str) -> object:
    return extract(page, URL, **kwargs).fields.get("title")  # type: ignore[arg-type]


@pytest.mark.parametrize(("html", "codec", "label"), ENCODED)
def test_a_declared_charset_is_read_in_its_widest_sense(html: str, codec: str, label: str) -> None:
    expected = Page(html.encode()).css("meta")[0].attributes["content"]
    assert title(f'<meta charset="{label}">{html}'.encode(codec)) == expected
    declared = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">'
    assert title((declared + html).encode(codec)) == expected
    assert title(html.encode(codec), encoding=label) == expected


@pytest.mark.parametrize(("html", "codec", "label"), ENCODED)
def test_a_declaration_that_a_saver_left_standing_is_not_believed(
    html: str, codec: str, label: str
) -> None:
    del codec
    transcoded = f'<meta charset="{label}">{html}'.encode()
    assert title(transcoded) == title(html.encode())


@pytest.mark.parametrize("wrong", ["euc-kr", "shift_jis", "ascii", "no-such-charset", "utf-16"])
def test_a_header_that_cannot_be_right_is_passed_over(wrong: str) -> None:
    page = f'<meta charset="gbk">{CHINESE}'.encode("gb18030")
    assert title(page + b"\xfd\xfd", encoding=wrong) is not None
    assert title((CHINESE + "x").encode(), encoding="utf-32") == title(CHINESE.encode())


def test_the_header_comes_before_everything() -> None:
    assert decode("é".encode("latin-1"), header="iso-8859-1") == ("é", "cp1252")
    assert decode("\ufeffé".encode(), header="utf-8") == ("é", "utf-8")


def test_a_script_charset_is_no_declaration_of_the_page() -> None:
    page = f'<script charset="utf-8" src="x"></script><meta charset="gbk">{CHINESE}'
    assert decode(page.encode("gb18030"))[1] == "gb18030"


def test_the_platform_says_its_usual_charset_when_nothing_else_does() -> None:
    page = "<h3 class='tb-main-title'>灯笼</h3>".encode("gb18030")
    found = extract(page, "https://item.taobao.com/item.htm?id=500000000001")
    assert found.fields["title"] == "灯笼"


def test_invalid_utf8_costs_the_broken_characters_only() -> None:
    page = b'<meta charset="utf-8"><meta property="og:title" content="Lamp \xff\xfe one">'
    assert str(title(page)).startswith("Lamp")
    assert str(title(page)).endswith("one")


def test_byte_order_marks() -> None:
    for codec in ("utf-8-sig", "utf-16"):
        assert title(KOREAN.encode(codec)) == "등불 램프 삼천원"


@pytest.mark.parametrize("page", [b"", b" ", b"\x00\x00", b"<", b"{}", b"\xff" * 50])
def test_pages_with_nothing_in_them_have_no_fields(page: bytes) -> None:
    assert extract(page, URL).fields == {}


def test_a_page_of_fifty_megabytes_is_refused_at_once() -> None:
    page = b"<p>x</p>" * (50 * 1024 * 1024 // 8)
    start = time.perf_counter()
    with pytest.raises(TooLarge, match="52428800 bytes, above the cap of 20971520 bytes"):
        extract(page, URL)
    assert time.perf_counter() - start < 1


def test_the_cap_can_be_chosen() -> None:
    with pytest.raises(TooLarge):
        extract(b"x" * 101, URL, cap=100)
    assert extract(b"x" * 100, URL, cap=100).fields == {}


def test_absurd_nesting_is_refused_before_it_costs_anything() -> None:
    start = time.perf_counter()
    with pytest.raises(InvalidInput, match="nested deeper"):
        extract(b"<div>" * 300_000, URL)
    with pytest.raises(InvalidInput, match="nested deeper"):
        extract(b"<b><i>" * 100_000 + b"</i>", URL)
    assert time.perf_counter() - start < 2


NESTED = ["div", "span", "b", "table", "ul", "font", "button", "svg", "x-y", "a", "form", "h1"]


@pytest.mark.parametrize("tag", NESTED)
def test_two_hundred_thousand_nested_tags_are_read_or_refused(tag: str) -> None:
    start = time.process_time()
    try:
        assert "title" not in extract(f"<{tag}>".encode() * 200_000, URL).fields
    except InvalidInput as error:
        assert "nested deeper" in error.what  # noqa: PT017 -- both outcomes are right
    assert time.process_time() - start < 2


DIRT = [
    '{"@type":"Product","name":"Tom &amp; Jerry&#39;s lamp"}',
    '<!-- {"@type":"Product","name":"Tom & Jerry\'s lamp"} -->',
    '//<![CDATA[\n{"@type":"Product","name":"Tom & Jerry\'s lamp",}\n//]]>',
    '{"@type":"Product","name":"Tom & Jerry\'s\tlamp","offers":[{"price":"1",},],};',
    '\ufeff{"@type":["Thing","Product"],"name":{"@value":"Tom & Jerry\'s lamp"}}',
    '{"@graph":[{"@type":"https://schema.org/Product","name":"Tom \\u0026 Jerry\'s lamp"}]}',
    '{"@type":"Product","name":"Tom & Jerry\'s\x00 lamp"}',
]


@pytest.mark.parametrize("json_ld", DIRT)
def test_dirt_in_json_ld_is_undone(json_ld: str) -> None:
    page = f'<script type="application/ld+json">{json_ld}</script>'
    assert "Tom & Jerry's" in str(title(page.encode()))


BROKEN = [
    "{",
    '{"@type":"Product","name":"Lamp"',
    "[[[[",
    "null",
    "3",
    '"x"',
    '{"@type":{}}',
    "{}" * 9,
]


@pytest.mark.parametrize("json_ld", BROKEN)
def test_json_ld_that_cannot_be_read_is_passed_over(json_ld: str) -> None:
    page = f'<script type="application/ld+json">{json_ld}</script>'
    assert title((page + '<meta property="og:title" content="Lamp">').encode()) == "Lamp"


def test_null_bytes_stand_in_no_value() -> None:
    page = b'<meta property="og:title" content="La\x00mp"><h1>La\x00mp</h1><p class="price">5\x00 EUR</p>'
    fields = extract(page + b"\x00" * 1000, URL).fields
    assert "\x00" not in str(fields)
    assert str(fields["title"]).startswith("La")


def test_long_flat_pages_are_not_mistaken_for_nested_ones() -> None:
    flat = b"<p>one<li>two<br><img src=x><tr><td>x</td></tr>" * (DEPTH_CAP // 2)
    page = b'<meta property="og:title" content="Lamp">' + flat
    assert title(page) == "Lamp"


HOSTILE = {
    "text inside nested prices": b"<div class=price>" * 8000 + b"x" * 1_000_000,
    "text inside nested labels": b"<span>" * 8000 + b"x" * 1_000_000,
    "nested scopes": b'<div itemscope itemtype="http://schema.org/Product"><b itemprop=name>'
    * 4000,
    "blanks in json": b'<script type="application/ld+json">' + b" " * 2_000_000 + b"x</script>",
    "signs in json": b'<script type="application/ld+json">' + b";" * 2_000_000 + b"x</script>",
    "repeated markers": b"<script>" + b'"shopId":"1234567",' * 200_000 + b"</script>",
    "open objects": b"<script>" + b'"titleModule":{"a":[' * 100_000 + b"</script>",
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pages_cost_little(page: bytes) -> None:
    for url in (URL, "https://www.aliexpress.com/item/1005000000000001.html"):
        start = time.process_time()
        try:
            extract(page, url)
        except InvalidInput as error:
            assert "nested" in error.what  # noqa: PT017 -- both outcomes are right
        assert time.process_time() - start < 5


def test_nested_json_is_passed_over() -> None:
    bomb = b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>"
    assert title(bomb + b'<meta property="og:title" content="Lamp">') == "Lamp"
    state = b'<script>x = {"titleModule":' + b'{"a":' * 100_000 + b"</script>"
    assert extract(state, "https://www.aliexpress.com/item/1005000000000001.html")


def test_white_space_is_one_rule() -> None:
    assert clean(" a\u00a0\u200b\n\ufeffb\u200e ") == "a b"
