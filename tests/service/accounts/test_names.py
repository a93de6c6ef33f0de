import pytest

from service.accounts import names
from service.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada   Keeper ", "Ada Keeper"),
        ("Ｗｉｄｅ", "Wide"),
        ("김하늘 Kim", "김하늘 Kim"),
        ("山田 タロウ Taro", "山田 タロウ Taro"),
        ("Совет потребителей", "Совет потребителей"),
        ("Jean-Luc O’Neill 3", "Jean-Luc O’Neill 3"),
        ("محمد", "محمد"),
    ],
)
def test_names_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert names.clean_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" … ", "empty"),
        ("x" * 121, "long"),
        ("ﷺ" * 30, "long"),
        ("C\N{CYRILLIC SMALL LETTER O}uncil", "mixed"),
        ("\N{GREEK CAPITAL LETTER ALPHA}lpha", "mixed"),
        ("한\N{KATAKANA LETTER KA}", "mixed"),
        ("Ada\N{RIGHT-TO-LEFT OVERRIDE}nimda", "hidden"),
        ("A\N{ZERO WIDTH SPACE}da", "hidden"),
        ("A" + "\N{COMBINING DOUBLE ACUTE ACCENT}\N{COMBINING CEDILLA}" * 3, "hidden"),
    ],
)
def test_names_that_could_deceive_are_refused(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        names.clean_name(typed)
    assert refused.value.code == f"accounts.name.{code}"
    assert "name" in refused.value.fields


@pytest.mark.parametrize("typed", ["Ada@Example.org", " a.b+c@mail.example.org "])
def test_addresses_are_taken(typed: str) -> None:
    assert names.clean_email(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nobody",
        "a@",
        "@b",
        "a b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@exаmple.org",
        "a@example.org, b@example.org",
        "x" * 250 + "@example.org",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        names.clean_email(typed)
    assert refused.value.code == "accounts.email"
