"""The weekly XML and the JSON Lines of Safety Gate become the same notices; damage is named."""

import json
from typing import Any

import pytest

from scrapers.errors import InvalidInput
from scrapers.notices import SOURCES, Firm, Measure, Notice, Rejected

parse = SOURCES["eu-safety-gate"].parse

ROW: dict[str, Any] = {
    "report_date": "15/05/2026",
    "order": "1",
    "caseNumber": "SR/99999/26",
    "reference": "https://ec.europa.eu/safety-gate-alerts/screen/webReport/alertDetail/1",
    "category": "Toys",
    "product": "Wooden rattle",
    "brand": "Lumen &amp;amp; Sons",
    "name": "",
    "type_numberOfModel": "LS-4711B",
    "batchNumber": "24/09",
    "barcode": "4006381333931",
    "riskType": "Choking, Damage to hearing, Something new",
    "danger": "Small parts come off.",
    "measures": (
        "Type of economic operator taking notified measure(s): OtherCategory of measure(s): "
        "Removal of this product listing by the online marketplaceDate of entry into force: 22/10/2025"
        "Type of economic operator to whom the measure(s) were ordered: RetailerCategory of measure(s): "
        "Withdrawal from the market and recall from consumers ordered by the authorities."
        "Date of entry into force: Unknown"
    ),
    "URLrecall": "",
    "description": "Rattle. Product sold online, in particular via Temu (unique identifier: 601100000000001).",
    "notifyingCountry": "Germany",
    "countryOfOrigin": "Unknown",
    "type": "Consumer",
    "level": "Serious risk",
    "pictures": ["https://ec.europa.eu/safety-gate-alerts/public/api/notification/image/1"],
    "onlineTrader": "Amazon(B0CH1PV2HV) / Other(www.shop.example) /",
    "companyRecallCode": "",
    "productionDates": "2022 - 2025",
}


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def xml(*rows: dict[str, Any]) -> bytes:
    body = ""
    for row in rows:
        texts = {key: value for key, value in row.items() if key not in ("report_date", "pictures")}
        fields = "".join(f"<{key}><![CDATA[{text}]]></{key}>" for key, text in texts.items())
        pictures = "".join(f"<picture>{url}</picture>" for url in row["pictures"])
        body += f"<notifications>{fields}<pictures>{pictures}</pictures></notifications>\n"
    date = rows[0]["report_date"]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{head}<Safety-Gate><report_date>{date}</report_date>\n{body}</Safety-Gate>".encode()


def one(data: bytes) -> Notice:
    (notice,) = parse(data)
    assert isinstance(notice, Notice)
    return notice


def test_fields() -> None:
    notice = one(lines(ROW))
    assert notice.notice_id == "eu-safety-gate:SR/99999/26"
    assert (notice.published, notice.jurisdiction, notice.licence) == (
        "2026-05-15",
        "EU",
        "CC-BY-4.0",
    )
    assert notice.hazards == ("choking", "sight_hearing", "other")
    assert notice.hazard_text == "Small parts come off."
    assert notice.record_type == "recall"
    assert notice.firms == (Firm("trader", "Amazon"), Firm("trader", "www.shop.example"))
    product = notice.products[0]
    assert product.brands == ("Lumen & Sons",)
    assert (product.batches, product.production_dates) == (("24/09",), "2022 - 2025")
    listed = {(item.platform, item.item_id) for item in product.listing_ids}
    assert listed == {("amazon", "B0CH1PV2HV"), ("temu", "601100000000001")}


def test_measures() -> None:
    removal = "Removal of this product listing by the online marketplace"
    both = "Withdrawal from the market and recall from consumers ordered by the authorities."
    assert one(lines(ROW)).measures == (
        Measure("listing_removal", "Other", "2025-10-22", removal),
        Measure("recall", "Retailer", None, both),
        Measure("withdrawal", "Retailer", None, both),
    )


def test_xml_and_lines_say_the_same() -> None:
    second = ROW | {"caseNumber": "A12/00001/26", "brand": "", "pictures": []}
    assert list(parse(xml(ROW, second))) == list(parse(lines(ROW, second)))


