"""Asking the web for a page: guarded, polite, bounded in bytes and time.

The only place of the project that opens connections to addresses it did not choose itself.

    with Fetcher(Settings(contact="https://caveat.example/bot"), clock=now) as fetcher:
        snapshot = fetcher.fetch("https://shop.example/lamp")

`guard` decides where a connection may go, `manners` when, `bodies` how much is read, `walls` what
an answer means; `client` puts them in a row.
"""

from scrapers.fetching.client import Fetcher, Settings
from scrapers.fetching.errors import (
    BadAnswer,
    BadRedirect,
    Busy,
    Disallowed,
    FetchError,
    Refused,
    Silent,
    Unreachable,
)
from scrapers.fetching.snapshot import Snapshot, State

__all__ = [
    "BadAnswer",
    "BadRedirect",
    "Busy",
    "Disallowed",
    "FetchError",
    "Fetcher",
    "Refused",
    "Settings",
    "Silent",
    "Snapshot",
    "State",
    "Unreachable",
]
