"""The promises that hold on every page: one badge or none, nothing woken, nothing slowed, readable by everyone."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.extension import browsers, pages
from tests.extension.test_panel import AXE, BADGE, NOTICED, SCORE, SCORES, open_panel

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

ITEM = "https://www.aliexpress.com/item/1005001000{}.html"
STEPS = 200
SEED = 8
PRODUCTS = 100
# A page that names no seller is looked at for five and a half seconds before that is said.
SETTLED = 9_000

HISTORY = [
    {"as_of": "2026-08-20T12:00:00Z", "score": 55.0},
    {"as_of": "2026-09-20T12:00:00Z", "score": None},
    {"as_of": "2026-10-20T12:00:00Z", "score": 61.5},
    {"as_of": "2026-11-20T12:00:00Z", "score": 68.2},
]
FULL = {
    **SCORE,
    "history": HISTORY,
    "aspects": [
        {
            "aspect": "goods",
            "score": 71.0,
            "grade": "B",
            "reviews": 40,
            "complaints": 2,
            "deliveries": 0,
        },
        {
            "aspect": "delivery",
            "score": None,
            "grade": None,
            "reviews": 1,
            "complaints": 0,
            "deliveries": 0,
        },
    ],
    "improvements": [
        {"code": "complaints.resolve", "points": 4.2, "numbers": {"count": 2}, "evidence": []}
    ],
}


@pytest.fixture
def scored(api: browsers.Server) -> Iterator[browsers.Server]:
    """The API with all that an answer can hold about one seller."""
    api.answers[SCORES] = browsers.Reply(json.dumps(FULL), type="application/json")
    yield api
    api.answers.pop(SCORES, None)


@pytest.mark.slow
def test_two_hundred_steps_leave_exactly_the_badge_of_the_page(page: Any) -> None:
    """Pages of an app and whole loads, forwards and back in any order; the seed makes it the same each time."""
    chance = random.Random(SEED)  # noqa: S311 - chooses steps, guards nothing
    places = ["/item/10050010001.html", "/item/10050010002.html", "/cart", "/item/10050010003.html"]
    page.goto("https://www.aliexpress.com" + places[0])
    for step in range(STEPS):
        way = chance.choices(
            ("push", "replace", "hash", "back", "forward", "load"), (8, 3, 3, 4, 3, 1)
        )[0]
        place = chance.choice(places)
        if way in {"push", "replace"}:
            page.evaluate(f"history.{way}State({{}}, '', {place!r})")
        elif way == "hash":
            page.evaluate(f"location.hash = 'part-{step}'")
        elif way == "load":
            page.goto("https://www.aliexpress.com" + place)
        else:
            page.evaluate(f"history.{way}()")
            page.wait_for_timeout(150)
            # Before the first page lies an empty one.
            if "aliexpress" not in page.url:
                page.goto("https://www.aliexpress.com" + place)
        wait_for_badges(page, step, way)


def wait_for_badges(page: Any, step: int, way: str) -> None:
    counted = "document.querySelectorAll('html > *').length - 2"
    wanted = "Number(location.pathname.startsWith('/item/'))"
    try:
        page.wait_for_function(f"{counted} === {wanted}", timeout=SETTLED)
    except PlaywrightError:
        pytest.fail(f"step {step} ({way}) to {page.url}: {page.evaluate(counted)} badges")
    assert page.locator(BADGE).count() == page.evaluate(wanted)


@pytest.mark.slow
def test_a_hundred_products_wake_no_worker_and_ask_nobody(
    page: Any, chrome: browsers.Chromium, shops: browsers.Server, api: browsers.Server
) -> None:
    for number in range(PRODUCTS):
        shops.answers[f"www.aliexpress.com/item/100500300{number:02}.html"] = browsers.Reply(
            pages.aliexpress(store="700001")
        )
    stop_worker(page, chrome)
    api.requests.clear()
    for number in range(PRODUCTS):
        page.goto(f"https://www.aliexpress.com/item/100500300{number:02}.html")
        page.get_by_label("Rated B").wait_for()
    assert worker_versions(page, chrome) == {"stopped"}
    assert api.requests == []


def stop_worker(page: Any, chrome: browsers.Chromium) -> None:
    helper = chrome.context.new_page()
    helper.goto(chrome.url("options.html"))
    tools = chrome.context.new_cdp_session(helper)
    tools.send("ServiceWorker.enable")
    tools.send("ServiceWorker.stopAllWorkers")
    helper.wait_for_timeout(600)
    helper.close()
    assert worker_versions(page, chrome) == {"stopped"}


def worker_versions(page: Any, chrome: browsers.Chromium) -> set[str]:
    """Return the running states of the extension's worker."""
    helper = chrome.context.new_page()
    helper.goto(chrome.url("welcome.html"))
    tools = chrome.context.new_cdp_session(helper)
    states: dict[str, str] = {}

    def note(event: dict[str, Any]) -> None:
        states.update({each["versionId"]: each["runningStatus"] for each in event["versions"]})

    tools.on("ServiceWorker.workerVersionUpdated", note)
    tools.send("ServiceWorker.enable")
    helper.wait_for_timeout(400)
    helper.close()
    assert page
    return set(states.values())


