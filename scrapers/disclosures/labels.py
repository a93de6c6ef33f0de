"""Labels written plainly in data files, turned into expressions and into cues to look for first."""

import functools
import re
from collections.abc import Iterable

_GAP = r"[\s.\-–/_]*"
_LETTER = r"[^\W\d_]"


def expression(labels: Iterable[str]) -> str:
    """Return one expression for labels; a blank stands for white space, dots, hyphens or nothing.

    The longest label that fits is taken. Neither end may cut a word in two.
    """
    ordered = sorted(set(labels), key=len, reverse=True)
    joined = "|".join(_GAP.join(map(re.escape, label.split())) for label in ordered)
    return rf"(?<![^\W_])(?:{joined})(?!{_LETTER})"


def cues(labels: Iterable[str]) -> tuple[str, ...]:
    """Return lower-case strings one of which stands in any text that holds a label."""
    longest = {max(label.split(), key=len).lower() for label in labels}
    # A cue that holds another one is found by the shorter.
    return tuple(sorted(c for c in longest if not any(o != c and o in c for o in longest)))


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a compiled expression that ignores case."""
    return re.compile(pattern, re.IGNORECASE)


def has_any(text: str, wanted: Iterable[str]) -> bool:
    """Tell whether a lower-case text holds one of the cues."""
    for cue in wanted:  # noqa: SIM110 -- a generator costs three times as much here
        if cue in text:
            return True
    return False
