"""Copies are kept up to date by small files, at times that tell nothing, and notices only while a shop is open."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.packs import changes as pack_changes
from service.packs import format as pack_format
from service.packs.changes import Part
from service.packs.header import Publisher
from tests.extension import browsers
from tests.extension.conftest import octets

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

HOST = "127.0.0.1/v1/packs"
SHOP = "https://www.aliexpress.com/item/10050010001.html"
OPTIONS = "options.html"

MakeChanges = Callable[..., bytes]


@pytest.fixture
def make_changes(
    make_pack: Callable[..., bytes], api: browsers.Server, signing_key: Ed25519PrivateKey
) -> Iterator[MakeChanges]:
    """Return changes to the copy that every test begins with."""

    def make(part: Part, version: int, **newest: Any) -> bytes:
        base = pack_format.decode(make_pack())
        issued = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
        issue = pack_format.Issue(Publisher("test-desk", "Test Consumer Desk"), version, issued)
        later = pack_format.decode(make_pack(version=version, **newest))
        return pack_changes.encode(issue, base, later, part, signing_key)

    yield make
    for part in ("merchants", "safety"):
        api.answers.pop(f"{HOST}/1/{part}", None)


def ring(chrome: browsers.Chromium, alarm: str) -> None:
    """Let an alarm ring now and wait until it is set anew."""
    chrome.worker.evaluate(
        """async (name) => {
          await chrome.alarms.create(name, { when: Date.now() });
          while (((await chrome.alarms.get(name))?.scheduledTime ?? 0) < Date.now() + 60_000)
            await new Promise((next) => setTimeout(next, 50));
        }""",
        alarm,
    )


def test_a_day_later_only_what_changed_is_fetched_and_shown(
    page: Any, chrome: browsers.Chromium, api: browsers.Server, make_changes: MakeChanges
) -> None:
    api.answers[f"{HOST}/1/merchants"] = octets(
        make_changes("merchants", 2, merchants={"aliexpress:shop:700001": "D"})
    )
    page.goto(SHOP)
    page.get_by_label("Rated B").wait_for()
    api.requests.clear()
    ring(chrome, "copy")
    page.get_by_label("Rated D").wait_for()
    assert [request.url for request in api.requests] == [f"http://{HOST}/1/merchants"]
    page.goto("https://www.aliexpress.com/item/10050010002.html")
    # The newest pack no longer lists this seller.
    page.get_by_label("No data").wait_for()


def test_notices_are_asked_for_hourly_and_only_while_a_shop_is_open(
    page: Any, chrome: browsers.Chromium, api: browsers.Server, make_changes: MakeChanges
) -> None:
    api.answers[f"{HOST}/1/safety"] = octets(
        make_changes("safety", 3, safety={"aliexpress:item:10050010001": "A12/00999/25"})
    )
    alarm = chrome.worker.evaluate("chrome.alarms.get('notices')")
    minutes = (alarm["scheduledTime"] / 1000 - dt.datetime.now(tz=dt.UTC).timestamp()) / 60
    assert 55 < minutes < 91
    page.goto(chrome.url(OPTIONS))
    api.requests.clear()
    ring(chrome, "notices")
    page.wait_for_timeout(500)
    assert api.requests == []
    page.goto(SHOP)
    page.locator(".badge button").wait_for()
    ring(chrome, "notices")
    page.get_by_label("Named in an official notice").wait_for()
    assert [request.url for request in api.requests] == [f"http://{HOST}/1/safety"]


def test_changes_by_a_stranger_are_not_taken(
    page: Any, chrome: browsers.Chromium, api: browsers.Server, make_pack: Callable[..., bytes]
) -> None:
    stranger = Ed25519PrivateKey.generate()
    base = pack_format.decode(make_pack())
    worse = pack_format.decode(make_pack(merchants={"aliexpress:shop:700003": "E"}))
    issue = pack_format.Issue(Publisher("test-desk", "Test"), 9, dt.datetime.now(tz=dt.UTC))
    forged = pack_changes.encode(issue, base, worse, "merchants", stranger)
    api.answers[f"{HOST}/1/merchants"] = octets(forged)
    api.requests.clear()
    ring(chrome, "copy")
    page.goto("https://www.aliexpress.com/item/10050010003.html")
    page.get_by_label("No data").wait_for()
    assert [request.url for request in api.requests] == [f"http://{HOST}/1/merchants"]
    api.answers.pop(f"{HOST}/1/merchants")
