"""Geometry of the charts on public pages: numbers in, percentages of the drawing's box out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

FULL = 100.0


@dataclass(frozen=True, slots=True)
class Point:
    """A score at a time; x and y in percent from the left and the top, y from a baseline of zero."""

    x: float
    y: float
    when: datetime
    score: float


@dataclass(frozen=True, slots=True)
class History:
    """A line over time. It breaks where the merchant was not rated."""

    segments: tuple[tuple[Point, ...], ...]
    first: datetime
    last: datetime

    @property
    def latest(self) -> Point:
        """The newest rated point, which is labelled on the chart."""
        return self.segments[-1][-1]


def history(rows: Sequence[dict[str, Any]]) -> History | None:
    """Lay out `history` of a score answer (oldest first); None with fewer than two rated points."""
    times = [datetime.fromisoformat(row["as_of"]) for row in rows]
    scores = [row["score"] for row in rows]
    rated = [score for score in scores if score is not None]
    if len(rated) < 2 or times[0] == times[-1]:  # noqa: PLR2004 - a line has two ends
        return None
    span = times[-1] - times[0]
    points = [
        None
        if score is None
        else Point(FULL * ((when - times[0]) / span), FULL - score, when, score)
        for when, score in zip(times, scores, strict=True)
    ]
    runs = groupby(points, key=lambda point: point is not None)
    segments = tuple(
        tuple(point for point in run if point is not None) for is_rated, run in runs if is_rated
    )
    return History(segments, times[0], times[-1])