CHURN = """
<script>
  window.churn = async () => {
    const list = document.querySelector("ul");
    let nodes = 0;
    for (let turn = 0; turn < 30; turn++) {
      for (let row = 0; row < 200; row++) {
        const line = document.createElement("li");
        line.textContent = `row ${row}`;
        line.className = row % 2 ? "odd" : "even";
        list.append(line);
        nodes++;
      }
      while (list.children.length > 60) list.lastChild.remove();
      await new Promise((next) => setTimeout(next, 0));
    }
    return nodes;
  };
</script>"""


def test_a_page_that_rebuilds_itself_calls_none_of_our_code(
    page: Any, shops: browsers.Server
) -> None:
    """Measured by the calls of our observer instead of a clock: none means that nothing can slow the page."""
    shops.answers["www.aliexpress.com/item/10050010020.html"] = browsers.Reply(
        pages.aliexpress(store="700001").replace("</body>", f"{CHURN}</body>")
    )
    page.goto("https://www.aliexpress.com/item/10050010020.html")
    page.get_by_label("Rated B").wait_for()
    tools = page.context.new_cdp_session(page)
    tools.send("Profiler.enable")
    tools.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": True})
    tools.send("Profiler.takePreciseCoverage")
    assert page.evaluate("churn()") == 6000
    told = tools.send("Profiler.takePreciseCoverage")["result"]
    ours = [each for each in told if each["url"].startswith("chrome-extension://")]
    called = {
        function["functionName"] or "(anonymous)"
        for script in ours
        for function in script["functions"]
        if function["ranges"][0]["count"]
    }
    assert called == set()


HOSTILE = {
    "frozen prototypes": "<script>for (const each of [Object, Array, Element, Node, String, Map, Promise, RegExp, EventTarget]) Object.freeze(each.prototype)</script>",
    "broken prototypes": "<script>Array.prototype.map = Array.prototype.filter = String.prototype.replace = Element.prototype.append = Node.prototype.appendChild = document.createElement = Promise.prototype.then = () => { throw new Error('hostile') }</script>",
    "unset divs": "<style>html > *, div, button, svg { all: unset !important; visibility: hidden !important; transform: scale(0) !important }</style>",
    "policy": "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'none'; require-trusted-types-for 'script'\">",
    "a fake badge": "<script>addEventListener('load', () => { const fake = document.createElement('x-1'); fake.innerHTML = '<button aria-label=\"Caveat: Rated A\">A</button>'; document.documentElement.append(fake) })</script>",
}


@pytest.mark.parametrize("way", HOSTILE)
def test_on_a_hostile_page_the_badge_is_right_or_absent(
    page: Any, shops: browsers.Server, way: str
) -> None:
    shops.answers["www.aliexpress.com/item/10050010021.html"] = browsers.Reply(
        pages.aliexpress(store="700002").replace("<head>", f"<head>{HOSTILE[way]}")
    )
    page.goto("https://www.aliexpress.com/item/10050010021.html")
    page.wait_for_timeout(1_000)
    for badge in page.locator(BADGE).all():
        assert badge.get_attribute("aria-label") == "Caveat: High risk of a bad purchase"
        box = badge.bounding_box()
        assert box is None or box["width"] >= 44


