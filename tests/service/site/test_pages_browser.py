"""What shopper, officer and merchant see, in a real browser: nothing for axe to say, no width too small.

Pictures of every state go to var/shots, to be looked at: in each language, by day at a desk and by night
on a phone.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from service.core.messages import LOCALES
from tests.extension.browsers import CHROMIUM, executable
from tests.service.accounts.test_pages_browser import (
    AXE,
    DESKTOP,
    FITS,
    PHONE,
    RULES,
    SHOTS,
    VIOLATIONS,
)
from tests.service.site import pages_world
from tests.service.site.pages_world import MERCHANT, OFFICER, World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.xdist_group("site-pages"),
]

# The names in braces are those of World.ids.
ANYBODY = {
    "start": "/",
    "find-nothing": "/find?address=nothing",
    "merchant": "/merchants/web:domain:brightdeal-outlet.localhost",
    "merchant-unknown": "/merchants/web:domain:unheard-of.example",
    "notice": "/notices/eu-safety-gate:A12/01699/20",
    "where": "/where-to-complain",
    "where-asked": "/where-to-complain?asked=1&residence=KR&trader_country=CN&platform=aliexpress"
    "&payment=card&category=not_delivered&amount=50&currency=USD",
    "statistics": "/statistics/",
    "api": "/api",
    "complaint": "/complaint/",
    "complaint-new": "/complaint/new/damaged",
    "complaint-track": "/complaint/track",
    "complaint-question": "/complaint/question",
    "not-found": "/nowhere",
}
DESK = {
    "queue": "/console/",
    "queue-empty": "/console/?box=mine",
    "case-new": "/console/cases/{new}",
    "case-mediation": "/console/cases/{mediation}",
    "case-closed": "/console/cases/{withdrawn}",
    "case-desks": "/console/cases/{new}/desks",
    "case-handover": "/console/cases/{mediation}/handover",
    "entry": "/console/entry",
    "entry-damaged": "/console/entry/damaged",
    "inquiries": "/console/inquiries",
    "matters": "/console/matters",
    "matter": "/console/matters/{matter}",
    "statistics-desk": "/console/statistics",
    "access-report": "/console/access-report",
    "participants": "/console/participants",
    "councils": "/console/councils",
}
TRADER = {
    "trader": "/console/trader/",
    "trader-uploaded": "/console/trader/{uploaded}",
    "trader-talking": "/console/trader/{talking}",
    "trader-away": "/console/trader/{referred}",
}
TRACKED = ("waiting", "new", "asked", "uploaded", "result", "referred", "paid", "withdrawn")
PAGES = {
    **{name: (None, path) for name, path in ANYBODY.items()},
    **{name: (OFFICER, path) for name, path in DESK.items()},
    **{name: (MERCHANT, path) for name, path in TRADER.items()},
    **{f"tracking-{name}": (None, name) for name in (*TRACKED, "together")},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pages_world.running(tmp_path_factory.mktemp("pages")) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = executable(CHROMIUM, "chromium")
    if not AXE.exists():
        pytest.skip("axe-core is missing: make extension")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def opened(browser: Any, world: World, name: str, language: str, **options: Any) -> Any:
    """Open a page as who sees it."""
    who, path = PAGES[name]
    context = browser.new_context(base_url=world.origin, **options)
    context.add_cookies([{"name": "lang", "value": language, "url": world.origin}])
    if who is not None:
        cookie = {"name": "caveat", "value": world.cookies[who], "url": world.origin}
        context.add_cookies([cookie])
    page = context.new_page()
    page.goto(world.link(path) if name.startswith("tracking-") else path.format(**world.ids))
    if name.startswith("tracking-"):
        page.locator("form[data-track]").wait_for(state="detached")
    return page


def check(page: Any, name: str) -> None:
    """Find nothing wrong with the page as it is now, and take its picture."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"site-{name}.png", full_page=True)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(VIOLATIONS, RULES) == [], name
    assert page.evaluate(FITS), f"{name} is wider than the window"


def look(browser: Any, world: World, name: str, language: str) -> None:
    """Check a page by day at a desk, and by night on a phone."""
    page = opened(browser, world, name, language, viewport=DESKTOP, bypass_csp=True)
    check(page, f"{name}-{language}")
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    check(page, f"{name}-{language}-phone-dark")
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_at_a_desk_and_on_a_phone(browser: Any, world: World, name: str) -> None:
    look(browser, world, name, "en")


@pytest.mark.slow
@pytest.mark.parametrize("language", [one for one in LOCALES if one != "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_other_languages(browser: Any, world: World, name: str, language: str) -> None:
    look(browser, world, name, language)


def test_the_top_of_every_page_is_short_on_a_phone(browser: Any, world: World) -> None:
    """Two rows at most: who is there, and where one may go."""
    for name, most in (("start", 60), ("tracking-new", 60), ("queue", 100), ("trader", 100)):
        page = opened(browser, world, name, "ko", viewport=PHONE)
        assert page.locator("header.top").bounding_box()["height"] <= most, name
        page.context.close()


def test_a_phone_shows_the_queue_or_the_case(browser: Any, world: World) -> None:
    page = opened(browser, world, "queue", "en", viewport=PHONE)
    queue = page.locator(".queue")
    assert queue.bounding_box()["height"] > PHONE["height"] / 2
    queue.get_by_role("link").filter(has=page.locator(".mono")).first.click()
    page.locator("article.case h1").wait_for()
    assert not page.locator(".queue").is_visible()
    page.locator(".back a").click()
    page.locator(".queue ol").wait_for()
    page.context.close()


def test_what_ends_a_case_is_folded_and_never_first(browser: Any, world: World) -> None:
    page = opened(browser, world, "tracking-new", "en", viewport=PHONE)
    withdraw = page.locator('form:has(input[name="event"][value="withdraw"]) button')
    assert not withdraw.is_visible()
    assert page.locator(".primary:visible").count() == 0
    page.get_by_text("Withdraw the complaint").first.click()
    assert withdraw.is_visible()
    page.context.close()


def test_the_languages_of_a_page_open_and_lead_on(browser: Any, world: World) -> None:
    page = opened(browser, world, "start", "en", viewport=PHONE)
    page.locator(".languages > summary").click()
    check(page, "languages-open")
    page.get_by_role("link", name="한국어").click()
    page.locator("html[lang=ko]").wait_for()
    page.context.close()


def test_an_address_leads_to_its_seller(browser: Any, world: World) -> None:
    page = opened(browser, world, "start", "en", viewport=DESKTOP)
    page.get_by_label("Address of a shop or product page").fill("brightdeal-outlet.localhost/x")
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("heading", name="BrightDeal Outlet").wait_for()
    page.context.close()
