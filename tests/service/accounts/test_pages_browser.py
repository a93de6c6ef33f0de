"""The pages of accounts in a real browser: nothing for axe to say, the keyboard enough, no width too small.

Pictures of every page go to var/shots, to be looked at.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.accounts import first
from tests.conftest import ROOT
from tests.extension.browsers import CHROMIUM, executable
from tests.service.accounts import pages_world
from tests.service.accounts.pages_world import COUNCIL, EMAIL, GROUP, PASSWORD, World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.xdist_group("accounts-pages"),
]

AXE = ROOT / "extension/node_modules/axe-core/axe.min.js"
SHOTS = ROOT / "var/shots"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
VIOLATIONS = "async (rules) => (await axe.run(document, rules)).violations.map(v => [v.id, v.help, v.nodes.map(n => n.html)])"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"

# The names in braces are those of World.ids.
OUTSIDE = {
    "sign-in": "/console/sign-in",
    "reset": "/console/reset",
    "new-password": "/console/reset/{reset}",
    "link-closed": "/console/reset/not-a-link",
    "invitation": "/console/invitation/{invitation}",
    "invitation-known": "/console/invitation/{known}",
}
INSIDE = {
    "cases": "/console/",
    "case": "/console/cases/{case}",
    "profile": "/console/profile",
    "new-recovery-codes": "/console/profile/recovery-codes",
    "replace-second-factor": "/console/profile/second-factor/replace",
    "organisations": "/console/organisations",
    "organisation": "/console/organisations/home",
    "organisation-small": "/console/organisations/{group}",
    "keys": "/console/organisations/home/keys",
    "keys-empty": "/console/organisations/{group}/keys",
    "audit": "/console/audit",
    "audit-empty": "/console/audit?object=nothing",
    "audit-wrong-day": "/console/audit?since=soon",
    "not-found": "/console/cases/none",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pages_world.empty(tmp_path_factory.mktemp("accounts")) as made:
        pages_world.settle(made)
        with pages_world.serving(made):
            yield made


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[World]:
    with pages_world.empty(tmp_path) as made, pages_world.serving(made):
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


@pytest.fixture
def open_page(browser: Any, world: World) -> Iterator[Callable[..., Any]]:
    """Open a page with options of a browser context; the pages' policy may block nothing of their own."""
    contexts, broken = [], []

    def opened(**options: Any) -> Any:
        wanted = {"base_url": world.origin, "viewport": DESKTOP, "locale": "en-GB"} | options
        contexts.append(browser.new_context(**wanted))
        page = contexts[-1].new_page()
        page.on(
            "console", lambda said: broken.append(said.text) if "Security" in said.text else None
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert broken == []


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    return open_page()


@pytest.fixture(scope="module")
def cookies(browser: Any, world: World) -> Any:
    """What a browser remembers of an administrator who signed in."""
    context = browser.new_context(base_url=world.origin, locale="en-GB")
    sign_in(context.new_page(), world)
    kept = context.storage_state()
    context.close()
    return kept


def sign_in(page: Any, world: World) -> None:
    """Sign in as a person without a mouse: what has the focus is typed into."""
    page.goto("/console/sign-in")
    page.locator("#email:focus").wait_for()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#code:focus").wait_for()
    page.keyboard.type(world.code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")


def check(page: Any, name: str) -> None:
    """Find nothing wrong with the page as it is now, and take its picture."""
    shoot(page, name)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(VIOLATIONS, RULES) == [], name
    assert page.evaluate(FITS), f"{name} is wider than the window"


def shoot(page: Any, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"accounts-{name}.png", full_page=True)


def look(page: Any, name: str, path: str) -> None:
    """Check a page by day at a desk, and by night on a phone."""
    page.goto(path)
    check(page, name)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    check(page, f"{name}-phone-dark")


@pytest.mark.parametrize("name", OUTSIDE)
def test_pages_outside(page: Any, world: World, name: str) -> None:
    look(page, name, OUTSIDE[name].format(**world.ids))


@pytest.mark.parametrize("name", INSIDE)
def test_pages_inside(open_page: Callable[..., Any], cookies: Any, world: World, name: str) -> None:
    look(open_page(storage_state=cookies), name, INSIDE[name].format(**world.ids))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ko", "zh-Hans"])
def test_other_languages_fit_a_phone(
    open_page: Callable[..., Any], cookies: Any, world: World, language: str
) -> None:
    page = open_page(storage_state=cookies, viewport=PHONE)
    page.goto(f"/console/profile?lang={language}")
    for name, path in INSIDE.items():
        page.goto(path.format(**world.ids))
        check(page, f"{name}-phone-{language}")


@pytest.mark.slow
def test_text_of_twice_the_size_fits(
    open_page: Callable[..., Any], cookies: Any, world: World
) -> None:
    page = open_page(storage_state=cookies, bypass_csp=True)
    for name, path in INSIDE.items():
        page.goto(path.format(**world.ids))
        page.add_style_tag(content="html { font-size: 200% }")
        check(page, f"{name}-large")


def test_signing_in_needs_no_mouse(page: Any, world: World) -> None:
    page.goto("/console/sign-in")
    page.locator("#email:focus").wait_for()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    page.locator("[role=alert]:focus").wait_for()
    assert page.get_by_label("E-mail address").input_value() == EMAIL
    assert page.get_by_label("Password").input_value() == ""
    check(page, "sign-in-refused")
    page.get_by_label("Password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#code:focus").wait_for()
    check(page, "code")
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    check(page, "code-refused")
    page.get_by_label("Code").focus()
    page.keyboard.type(world.code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    leave(page)


def leave(page: Any) -> None:
    """Open the menu, look at it, and sign out, by keyboard."""
    menu = page.locator("details.who").filter(has_text="Signed in as")
    menu.locator("> summary").focus()
    page.keyboard.press("Enter")
    check(page, "menu")
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.get_by_text("You are signed out.").wait_for()
    check(page, "signed-out")


def test_the_first_account_and_its_second_factor(
    open_page: Callable[..., Any], new_world: World
) -> None:
    page = open_page(base_url=new_world.origin)
    page.goto(f"/console/first?token={first.new_link(new_world.runtime)}")
    check(page, "first")
    page.get_by_label("Name").fill("Minji Kim")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("alert").get_by_role("link", name="The password is too short").click()
    assert page.get_by_label("Password").evaluate("node => node === document.activeElement")
    check(page, "first-refused")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/console/")
    page.goto("/console/profile")
    check(page, "profile-without-second-factor")
    page.get_by_role("link", name="Set up").click()
    look(page, "second-factor", "/console/profile/second-factor")
    page.get_by_text("Type it in instead").click()
    new_world.secret = page.locator("code.secret").inner_text()
    page.get_by_role("textbox", name="Code").fill(new_world.code())
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    assert page.locator(".codes li").count() == 10
    check(page, "recovery-codes")


def test_without_scripts_people_are_invited_roles_changed_and_keys_made(
    open_page: Callable[..., Any], cookies: Any
) -> None:
    page = open_page(storage_state=cookies, java_script_enabled=False)
    page.goto("/console/profile")
    page.locator("details.who > summary").click()
    page.get_by_role("button", name=GROUP).click()
    page.locator("details.who > summary").get_by_text(f"for {GROUP}").wait_for()
    page.locator("details.who > summary").click()
    page.get_by_role("button", name=COUNCIL).click()
    page.goto("/console/organisations/home")
    change_roles(page)
    page.goto("/console/organisations/home/keys")
    page.get_by_role("button", name="Make a key").click()
    page.get_by_label("What the key is for").fill("A test")
    page.get_by_role("button", name="Make a key").click()
    page.get_by_text("Choose at least one thing").first.wait_for()
    shoot(page, "keys-refused")
    page.get_by_label("Read scores").check()
    page.get_by_role("button", name="Make a key").click()
    assert page.locator("code.secret").inner_text().startswith("cav_")
    shoot(page, "key-made")
    page.locator("tbody summary").first.click()
    shoot(page, "key-revoke")


def change_roles(page: Any) -> None:
    member = page.get_by_role("listitem").filter(has_text="Joon-ho Park")
    member.get_by_text("Change roles", exact=True).click()
    shoot(page, "organisation-roles")
    member.get_by_label("Auditor").uncheck()
    member.get_by_role("button", name="Save").click()
    page.get_by_text("Choose at least one role").first.wait_for()
    shoot(page, "organisation-roles-refused")
    member.get_by_label("Reader").check()
    member.get_by_role("button", name="Save").click()
    page.get_by_text("The roles are saved.").wait_for()
    member.get_by_text("Remove", exact=True).first.click()
    shoot(page, "organisation-remove")
    assert "Reader" in member.inner_text()
