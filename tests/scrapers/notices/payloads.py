"""Answers of our own making in the documented shapes of the authorities; every fact in them is invented."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

CPSC = "www.saferproducts.gov/RestWebServices/Recall"
CANADA = (
    "recalls-rappels.canada.ca/sites/default/files/opendata-donneesouvertes/HCRSAMOpenData.json"
)
EU = "ec.europa.eu/safety-gate-alerts/api/download/weeklyReport"
KOREA = "www.safetykorea.kr/openapi/api"
SEOUL = "sftc.seoul.go.kr/fe/si/recallDmstc/NR_list.do"
SEARCH = "www.gov.uk/api/search.json"
CONTENT = "www.gov.uk/api/content/product-safety-alerts-reports-recalls/lumen-lamp-2601-0001"
FRANCE = "data.economie.gouv.fr/api/explore/v2.1/catalog/datasets/rappelconso-v2-gtin-espaces/exports/json"
OPENFDA = "api.fda.gov/{}/enforcement.json"
IRES = "www.accessdata.fda.gov/rest/iresapi/recalls/"
NHTSA = "static.nhtsa.gov/odi/ffdd/rcl/FLAT_RCL_{}_2010.zip"
ACCC = "www.productsafety.gov.au/rss/feed.xml/psa_recall"
SAMR = "www.samrdprc.org.cn/xfpzh/xfpgnzh/"
CAA = "www.recall.caa.go.jp/result/index.php"
CAA_DETAIL = "www.recall.caa.go.jp/result/detail.php"
OECD = "globalrecalls.oecd.org/ws/rss.xqy"

GTIN = "4006381333931"


def cpsc_row(number: str = "26999", **changes: object) -> dict[str, Any]:
    return {
        "RecallID": 1,
        "RecallNumber": number,
        "RecallDate": "2026-07-30T00:00:00",
        "LastPublishDate": "2026-08-01T00:00:00",
        "Title": f"Lumen Recalls Pendant Lamps {number} Due to Fire Hazard",
        "Description": "This recall involves Lumen pendant lamps, model number LS-4711B.",
        "URL": f"https://www.cpsc.gov/Recalls/2026/Lumen-Recalls-Pendant-Lamps-{number}",
        "Inconjunctions": [],
        "Products": [{"Name": "Lumen Pendant Lamps", "NumberOfUnits": "About 120"}],
        "ProductUPCs": [{"UPC": "036000291452"}],
        "Hazards": [{"Name": "The lamp can overheat and catch fire: fire hazard."}],
        "Remedies": [{"Name": "Stop using the lamp."}],
        "RemedyOptions": [{"Option": "Refund"}],
    } | changes


def canada_row(number: int, **changes: object) -> dict[str, Any]:
    return {
        "NID": str(number),
        "Title": f"Lumen pendant lamps {number} recalled due to fire hazard",
        "URL": f"https://recalls-rappels.canada.ca/en/alert-recall/lumen-{number}",
        "Organization": "Consumer product safety",
        "Product": "Lumen pendant lamps",
        "Issue": "Fire hazard",
        "What you should do": "Stop using the lamps and return them for a refund.",
        "Category": "Household items",
        "Last updated": "2026-08-05",
        "Archived": "0",
    } | changes


def canada(*numbers: int) -> bytes:
    return json.dumps([canada_row(number) for number in numbers]).encode()


def eu_list(*reports: tuple[int, str]) -> bytes:
    rows = "".join(
        f"<weeklyReport><reportId>{number}</reportId><publicationDate>{day}</publicationDate>"
        f"<URL>https://{EU}/detail/xml/{number}?language=en&amp;search=WEB_REPORT</URL></weeklyReport>"
        for number, day in reports
    )
    return f'<?xml version="1.0"?><weeklyReports>{rows}</weeklyReports>'.encode()


def eu_report(day: str, *cases: str) -> bytes:
    rows = "".join(
        f"<notifications><caseNumber>{case}</caseNumber><reference><![CDATA[https://ec.europa.eu/"
        f"safety-gate-alerts/screen/webReport/alertDetail/{number}]]></reference><category>Lighting"
        f"</category><product>Pendant lamp</product><brand>Lumen</brand><barcode>{GTIN}</barcode>"
        "<riskType>Fire</riskType></notifications>"
        for number, case in enumerate(cases, 1)
    )
    return f"<Safety-Gate><report_date>{day}</report_date>{rows}</Safety-Gate>".encode()


def opss_item(**changes: object) -> dict[str, Any]:
    table = (
        "<h2>Product information</h2><table><tbody>"
        "<tr><th>Product</th><td>Pendant lamp</td></tr><tr><th>Brand</th><td>Lumen</td></tr>"
        f"<tr><th>Model</th><td>LS-4711B</td></tr><tr><th>Barcode</th><td>{GTIN}</td></tr>"
        "<tr><th>Batch numbers</th><td>All batches</td></tr></tbody></table>"
        "<p>Stop using the lamp and return it for a refund.</p>"
    )
    return {
        "base_path": "/product-safety-alerts-reports-recalls/lumen-lamp-2601-0001",
        "title": "Product Recall: Lumen Pendant Lamp (2601-0001)",
        "description": "Product Recall for Lumen Pendant Lamp presenting a serious risk of fire.",
        "public_updated_at": "2026-08-07T09:00:00Z",
        "details": {
            "body": [
                {"content_type": "text/govspeak", "content": "no HTML"},
                {"content_type": "text/html", "content": table},
            ],
            "metadata": {
                "product_alert_type": "product-recall",
                "product_category": "lighting",
                "product_measure_type": ["recall-of-the-product-from-end-users"],
                "product_recall_alert_date": "2026-08-06",
                "product_risk_level": "serious",
            },
        },
    } | changes


def search_results(total: int, *links: str) -> bytes:
    return json.dumps({"results": [{"link": one} for one in links], "total": total}).encode()


def france_row(number: str = "SR/09999/26", **changes: object) -> dict[str, Any]:
    return {
        "numero_fiche": number,
        "date_publication": "2026-08-08T07:02:11+00:00",
        "gtin": f"{GTIN} 4006381333931",
        "libelle": "Lampe suspension",
        "categorie_produit": "équipements électriques",
        "sous_categorie_produit": "luminaires",
        "marque_produit": "Lumen",
        "modeles_ou_references": "LS-4711B|LS-4712B",
        "motif_rappel": "Défaut d'isolation",
        "risques_encourus": "choc électrique|incendie",
        "conduites_a_tenir_par_le_consommateur": "Ne plus utiliser le produit|Rapporter le produit",
        "modalites_de_compensation": "Remboursement",
        "distributeurs": "Exemple SA",
        "lien_vers_la_fiche_rappel": "https://rappel.conso.gouv.fr/fiche-rappel/99999/Interne",
    } | changes


def openfda_row(number: str = "F-9999-2026", **changes: object) -> dict[str, Any]:
    return {
        "recall_number": number,
        "report_date": "20260805",
        "product_description": "Lumen drink, 12 oz, UPC 036000291452",
        "status": "Ongoing",
        "recalling_firm": "Lumen Foods",
        "reason_for_recall": "Potential contamination with Salmonella.",
        "classification": "Class I",
        "code_info": "Lot 12",
        "product_type": "Food",
    } | changes


def openfda(total: int, *rows: dict[str, Any]) -> bytes:
    meta = {"results": {"skip": 0, "limit": 1000, "total": total}}
    return json.dumps({"meta": meta, "results": rows}).encode()


def ires_row(number: str = "F-9999-2026", **changes: object) -> dict[str, Any]:
    return {
        "RECALLNUM": number,
        "PRODUCTDESCRIPTIONTXT": "Lumen drink, 12 oz, UPC 036000291452\r\n",
        "PHASETXT": "Ongoing",
        "PRODUCTTYPESHORT": "Food",
        "FIRMLEGALNAM": "Lumen Foods",
        "PRODUCTSHORTREASONTXT": "Potential contamination with Salmonella.",
        "CENTERCLASSIFICATIONTYPETXT": "1",
        "ENFORCEMENTREPORTDT": "08/05/2026",
        "EVENTLMD": "08/06/2026",
    } | changes


def ires(*rows: dict[str, Any], count: int | None = None, status: int = 400) -> bytes:
    answer = {"MESSAGE": "success", "STATUSCODE": status, "RESULT": rows}
    return json.dumps(answer | {"RESULTCOUNT": len(rows) if count is None else count}).encode()


def nhtsa_line(campaign: str = "26C999000", model: str = "RIDE 200X", kind: str = "C") -> str:
    stated = {
        0: "1", 1: campaign, 2: "LUMEN", 3: model, 4: "9999", 6: "CHILD SEAT", 7: "Lumen Inc.",
        8: "20240801", 9: "20250131", 10: kind, 11: "1200", 15: "20260702", 16: "20260703",
        19: "The buckle may not latch.", 20: "The child may be injured in a crash.",
        21: "Lumen will replace the buckle.",
    }  # fmt: skip
    return "\t".join(stated.get(number, "") for number in range(29))


def zipped(*lines: str, name: str = "FLAT_RCL.txt") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "".join(f"{line}\r\n" for line in lines))
    return file.getvalue()


def accc(number: str = "2026/29999", title: str = "Lumen Pendant Lamp") -> bytes:
    def part(name: str, text: str) -> str:
        return (
            f'<div class="field field--name-field-psa-recall-{name}"><h3 class="field__label">'
            f'Label</h3><div class="field__item"><p>{text}</p></div></div>'
        )

    fragment = part("pra-number", number) + part("hazards", "Risk of fire and electric shock.")
    fragment += part("supplier-name", "Lumen Pty Ltd") + part("model", "LS-4711B")
    fragment += part("gtin", GTIN) + part("what-to-do", "Stop using the lamp and ask for a refund.")
    fragment += '<time datetime="2026-08-11T12:00:00Z">11 August 2026</time>'
    item = (
        f"<item><title>{title}</title><link>https://www.productsafety.gov.au/recalls/lumen</link>"
        f"<description><![CDATA[{fragment}]]></description><pubDate>Tue, 11 Aug 2026 10:00:00 +1000"
        f"</pubDate><guid>https://www.productsafety.gov.au/node/1</guid></item>"
    )
    head = "<title>Recalls</title><link>https://www.productsafety.gov.au/</link>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{item}</channel></rss>'.encode()


def samr(*entries: tuple[str, str, str], pages: int = 1) -> bytes:
    rows = "".join(
        f'<li><a href="./{path}" title="{title}">{title}</a><span>{day}</span></li>'
        for path, title, day in entries
    )
    return (
        f'<html><body><div class="boxl_ul"><ul>{rows}</ul></div>'
        f'<script>createPageHTML({pages}, 0, "index", "html");</script></body></html>'
    ).encode()


SAMR_ENTRY = (
    "202608/t20260812_199999.html",
    "【浙江】流明照明有限公司召回部分流明牌吊灯（型号：LS-4711B）",
    "2026-08-12",
)


def caa_list(total: int, *rows: tuple[str, str]) -> bytes:
    body = "".join(
        f'<tr><td class="new_window"><a href="detail.php?rcl={number}&amp;screenkbn=01">商品</a></td>'
        f'<td><span class="result_list_post_date">{day}</span></td></tr>'
        for number, day in rows
    )
    return (
        f"<html><body><p>全{total}件</p><div class='search_result_main'><table><tbody>{body}"
        "</tbody></table></div></body></html>"
    ).encode()


def caa_detail(name: str = "ルーメン ペンダントライト LS-4711B") -> bytes:
    def row(label: str, text: str) -> str:
        return f'<li><span class="detail_cap">{label}</span><span class="detail_text">{text}</span></li>'

    rich = (
        '<li><span class="detail_cap">対象の特定情報</span><span class="detail_text"></span><script>'
        """var contentsText = '{"ops":[{"insert":"型番 LS-4711B JAN 4006381333931"}]}';</script></li>"""
    )
    rows = row("商品名", name) + row("連絡先", "ルーメン株式会社") + row("対応方法", "回収・返金")
    rows += row("対応開始日", "2026年08月13日") + row("備考", "発煙・発火のおそれ") + rich
    return f"<html><body><ul>{rows}</ul></body></html>".encode()


def korea_row(**changes: object) -> dict[str, Any]:
    return {
        "recallUid": 10099999,
        "recallProductName": "펜던트 조명",
        "recallBrandName": "루멘",
        "recallModelName": "LS-4711B",
        "barcodeNum": GTIN,
        "publishDate": "20260814",
        "recallTypeName": "명령에따른리콜",
        "harmDscr": "감전 및 화재 위험",
        "publishActionDscr": "사용 중지 후 환불",
        "makerCntryName": "중국",
    } | changes


def korea_abroad_row(**changes: object) -> dict[str, Any]:
    return {
        "fRecallUid": "20099999",
        "recallProductName": "펜던트 조명",
        "recallBrandName": "Lumen",
        "recallModelName": "LS-4711B",
        "publishDate": "20260815",
        "violateDscr": "화재 위험",
        "recallUrl": "https://www.cpsc.gov/Recalls/2026/Lumen-Recalls-Pendant-Lamps-26999",
    } | changes


def korea(*rows: dict[str, Any], code: str = "2000") -> bytes:
    return json.dumps({"resultCode": code, "resultMsg": "", "resultData": list(rows)}).encode()


def seoul(page: int, last: int, *rows: tuple[int, str]) -> bytes:
    body = "".join(
        f'<tr><td>1</td><td><a onclick="viewDtail({uid})">펜던트 조명</a></td><td>LS-4711B </td>'
        f"<td>(주)루멘</td><td>자발적리콜</td><td>{day}</td></tr>"
        for uid, day in rows
    )
    return (
        f"<html><body><p>전체 {last * 10} 건</span>({page}/{last} page)</p><table class='tbl-list'>"
        f"<thead><tr><th>번호</th></tr></thead><tbody>{body}</tbody></table></body></html>"
    ).encode()


def pages() -> dict[str, Any]:
    """Return an answer for every address that the sources ask, by host and path."""
    once: Callable[..., Any] = _first_page_only
    return {
        CPSC: json.dumps([cpsc_row()]).encode(),
        CANADA: canada(1, 2, 3),
        f"{EU}/list/xml/en": eu_list((10000400, "14/08/2026"), (10000401, "21/08/2026")),
        f"{EU}/detail/xml/10000400": eu_report("14/08/2026", "SR/09998/26"),
        f"{EU}/detail/xml/10000401": eu_report("21/08/2026", "SR/09999/26"),
        f"{KOREA}/recall/recallList.json": korea(korea_row()),
        f"{KOREA}/recall/fRecallList.json": korea(korea_abroad_row()),
        f"{KOREA}/cert/certificationDetail.json": certificate,
        SEOUL: seoul(1, 1, (10099999, "2026.08.14")),
        SEARCH: once(search_results(1, CONTENT.partition("/api/content")[2]), search_results(0)),
        CONTENT: json.dumps(opss_item()).encode(),
        FRANCE: json.dumps(
            [france_row(), france_row("2026-08-0001", gtin="0000000000000")]
        ).encode(),
        OPENFDA.format("food"): once(openfda(1, openfda_row()), (404, {}, NO_MATCH)),
        OPENFDA.format("drug"): (404, {}, NO_MATCH),
        OPENFDA.format("device"): (404, {}, NO_MATCH),
        IRES: ires(ires_row()),
        NHTSA.format("POST"): zipped(nhtsa_line(), nhtsa_line(model="RIDE 300X")),
        NHTSA.format("PRE"): zipped(nhtsa_line("05T999000", "GRIP 4", "T")),
        ACCC: accc(),
        SAMR: samr(SAMR_ENTRY),
        CAA: caa_list(1, ("00000099999", "2026/08/13")),
        CAA_DETAIL: caa_detail(),
        OECD: b"",
    }


NO_MATCH = b'{"error": {"code": "NOT_FOUND", "message": "No matches found!"}}'


def _first_page_only(first: Any, others: Any) -> Callable[[Any], Any]:
    """Answer questions about the present year with `first`, all others with `others`."""

    def answer(asked: Any) -> Any:
        said = asked.query.get("search") or asked.query.get("filter_public_timestamp") or ""
        reply = first if "2026" in said and asked.query.get("start", "0") == "0" else others
        return reply if isinstance(reply, tuple) else (200, {}, reply)

    return answer


def certificate(asked: Any) -> tuple[int, dict[str, str], bytes]:
    """Know one certification number, and nobody without the key."""
    if not asked.headers.get("authkey"):
        return 200, {}, json.dumps({"resultCode": "4001", "resultMsg": "인증키 오류"}).encode()
    if asked.query["certNum"] != "CB999A999-9999":
        return 200, {}, json.dumps({"resultCode": "2004", "resultData": None}).encode()
    entry = {"certNum": "CB999A999-9999", "certState": "적합", "productName": "펜던트 조명"}
    return 200, {}, json.dumps({"resultCode": "2000", "resultData": entry}).encode()