def test_a_json_array_is_read_as_well() -> None:
    assert list(parse(json.dumps([ROW]).encode())) == list(parse(lines(ROW)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"caseNumber": " "}, "caseNumber"),
        ({"report_date": "31/02/2026"}, "report_date '31/02/2026'"),
        ({"reference": "javascript:alert(1)"}, "no web address"),
        ({"barcode": 4006381333931}, "$.barcode"),
    ],
)
def test_a_bad_record_is_rejected_and_the_rest_taken(change: dict[str, Any], reason: str) -> None:
    good, bad, last = parse(lines(ROW, ROW | change, ROW))
    assert isinstance(good, Notice)
    assert isinstance(last, Notice)
    assert isinstance(bad, Rejected)
    assert reason in bad.reason
    assert bad.where == "line 2"
    assert bad.excerpt


def test_a_bad_element_names_its_line() -> None:
    _, bad = parse(xml(ROW, ROW | {"caseNumber": ""}))
    assert isinstance(bad, Rejected)
    assert bad.where == "line 4, <notifications> 2"


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Safety-Gate><report_date>&b;</report_date></Safety-Gate>"""
EXTERNAL = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<Safety-Gate><report_date>&a;</report_date></Safety-Gate>"""


@pytest.mark.parametrize(
    ("data", "what", "where"),
    [
        (b"", "empty", "line 1"),
        (b" \n", "empty", "line 1"),
        (xml(ROW)[:900], "malformed XML", "line 3"),
        (xml(ROW).replace(b"</product>", b"</produkt>"), "mismatched tag", "line 3"),
        (xml(ROW).replace(b"Toys", b"T\xffys"), "invalid token", "line 3"),
        (BOMB, "document type", "line 2"),
        (EXTERNAL, "document type", "line 1"),
        (b"<!DOCTYPE html><html><body>Enable JavaScript</body></html>", "web page", "line 1"),
        (b"<html><script src=x></script></html>", "root element <html>", "line 1"),
        (b"<Error><Code>AccessDenied</Code></Error>", "root element <Error>", "line 1"),
        (b'{"status": 400, "error": "Bad Request"}', "no record is a notice", "line 1"),
        (b'{"message":\n "pretty printed"}', "no record is a notice of this source", "line 1"),
        (b'{"message":\n "pretty', "middle of a record", "line 2"),
        (lines(ROW)[:-200], "middle of a record", "line 1"),
        (lines(ROW) + lines(ROW)[:100], "middle of a record", "line 2"),
        (lines(ROW) + b'{"caseNumber": "\xff"}\n', "UTF-8", "line 2"),
        (json.dumps([ROW, ROW]).encode()[:-30], "truncated JSON", "JSON array"),
        (b"Service unavailable", "neither", "line 1"),
        (b"[" * 100_000, "truncated JSON", "JSON array"),
        (b'{"x":' * 100_000 + b"\n", "no record is a notice", "line 1"),
        (b"<Safety-Gate>" + b"<a>" * 100_000, "malformed XML", "line 1"),
        (b'<?xml version="1.0" encoding="x-none"?><Safety-Gate/>', "encoding", "line 1"),
    ],
)
def test_what_is_no_feed_is_refused(data: bytes, what: str, where: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        list(parse(data))
    assert what in caught.value.what
    assert caught.value.where.startswith(where)


def test_damage_in_the_middle_is_one_bad_record() -> None:
    kinds = [type(item) for item in parse(lines(ROW) + b'{"caseNumber": \n' + lines(ROW))]
    assert kinds == [Notice, Rejected, Notice]


def test_byte_order_mark_and_blank_lines_do_not_matter() -> None:
    assert list(parse(b"\xef\xbb\xbf\n" + lines(ROW) + b"\n\n")) == [one(lines(ROW))]


def test_empty_week_is_no_error() -> None:
    assert list(parse(b"<Safety-Gate><report_date>01/01/2026</report_date></Safety-Gate>")) == []
