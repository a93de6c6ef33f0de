"""The actors of a case on a running installation, each in a browser of their own, with pictures of what they see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from service.accounts.models import Person
from service.complaints.intake import tracking
from service.complaints.models import Case
from service.core import schema
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.wiring import SWEEPS
from tests.conftest import ROOT
from tests.extension.browsers import CHROMIUM, executable
from tests.road.service_process import Installation
from tests.service.accounts.people import signed_in

PICTURES = ROOT / "docs" / "pictures" / "cases"
OPEN_ALL = "document.querySelectorAll('details.act, details.step-form').forEach(one => { one.removeAttribute('name'); one.open = true })"


class Reaching(Installation):
    """An installation whose guard lets it send to this machine."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"CAVEAT_PRIVATE_NETWORKS": "127.0.0.0/8"}


@contextmanager
def inside(caveat: Installation) -> Iterator[Runtime]:
    """Open the data of an installation, to set up what no actor of the walk does."""
    settings = Settings(
        home=caveat.home, database_url=sqlite_url(caveat.home / "caveat.sqlite"), port=caveat.port
    )
    runtime = Runtime(settings, sweeps=SWEEPS)
    schema.upgrade(runtime.engine)
    yield runtime
    runtime.close()


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=executable(CHROMIUM, "chromium"), args=["--no-sandbox"]
        )
        yield started
        started.close()


@dataclass
class Actor:
    """Somebody with a browser; `walk` names the pictures."""

    page: Page
    walk: str

    def do(self, event: str, **given: str) -> None:
        """Make a move with the form that the page offers for it."""
        self.page.evaluate(OPEN_ALL)
        form = self.page.locator(f'form:has(input[name="event"][value="{event}"])').first
        for name, value in given.items():
            control = form.locator(f'[name="{name}"]')
            choose = control.evaluate("one => one.tagName") == "SELECT"
            _ = control.select_option(value) if choose else control.fill(value)
        with self.page.expect_navigation():
            form.locator("button[type=submit]").first.click()

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{self.walk}-{name}.png"
        self.page.screenshot(path=str(path), clip={"x": 0, "y": 0, **self.page.viewport_size})


def at_desk(
    started: Browser,
    caveat: Installation,
    runtime: Runtime,
    person: Person,
    path: str,
    walk: str,
    **look: Any,
) -> Actor:
    """Return somebody with an account, at a page of the console."""
    client = signed_in(runtime, person)
    cookie = client.get_cookie("caveat")
    assert cookie is not None
    context = started.new_context(locale="en-GB", viewport={"width": 1100, "height": 800}, **look)
    context.add_cookies([{"name": "caveat", "value": cookie.value, "url": caveat.origin}])
    page = context.new_page()
    page.goto(caveat.origin + path)
    return Actor(page, walk)


def following(
    started: Browser, caveat: Installation, runtime: Runtime, case_id: str, walk: str
) -> Actor:
    """Return the complainant on a telephone, at the page that a letter's link opens."""
    page = started.new_context(locale="en-GB", viewport={"width": 390, "height": 844}).new_page()
    actor = Actor(page, walk)
    follow(actor, caveat, runtime, case_id)
    return actor


def follow(actor: Actor, caveat: Installation, runtime: Runtime, case_id: str) -> None:
    """Open the case by a new link, as from the latest letter."""
    with runtime.begin() as session:
        reference = session.get_one(Case, case_id).reference
        token = tracking.issue(session, case_id, now=runtime.clock())
    actor.page.goto("about:blank")
    actor.page.goto(tracking.link(caveat.origin, reference, token))
    actor.page.get_by_role("heading", name=reference).wait_for()
