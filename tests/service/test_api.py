from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import Client

from service import app
from service.core import guard
from service.core.runtime import Runtime
from service.evidence import operations as evidence
from service.merchants import operations as merchants
from tests.conftest import NOW
from tests.service.evidence.test_evidence import KEY, review


@pytest.fixture
def client(runtime: Runtime) -> Client:
    return Client(app.create(runtime))


@pytest.fixture
def scored(runtime: Runtime) -> None:
    with runtime.begin() as session:
        evidence.record(session, [review(n) for n in range(1, 40)], now=NOW)
        merchants.add_alias(session, "web:domain:lantern.example", KEY, source="test", now=NOW)
        merchants.observe_seller(
            session,
            "amazon:item:B000000001",
            KEY,
            source="test",
            observed_at=NOW - timedelta(days=2),
        )
    runtime.sweep()


@pytest.mark.usefixtures("scored")
def test_a_score_is_answered_with_a_tag_and_then_not_again(client: Client) -> None:
    first = client.get(f"/v1/scores/{KEY}")
    second = client.get(f"/v1/scores/{KEY}", headers={"If-None-Match": first.headers["ETag"]})
    alias = client.get("/v1/scores/web:domain:lantern.example")
    assert first.status_code == 200
    assert first.json["merchant"] == KEY
    assert (second.status_code, second.data) == (304, b"")
    assert alias.data == first.data


@pytest.mark.usefixtures("scored")
def test_the_answer_is_what_its_documentation_says(client: Client) -> None:
    from service.scores.schemas import ScoreSchema

    assert ScoreSchema().validate(client.get(f"/v1/scores/{KEY}").json) == {}
    document = client.get("/openapi.json").json
    assert {"/v1/scores/{merchant_key}", "/v1/check", "/v1/complaints"} <= document["paths"].keys()


@pytest.mark.usefixtures("scored")
def test_every_reason_leads_to_its_evidence(client: Client) -> None:
    score = client.get(f"/v1/scores/{KEY}").json
    links = [f"/v1/evidence/{fact}" for reason in score["reasons"] for fact in reason["evidence"]]
    assert links
    for link in links[:5]:
        fact = client.get(link)
        assert fact.status_code == 200
        assert fact.json["merchant"] == KEY
        assert fact.json["source"] == "test"


@pytest.mark.usefixtures("scored")
def test_pages_of_others_may_read_scores_but_not_file_complaints(client: Client) -> None:
    origin = {"Origin": "https://shop.example"}
    assert (
        client.get(f"/v1/scores/{KEY}", headers=origin).headers["Access-Control-Allow-Origin"]
        == "*"
    )
    asked = client.options(
        "/v1/complaints", headers=origin | {"Access-Control-Request-Method": "POST"}
    )
    assert "Access-Control-Allow-Origin" not in asked.headers


@pytest.mark.usefixtures("scored")
@pytest.mark.parametrize(
    ("url", "merchant", "observed"),
    [
        ("https://lantern.localhost/lamp", KEY, "url"),
        ("https://www.amazon.de/dp/B000000001", KEY, "2026-11-18T12:00:00+00:00"),
        ("https://www.amazon.de/dp/B000000002", None, None),
    ],
)
def test_check_answers_for_the_listing_and_for_who_was_seen_selling_it(
    client: Client, url: str, merchant: str | None, observed: str | None
) -> None:
    verdict = client.get("/v1/check", query_string={"url": url}).json
    assert (verdict["merchant"]["key"], verdict["merchant"]["observed"]) == (merchant, observed)
    assert (verdict["merchant"]["score"] is None) == (merchant is None)
    assert verdict["listing"]["notices"] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/scores/web:domain:never-seen.example", 404),
        ("GET", "/v1/scores/nonsense", 404),
        ("GET", "/v1/evidence/ev_0", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/check", 422),
        ("GET", "/v1/check?url=nonsense", 422),
        ("GET", "/v1/check?url=mailto:a@example.com", 422),
        ("GET", "/v1/complaints", 405),
        ("DELETE", "/v1/check", 405),
        ("POST", "/v1/complaints", 422),
    ],
)
def test_every_error_is_a_problem_document(
    client: Client, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method, json={} if method == "POST" else None)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]
    if status == 405:
        assert answer.headers["Allow"]


def test_an_unexpected_error_is_a_problem_document_without_its_text(runtime: Runtime) -> None:
    api: Flask = app.create_api(runtime)

    @api.get("/v1/broken")
    @guard.action("score.read")
    def broken() -> str:
        raise RuntimeError("person@example.com")

    answer = api.test_client().get("/v1/broken")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert b"person@example.com" not in answer.data


def test_the_api_has_a_page_for_people(client: Client) -> None:
    page = client.get("/api").text
    assert "POST /v1/complaints" in page
    assert "contact_email" in page
