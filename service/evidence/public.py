"""What of a fact is shown to everybody: of complaints the month, a band of the amount, and no pseudonym.

The content hash stays that of the whole fact, which auditors can look up.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import Any

COMPLAINTS = frozenset({"complaint", "complaint_reply", "complaint_closed"})
EDGES = (0, *(digit * 10**power for power in range(1, 9) for digit in (1, 2, 5)))
"""Lower edges of the bands of amounts."""


def month(moment: datetime) -> datetime:
    """Return the first moment of a moment's month."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def band(amount: float) -> tuple[int, int | None]:
    """Return the band that an amount lies in, from and below; the last has no end."""
    place = max(bisect_right(EDGES, amount), 1)
    return EDGES[place - 1], EDGES[place] if place < len(EDGES) else None


def moment_of(kind: str, moment: datetime) -> datetime:
    """Return a time of a fact as it is shown."""
    return month(moment) if kind in COMPLAINTS else moment


def payload_of(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a fact as they are shown; still an event of docs/events.md.

    The complainant's pseudonym is replaced by the complaint's id, so that nobody's complaints about
    several merchants can be put together.
    """
    if kind != "complaint":
        return dict(payload)
    lower, upper = band(payload["amount"])
    shown = {**payload, "reviewer": payload["id"], "amount": lower}
    return shown if upper is None else {**shown, "amount_below": upper}
