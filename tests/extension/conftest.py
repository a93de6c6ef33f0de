"""Servers, builds and signed copies that the browser tests share."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.packs import format as pack_format
from service.packs.header import Notice, Publisher
from service.packs.tables import MerchantEntry, SafetyEntry
from tests.extension import browsers, pages

SHOTS = browsers.ROOT / "var" / "shots"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}

NOTICES = (
    Notice(
        id="A12/00999/25",
        authority="Safety Gate, European Commission",
        date=dt.date(2025, 9, 12),
        hazards=("choking",),
        type="recall of the product from end users",
        words="Small parts come loose easily.",
        url="https://ec.europa.eu/safety-gate-alerts/screen/webReport",
    ),
    Notice(
        id="RC-77310",
        authority="Health Canada",
        date=dt.date(2024, 3, 4),
        hazards=("fire", "burns"),
        type="consumer product recall",
        words="The battery can overheat.",
        url="https://recalls-rappels.canada.ca/en",
    ),
)
MERCHANTS = (
    MerchantEntry(
        "aliexpress:shop:700001", "aliexpress", "B", warning=False, reason="complaints.resolved"
    ),
    MerchantEntry(
        "aliexpress:shop:700002", "aliexpress", "E", warning=True, reason="complaints.unresolved"
    ),
    MerchantEntry("aliexpress:shop:700003", "aliexpress", "none", warning=False, reason=None),
    MerchantEntry(
        "amazon:seller:A1CAVEATTEST01", "amazon", "A", warning=False, reason="reviews.good"
    ),
    MerchantEntry(
        "web:domain:lantern.localhost", "web", "C", warning=False, reason="deliveries.bad"
    ),
)
SAFETY = (
    SafetyEntry("amazon:item:B0CAVEAT01", 0, "A12/00999/25"),
    SafetyEntry("model:northbay:NB4410", 2, "RC-77310"),
)


@pytest.fixture(scope="session")
def signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture(scope="session")
def make_pack(signing_key: Ed25519PrivateKey) -> Callable[..., bytes]:
    def make(
        version: int = 1,
        days_old: int = 0,
        key: Ed25519PrivateKey | None = None,
        publisher: str = "Test Consumer Desk",
        merchants: Mapping[str, str] | None = None,
        safety: Mapping[str, str] | None = None,
    ) -> bytes:
        """Sign a copy; `merchants` (key to grade) take the place of ours, `safety` (key to notice) join them."""
        issued = dt.datetime.now(tz=dt.UTC).replace(microsecond=0) - dt.timedelta(days=days_old)
        issue = pack_format.Issue(Publisher("test-desk", publisher), version, issued)
        listed = [
            MerchantEntry(name, name.partition(":")[0], grade, warning=False, reason=None)
            for name, grade in (merchants or {}).items()
        ]
        named = [SafetyEntry(name, 0, notice) for name, notice in (safety or {}).items()]
        contents = pack_format.Contents(
            merchants=listed or MERCHANTS, safety=(*SAFETY, *named), notices=NOTICES
        )
        return pack_format.encode(issue, contents, key or signing_key)

    return make


@pytest.fixture(scope="session")
def api_server() -> Iterator[browsers.Server]:
    server = browsers.Server()
    yield server
    server.close()


@pytest.fixture(scope="session")
def page_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browsers.Server]:
    server = browsers.Server(browsers.certificate(tmp_path_factory.mktemp("certificate")))
    yield server
    server.close()


@pytest.fixture(scope="session")
def test_build(api_server: browsers.Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return browsers.build(tmp_path_factory.mktemp("test-build"), api=api_server.origin)


@pytest.fixture(scope="session")
def release_build(api_server: browsers.Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return browsers.build(
        tmp_path_factory.mktemp("release-build"), api=api_server.origin, test=False
    )


@pytest.fixture(scope="module")
def api(api_server: browsers.Server, make_pack: Callable[..., bytes]) -> browsers.Server:
    api_server.answers = {"127.0.0.1/v1/packs/latest": octets(make_pack())}
    api_server.requests.clear()
    return api_server


@pytest.fixture(scope="module")
def shops(page_server: browsers.Server) -> browsers.Server:
    page_server.answers = shop_pages()
    page_server.requests.clear()
    return page_server


@pytest.fixture(scope="module")
def chrome(
    test_build: Path,
    api: browsers.Server,  # noqa: ARG001 - the copy comes from it
    shops: browsers.Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[browsers.Chromium]:
    """Chromium with the test build, whose user has taken the copy."""
    folder = tmp_path_factory.mktemp("chromium")
    with browsers.chromium(folder, test_build / "chromium", shops, viewport=DESKTOP) as started:
        take_copy(started)
        started.wait_for_shops()
        yield started


@pytest.fixture
def page(chrome: browsers.Chromium) -> Iterator[Any]:
    opened = chrome.context.new_page()
    yield opened
    opened.close()


def take_copy(chrome: browsers.Chromium) -> None:
    """Go through the welcome page's first step as a user would."""
    welcome = chrome.context.new_page()
    welcome.goto(chrome.url("welcome.html"))
    welcome.get_by_role("button", name="Get the local copy").click()
    welcome.get_by_role("button", name="Use this copy").click()
    welcome.get_by_text("The copy is in use").wait_for()
    welcome.close()


def octets(data: bytes) -> browsers.Reply:
    return browsers.Reply(data, type="application/octet-stream")


def shop_pages() -> dict[str, browsers.Answer]:
    """The pages that the tests visit, by address."""
    two_sellers = pages.aliexpress(store="700001").replace(
        "<ul>", '<p class=shop-name><a href="/store/700002">x</a></p><ul>'
    )
    listed = {
        "www.aliexpress.com/item/10050010001.html": pages.aliexpress(store="700001"),
        "www.aliexpress.com/item/10050010002.html": pages.aliexpress(
            store="700002", name="Quick Parcel Store"
        ),
        "www.aliexpress.com/item/10050010003.html": pages.aliexpress(
            store="700003", name="New Leaf Store"
        ),
        "www.aliexpress.com/item/10050010004.html": pages.aliexpress(
            store="709999", name="Unlisted Store"
        ),
        "www.aliexpress.com/item/10050010005.html": pages.aliexpress(store=None),
        "www.aliexpress.com/item/10050010006.html": two_sellers,
        "item.taobao.com/item.htm?spm=a1z10&id=520000000001": pages.page("Cup", "<h1>Cup</h1>"),
        "www.aliexpress.com/cart": pages.page("Cart", "<h1>Cart</h1>"),
        "www.amazon.com/dp/B0CAVEAT01": pages.amazon(asin="B0CAVEAT01", seller="A1CAVEATTEST01"),
        "www.amazon.com/dp/B0CAVEAT02": pages.amazon(
            asin="B0CAVEAT02",
            seller="A1CAVEATTEST01",
            title="Power bank",
            brand="Northbay",
            model="NB-4410",
        ),
    }
    return {address: browsers.Reply(text) for address, text in listed.items()}
