"""The panel: what it shows, what it sends, and whether everyone can use it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.extension import browsers, pages

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

BADGE = ".badge button"
AXE = browsers.ROOT / "extension" / "node_modules" / "axe-core" / "axe.min.js"
ITEM = "https://www.aliexpress.com/item/10050010001.html"
NOTICED = "https://www.amazon.com/dp/B0CAVEAT01"
SCORES = "127.0.0.1/v1/scores/aliexpress%3Ashop%3A700001"

SCORE = {
    "merchant": "aliexpress:shop:700001",
    "as_of": "2026-11-20T12:00:00Z",
    "score": 68.2,
    "grade": "B",
    "interval": [61.0, 74.4],
    "warning": False,
    "basis": {"reviews": 212, "complaints": 9, "disclosures": 6, "blocks": 0},
    "reasons": [
        {
            "code": "base.category",
            "family": "base",
            "points": 60,
            "numbers": {"percent": 9},
            "evidence": [],
            "latest": None,
        },
        {
            "code": "reviews.bad",
            "family": "reviews",
            "points": -1.5,
            "numbers": {"count": 4, "total": 212, "days": 365},
            "evidence": ["ev_1"],
            "latest": "2026-11-01T00:00:00Z",
        },
        {
            "code": "complaints.resolved",
            "family": "complaints",
            "points": 6.5,
            "numbers": {"count": 8, "days": 365},
            "evidence": ["ev_2", "ev_3"],
            "latest": "2026-11-01T00:00:00Z",
        },
        {
            "code": "disclosures.verified",
            "family": "disclosures",
            "points": 3.2,
            "numbers": {"count": 6},
            "evidence": ["ev_4"],
            "latest": "2026-11-01T00:00:00Z",
        },
        {
            "code": "disclosures.claimed",
            "family": "disclosures",
            "points": 0.1,
            "numbers": {"count": 1},
            "evidence": [],
            "latest": None,
        },
    ],
    "history": [],
}


@pytest.fixture
def asked(api: browsers.Server) -> Iterator[browsers.Server]:
    """The API with an answer about one seller, and a clean list of requests."""
    api.requests.clear()
    api.answers[SCORES] = browsers.Reply(json.dumps(SCORE), type="application/json")
    yield api
    api.answers.pop(SCORES, None)


def open_panel(page: Any, url: str) -> Any:
    page.goto(url)
    page.locator(BADGE).click()
    panel = page.get_by_role("dialog")
    panel.get_by_role("button", name="File a complaint").wait_for()
    return panel


def test_it_shows_seller_verdict_copy_and_that_nothing_was_sent(
    page: Any, asked: browsers.Server
) -> None:
    text = open_panel(page, ITEM).inner_text()
    order = [
        "Clear Harbour Store",
        "AliExpress",
        "Rated B",
        "Good record",
        "Complaints that were solved",
    ]
    assert [text.find(each) for each in order] == sorted(text.find(each) for each in order)
    assert all(
        each in text for each in [*order, "Test Consumer Desk", "Sent from this page: nothing"]
    )
    assert asked.requests == []


def test_a_long_or_reversed_name_leaves_the_verdict_in_sight(
    page: Any, shops: browsers.Server
) -> None:
    shops.answers["www.aliexpress.com/item/10050010009.html"] = browsers.Reply(
        pages.aliexpress(store="700001", name="\u202e" + "eno reside " * 500)
    )
    panel = open_panel(page, "https://www.aliexpress.com/item/10050010009.html")
    name = panel.locator("#who")
    assert "\u202e" not in name.inner_text()
    assert len(name.inner_text()) <= 120
    assert name.bounding_box()["height"] < 60
    assert panel.get_by_role("heading", name="Rated B").bounding_box()["y"] < 300


def test_an_official_notice_stands_above_the_verdict_with_its_source(page: Any) -> None:
    panel = open_panel(page, NOTICED)
    text = panel.inner_text()
    assert (
        text.index("The notice names this listing") < text.index("Rated")
        if "Rated" in text
        else True
    )
    assert "Safety Gate, European Commission, Sep 12, 2025" in text
    link = panel.get_by_role("link", name="A12/00999/25")
    assert link.get_attribute("href") == "https://ec.europa.eu/safety-gate-alerts/screen/webReport"
    assert link.get_attribute("referrerpolicy") == "no-referrer"


def test_show_reasons_is_the_one_request_and_says_so(page: Any, asked: browsers.Server) -> None:
    panel = open_panel(page, ITEM)
    panel.get_by_role("button", name="Show reasons").click()
    panel.get_by_text("likely 61–74 of 100").wait_for()
    text = panel.inner_text()
    assert "68" in text
    assert "from 212 reviews, 9 complaints, 6 disclosures" in text
    assert "the key of this seller, aliexpress:shop:700001" in text
    assert "nothing" not in text
    links = [link.get_attribute("href") for link in panel.locator(".reasons a").all()]
    assert links == [f"{asked.origin}/evidence/ev_{number}" for number in (2, 4, 1)]
    [request] = asked.requests
    assert request.url.endswith("/v1/scores/aliexpress%3Ashop%3A700001")
    assert {"cookie", "referer", "origin"}.isdisjoint(name.lower() for name in request.headers)


@pytest.mark.parametrize(
    ("status", "says"), [(404, "holds nothing about this seller"), (500, "did not answer")]
)
def test_no_answer_leaves_the_verdict_standing(
    page: Any, asked: browsers.Server, status: int, says: str
) -> None:
    asked.answers[SCORES] = browsers.Reply("", status=status)
    panel = open_panel(page, ITEM)
    panel.get_by_role("button", name="Show reasons").click()
    panel.get_by_text(says).wait_for()
    assert panel.get_by_role("heading", name="Rated B").is_visible()


def test_it_is_used_by_keyboard_alone(page: Any) -> None:
    page.goto(ITEM)
    page.locator(BADGE).wait_for()
    page.locator(BADGE).focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="File a complaint").wait_for()
    page.keyboard.press("Tab")
    assert (
        page.get_by_role("dialog")
        .get_by_role("button", name="Close")
        .evaluate("node => node.matches(':focus')")
    )
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    assert page.locator(BADGE).evaluate("node => node.matches(':focus')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, asked: browsers.Server, scheme: Any) -> None:
    assert asked
    page.emulate_media(color_scheme=scheme)
    for url in (ITEM, NOTICED):
        panel = open_panel(page, url)
        if url == ITEM:
            panel.get_by_role("button", name="Show reasons").click()
            panel.get_by_text("likely 61–74 of 100").wait_for()
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate(
            "axe.run([...document.documentElement.children].at(-1)).then((r) => r.violations)"
        )
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_switching_off_lasts_and_the_options_undo_it(page: Any, chrome: browsers.Chromium) -> None:
    panel = open_panel(page, ITEM)
    panel.get_by_role("button", name="Switch off on www.aliexpress.com").click()
    panel.get_by_role("button", name="Undo").wait_for()
    page.reload()
    page.wait_for_timeout(500)
    assert page.locator(BADGE).count() == 0
    page.goto(chrome.url("options.html"))
    page.get_by_role("button", name="Switch on again on www.aliexpress.com").click()
    page.get_by_text("not switched off on any site").wait_for()
    page.goto(ITEM)
    page.locator(BADGE).wait_for()


def test_the_language_chosen_in_the_options_is_spoken_everywhere(
    page: Any, chrome: browsers.Chromium
) -> None:
    page.goto(chrome.url("options.html"))
    page.get_by_role("combobox", name="Language").select_option("ko")
    try:
        page.locator("html[lang=ko]").wait_for()
        chrome.worker.evaluate(
            """async () => {
              const isKorean = ({ js }) => js.some((name) => name.includes(".ko."));
              while (!(await chrome.scripting.getRegisteredContentScripts()).some(isKorean))
                await new Promise((next) => setTimeout(next, 20));
            }"""
        )
        page.goto(ITEM)
        page.locator(BADGE).click()
        heading = page.get_by_role("dialog").get_by_role("heading").nth(1)
        heading.wait_for()
        assert any("가" <= character <= "힣" for character in heading.inner_text())
    finally:
        chrome.store({"settings": {}})
