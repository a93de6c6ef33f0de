"""Every exception that this room raises.

ScrapersError
├── InvalidInput          the data is wrong: a bad record, a damaged file, an impossible URL
│   └── TooLarge          the data is larger than the cap it was read under
├── FetchError            a page could not be fetched (scrapers.fetching.errors)
└── InvalidRules          a rule or platform file breaks its schema: our fault, not the input's
"""


class ScrapersError(Exception):
    """Base of all errors raised by scrapers."""


class InvalidInput(ScrapersError):
    """What is wrong with some input, and where: a file, a line, a field.

    `str(error)` is one line, `where: what`, fit for a terminal or a problem document.
    """

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what = what
        self.where = where


class TooLarge(InvalidInput):
    """The input is larger than the cap it was read under."""


class InvalidRules(ScrapersError):
    """A rule file or the platform table is wrong; the message names file and place."""
