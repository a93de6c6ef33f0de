"""One word for one thing: the glossary is kept on every sentence of every complete language."""

import re
import tomllib
from typing import Any

import pytest

from service.core import messages
from service.core.messages import LOCALES

DOCUMENT = tomllib.loads((messages.FOLDER / "glossary.toml").read_text(encoding="utf-8"))
LAW: tuple[str, ...] = tuple(DOCUMENT.pop("law"))
GLOSSARY: dict[str, dict[str, Any]] = DOCUMENT
STRINGS = {
    locale: {
        key: text for key, text in messages.read_strings(locale).items() if not key.startswith(LAW)
    }
    for locale in LOCALES
}


def others(text: str, row: dict[str, Any]) -> list[str]:
    """The words of a sentence that another word stands for."""
    for whole in row.get("but", ()):
        text = text.replace(whole, "")
    return [word for word in row["never"] if re.search(re.escape(word), text, re.IGNORECASE)]


@pytest.mark.parametrize("term", GLOSSARY)
def test_every_language_says_what_it_calls_a_thing(term: str) -> None:
    assert GLOSSARY[term].keys() == {"means", *LOCALES}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("term", GLOSSARY)
def test_a_thing_has_one_name(term: str, locale: str) -> None:
    row = GLOSSARY[term][locale]
    wrong = {key: text for key, text in STRINGS[locale].items() if others(text, row)}
    assert wrong == {}
    assert any(row["say"].casefold() in text.casefold() for text in STRINGS[locale].values())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("term", GLOSSARY)
def test_an_exception_is_still_needed(term: str, locale: str) -> None:
    """What is allowed stands somewhere; else the exception hides the next mistake."""
    for whole in GLOSSARY[term][locale].get("but", ()):
        assert any(whole in text for text in STRINGS[locale].values()), whole


def test_the_check_catches_another_word_and_not_an_allowed_one() -> None:
    row = GLOSSARY["complaint"]["ko"]
    assert others("민원을 접수했습니다", row) == ["민원"]
    assert others("통신판매업 신고번호", row) == []
