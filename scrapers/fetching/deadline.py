"""One end of time for everything that belongs to a fetch.

A timeout of each read is not enough: a server that sends one byte every few seconds would hold a
worker for days. The end is a context variable, so that pooled connections, which outlive a fetch,
obey whichever fetch uses them.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

_end: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the block at most so much time; an outer, earlier end stays in force."""
    token = _end.set(min(_end.get(), monotonic() + seconds))
    try:
        yield
    finally:
        _end.reset(token)


def left() -> float:
    """Return the seconds until the end, negative after it, infinite without one."""
    return _end.get() - monotonic()
