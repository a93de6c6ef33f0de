"""Why a page could not be fetched.

FetchError
├── Refused        our guard: a private address, another scheme or port, a step from https to http
├── Disallowed     the site's robots.txt says no
│   └── Silent     it cannot be reached, which allows nothing
├── Busy           the host's turn comes later than our time allows
├── BadRedirect    a loop, too many hops, or a hop that leads nowhere
├── BadAnswer      a body in an encoding that nobody asked for, or damaged
└── Unreachable    no connection, broken off, or out of time

A body above its cap is `scrapers.errors.TooLarge`; a text that is no address is `InvalidInput`.
A wall (login, captcha) is no error but the state "blocked" of a snapshot.
"""

from scrapers.errors import ScrapersError


class FetchError(ScrapersError):
    """What went wrong, and for which address; `str(error)` is one line."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what = what
        self.where = where


class Refused(FetchError):
    """Our guard does not go there."""


class Disallowed(FetchError):
    """The site's robots.txt does not want us there."""


class Silent(Disallowed):
    """The site does not tell what it allows, which is no answer rather than a no."""


class Busy(FetchError):
    """The host asks for a slower pace than the time allowed for this fetch."""


class BadRedirect(FetchError):
    """The redirects do not end at a page."""


class BadAnswer(FetchError):
    """The body cannot be read."""


class Unreachable(FetchError):
    """The server did not answer, or not to the end, or not in time."""
