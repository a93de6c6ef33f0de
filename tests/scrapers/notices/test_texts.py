"""Text repairs and the vocabulary."""

import pytest

from scrapers.notices.text import clean, is_iso_date, iso_date
from scrapers.notices.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dille &amp;amp; Kamille", "Dille & Kamille"),
        ("a&nbsp;b\n c", "a b c"),
        ("&amp;amp;amp;amp;", "&amp;"),
        ("ASIN: \u200eB09NRBDM5Q", "ASIN: B09NRBDM5Q"),
        ("Cafe\u0301", "Café"),
        ("nul\x00byte", "nulbyte"),
        ("one<br/>two", "one two"),
        (None, ""),
    ],
)
def test_clean(text: str | None, expected: str) -> None:
    assert clean(text) == expected


def test_dates() -> None:
    assert iso_date("06/01/2023", "%d/%m/%Y") == "2023-01-06"
    assert iso_date("Unknown", "%d/%m/%Y") is None
    assert not is_iso_date("2023-1-6")
    assert not is_iso_date("2023-02-30")


def test_thirteen_hazards_ten_remedies() -> None:
    codes = vocabulary().codes
    assert len(codes["hazards"]) == 13
    assert len(codes["remedies"]) == 10


def test_an_unknown_term_of_a_closed_list_is_other_and_no_term_is_nothing() -> None:
    words = vocabulary()
    assert words.terms("hazards", "eu-safety-gate", ["Blow", "choking"]) == ("choking", "other")
    assert words.terms("hazards", "eu-safety-gate", ["-", ""]) == ()


@pytest.mark.parametrize(
    ("text", "hazards"),
    [
        ("posing choking and burn hazards", ("choking", "burns")),
        ("high levels of lead, which is toxic", ("chemical",)),
        ("lead the way", ()),
        ("violates the standard", ()),
    ],
)
def test_hazards_in_prose(text: str, hazards: tuple[str, ...]) -> None:
    assert vocabulary().read("hazards", "en", text) == hazards
