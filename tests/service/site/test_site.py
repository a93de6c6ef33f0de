import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.notices import SOURCES, AffectedProduct, Notice
from service import app
from service.core import schema
from service.core.db import connect, sqlite_url
from service.core.messages import LOCALES, Messages
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.evidence import operations as evidence
from service.evidence.operations import Fact
from service.safety import operations as safety
from service.scores import queries as scores
from service.site import charts
from service.wiring import SWEEPS
from tests.conftest import NOW

KEY = "web:domain:paper-moon.example"
NOTICE_ID = "XX-TEST:A12/00001/26"


def fact(kind: str, days: int, **payload: object) -> Fact:
    when = NOW - timedelta(days=days)
    return Fact(
        KEY,
        kind,
        payload,
        true_at=when,
        known_at=when,
        source="a register",
        source_url="https://register.example/1" if kind == "disclosure" else "javascript:alert(1)",
        licence="CC0-1.0",
    )


def history() -> Iterator[Fact]:
    yield fact("open", 700, name="Paper <b>Moon</b>", category="home", price_level=2)
    yield fact("disclosure", 600, field="address", value="v1", verified=True, state="valid")
    for day in range(0, 500, 4):
        person = f"p{day}"
        yield fact(
            "review",
            day,
            id=person,
            reviewer=person,
            rating=2 if day % 20 == 0 else 5,
            verified=True,
            text_id=person,
            product="lamp",
            topic="home",
        )


def notice() -> Notice:
    return Notice(
        notice_id=NOTICE_ID,
        source="notices",
        native_id="A12/00001/26",
        authority="An Authority",
        jurisdiction="XX",
        record_type="recall",
        status="active",
        published="2026-03-05",
        updated="2026-03-05",
        title="A lamp <that> was recalled",
        language="en",
        url="https://authority.example/1",
        licence="CC0-1.0",
        hazards=("fire",),
        hazard_text="The lamp can overheat.",
        remedies=("refund",),
        products=(AffectedProduct(name="Lamp", models=("LM-1", "LM-2"), batches=("7",)),),
    )


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """One store for the module, filled through the real operations; pages only read it."""
    home = tmp_path_factory.mktemp("home")
    url = sqlite_url(home / "caveat.sqlite")
    engine = connect(url)
    schema.upgrade(engine)
    engine.dispose()
    runtime = Runtime(Settings(home=home, database_url=url), sweeps=SWEEPS, clock=lambda: NOW)
    with runtime.begin() as session:
        evidence.record(session, history(), now=NOW)
        safety.import_notices(session, SOURCES["notices"], [notice()], now=NOW, run_label="test")
    runtime.sweep()
    yield runtime
    runtime.close()


@pytest.fixture(scope="module")
def client(runtime: Runtime) -> FlaskClient:
    api = app.create_api(runtime)
    return app.create_pages(runtime, description=api.extensions["description"]).test_client()


def page(client: FlaskClient, path: str, lang: str = "en") -> LexborHTMLParser:
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    return LexborHTMLParser(answer.get_data(as_text=True))


def view(runtime: Runtime) -> dict[str, Any]:
    with runtime.reading() as session:
        answer = scores.score_view(session, KEY)
    assert answer is not None
    return answer


