"""The whole road as one: notice and evidence in, a warning on the page, a complaint back as evidence."""

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.extension.browsers import Chromium, Reply, Server, build, certificate, chromium
from tests.road.service_process import Installation, free_port, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.xdist_group("browser")]

SHOTS = ROOT / "var" / "shots"
MERCHANT = "aliexpress:shop:1392990"
LISTING = "https://he.aliexpress.com/item/32993251330.html"
MAIL = "shopper@example.com"


@pytest.fixture
def caveat(tmp_path: Path) -> Installation:
    home = tmp_path / "home"
    home.mkdir()
    return Installation(home, free_port())


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[Server]:
    server = Server(certificate(tmp_path))
    yield server
    server.close()


@pytest.fixture
def browser(caveat: Installation, shops: Server, tmp_path: Path) -> Iterator[Chromium]:
    extension = build(tmp_path / "extension", api=caveat.origin) / "chromium"
    with chromium(
        tmp_path / "browser",
        extension,
        shops,
        locale="en-GB",
        viewport={"width": 1280, "height": 900},
    ) as started:
        yield started


def shot(page: Any, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(SHOTS / f"road-{name}.png"))


def history() -> Iterator[dict[str, Any]]:
    """A year of an ordinary seller: many reviews, some of them bad, invented for this test."""
    today = datetime.now(tz=UTC).timestamp() / 86_400
    base = {"merchant": MERCHANT}
    yield base | {"type": "open", "t": today - 400, "category": "electronics", "price_level": 2}
    for number in range(90):
        yield base | {
            "type": "review",
            "t": today - 1 - number * 3,
            "id": f"r{number}",
            "reviewer": f"p{number}",
            "rating": 2 if number % 9 == 0 else 5,
            "verified": True,
            "text_id": f"t{number}",
            "product": "32993251330",
            "topic": "phones",
        }


def take_copy(browser: Chromium) -> Any:
    """Get the local copy as a new user does, on the welcome page."""
    page = browser.context.new_page()
    page.goto(browser.url("welcome.html"))
    page.get_by_role("button", name="Get the local copy").click()
    page.get_by_role("button", name="Use this copy").click()
    page.get_by_text("The copy is in use").wait_for()
    browser.wait_for_shops()
    return page


def test_from_a_notice_to_a_warning_and_back_as_a_complaint(
    caveat: Installation, shops: Server, browser: Chromium, shared: Path, tmp_path: Path
) -> None:
    weekly = shared / "data" / "safety" / "raw_samples" / "eu_safety_gate_report_10000319.xml.gz"
    assert "taken" in caveat.run("import", "notices", str(weekly), "--source", "eu-safety-gate")
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(json.dumps(event) for event in history()))
    caveat.run("import", "events", str(events), "--source", "road-test")
    page_file = shared / "data" / "pages" / "html" / "ogs-aliexpress.html.gz"
    shops.answers[LISTING] = Reply(gzip.decompress(page_file.read_bytes()))

    with ExitStack() as stack:
        link = stack.enter_context(caveat.serving())
        before = wait_for(lambda: caveat.get(f"/v1/scores/{MERCHANT}"), "the first score")
        caveat.run("pack", "build", "--out", str(caveat.home / "packs"))
        shot(take_copy(browser), "1-welcome")

        page = browser.context.new_page()
        page.goto(LISTING, wait_until="domcontentloaded")
        badge = page.get_by_role("button", name=f"Caveat: Rated {before['grade']}")
        badge.wait_for()
        shot(page, "2-badge")
        badge.click()
        panel = page.get_by_role("dialog")
        panel.get_by_text("Sent from this page: nothing").wait_for()
        shot(page, "3-panel")
        panel.get_by_role("button", name="Show reasons").click()
        panel.get_by_text("from 90 reviews").wait_for()
        shot(page, "4-reasons")

        with browser.context.expect_page() as opened:
            panel.get_by_role("button", name="File a complaint").click()
        reference = file_complaint(opened.value)
        with_the_desk(opened.value, code_of(caveat, reference))

        console = stack.enter_context(console_of(browser, link))
        close_case(console, reference)
        after = wait_for(lambda: changed(caveat, before), "the score after the outcome")

    assert after["score"] < before["score"]
    assert "complaints.unresolved" in {reason["code"] for reason in after["reasons"]}
    assert "complaints.unresolved" not in {reason["code"] for reason in before["reasons"]}
    assert after["basis"]["complaints"] == 1
    assert MAIL.encode() not in b"".join(
        path.read_bytes() for path in caveat.home.glob("caveat.sqlite*")
    )


def file_complaint(form: Any) -> str:
    """Complete what the page could not know, read what will be sent, send it; return the reference."""
    form.get_by_label("It did not arrive", exact=True).check()
    assert form.locator("#field-amount").input_value() == "97.39"
    form.locator("#field-description").fill("It has not arrived after two months.")
    form.get_by_label("My money back", exact=True).check()
    form.locator("#field-purchase_date").fill("2026-09-01")
    form.locator("#field-order_id").fill("8123-4567")
    form.get_by_label("No answer came").check()
    form.get_by_label("Order confirmation").check()
    form.locator("#field-contact_email").fill(MAIL)
    form.locator("#field-country").select_option("DE")
    form.locator("#field-consent_share").check()
    shot(form, "5-complaint")
    form.get_by_role("button", name="Read what will be sent").click()
    form.get_by_text(MAIL).wait_for()
    shot(form, "6-preview")
    form.get_by_role("button", name="Send this complaint").click()
    form.get_by_role("heading", name="One step is left").wait_for()
    shot(form, "7-receipt")
    reference: str = form.locator(".reference").inner_text()
    return reference


