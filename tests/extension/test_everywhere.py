"""Every surface in every language: nothing that axe finds, nothing cut off, all of it by keyboard."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.core.messages import SHOPPER_LOCALES
from tests.extension import browsers
from tests.extension.conftest import SHOTS
from tests.extension.test_panel import AXE, BADGE, NOTICED, SCORES
from tests.extension.test_reach import FULL
from tests.extension.test_surfaces import FOOTER, independent, popup, reviewed

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

ITEM = "https://www.aliexpress.com/item/10050010001.html"
SHOP = "https://lantern.example/p/storm-lantern"
DRAFT = {
    "category": "not_delivered",
    "listing_url": ITEM,
    "platform": "aliexpress",
    "item_id": "10050010001",
    "merchant_key": "aliexpress:shop:700001",
    "merchant_name": "Clear Harbour Store",
    "product_title": "Folding desk lamp",
}
OURS = ["welcome", "options", "bought", "complaint"]
FAST = ["popup", "complaint"]


@pytest.fixture
def filled(
    chrome: browsers.Chromium, shops: browsers.Server, api: browsers.Server
) -> Iterator[None]:
    """Something to show on every surface."""
    head = reviewed(12, lambda n: f"2026-06-{n + 1:02}", lambda _: "A fine lantern, as described.")
    shops.answers["lantern.example/p/storm-lantern"] = independent(
        FOOTER.format(number="104-81-45691"), head
    )
    api.answers[SCORES] = browsers.Reply(json.dumps(FULL), type="application/json")
    put(chrome, "caveat", "drafts", {"id": "a-draft", "answers": DRAFT})
    kept = {
        "id": "CV-2026-000777",
        "listing": "",
        "title": "Folding desk lamp",
        "draft": "",
        "at": "2026-11-01T09:00:00Z",
    }
    case = {
        "state": "submitted",
        "until": "2026-12-01T09:00:00Z",
        "token": "t",
        "link": "https://desk.example/",
    }
    put(chrome, "caveat-cases", "cases", {**kept, **case, "follows": False, "isSeen": True})
    yield
    api.answers.pop(SCORES)
    shops.answers.pop("lantern.example/p/storm-lantern")
    for name in ("caveat", "caveat-cases"):
        chrome.worker.evaluate("(name) => void indexedDB.deleteDatabase(name)", name)
    speak(chrome, "en")
    chrome.store({"settings": {}})


def put(chrome: browsers.Chromium, database: str, shelf: str, record: dict[str, Any]) -> None:
    """Write a record where the extension keeps its own."""
    chrome.worker.evaluate(
        """([database, shelf, record]) => new Promise((resolve, reject) => {
          const request = indexedDB.open(database, 1);
          request.onupgradeneeded = () => request.result.createObjectStore(shelf, { keyPath: "id" });
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const writing = request.result.transaction(shelf, "readwrite");
            writing.objectStore(shelf).put(record);
            writing.oncomplete = () => { request.result.close(); resolve(null); };
          };
        })""",
        [database, shelf, record],
    )


def speak(chrome: browsers.Chromium, locale: str) -> None:
    """Choose a language and a country, and wait until shops are read in it."""
    settings = {"language": locale, "country": "KR", "weights": {"reviews": 0.5}}
    chrome.store({"settings": settings})
    chrome.worker.evaluate(
        """async (locale) => {
          const speaks = ({ js }) => js.some((name) => name.includes(`.${locale}.`));
          while (!(await chrome.scripting.getRegisteredContentScripts()).some(speaks))
            await new Promise((next) => setTimeout(next, 20));
        }""",
        locale,
    )


def show_panel(url: str, page: Any, _chrome: browsers.Chromium) -> Any:
    page.goto(url)
    page.locator(BADGE).click()
    panel = page.locator(".panel")
    panel.locator(".actions .primary").wait_for()
    return panel


def rated(page: Any, chrome: browsers.Chromium) -> Any:
    """The panel with reasons and all that they hold."""
    panel = show_panel(ITEM, page, chrome)
    panel.locator(".actions button").last.click()
    panel.locator(".reasons").wait_for()
    open_all(panel)
    return panel


def noticed(page: Any, chrome: browsers.Chromium) -> Any:
    """The panel with an official notice."""
    return show_panel(NOTICED, page, chrome)


def small(page: Any, chrome: browsers.Chromium) -> Any:
    """The popup over an independent shop, with the law and the reviews unfolded."""
    page.goto(SHOP)
    panel = popup(page, chrome)
    for fold in panel.locator("details.closer").all():
        fold.locator("> summary").click()
    panel.locator("section.law").first.wait_for()
    panel.locator(".facts li").first.wait_for()
    open_all(panel)
    return panel


def nowhere(page: Any, chrome: browsers.Chromium) -> Any:
    """The popup over no shop."""
    page.goto(chrome.url("popup.html"))
    page.locator("#who").wait_for()
    return page.locator(".panel")


def own(name: str) -> Callable[[Any, browsers.Chromium], Any]:
    def open_page(page: Any, chrome: browsers.Chromium) -> Any:
        page.goto(chrome.url(f"{name}.html?draft=a-draft"))
        page.locator("section").last.wait_for()
        page.wait_for_timeout(150)
        return page.locator("html")

    return open_page


SURFACES: dict[str, Callable[[Any, browsers.Chromium], Any]] = {
    "panel": rated,
    "notice": noticed,
    "popup": small,
    "nowhere": nowhere,
    **{name: own(name) for name in OURS},
}


def open_all(panel: Any) -> None:
    panel.evaluate("node => node.querySelectorAll('details').forEach((each) => (each.open = true))")


def violations(surface: Any) -> list[Any]:
    """Return what axe finds on a surface, be it a page or what stands in a page of a shop."""
    surface.page.evaluate(AXE.read_text("utf-8"))
    place = (
        "document"
        if "chrome-extension" in surface.page.url
        else "[...document.documentElement.children].at(-1)"
    )
    found = surface.page.evaluate(f"axe.run({place}).then((result) => result.violations)")
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize("surface", FAST)
def test_axe_finds_nothing_by_day_and_by_night(
    page: Any, chrome: browsers.Chromium, filled: None, surface: str
) -> None:
    assert filled is None
    speak(chrome, "en")
    shown = SURFACES[surface](page, chrome)
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(shown) == []
    close(shown, page)


@pytest.mark.slow
@pytest.mark.parametrize("locale", SHOPPER_LOCALES)
@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_is_whole_in_every_language(
    page: Any, chrome: browsers.Chromium, filled: None, surface: str, locale: str
) -> None:
    """Axe, 400 % zoom (a window of 320 pixels, WCAG 1.4.10), and the language that is said to be spoken."""
    assert filled is None
    speak(chrome, locale)
    page.emulate_media(reduced_motion="reduce")
    shown = SURFACES[surface](page, chrome)
    assert violations(shown) == []
    spoken = shown.evaluate("node => node.closest('[lang]').lang")
    assert spoken == locale
    if locale in {"en", "ko", "zh-Hans"}:
        shoot(shown, f"{surface}-{locale}")
    shown.page.set_viewport_size({"width": 320, "height": 640})
    shown.page.wait_for_timeout(100)
    assert shown.evaluate("node => node.scrollWidth <= node.clientWidth")
    close(shown, page)


@pytest.mark.parametrize(
    "surface",
    [
        "popup",
        pytest.param("panel", marks=pytest.mark.slow),
        *(pytest.param(name, marks=pytest.mark.slow) for name in OURS),
    ],
)
def test_every_control_is_reached_by_keyboard_and_has_a_name(
    page: Any, chrome: browsers.Chromium, filled: None, surface: str
) -> None:
    assert filled is None
    speak(chrome, "en")
    shown = SURFACES[surface](page, chrome)
    wanted = shown.evaluate(CONTROLS)
    assert wanted > 3
    reached = set()
    for _ in range(wanted + 40):
        shown.page.keyboard.press("Tab")
        number, name, ring = shown.page.evaluate(FOCUSED)
        if number is not None:
            assert name, f"control {number} has no name"
            assert ring, f"{name}: the focus cannot be seen"
            reached.add(number)
    assert len(reached) == wanted
    close(shown, page)


CONTROLS = """node => {
  const all = [...node.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
  const seen = all.filter((each) => each.checkVisibility() && !each.disabled);
  // Of radio buttons the group is one stop.
  const names = new Set();
  const stops = seen.filter((each) => each.type !== "radio" || (!names.has(each.name) && names.add(each.name)));
  for (const each of seen) globalThis.stops ??= new Map(), globalThis.stops.set(each, each.type === "radio" ? each.name : globalThis.stops.size);
  return stops.length;
}"""
FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  const number = globalThis.stops?.get(node) ?? null;
  const name = node?.ariaLabel || node?.textContent?.trim() || node?.labels?.[0]?.textContent || node?.getAttribute("aria-labelledby");
  const look = getComputedStyle(node ?? document.body);
  return [number, name, look.outlineStyle !== "none" || ["date", "file"].includes(node.type) || node.type === "radio" || node.type === "checkbox"];
}"""


@pytest.mark.slow
@pytest.mark.parametrize("surface", SURFACES)
def test_with_forced_colours_every_surface_keeps_its_shapes(
    page: Any, chrome: browsers.Chromium, filled: None, surface: str
) -> None:
    assert filled is None
    speak(chrome, "en")
    # Before anything is shown: a motion that has begun goes on whatever is asked for later.
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    shown = SURFACES[surface](page, chrome)
    shown.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    lost = shown.evaluate(
        """node => [...node.querySelectorAll(".mark .stroke, button, progress")].filter((each) => {
          const look = getComputedStyle(each);
          return each.checkVisibility() && look.stroke === look.backgroundColor && look.color === look.backgroundColor;
        }).length"""
    )
    assert lost == 0
    moving = shown.evaluate("node => node.getAnimations({ subtree: true }).length")
    assert moving == 0
    shoot(shown, f"{surface}-forced")
    close(shown, page)


def shoot(shown: Any, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    is_page = "chrome-extension" in shown.page.url
    path = SHOTS / f"surface-{name}.png"
    if is_page:
        shown.page.screenshot(path=path, full_page=True)
    else:
        shown.screenshot(path=path)


def close(shown: Any, page: Any) -> None:
    """Close what a surface has opened beside the page."""
    if shown.page != page:
        shown.page.close()