def test_a_page_cannot_press_the_badge_or_learn_what_it_says(page: Any) -> None:
    page.goto(ITEM.format(2))
    page.locator(BADGE).wait_for()
    opened = page.evaluate(
        """async () => {
          const host = document.documentElement.lastElementChild;
          for (const type of ["pointerenter", "click", "keydown", "focus"]) host.dispatchEvent(new Event(type, { bubbles: true }));
          await new Promise((next) => setTimeout(next, 400));
          return [host.textContent, host.getAttributeNames().join(), typeof caveatPanel, typeof caveatShop];
        }"""
    )
    assert opened == ["", "style", "undefined", "undefined"]
    assert page.get_by_role("dialog").count() == 0


def test_the_panel_shows_all_that_an_answer_holds(page: Any, scored: browsers.Server) -> None:
    assert scored
    panel = open_panel(page, ITEM.format(1))
    panel.get_by_role("button", name="Show reasons").click()
    panel.get_by_text("likely 61–74").wait_for()
    text = panel.inner_text()
    assert "Known fairly well: it may be as low as 61 or as high as 74." in text
    assert "71 of 100" in text
    assert "from 42 reports" in text
    assert "Too little known" in text
    assert panel.get_by_role("img", name="55 on Aug 20, 2026, 68 now").is_visible()
    panel.get_by_text("The same as a table").click()
    cells = panel.locator(".history tbody td").all_inner_texts()
    assert cells == ["55", "62", "68"]
    panel.get_by_text("What would change this").click()
    line = panel.locator(".improvements li").inner_text()
    assert line == "Solving 2 complaints that are open or ended unsolved about 4 points"


@pytest.mark.parametrize("surface", ["panel", "welcome", "options", "bought"])
def test_at_400_percent_nothing_is_cut_off(
    page: Any, chrome: browsers.Chromium, scored: browsers.Server, surface: str
) -> None:
    """A window of 1280 pixels at 400 % is one of 320 (WCAG 1.4.10)."""
    assert scored
    page.set_viewport_size({"width": 320, "height": 256})
    if surface == "panel":
        box = open_panel(page, ITEM.format(1))
        box.get_by_role("button", name="Show reasons").click()
        box.get_by_text("likely 61–74").wait_for()
    else:
        page.goto(chrome.url(f"{surface}.html"))
        page.locator("section").last.wait_for()
        box = page.locator("html")
    assert box.evaluate("node => node.scrollWidth <= node.clientWidth")
    last = box.get_by_role("heading").last
    last.scroll_into_view_if_needed()
    seen = last.bounding_box()
    assert seen is not None
    assert 0 <= seen["x"] <= seen["x"] + seen["width"] <= 320


def test_with_forced_colours_shapes_and_words_stay(page: Any, scored: browsers.Server) -> None:
    assert scored
    page.emulate_media(forced_colors="active")
    panel = open_panel(page, ITEM.format(1))
    panel.get_by_role("button", name="Show reasons").click()
    panel.get_by_text("likely 61–74").wait_for()
    ground, stroke, band = panel.evaluate(
        """node => {
          const look = (selector, name) => getComputedStyle(node.querySelector(selector))[name];
          return [getComputedStyle(node).backgroundColor, look(".finding .mark .stroke", "stroke"), look(".range b", "backgroundColor")];
        }"""
    )
    assert stroke != ground
    assert band != ground


def test_with_reduced_motion_nothing_moves_by_itself(page: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    panel = open_panel(page, ITEM.format(1))
    moving = panel.evaluate(
        "node => [node, ...node.querySelectorAll('*')].flatMap((each) => each.getAnimations()).length"
    )
    assert moving == 0
    assert panel.evaluate("node => getComputedStyle(node).transitionDuration") == "0s"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("surface", ["panel", "notice", "welcome", "options", "bought"])
def test_axe_finds_nothing_on_any_surface(
    page: Any, chrome: browsers.Chromium, scored: browsers.Server, surface: str, scheme: Any
) -> None:
    assert scored
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    if surface in {"panel", "notice"}:
        panel = open_panel(page, ITEM.format(1) if surface == "panel" else NOTICED)
        if surface == "panel":
            panel.get_by_role("button", name="Show reasons").click()
            panel.get_by_text("likely 61–74").wait_for()
            panel.get_by_text("The same as a table").click()
        place = "[...document.documentElement.children].at(-1)"
    else:
        page.goto(chrome.url(f"{surface}.html"))
        page.locator("section").last.wait_for()
        place = "document"
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(f"axe.run({place}).then((r) => r.violations)")
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