def one(parent: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = parent.css_first(selector)
    assert found is not None, selector
    return found


def text(parser: LexborHTMLParser, selector: str) -> str:
    return re.sub(r"\s+", " ", one(parser, selector).text()).strip()


@pytest.mark.parametrize("lang", LOCALES)
def test_a_merchants_page_says_what_the_answer_says(
    client: FlaskClient, runtime: Runtime, lang: str
) -> None:
    shown, answer, words = (
        page(client, f"/merchants/{KEY}", lang),
        view(runtime),
        Messages.load(lang),
    )
    low, high = answer["interval"]
    expected = words.text("site.score", score=answer["score"], low=low, high=high)
    assert text(shown, ".score") == expected
    assert words.text("panel.basis", **answer["basis"]) in text(shown, ".verdict")
    assert one(shown, ".verdict .mark text").text() == answer["grade"]
    assert one(shown, "html").attributes["lang"] == lang


def test_every_reason_stands_on_its_side_with_its_points(
    client: FlaskClient, runtime: Runtime
) -> None:
    shown, answer, words = page(client, f"/merchants/{KEY}"), view(runtime), Messages.load("en")
    moving = [reason for reason in answer["reasons"] if reason["family"] != "base"]
    assert moving
    for side, wanted in ((".for", 1), (".against", -1)):
        lines = {
            one(node, "span").text(): one(node, ".points").text()
            for node in shown.css(f"{side} .reason")
            if node.css(".points")
        }
        reasons = [reason for reason in moving if (reason["points"] >= 0) == (wanted > 0)]
        assert list(lines) == [
            words.text(f"reason.{reason['code']}", **reason["numbers"])
            for reason in sorted(reasons, key=lambda reason: -abs(reason["points"]))
        ]
        assert all(line.startswith("+") == (wanted > 0) for line in lines.values())


def test_every_source_of_a_reason_can_be_opened(client: FlaskClient) -> None:
    shown = page(client, f"/merchants/{KEY}")
    links = {str(node.attributes["href"]) for node in shown.css(".sources a")}
    assert links
    for link in links:
        assert text(page(client, link), "h1")


def test_the_chart_starts_at_zero_and_its_table_has_every_point(
    client: FlaskClient, runtime: Runtime
) -> None:
    shown, answer = page(client, f"/merchants/{KEY}"), view(runtime)
    rated = [row["score"] for row in answer["history"] if row["score"] is not None]
    points = " ".join(str(node.attributes["points"]) for node in shown.css(".history polyline"))
    heights = [100 - float(pair.split(",")[1]) for pair in points.split()]
    assert heights == pytest.approx(rated, abs=0.01)
    assert one(shown, ".history .base").attributes["y1"] == "100%"
    assert len(shown.css("figure tbody tr")) == len(answer["history"])
    assert one(shown, ".history title").text()


def test_names_and_addresses_from_elsewhere_stay_text(client: FlaskClient) -> None:
    shown = page(client, f"/merchants/{KEY}")
    assert text(shown, "h1") == "Paper <b>Moon</b>"
    assert not shown.css("h1 b")
    for link in {str(node.attributes["href"]) for node in shown.css("td a")}:
        assert not page(client, link).css('a[href^="javascript"]')


def test_a_fact_tells_what_when_from_whom_and_under_what_licence(client: FlaskClient) -> None:
    stated = next(each for each in history() if each.kind == "disclosure")
    shown = page(client, f"/evidence/{stated.evidence_id}")
    facts = text(shown, "main")
    for expected in ("address", "a register", "CC0-1.0", stated.content_hash, "Mar 30, 2025"):
        assert expected in facts
    assert shown.css('a[href="https://register.example/1"]')


def test_a_notice_is_quoted_with_its_address(client: FlaskClient) -> None:
    shown = page(client, f"/notices/{NOTICE_ID}")
    assert text(shown, "h1") == "A lamp <that> was recalled"
    assert text(shown, "blockquote") == "The lamp can overheat."
    facts = text(shown, "main")
    for expected in ("An Authority", "Fire", "Refund", "LM-1, LM-2", "In force", "Mar 5, 2026"):
        assert expected in facts
    assert shown.css('a[href="https://authority.example/1"]')


@pytest.mark.parametrize("path", ["/evidence/ev_none", "/notices/none", "/nowhere"])
def test_what_is_not_there_is_said_in_the_readers_language(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "ko"})
    assert answer.status_code == 404
    assert Messages.load("ko").text("error.404") in answer.get_data(as_text=True)


def test_a_merchant_never_heard_of_is_no_data_and_no_error(client: FlaskClient) -> None:
    shown = page(client, "/merchants/web:domain:unheard-of.example")
    assert text(shown, ".score") == "Not rated"
    assert shown.css(".verdict .mark.none")
    assert not shown.css(".reason, .chart, .note")


def test_the_start_page_leads_to_the_three_steps(client: FlaskClient) -> None:
    shown = page(client, "/")
    assert [node.attributes["href"] for node in shown.css(".steps h3 a")] == [
        "/demo/shop/",
        "/console/",
    ]
    assert len(shown.css(".legend .mark")) == 6


@pytest.mark.parametrize("path", ["/", f"/merchants/{KEY}", f"/notices/{NOTICE_ID}", "/demo/shop/"])
@pytest.mark.parametrize("lang", LOCALES)
def test_pages_keep_the_frame(client: FlaskClient, path: str, lang: str) -> None:
    shown = page(client, path, lang)
    assert len(shown.css("h1")) == 1
    assert shown.css("main#main")
    for node in shown.css("link[rel=stylesheet], link[rel=icon]"):
        with client.get(str(node.attributes["href"])) as file:
            assert file.status_code == 200
    ids = [node.attributes["id"] for node in shown.css("[id]")]
    assert len(ids) == len(set(ids))
    for node in shown.css("[aria-labelledby]"):
        assert node.attributes["aria-labelledby"] in ids
    assert not shown.css("[style], style")


def test_a_chosen_language_is_kept_and_named(client: FlaskClient) -> None:
    visitor = client.application.test_client()
    chosen = visitor.get("/?lang=ko&next=1", headers={"Accept-Language": "en"})
    assert chosen.headers["Content-Language"] == "ko"
    assert {"Accept-Language", "Cookie"} <= set(chosen.vary)
    switch = LexborHTMLParser(chosen.get_data(as_text=True)).css("nav a")
    assert [node.attributes["href"] for node in switch] == [
        f"?next=1&lang={locale}" for locale in LOCALES
    ]
    kept = LexborHTMLParser(visitor.get("/", headers={"Accept-Language": "en"}).data)
    assert one(kept, "html").attributes["lang"] == "ko"
    assert visitor.get("/?lang=xx").headers["Content-Language"] == "ko"


def row(days: float, score: float | None) -> dict[str, Any]:
    return {"as_of": (NOW - timedelta(days=days)).isoformat(), "score": score}


def test_a_line_breaks_where_there_was_no_rating() -> None:
    chart = charts.history([row(40, None), row(30, 50), row(20, 60), row(10, None), row(0, 70)])
    assert chart is not None
    places = [[(point.x, point.y) for point in segment] for segment in chart.segments]
    assert places == [[(25, 50), (50, 40)], [(100, 30)]]
    assert chart.latest.score == 70


@pytest.mark.parametrize("rows", [[], [row(0, 50)], [row(10, None), row(0, 50)]])
def test_one_point_is_no_line(rows: list[dict[str, Any]]) -> None:
    assert charts.history(rows) is None
