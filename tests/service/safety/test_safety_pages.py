"""The public page of a notice: its counterparts elsewhere, its hazards in words, and how its wording changed."""

import json
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from scrapers.notices import sample
from service.core.runtime import Runtime
from service.safety import operations
from tests.service.accounts.people import home, pages_client

NOTICE: dict[str, Any] = {
    "notice_id": "eu-safety-gate:TEST/1",
    "source": "eu-safety-gate",
    "authority": "Safety Gate",
    "jurisdiction": "EU",
    "record_type": "recall",
    "published": "2026-01-02",
    "title": "Lamp",
    "url": "https://example.org/1",
    "licence": "CC0",
    "hazards": ["fire"],
    "remedies": ["refund"],
    "products": [
        {"name": "Lamp", "brands": ["Acme"], "batches": ["24/09"], "barcodes": ["4006381333931"]}
    ],
}
OTHER = NOTICE | {"notice_id": "KR-kats:1", "authority": "KATS", "url": "https://example.org/2"}


def store(runtime: Runtime, *notices: dict[str, Any]) -> None:
    home(runtime)
    read = sample.load(json.dumps(list(notices)).encode())
    with runtime.begin() as session:
        operations.import_notices(
            session, sample.SOURCE, read, now=runtime.clock(), run_label="test"
        )


def page(runtime: Runtime, language: str) -> tuple[str, list[str]]:
    answer = pages_client(runtime).get(f"/notices/eu-safety-gate:TEST/1?lang={language}")
    assert answer.status_code == 200
    tree = LexborHTMLParser(answer.text)
    links = [one.attributes["href"] or "" for one in tree.css("main a")]
    assert tree.body is not None
    return " ".join(tree.body.text(separator=" ").split()), links


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Notices of other authorities", "Both state the same barcode", "24/09"]),
        ("ko", ["다른 기관의 공지", "두 공지에 같은 바코드가 적혀 있습니다"]),
        ("zh-Hans", ["其他机构的通告", "两份通告写明了相同的条形码"]),
    ],
)
def test_notices_of_other_authorities_are_named_with_the_reason(
    runtime: Runtime, language: str, words: list[str]
) -> None:
    store(runtime, NOTICE, OTHER)
    shown, links = page(runtime, language)
    assert [word for word in words if word not in shown] == []
    assert "/notices/KR-kats:1" in links


def test_the_page_tells_which_parts_a_new_wording_changed(runtime: Runtime) -> None:
    store(runtime, NOTICE)
    assert "How the notice changed" not in page(runtime, "en")[0]
    store(runtime, NOTICE | {"hazards": ["fire", "burns"], "updated": "2026-02-01"})
    shown, _ = page(runtime, "en")
    assert "How the notice changed" in shown
    assert "Version 2 : hazard" in shown.replace("Version 2:", "Version 2 :")
