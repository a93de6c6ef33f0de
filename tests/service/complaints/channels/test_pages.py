"""The API and the public page about desks: no personal data in, three languages, no script."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from service import app
from service.complaints.channels import registry
from service.core import schema
from service.core.db import sqlite_url
from service.core.messages import LOCALES
from service.core.runtime import Runtime
from service.core.settings import Settings
from tests.service.conftest import FixedClock

AMAZON = {
    "asked": "1",
    "residence": "US",
    "trader_country": "CN",
    "platform": "amazon",
    "seller": "third_party",
    "payment": "credit_card",
    "category": "not_delivered",
    "purchase": "2026-09-20",
    "promised": "2026-10-30",
    "contacted": "trader_contacted",
    "contacted_on": "2026-11-05",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    home = tmp_path_factory.mktemp("channels")
    settings = Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite"))
    runtime = Runtime(settings, sweeps=(), clock=FixedClock())
    schema.upgrade(runtime.engine)
    yield runtime
    runtime.close()


@pytest.fixture(scope="module")
def api(world: Runtime) -> FlaskClient:
    return app.create_api(world).test_client()


@pytest.fixture(scope="module")
def pages(world: Runtime) -> FlaskClient:
    description = app.create_api(world).extensions["description"]
    return app.create_pages(world, description=description).test_client()


def test_the_list_can_be_narrowed_and_leaves_closed_desks_out(api: FlaskClient) -> None:
    everything = api.get("/v1/channels").json["channels"]
    active = [one for one in registry.load().channels.values() if one.status == "active"]
    assert [row["id"] for row in everything] == [one.id for one in active]
    korean = api.get("/v1/channels?jurisdiction=KR").json["channels"]
    assert {row["jurisdiction"] for row in korean} == {"KR"}
    closed = api.get("/v1/channels?status=closed").json["channels"]
    assert [row["id"] for row in closed] == ["eu_odr"]
    assert closed[0]["source"]
    assert closed[0]["checked_on"]
    assert api.get("/v1/channels?status=perhaps").status_code == 422


def test_a_situation_is_routed(api: FlaskClient) -> None:
    answer = api.post(
        "/v1/channels/route",
        json={
            "as_of": "2026-11-20",
            "residence": "US",
            "platform": "amazon",
            "seller": "third_party",
            "dates": {"purchase": "2026-09-20", "latest_estimated_delivery": "2026-10-30"},
            "tried": [{"step": "pay_card_chargeback", "on": "2026-11-01"}],
            "have": ["order_id", "category"],
        },
    ).json
    lost = next(one for one in answer["options"] if one["channel"] == "pf_amazon_atoz")
    assert (lost["state"], lost["lost_since"]) == ("lost", "2026-11-01")
    assert lost["reasons"] == [
        {"code": "conflict", "about": "pay_card_chargeback", "on": "2026-11-01"}
    ]


def test_today_is_the_day_when_none_is_said(api: FlaskClient) -> None:
    assert api.post("/v1/channels/route", json={}).json["as_of"] == "2026-11-20"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"residence": "Germany"}, "#/residence"),
        ({"dates": {"purchase": "soon"}}, "#/dates/purchase/value"),
        ({"dates": {"birthday": "2026-01-01"}}, "#/dates/birthday/key"),
        ({"dates": {"purchase": "9999-12-31"}}, "#/dates/purchase/value"),
        ({"tried": [{"step": "prayer"}]}, "#/tried/0/step"),
        ({"amounts": {"EUR": "NaN"}}, "#/amounts/EUR/value"),
        ({"name": "Zoë"}, "#/name"),
        ({"have": ["Zoë Müller"]}, "#/have/0"),
    ],
)
def test_what_cannot_be_read_is_named(
    api: FlaskClient, body: dict[str, object], pointer: str
) -> None:
    answer = api.post("/v1/channels/route", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def page(pages: FlaskClient, **args: str) -> tuple[int, LexborHTMLParser]:
    answer = pages.get("/where-to-complain", query_string=args)
    return answer.status_code, LexborHTMLParser(answer.get_data(as_text=True))


def test_before_anything_is_answered_there_is_only_the_form(pages: FlaskClient) -> None:
    status, shown = page(pages)
    assert status == 200
    assert shown.css("form[method=get]")
    assert not shown.css(".desk")
    assert not shown.css("script")


@pytest.mark.parametrize("lang", LOCALES)
def test_the_page_shows_what_fits_in_every_language(pages: FlaskClient, lang: str) -> None:
    status, shown = page(pages, **AMAZON, lang=lang)
    assert status == 200
    desks = [node.id for node in shown.css("#group-open ~ .desks .desk")]
    assert desks[:2] == ["pf_amazon_atoz", "pay_card_chargeback"]
    assert shown.css_first("#pay_card_chargeback .note.caution") is not None
    assert "2027" in shown.css_first("#pf_amazon_atoz strong").text()
    chosen = shown.css_first('select[name="residence"] option[selected]')
    assert chosen is not None
    assert chosen.attributes["value"] == "US"


@pytest.mark.parametrize("lang", LOCALES)
def test_every_state_can_be_shown_in_every_language(pages: FlaskClient, lang: str) -> None:
    places = ("CN", "HK", "KR", "JP", "US", "DE", "GB", "BR", "TH", "SG")
    shapes = [
        {"residence": place, "trader_country": other, "publish": "yes"}
        for place in places
        for other in ("CN", "KR", "DE", "")
    ]
    steps = [{**AMAZON, "tried": name} for name in registry.load().channels if name != "eu_odr"]
    for args in (*shapes, *steps):
        assert page(pages, **{**args, "asked": "1", "lang": lang})[0] == 200


def test_a_right_that_is_gone_is_said_and_leads_nowhere(pages: FlaskClient) -> None:
    _, shown = page(pages, **AMAZON, tried="pay_card_chargeback", tried_on="2026-11-01")
    gone = shown.css_first("#group-lost ~ .desks #pf_amazon_atoz")
    assert gone is not None
    assert not gone.css("a.button")


def test_unreadable_answers_are_named_beside_their_field(pages: FlaskClient) -> None:
    status, shown = page(pages, asked="1", residence="XX", purchase="soon", amount="many")
    assert status == 422
    assert shown.css_first("#residence-wrong") is not None
    assert shown.css_first("#purchase-wrong") is not None
    assert shown.css_first("#amount-wrong") is not None
    assert not shown.css(".desk")


def test_answers_are_shown_as_text(pages: FlaskClient) -> None:
    answer = pages.get("/where-to-complain", query_string={"amount": '"><script>x</script>'})
    assert "<script>" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_no_json_is_refused_and_not_taken_for_an_empty_one(
    runtime: Runtime, kind: str
) -> None:
    api = app.create_api(runtime).test_client()
    answer = api.post("/v1/channels/route", data=b"residence=DE", content_type=kind)
    assert answer.status_code == 415
    assert "application/json" in answer.json["detail"]
    broken = api.post("/v1/channels/route", data=b"{", content_type="application/json")
    assert broken.status_code == 400
