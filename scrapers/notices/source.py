"""What is known about a source of notices besides how to read it: who, under which terms, and how to ask for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from scrapers.notices.model import Notice, Rejected

NOTICES, INDEX = "notices", "index"
DAY = timedelta(days=1)


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question to an authority; kept as JSON, so that an interrupted sync goes on where it stopped.

    `part` says what comes back: `notices`, or an `index` that only leads to further requests. `form` is
    sent as a POST. `page` of `last` pages that the authority announced. `may_be_gone`: 404 is an answer
    (nothing there), not an error.
    """

    url: str
    part: str = NOTICES
    form: dict[str, str] = {}
    page: int = 1
    last: int = 1
    may_be_gone: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What a source is asked from: the day it is (ISO), and since when (ISO); None for everything."""

    today: str
    since: str | None = None


Records = Iterator[Notice | Rejected]
Parse = Callable[[bytes], Records]
Read = Callable[[bytes, str], Records]
Discover = Callable[[State], list[Request]]
Follow = Callable[[Request, bytes, State], list[Request]]


def _nothing(_request: Request, _body: bytes, _state: State) -> list[Request]:
    return []


@dataclass(frozen=True, slots=True)
class Feed:
    """How a source is fetched; all functions are pure.

    `discover` gives the first requests, `follow` those that an answer leads to. `whole`: every run gets
    everything that is published, so that what is absent was withdrawn; otherwise runs ask since the
    watermark less `overlap`, and for everything again after `rescan`. `ends_early`: the list is known to
    end before its announced last page. `read` is `parse` with the address, for pages that do not say
    which notice they are. `credentials` maps a header to the name of the operator's key that it carries.
    """

    discover: Discover
    follow: Follow = _nothing
    cadence: timedelta = DAY
    whole: bool = False
    overlap: timedelta = 7 * DAY
    rescan: timedelta | None = None
    ends_early: bool = False
    read: Read | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)
    accept: str = "application/json, application/xml;q=0.9, */*;q=0.8"


@dataclass(frozen=True, slots=True)
class Source:
    """An authority's feed: who publishes it, for which territory, under which licence, and its reader.

    `parse` is pure: decompressed bytes in, notices and rejected records out in the order of the file.
    It raises InvalidInput for bytes that are no such feed at all. `seen_live`: its shape was checked
    against a payload that the authority really sent. `off` says why it may not be enabled.
    """

    id: str
    authority: str
    jurisdiction: str
    licence: str
    home: str
    language: str
    parse: Parse
    feed: Feed | None = None
    seen_live: bool = False
    off: str = ""
    note: str = ""

    def read(self, data: bytes, url: str) -> Records:
        """Return the records of one answer from `url`."""
        if self.feed is not None and self.feed.read is not None:
            return self.feed.read(data, url)
        return self.parse(data)


def windows(since: str | None, first_year: int, today: str) -> Iterator[tuple[str, str]]:
    """Yield (first day, last day) of each calendar year from `since` or `first_year` to today, ISO."""
    year = int(since[:4]) if since else first_year
    for one in range(year, int(today[:4]) + 1):
        yield max(since or "", f"{one}-01-01"), min(today, f"{one}-12-31")
