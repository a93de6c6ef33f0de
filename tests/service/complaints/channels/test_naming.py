"""What desks are called in the reader's language: every desk, every note, nothing left over."""

import re

import pytest

from service.complaints.channels import naming, registry
from service.core.messages import LOCALES

OTHERS = [locale for locale in LOCALES if locale != naming.WRITTEN_IN]
LETTERS = {"ko": r"[가-힣]", "zh-Hans": r"[\u4e00-\u9fff]"}
CHANNELS = registry.load().channels


def test_every_language_of_the_pages_has_its_names() -> None:
    assert list(naming.languages()) == OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_desk_is_named_and_no_other(language: str) -> None:
    assert naming.words(language).keys() == CHANNELS.keys()
    for channel in CHANNELS.values():
        name = naming.name(channel, language)
        assert name.language == language, channel.id
        assert re.search(LETTERS[language], name.text), channel.id


@pytest.mark.parametrize("language", OTHERS)
def test_every_note_is_translated_and_none_invented(language: str) -> None:
    for channel in CHANNELS.values():
        note = naming.note(channel, language)
        assert bool(note.text) == bool(channel.note), channel.id
        assert not channel.note or note.language == language, channel.id
        assert set(re.findall(r"\d+", note.text)) >= _years(channel.note), channel.id


def _years(text: str) -> set[str]:
    """Numbers of three and more figures: years, amounts, days, which every translation keeps."""
    return set(re.findall(r"\d{3,}", text))


def test_english_readers_get_the_registry_itself_and_the_desks_own_name() -> None:
    desk = CHANNELS["kr_1372"]
    assert naming.name(desk, "en") == (desk.name, "en")
    assert naming.local(desk, "en") == ("1372 소비자상담센터", "ko")
    assert naming.name(desk, "ko") == ("1372 소비자상담센터", "ko")
    assert naming.local(desk, "ko") == ("", "")


def test_a_language_without_names_reads_english() -> None:
    desk = CHANNELS["us_ftc"]
    assert naming.name(desk, "de") == (desk.name, "en")
    assert naming.note(desk, "de") == (desk.note, "en")
