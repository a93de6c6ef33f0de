"""What is known about a source of notices besides how to read it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scrapers.notices.model import Notice, Rejected

Parse = Callable[[bytes], Iterator[Notice | Rejected]]


@dataclass(frozen=True, slots=True)
class Source:
    """An authority's feed: who publishes it, for which territory, under which licence, and its reader.

    `parse` is pure: decompressed bytes in, notices and rejected records out in the order of the file.
    It raises InvalidInput for bytes that are no such feed at all.
    """

    id: str
    authority: str
    jurisdiction: str
    licence: str
    home: str
    language: str
    parse: Parse
