"""Reviews in markup: what is kept of them, and what never is."""

import json

import pytest

from scrapers.engine import extract
from scrapers.reviews import near, pseudonym, text_id

KEY = b"a key that only this test knows."
URL = "https://lamps.example/p/1"
TEXT = "The lantern arrived within three days and burns for six hours on one filling of oil."
REVIEW = {
    "@type": "Review",
    "@id": "#r-17",
    "author": {"@type": "Person", "name": "Ingrid Beispiel"},
    "datePublished": "2026-03-02T10:00:00Z",
    "reviewBody": TEXT,
    "reviewRating": {"ratingValue": 4, "bestRating": 5},
}


def page(*reviews: object) -> bytes:
    product = {"@type": "Product", "name": "Lantern", "review": list(reviews)}
    return f'<script type="application/ld+json">{json.dumps(product)}</script>'.encode()


def test_a_review_keeps_everything_but_the_person_and_the_text() -> None:
    fields = extract(page(REVIEW), URL, key=KEY).fields
    (review,) = fields["reviews"]
    assert review == {
        "id": "#r-17",
        "reviewer": pseudonym("web:domain:lamps.example", "Ingrid Beispiel", KEY),
        "rating": "4",
        "best": "5",
        "date": "2026-03-02",
        "text_id": text_id(TEXT),
        "aspect": "delivery",
    }
    assert "Ingrid" not in json.dumps(fields)
    assert "lantern arrived" not in json.dumps(fields)


def test_without_a_key_no_review_is_read() -> None:
    assert "reviews" not in extract(page(REVIEW), URL).fields


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 16 bytes"):
        extract(page(REVIEW), URL, key=b"short")


def test_one_person_is_the_same_at_one_shop_and_with_one_key_only() -> None:
    here = pseudonym("web:domain:lamps.example", "Ingrid  BEISPIEL ", KEY)
    assert here == pseudonym("web:domain:lamps.example", "Ingrid Beispiel", KEY)
    assert here != pseudonym("web:domain:other.example", "Ingrid Beispiel", KEY)
    assert here != pseudonym("web:domain:lamps.example", "Ingrid Beispiel", KEY[::-1])


def test_microdata_reviews_are_read() -> None:
    html = (
        '<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Lantern</h1>'
        '<div itemprop="review" itemscope itemtype="https://schema.org/Review">'
        '<span itemprop="author">Ingrid</span><meta itemprop="datePublished" content="2026-01-05">'
        '<div itemprop="reviewRating" itemscope><meta itemprop="ratingValue" content="2"></div>'
        f'<p itemprop="reviewBody">{TEXT}</p></div></div>'
    )
    (review,) = extract(html.encode(), URL, key=KEY).fields["reviews"]
    assert (review["rating"], review["date"], review["text_id"]) == (
        "2",
        "2026-01-05",
        text_id(TEXT),
    )


@pytest.mark.parametrize("broken", [None, 3, "text", [], {"author": {"name": [{}]}}])
def test_broken_reviews_are_no_error(broken: object) -> None:
    found = extract(page(broken), URL, key=KEY).fields.get("reviews", [])
    assert all("rating" not in review for review in found)


def fingerprint(text: str) -> str:
    made = text_id(text)
    assert made is not None
    return made


def test_near_copies_are_near_and_others_are_not() -> None:
    copy = TEXT.upper().replace("THREE DAYS AND", "three days, and") + " !!"
    longer = TEXT * 4
    assert fingerprint(copy) == fingerprint(TEXT)
    assert near(fingerprint(longer), fingerprint(longer.replace("oil.", "oil", 1)))
    other = "Completely different words about a bicycle pump that broke on its first day of use."
    assert not near(fingerprint(TEXT), fingerprint(other))
    assert text_id("Great!") is None