def code_of(caveat: Installation, reference: str) -> str:
    """Read the code from the letter that the complainant was sent."""

    def code() -> str | None:
        letters = [path.read_bytes() for path in (caveat.home / "outbox").glob("*.eml")]
        mails = [message_from_bytes(letter, policy=policy.default) for letter in letters]
        mine = [mail for mail in mails if reference in mail["Subject"] and mail["To"] == MAIL]
        return str(mine[0]["Subject"]).split()[0] if mine else None

    found: str = wait_for(code, "the letter with the code")
    return found


def with_the_desk(form: Any, code: str) -> None:
    """Enter the code; only now the desk has the complaint."""
    form.get_by_label("Code from the letter").fill(code)
    form.get_by_role("button", name="Confirm").click()
    form.get_by_role("heading", name="Your complaint is with the desk").wait_for()
    shot(form, "7a-confirmed")
    with form.context.expect_page() as opened:
        form.get_by_role("link", name="Follow the case").click()
    tracked = opened.value
    tracked.get_by_text("A person at the consumer group will read your complaint").wait_for()
    assert "#" not in tracked.url
    shot(tracked, "7b-tracked")
    tracked.close()


class console_of:  # noqa: N801 - reads as a function in the test
    """The console in a page of its own, opened by making the first account."""

    def __init__(self, browser: Chromium, link: str) -> None:
        self.page = browser.context.new_page()
        self.page.goto(link)
        self.page.get_by_label("Name", exact=True).fill("Ada Keeper")
        self.page.get_by_label("E-mail").fill("ada@example.org")
        self.page.get_by_label("Password").fill("a long enough phrase")
        shot(self.page, "7c-first-account")
        self.page.locator("main form button[type=submit]").click()
        self.page.get_by_role("heading", name="Choose a case").wait_for()

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, *_: object) -> None:
        self.page.close()


def close_case(console: Any, reference: str) -> None:
    """Find the case in the queue, screen it, mediate, and record that no agreement was found."""
    console.get_by_role("link").filter(has_text=reference).click()
    console.get_by_role("heading", name=reference).wait_for()
    shot(console, "8-case")
    assert MAIL not in console.content()
    for step in ("Eligible", "Open mediation"):
        console.get_by_role("button", name=step, exact=True).click()
        console.get_by_role("listitem").filter(has_text=step).first.wait_for()
    console.locator("summary", has_text="Close without settlement").click()
    close = console.locator("form", has=console.locator('[name="event"][value="fail"]'))
    close.get_by_label("Because").select_option("not_agreed")
    close.get_by_role("button").click()
    console.get_by_text("Not resolved, on record").first.wait_for()
    shot(console, "9-outcome")


def changed(caveat: Installation, before: dict[str, Any]) -> dict[str, Any] | None:
    now: dict[str, Any] = caveat.get(f"/v1/scores/{MERCHANT}")
    return now if now["digest"] != before["digest"] else None


@pytest.mark.slow
def test_a_listing_that_an_official_notice_names_is_warned_about(
    caveat: Installation, shops: Server, browser: Chromium, shared: Path
) -> None:
    safety = shared / "data" / "safety"
    with gzip.open(safety / "safety_gate_listing_ids.jsonl.gz", "rt") as rows:
        named = next(
            row
            for row in map(json.loads, rows)
            if row["platform"] == "amazon" and row["report_date"].endswith("2025")
        )
    notices = safety / "eu_safety_gate_2023_2026.jsonl.gz"
    caveat.run("import", "notices", str(notices), "--source", "eu-safety-gate")
    url = f"https://www.amazon.de/dp/{named['listing_id']}"
    shops.answers[url] = Reply(
        "<!doctype html><html lang=de><title>Lampe</title><h1 id=title>Lampe</h1>"
        "<span id=productTitle>Lampe</span><input type=hidden id=merchantID value=A1INVENTEDSHOP>"
    )
    with caveat.serving():
        caveat.run("pack", "build", "--out", str(caveat.home / "packs"))
        verdict = caveat.get(f"/v1/check?url={url}")
        assert [notice["tier"] for notice in verdict["listing"]["notices"]] == [0]
        assert named["caseNumber"] in verdict["listing"]["notices"][0]["notice_id"]
        take_copy(browser).close()
        page = browser.context.new_page()
        page.goto(url)
        badge = page.get_by_role("button", name="Caveat: Named in an official notice")
        badge.wait_for()
        badge.click()
        panel = page.get_by_role("dialog")
        assert named["caseNumber"] in panel.inner_text()
        assert panel.get_by_role("link").filter(has_text=named["caseNumber"]).get_attribute("href")
        shot(page, "10-official-notice")
