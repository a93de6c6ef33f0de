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
    assert shop(f"<button disabled>{words}</button>").get("availability") == "OutOfStock"
    sizes = "<select><option>S</option></select>"
    assert "availability" not in shop(f"{sizes}<button disabled>{words}</button>")


GONE = [
    "<button disabled>{buy}</button>",
    "<button>Sold out</button>",
    "<button>재입고 알림 신청</button>",
    "<button>Benachrichtigen Sie mich</button>",
    '<p class="stock">Rupture de stock</p>',
    "<p>This item is currently unavailable.</p>",
    "<strong>Нет в наличии</strong>",
    "<li>Momentálne nedostupné</li>",
]


@pytest.mark.parametrize("box", GONE)
def test_what_is_shown_as_gone_is_not_in_stock_whatever_markup_says(box: str) -> None:
    markup = MARKUP % '{"availability":"https://schema.org/InStock"}'
    shown = box.format(buy="Add to cart")
    assert shop(shown, markup)["availability"] == "OutOfStock"
    assert shop(f"{shown}<button>Buy now</button>", markup)["availability"] == "InStock"
    hidden = f'<div style="display:none">{shown}</div>'
    assert shop(hidden, markup)["availability"] == "InStock"


def test_what_can_be_bought_is_in_stock_whatever_markup_says() -> None:
    markup = MARKUP % '{"availability":"OutOfStock"}'
    assert shop("<button>Add to your basket</button>", markup)["availability"] == "InStock"
    both = '<p class="stock">Sold out</p><button>Add to basket</button>'
    assert shop(both, markup)["availability"] == "OutOfStock"


def test_the_states_that_a_button_may_take_say_nothing() -> None:
    markup = MARKUP % '{"availability":"InStock"}'
    states = '<a class="add-to-basket"><b>In den Korb</b><b class="unavail">Ausverkauft</b></a>'
    assert shop(states, markup)["availability"] == "InStock"


def test_an_advertisement_that_takes_messages_is_still_there() -> None:
    assert shop("<button>Contact seller</button>")["availability"] == "InStock"


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


@pytest.mark.parametrize(
    "box",
    [
        "<li><strong>Product Code - </strong>39139301</li>",
        "<div><span>Artikelnummer:</span> 39139301</div>",
        '<p class="product-code">Product code: 39139301</p>',
        "<dl><dt>상품번호</dt><dd>39139301</dd></dl>",
    ],
)
def test_a_number_that_is_shown_counts_before_one_in_markup(box: str) -> None:
    head = MARKUP.replace('"offers"', '"sku":"INTERNAL-7","offers"') % "{}"
    assert shop(box, head)["item_id"] == "39139301"


def test_without_a_number_shown_or_marked_that_of_the_address_counts() -> None:
    script = "<script>var a = {product_id: '4471203', category_id: 88}</script>"
    page = "<h1>Lamp</h1>" + script
    url = "https://lamps.example/lamp-p4471203.html"
    assert extract(page.encode(), url).fields["item_id"] == "4471203"
    assert "item_id" not in extract(page.encode(), "https://lamps.example/lamp").fields


def test_a_heading_may_say_what_kind_of_thing_markup_only_names() -> None:
    html = '<script type="application/ld+json">{"@type":"product","name":"Heron 7"}</script><h1>%s</h1>'
    for heading, title in [
        ("Brass lamp Heron 7", "Brass lamp Heron 7"),
        ("Heron 7 - 20 % off", "Heron 7"),
        ("Added to your basket", "Heron 7"),
    ]:
        assert extract((html % heading).encode(), URL).fields["title"] == title


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
