"""Every exception that this room raises.

ScoringError
├── InvalidInput          the data is wrong: a bad record, events of two merchants in one history
└── InvalidConstants      a constants file breaks its schema or its laws: our fault, not the input's
"""


class ScoringError(Exception):
    """Base of all errors raised by scoring."""


class InvalidInput(ScoringError):
    """What is wrong with some input, and where; `str(error)` is one line, `where: what`."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what = what
        self.where = where


class InvalidConstants(ScoringError):
    """A constants file is wrong; the message names the file and the field."""
