"""What a page shows: prices, stock and numbers without markup, and against it."""

from typing import Any

import pytest

from scrapers.engine import extract

URL = "https://lamps.example/p/1"
MARKUP = '<script type="application/ld+json">{"@type":"Product","name":"Oil lantern","offers":%s}</script>'
OTHERS = '<div class="related"><h3>Wick</h3><b class="price">3,00 €</b><button>Add to cart</button></div>'


def shop(buy_box: str, head: str = "") -> dict[str, Any]:
    html = (
        f"<title>Oil lantern - Lamps</title>{head}<div id=page><div class=main>"
        f"<h1>Oil lantern</h1><div class=box>{buy_box}</div></div>{OTHERS}</div>"
    )
    return extract(html.encode(), URL).fields


SHOWN = [
    ('<b class="price">49,90 €</b>', "49.90"),
    ('<b class="price">€ 20,-</b>', "20"),
    ('<b class="price">Price: $165.95</b>', "165.95"),
    ('<del class="price">60,00 €</del><b class="price">49,90 €</b>', "49.90"),
    ('<p class="old-price"><b class="price">60 €</b></p><b class="price">50 €</b>', "50"),
    ('<b class="price">49,90 €</b><i class="price-instalment">4,16 €</i>', "49.90"),
    ('<b class="price">49,90 €</b><i class="member-price">45,00 €</i>', "49.90"),
    ('<b class="price">4,16 €/month</b>', None),
    ('<b class="price">-10 %</b>', None),
    ('<b class="price">10 €</b><b class="price">12 €</b>', None),
    ("<p>No price here", None),
]


@pytest.mark.parametrize(("box", "price"), SHOWN)
def test_the_price_next_to_the_heading_is_the_price(box: str, price: str | None) -> None:
    assert shop(box).get("price") == price


def test_what_is_shown_decides_between_markup_that_contradicts_itself() -> None:
    offers = MARKUP % '{"price":"150"}'
    meta = '<meta property="product:price:amount" content="200.00">'
    bid = '<span class="price-now">$200</span>'
    assert shop(bid, offers + meta)["price"] == "200.00"
    assert shop("", offers + meta)["price"] == "150"
    assert shop('<span class="price-now">$999</span>', offers + meta)["price"] == "150"


def test_markup_that_agrees_with_itself_is_not_judged() -> None:
    assert shop('<b class="price">$1</b>', MARKUP % '{"price":"150"}')["price"] == "150"


BUTTONS = [
    "Add to cart",
    "In den Warenkorb",
    "Ajouter au panier",
    "В корзину",
    "장바구니 담기",
    "カートに入れる",
    "加入购物车",
    "Do košíka",
    "Comprar ahora",
]


@pytest.mark.parametrize("words", BUTTONS)
def test_what_can_be_bought_is_in_stock(words: str) -> None:
    assert shop(f"<button>{words}</button>").get("availability") == "InStock"
    assert "availability" not in shop(f"<button disabled>{words}</button>")


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Sold out", "OutOfStock"),
        ("Derzeit nicht verfügbar", "OutOfStock"),
        ("품절", "OutOfStock"),
        ("Auf Lager", "InStock"),
        ("Vorbestellen", "PreOrder"),
        ("Ask us", None),
    ],
)
def test_words_about_stock_next_to_the_heading(words: str, state: str | None) -> None:
    assert shop(f'<p class="stock-info">{words}</p>').get("availability") == state


def test_one_variant_in_stock_is_enough() -> None:
    offers = '[{"availability":"OutOfStock"},{"availability":"https://schema.org/InStock"}]'
    assert shop("", MARKUP % offers)["availability"] == "InStock"


def test_of_several_headings_the_title_of_the_page_names_the_one() -> None:
    html = "<title>Oil lantern | Lamps</title><h1>Notice</h1><h1>Oil lantern</h1>"
    assert extract(html.encode(), URL).fields["title"] == "Oil lantern"


def test_a_number_with_its_label_in_one_element() -> None:
    assert shop("<p>Art.-Nr.: LA-100</p>")["item_id"] == "LA-100"
    assert "item_id" not in shop("<p>Refrigerators</p><p>Ref lanterns</p>")


def test_a_list_price_is_above_the_price_and_not_absurd() -> None:
    box = '<del>60,00 €</del><b class="price">49,90 €</b>'
    assert shop(box)["list_price"] == "60.00"
    assert "list_price" not in shop(box.replace("60,00", "40,00"))
    assert "list_price" not in shop(box.replace("60,00", "60000"))


def test_facts_that_a_table_states() -> None:
    rows = [("Material", "Brass"), ("原産国", "Japan"), ("Garantie", "2 Jahre"), ("제조국", "n/a")]
    table = "".join(f"<tr><th>{label}<td>{value}" for label, value in rows)
    facts = shop(f"<table>{table}</table>")["facts"]
    assert facts == {"material": "Brass", "origin": "Japan", "warranty": "2 Jahre"}


def test_images_returns_shipping_and_payment_from_markup() -> None:
    offers = """{"price":"5","acceptedPaymentMethod":["http://purl.org/goodrelations/v1#Cash","PayPal"],
      "hasMerchantReturnPolicy":{"merchantReturnDays":30,"returnFees":"https://schema.org/FreeReturn",
        "applicableCountry":"DE"},
      "shippingDetails":{"shippingRate":{"value":0,"currency":"EUR"}}},
      "image":["/a.jpg","https://cdn.example/b.jpg","/a.jpg"]"""
    fields = shop("", (MARKUP % offers).replace("\n", ""))
    assert fields["images"] == ["https://lamps.example/a.jpg", "https://cdn.example/b.jpg"]
    assert fields["payment_methods"] == ["Cash", "PayPal"]
    assert fields["returns"] == {"days": 30, "fees": "FreeReturn", "country": "DE"}
    assert fields["shipping"] == {"fee": "0", "currency": "EUR"}
