"""What desks are called, and what to know about them, in the reader's language (names/*.yaml)."""

import functools
from importlib.resources import files
from typing import NamedTuple

import msgspec

from service.complaints.channels import registry
from service.complaints.channels.registry import Channel

WRITTEN_IN = "en"
"""The language of `name` and `note` in desks/*.yaml."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of one desk in one language."""

    name: str = ""
    note: str = ""


class Text(NamedTuple):
    """Words with the language that they are in; empty where there are none."""

    text: str
    language: str


def languages() -> tuple[str, ...]:
    """Return the languages beside English that desks are described in."""
    folder = files(__package__).joinpath("names")
    return tuple(sorted(path.name.removesuffix(".yaml") for path in folder.iterdir()))


@functools.cache
def words(language: str) -> dict[str, Words]:
    """Return what is said in a language by desk, nothing for a language without a file."""
    if language not in languages():
        return {}
    return msgspec.convert(registry.document(f"names/{language}.yaml"), dict[str, Words])


def name(channel: Channel, language: str) -> Text:
    """Return what a reader calls a desk: the translated name, its own in that language, or the English."""
    own = _of(channel, language).name or channel.name_local.get(language, "")
    return Text(own, language) if own else Text(channel.name, WRITTEN_IN)


def local(channel: Channel, language: str) -> Text:
    """Return a desk's name in its own language, empty where that is the reader's."""
    own = (Text(text, code) for code, text in channel.name_local.items() if code != language)
    return next(own, Text("", ""))


def note(channel: Channel, language: str) -> Text:
    """Return the advice on a desk, translated where that was done."""
    own = _of(channel, language).note
    return Text(own, language) if own else Text(channel.note, WRITTEN_IN)


def _of(channel: Channel, language: str) -> Words:
    return words(language).get(channel.id, Words())
