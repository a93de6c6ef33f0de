"""Return terms beside the law, other companies in policies, dead links, words on reviews."""

import pytest

from scrapers.disclosures import compare, dead_references, other_companies, read, review_statement
from scrapers.disclosures.terms import laws
from scrapers.html import Page

URL = "https://shop.example/returns"


def terms(text: str, country: str) -> tuple[str, int | None]:
    found = compare(read(f"<p>{text}</p>".encode(), URL).lines, country)
    return found.verdict, found.offer.days if found.offer else None


@pytest.mark.parametrize(
    ("text", "country", "right"),
    [
        ("You may return goods within 30 days of receipt.", "DE", ("meets", 30)),
        ("Returns accepted within 7 days.", "DE", ("below", 7)),
        ("Sie können diesen Vertrag binnen vierzehn Tagen widerrufen.", "DE", ("meets", 14)),
        ("Rückgabe innerhalb von 10 Tagen.", "AT", ("below", 10)),
        ("Vous disposez de 14 jours pour vous rétracter.", "FR", ("meets", 14)),
        ("Puoi esercitare il recesso entro 14 giorni.", "IT", ("meets", 14)),
        ("Puede devolver el producto en un plazo de 7 días.", "ES", ("below", 7)),
        ("상품 수령 후 7일 이내 반품이 가능합니다.", "KR", ("meets", 7)),
        ("반품은 3일 이내에만 가능합니다.", "KR", ("below", 3)),
        ("支持七天无理由退货", "CN", ("meets", 7)),
        ("商品到着後3日以内に限り返品をお受けします。", "JP", ("stated_instead", 3)),
        ("商品の特性上、返品はお受けできません。", "JP", ("stated_instead", None)),
        ("All sales are final.", "GB", ("excluded", None)),
        ("Returns within 30 days.", "US", ("no_minimum", 30)),
        ("Returns within 30 days.", "XK", ("unknown_country", 30)),
        ("Delivered within 3 days.", "DE", ("not_stated", None)),
        ("Refunds are processed within 5 days.", "DE", ("not_stated", None)),
        ("Free returns. Only 3 days left of our sale!", "DE", ("not_stated", None)),
    ],
)
def test_return_terms_beside_the_law(
    text: str, country: str, right: tuple[str, int | None]
) -> None:
    assert terms(text, country) == right


def test_both_sides_are_quoted() -> None:
    found = compare(read(b"<p>Hello. Return it within 7 days! Bye.</p>", URL).lines, "de")
    assert found.offer is not None
    assert found.offer.quote == "Return it within 7 days!"
    assert (found.minimum_days, found.law, found.article) == (
        14,
        "Directive 2011/83/EU",
        "art. 9(1)",
    )
    assert "14 days" in found.law_quote
    assert found.law_url.startswith("https://")


def test_the_best_offer_is_compared() -> None:
    assert terms("Returns within 14 days. Members may return goods for 60 days.", "FR") == (
        "meets",
        60,
    )


def test_every_member_of_the_union_has_its_law() -> None:
    assert sum(law.act == "Directive 2011/83/EU" for law in laws().values()) == 27


def others(text: str, *names: str) -> list[str]:
    return [
        found.what for found in other_companies(read(f"<p>{text}</p>".encode(), URL).lines, names)
    ]


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("Your contract is with Harbor Trading LLC.", "Harbor Trading LLC"),
        ("This site is operated by Far Lamps Limited, a company.", "Far Lamps Limited"),
        ("Vertragspartner ist die Fernlicht GmbH.", "Fernlicht GmbH"),
        ("Le site est édité par la société Feux Lointains SAS.", "Feux Lointains SAS"),
        ("Il titolare del trattamento è Luci Lontane S.r.l.", "Luci Lontane S.r.l."),
        ("이 약관은 주식회사 먼등불이 운영하는 쇼핑몰", "주식회사 먼등불이"),
        ("本网站由深圳远灯科技有限公司运营", "深圳远灯科技有限公司"),
    ],
)
def test_a_policy_that_names_another_company(text: str, company: str) -> None:
    assert others(text, "Laternenhaus GmbH") == [company]


@pytest.mark.parametrize(
    "text",
    [
        "This site is operated by LATERNENHAUS GmbH &amp; Co. KG.",
        "We ship with Parcel Runner GmbH and bill through Paybank S.A.",
        "Compatible with lamps of Fernlicht GmbH.",
    ],
)
def test_own_names_and_mere_mentions_are_no_other_company(text: str) -> None:
    assert others(text, "Laternenhaus GmbH") == []


def test_without_a_known_seller_nobody_is_another() -> None:
    assert others("This site is operated by Far Lamps Limited.") == []


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ('<a href="https://ec.europa.eu/consumers/odr/">platform</a>', "eu_odr_platform"),
        ('<a href="http://webgate.ec.europa.eu/odr">platform</a>', "eu_odr_platform"),
        ("<p>Die Plattform: https://ec.europa.eu/consumers/odr.</p>", "eu_odr_platform"),
        ("<p>Angaben gemäß § 5 TMG</p>", "de_tmg"),
    ],
)
def test_dead_references(html: str, what: str) -> None:
    page = Page(html.encode())
    found = dead_references(page, read(page, URL).lines)
    assert [one.what for one in found] == [what]
    assert "since 20" in found[0].detail


def test_living_links_are_not_dead() -> None:
    page = Page(b'<a href="https://ec.europa.eu/info/law">law</a><p>\xc2\xa7 5 DDG</p>')
    assert dead_references(page, read(page, URL).lines) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Reviews are only from verified buyers.", "verified"),
        (
            "We do not check whether reviews come from people who bought the product.",
            "not_verified",
        ),
        (
            "Eine Überprüfung der Bewertungen auf Echtheit: Bewertungen werden nicht geprüft.",
            "not_verified",
        ),
        ("Nur Kunden, die das Produkt gekauft haben, können eine Bewertung abgeben.", "verified"),
        ("Les avis publiés ne font pas l'objet d'un contrôle.", "not_verified"),
        ("Le recensioni provengono da acquisti verificati.", "verified"),
    ],
)
def test_the_shops_own_word_on_reviews(text: str, what: str) -> None:
    found = review_statement(read(f"<p>Lamp. {text}</p>".encode(), URL).lines)
    assert found is not None
    assert found.what == what
    assert found.quote.strip() in text


def test_reviews_alone_state_nothing() -> None:
    assert (
        review_statement(read(b"<p>12 reviews, 4.5 stars. Write a review!</p>", URL).lines) is None
    )
