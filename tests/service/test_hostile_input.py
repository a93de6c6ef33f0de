"""What an attacker sends: every answer is an error that names its cause, never a failure of ours."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from service import app
from service.complaints import queries
from service.complaints.intake.values import COUNTRIES, CURRENCIES
from service.core.runtime import Runtime
from tests.service.accounts.people import person, signed_in
from tests.service.complaints.cases import COMPLAINT, KEY, OFFICER, file_case


@pytest.fixture
def api(runtime: Runtime) -> FlaskClient:
    return app.create_api(runtime).test_client()


@pytest.fixture
def console(runtime: Runtime) -> FlaskClient:
    return signed_in(runtime, person(runtime))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", "half a character: \ud800"),
        ("merchant_name", "\udfff"),
        ("description", "a\0b"),
        ("product_title", "\0"),
        ("description", "   "),
        ("description", "\u200b\u2060\ufeff"),
        ("description", "\u3164\u2800"),
        ("country", "ZZ"),
        ("country", "EU"),
        ("country", "QQ"),
        ("country", "de"),
        ("country", "DE\n"),
        ("contact_phone", "+49 30 123456\n"),
        ("currency", "XXX"),
        ("currency", "XTS"),
        ("currency", "XAU"),
        ("currency", "DEM"),
        ("amount", "1_000"),
        ("amount", "1e-400"),
        ("amount", 1e-7),
        ("amount", "24.901"),
        ("amount", "٢٤"),
        ("amount", "24.90\n"),
        ("amount", "NaN"),
        ("amount", True),
    ],
)
def test_a_malformed_field_is_named_and_nothing_is_kept(
    api: FlaskClient, runtime: Runtime, field: str, value: Any
) -> None:
    answer = api.post("/v1/complaints", json=COMPLAINT | {field: value}, headers=KEY)
    assert answer.status_code == 422
    assert f"#/{field}" in [error["pointer"] for error in answer.json["errors"]]
    with runtime.reading() as session:
        assert queries.count(session, OFFICER) == 0


@pytest.mark.parametrize(
    ("amount", "kept"), [("24.9", "24.90"), (24.9, "24.90"), (1000000, "1000000.00"), (0, "0.00")]
)
def test_plain_amounts_are_taken(
    api: FlaskClient, runtime: Runtime, amount: Any, kept: str
) -> None:
    answer = api.post("/v1/complaints", json=COMPLAINT | {"amount": amount}, headers=KEY)
    assert answer.status_code == 201
    with runtime.reading() as session:
        assert queries.cases(session, OFFICER, limit=1)[0].facts["amount"] == kept


def test_countries_and_currencies_of_shoppers_are_known() -> None:
    assert {"DE", "KR", "CN", "TW", "HK", "US", "GB", "XK"} <= set(COUNTRIES)
    # 249 codes are assigned by ISO 3166-1; XK is the one more.
    assert len(COUNTRIES) == 250
    assert {"EUR", "KRW", "CNY", "TWD", "HKD", "USD", "JPY", "XOF"} <= set(CURRENCIES)


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"amount":' + "9" * 5_000 + "}", '{"amount"', "\ufeff{}"]
)
def test_json_that_no_parser_takes_is_a_bad_request(api: FlaskClient, body: str) -> None:
    headers = KEY | {"Content-Type": "application/json"}
    answer = api.post("/v1/complaints", data=body.encode(), headers=headers)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_an_unknown_field_with_half_a_character_in_its_name_is_named(api: FlaskClient) -> None:
    answer = api.post("/v1/complaints", json=COMPLAINT | {"\ud800": "x"}, headers=KEY)
    assert answer.status_code == 422
    assert "#/\ud800" in [error["pointer"] for error in json.loads(answer.data)["errors"]]


@pytest.mark.parametrize(
    "path", ["/v1/scores/web:domain:a%00b", "/v1/evidence/%00", "/v1/check?url=%00"]
)
def test_nul_in_an_address_is_refused(api: FlaskClient, path: str) -> None:
    assert api.get(path).status_code == 422


@pytest.mark.parametrize("page", ["99999999999999999999999", "2", "-1", "0", "x", "9" * 5_000])
def test_any_page_number_shows_a_page_that_there_is(
    console: FlaskClient, runtime: Runtime, page: str
) -> None:
    case = file_case(runtime)
    answer = console.get(f"/console/?page={page}")
    assert answer.status_code == 200
    assert case.reference in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/merchants/Buy at good-shop.example now",
        "/merchants/nonsense",
        "/merchants/web:domain:" + "a" * 300,
        "/demo/shop/nope",
    ],
)
def test_an_address_is_no_billboard(console: FlaskClient, path: str) -> None:
    answer = console.get(path)
    assert answer.status_code == 404
    assert path.rpartition("/")[2] not in answer.text
