"""The words of sheets in the desks' languages (labels.yaml)."""

import functools
from collections.abc import Mapping
from typing import Literal

import msgspec

from service.complaints.channels import registry

FALLBACK = "en"

Family = Literal["headings", "acts", "fields", "values"]
Words = dict[str, tuple[str, ...]]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    languages: tuple[str, ...]
    headings: Words
    acts: Words
    fields: Words
    values: Words


@functools.cache
def _file() -> _File:
    return msgspec.convert(registry.document("labels.yaml"), _File)


def languages() -> tuple[str, ...]:
    """Return the languages that sheets can be written in."""
    return _file().languages


def language_for(wanted: str) -> str:
    """Return a desk's language where sheets have it, else English."""
    return wanted if wanted in languages() else FALLBACK


def words(family: Family, language: str) -> Mapping[str, str]:
    """Return the words of one family in one language by key."""
    place = languages().index(language)
    rows: Words = getattr(_file(), family)
    return {key: row[place] for key, row in rows.items()}
