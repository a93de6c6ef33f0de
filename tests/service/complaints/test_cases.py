"""A complaint by the API: one case, sealed, told to its complainant, and evidence once its merchant is told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from service import app
from service.complaints import queries
from service.complaints.intake.fields import FIELDS, PERSONAL
from service.complaints.models import Case
from service.complaints.privacy import sealed
from service.core.access import HOME
from service.core.errors import InvalidInput
from service.core.runtime import Runtime
from service.evidence import operations as recording
from service.evidence import queries as evidence
from service.evidence.operations import Fact
from service.merchants import queries as merchants
from service.scores import queries as scores
from tests.conftest import NOW
from tests.service.complaints.cases import COMPLAINT, KEY, OFFICER, file_case, walk

MOST_STATEMENTS = 28
"""To file one complaint, with its limits, its letter and its audit."""


@pytest.fixture
def api(runtime: Runtime) -> FlaskClient:
    return app.create_api(runtime).test_client()


def test_a_complete_complaint_opens_a_case(api: FlaskClient, runtime: Runtime) -> None:
    answer = api.post("/v1/complaints", json=COMPLAINT, headers=KEY)
    assert answer.status_code == 201
    assert re.fullmatch(r"CV-\w{4}-\w{4}", answer.json["reference"])
    with runtime.reading() as session:
        [case] = queries.cases(session, OFFICER, limit=10)
        assert case.merchant_key == "aliexpress:shop:900000001"
        assert case.facts["amount"] == "24.90"
        assert not PERSONAL & case.facts.keys()
        sealed_now = {"description", "contact_email", "order_id"}
        assert set(queries.sealed_names(session, case.id)) == sealed_now


def test_the_same_request_twice_opens_one_case(api: FlaskClient, runtime: Runtime) -> None:
    first = api.post("/v1/complaints", json=COMPLAINT, headers=KEY)
    second = api.post("/v1/complaints", json=COMPLAINT, headers=KEY)
    other = api.post("/v1/complaints", json=COMPLAINT | {"amount": "1"}, headers=KEY)
    assert second.json["reference"] == first.json["reference"]
    assert other.status_code == 409
    with runtime.reading() as session:
        assert queries.count(session, OFFICER) == 1


@pytest.mark.parametrize("field", [field.id for field in FIELDS if field.required])
def test_a_missing_field_is_named(api: FlaskClient, field: str) -> None:
    sent = {name: value for name, value in COMPLAINT.items() if name != field}
    answer = api.post("/v1/complaints", json=sent, headers=KEY)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert f"#/{field}" in [error["pointer"] for error in answer.json["errors"]]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"contact_email": ""}, "#/contact_email"),
        ({"contact_email": "no address"}, "#/contact_email"),
        ({"amount": "-1"}, "#/amount"),
        ({"amount": "much"}, "#/amount"),
        ({"currency": "XYZ"}, "#/currency"),
        ({"country": "Germany"}, "#/country"),
        ({"purchase_date": "2999-01-01"}, "#/purchase_date"),
        ({"listing_url": "javascript:alert(1)"}, "#/listing_url"),
        ({"category": "fury"}, "#/category"),
        ({"consent_share": False}, "#/consent_share"),
        ({"national_id": "900101-1234567"}, "#/national_id"),
        ({"description": "x" * 5001}, "#/description"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    api: FlaskClient, runtime: Runtime, change: dict[str, Any], pointer: str
) -> None:
    answer = api.post("/v1/complaints", json=COMPLAINT | change, headers=KEY)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json["errors"]]
    with runtime.reading() as session:
        assert queries.count(session, OFFICER) == 0


def test_a_request_without_key_or_json_is_told_what_is_missing(api: FlaskClient) -> None:
    assert (
        "Idempotency-Key" in api.post("/v1/complaints", json=COMPLAINT).json["errors"][0]["pointer"]
    )
    assert (
        api.post(
            "/v1/complaints", data="{", headers=KEY | {"Content-Type": "application/json"}
        ).status_code
        == 400
    )


def test_no_personal_text_reaches_the_database_in_plain(
    api: FlaskClient, runtime: Runtime, tmp_path: Path
) -> None:
    api.post("/v1/complaints", json=COMPLAINT, headers=KEY)
    runtime.sweep()
    with runtime.reading() as session:
        for table in ("cases", "case_sealed", "case_events", "outbox", "audit", "evidence"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - our own names
            assert "plaintext" not in repr(rows).lower()
    runtime.close()
    for path in tmp_path.rglob("*.sqlite*"):
        assert b"PLAINTEXT" not in path.read_bytes()


def test_the_complainant_is_told_in_the_language_of_the_complaint(
    api: FlaskClient, runtime: Runtime
) -> None:
    reference = api.post("/v1/complaints", json=COMPLAINT, headers=KEY).json["reference"]
    runtime.sweep()
    [letter] = (runtime.settings.home / "outbox").glob("*.eml")
    from email import message_from_bytes, policy

    mail = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert mail["To"] == "PLAINTEXT-MAIL@example.com"
    assert reference in mail["Subject"]
    assert re.search("[가-힣]", mail.get_content())
    runtime.sweep()
    assert len(list((runtime.settings.home / "outbox").glob("*.eml"))) == 1


def test_a_complaint_counts_from_the_moment_its_merchant_is_told(runtime: Runtime) -> None:
    case = file_case(runtime)

    def counted() -> list[str]:
        with runtime.reading() as session:
            facts = evidence.of_merchant(session, case.merchant_key or "", limit=9)
        return sorted(fact.kind for fact in facts)

    assert counted() == []
    walk(runtime, case.id, "screen_pass", "mediate_directly")
    assert counted() == ["complaint"]
    walk(runtime, case.id, "fail", cause="not_agreed")
    assert counted() == ["complaint", "complaint_closed"]
    runtime.sweep()
    with runtime.reading() as session:
        answer = scores.score_view(session, case.merchant_key or "")
        seller = merchants.last_seller(session, "aliexpress:item:1005001234567890")
    assert seller is not None
    assert (seller.merchant_key, seller.observed_at) == (case.merchant_key, NOW)
    assert answer is not None
    assert answer["basis"]["complaints"] == 1


def test_personal_data_opens_only_for_a_purpose_that_is_recorded(runtime: Runtime) -> None:
    case = file_case(runtime)

    def reveal(purpose: str) -> dict[str, str]:
        with runtime.begin() as session:
            return sealed.read(
                session, runtime.vault, case.id, purpose=purpose, asker=OFFICER, now=NOW
            )

    with pytest.raises(InvalidInput):
        reveal("curiosity")
    assert reveal("handle_case")["contact_email"] == "PLAINTEXT-MAIL@example.com"
    with runtime.reading() as session:
        rows = session.execute(
            text("SELECT actor, organisation, purpose, object FROM audit WHERE action = :reveal"),
            {"reveal": "case.reveal"},
        ).all()
    assert [tuple(row) for row in rows] == [
        ("person:officer", HOME, "handle_case", f"case:{case.id}")
    ]


def test_the_address_decides_whose_case_it_is(runtime: Runtime) -> None:
    claimed = file_case(runtime, merchant_key="amazon:seller:A000000000000")
    shop = file_case(
        runtime,
        listing_url="https://shop.example.com/p/1",
        platform="web",
        merchant_key="web:domain:other.example",
    )
    malformed = file_case(runtime, merchant_key="aliexpress:shop:no such shop")
    shared = file_case(
        runtime,
        listing_url="https://www.facebook.com/marketplace/item/1",
        platform="web",
        merchant_key="web:domain:other.example",
    )
    assert (malformed.merchant_key, shared.merchant_key) == (None, None)
    assert claimed.merchant_key is None
    assert shop.merchant_key == "web:domain:example.com"


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect what is asked of a database."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def test_filing_asks_the_databases_the_same_few_times_however_much_is_told(
    api: FlaskClient, runtime: Runtime
) -> None:
    much = dict.fromkeys(("tried", "contact_other", "contact_name", "payment_reference"), "x")
    much |= {"contact_phone": "+49 30 1234567", "merchant_country": "CN"}
    few = COMPLAINT | {"merchant_country": "CN"}
    api.post("/v1/complaints", json=few, headers=KEY)
    counts = []
    for number, sent in enumerate((few, COMPLAINT | much)):
        own = {"Idempotency-Key": f"a-fresh-random-value-{number + 2}"}
        data = sent | {"contact_email": f"somebody{number}@example.com"}
        with statements(runtime.engine) as asked, statements(runtime.key_store.engine) as keys:
            assert api.post("/v1/complaints", json=data, headers=own).status_code == 201
        counts.append(len([one for one in asked if "pg_advisory" not in one]))
        assert len([one for one in keys if not one.startswith("BEGIN")]) == 1
    assert counts[0] == counts[1]
    assert counts[1] <= MOST_STATEMENTS


@pytest.mark.parametrize(
    ("disclosed", "grade"),
    [
        ({"field": "business_number", "verified": True}, "identified"),
        ({"field": "business_number", "verified": False}, "reachable"),
        ({"field": "business_number", "verified": True, "state": "invalid"}, "reachable"),
        ({"field": "email", "verified": True}, "reachable"),
    ],
)
def test_a_seller_of_confirmed_identity_is_identified(
    runtime: Runtime, disclosed: dict[str, Any], grade: str
) -> None:
    key = COMPLAINT["merchant_key"]
    said = Fact(key, "disclosure", {"value": "1", **disclosed}, NOW, NOW, "test")
    with runtime.begin() as session:
        recording.record(session, [said], now=NOW)
    case = file_case(runtime)
    with runtime.reading() as session:
        assert session.get_one(Case, case.id).respondent_grade == grade
