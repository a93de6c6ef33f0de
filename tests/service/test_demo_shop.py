import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from stdnum import ean

from scrapers.engine import extract
from scrapers.identity import identify
from service import app
from service.core.db import sqlite_url
from service.core.messages import LOCALES, Messages
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.demo.shops import Product, Shop, shops
from tests.service.site.test_site import one

OFFERS = [(shop, product) for shop in shops().values() for product in shop.products]
each_offer = pytest.mark.parametrize(
    ("shop", "product"), OFFERS, ids=[f"{s.look}-{p.slug}" for s, p in OFFERS]
)
each_shop = pytest.mark.parametrize("shop", shops().values(), ids=lambda shop: shop.look)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The real pages; the shops read no database, so this one stays empty."""
    home = tmp_path_factory.mktemp("home")
    runtime = Runtime(Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite")))
    yield app.create_pages(runtime, description=dict).test_client()
    runtime.close()


def fetch(client: FlaskClient, host: str, slug: str = "") -> tuple[bytes, str]:
    url = f"http://{host}:8765/demo/shop/{slug}"
    answer = client.get(f"/demo/shop/{slug}", base_url=f"http://{host}:8765")
    assert answer.status_code == 200
    return answer.data, url


def read_file(client: FlaskClient, address: str) -> str:
    with client.get(address) as answer:
        assert answer.status_code == 200
        return answer.get_data(as_text=True)


@each_offer
def test_caveats_own_rules_read_every_product_page(
    client: FlaskClient, shop: Shop, product: Product
) -> None:
    page, url = fetch(client, shop.host, product.slug)
    assert identify(url).merchant_key == f"web:domain:{shop.host}"
    fields = extract(page, url).fields
    assert fields["title"] == product.title
    assert (float(fields["price"]), fields["currency"]) == (float(product.price), shop.currency)
    assert (fields["brand"], fields["model"]) == (product.brand, product.model)
    assert fields.get("gtin") == product.gtin
    assert fields["availability"] == ("InStock" if product.available else "OutOfStock")
    assert fields["seller"]["name"] == shop.name
    counted = product.rating and product.rating.count
    assert fields.get("rating", {}).get("count") == counted


@each_offer
def test_product_codes_are_of_the_demonstration_range(shop: Shop, product: Product) -> None:
    del shop
    assert product.gtin is None or (product.gtin.startswith("952") and ean.is_valid(product.gtin))


def test_product_codes_are_all_different() -> None:
    codes = [product.gtin for _, product in OFFERS if product.gtin]
    assert len(set(codes)) == len(codes)


@each_shop
def test_every_page_says_that_it_is_invented(client: FlaskClient, shop: Shop) -> None:
    said = Messages.load(shop.language).text("shop.invented")
    for slug in ("", *(product.slug for product in shop.products)):
        page = LexborHTMLParser(fetch(client, shop.host, slug)[0])
        assert one(page, ".invented p").text() == said
        assert one(page, "html").attributes["lang"] == shop.language


@each_shop
def test_shops_disclose_what_they_have_and_nothing_else(client: FlaskClient, shop: Shop) -> None:
    page = LexborHTMLParser(fetch(client, shop.host, shop.products[0].slug)[0])
    shown = [node.text() for node in page.css("footer dd")]
    assert shown == [value for _, value in shop.disclosures()]
    markup = json.loads(one(page, 'script[type="application/ld+json"]').text())
    seller = markup["offers"]["seller"]
    assert ("address" in seller) == (shop.seller.address is not None)
    assert ("legalName" in seller) == (shop.seller.legal_name is not None)
    assert ("hasMerchantReturnPolicy" in markup["offers"]) == (shop.returns is not None)


@each_shop
def test_a_shop_links_to_its_products_and_to_files_that_exist(
    client: FlaskClient, shop: Shop
) -> None:
    page = LexborHTMLParser(fetch(client, shop.host)[0])
    links = [node.attributes["href"] for node in page.css(".shelf a")]
    assert links == [f"/demo/shop/{product.slug}" for product in shop.products]
    sheets = [node.attributes["href"] for node in page.css('link[rel="stylesheet"]')]
    assert len(sheets) == 2
    assert all(read_file(client, str(sheet)) for sheet in sheets)


@each_offer
def test_every_picture_is_drawn(client: FlaskClient, shop: Shop, product: Product) -> None:
    page = LexborHTMLParser(fetch(client, shop.host, product.slug)[0])
    address, _, name = str(one(page, ".picture use").attributes["href"]).partition("#")
    assert f'<symbol id="{name}"' in read_file(client, address)


@pytest.mark.parametrize("path", ["/demo/shop/", "/demo/shop/table-lamp"])
@pytest.mark.parametrize("host", ["127.0.0.1:8765", "unheard-of.localhost:8765"])
def test_any_other_host_lists_the_shops_on_its_own_port(
    client: FlaskClient, host: str, path: str
) -> None:
    page = client.get(path, base_url=f"http://{host}").get_data(as_text=True)
    links = {node.attributes["href"] for node in LexborHTMLParser(page).css("main a")}
    assert {
        f"http://{shop.host}:8765/demo/shop/{product.slug}" for shop, product in OFFERS
    } <= links


def test_a_product_the_shop_does_not_have(client: FlaskClient) -> None:
    answer = client.get("/demo/shop/usb-c-cable", base_url="http://lantern-goods.localhost:8765")
    assert answer.status_code == 404


def test_the_shops_speak_every_language_and_look_different() -> None:
    assert {shop.language for shop in shops().values()} == set(LOCALES)
    assert len({shop.look for shop in shops().values()}) == len(shops())
    assert all(host.endswith(".localhost") for host in shops())
