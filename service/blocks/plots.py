"""Geometry of the plots on report pages: shares in, percentages of the drawing's box out."""

from dataclasses import dataclass

from service.blocks.metrics import Rate
from service.blocks.survival import HORIZON, Curve

FULL = 100.0
TICKS = (0, 7, 14, 30, 60)
"""Days named on the axis."""


@dataclass(frozen=True, slots=True)
class SurvivalPlot:
    """A stepped line and the band of its interval, as the points of SVG shapes; `end` is the last share in percent."""

    line: str
    band: str
    ticks: tuple[tuple[int, float], ...]
    end: float
    end_y: float


def survival_plot(curve: Curve) -> SurvivalPlot:
    """Lay out a curve: days from left to right, the share still up from the bottom."""
    upper, lower = _steps(curve.high), _steps(curve.low)
    return SurvivalPlot(
        line=_points(_steps(curve.share)),
        band=_points([*upper, *reversed(lower)]),
        ticks=tuple((day, FULL * day / HORIZON) for day in TICKS),
        end=FULL * curve.share[-1],
        end_y=FULL * (1 - curve.share[-1]),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A share and its interval in percent from the left."""

    share: float
    low: float
    width: float


def bar(rate: Rate) -> Bar | None:
    """Lay out a rate; None when there are too few orders to show it as a share."""
    if not rate.enough or rate.value is None or rate.low is None or rate.high is None:
        return None
    return Bar(FULL * rate.value, FULL * rate.low, FULL * (rate.high - rate.low))


def _steps(shares: tuple[float, ...]) -> list[tuple[float, float]]:
    """Return the corners of a step function: a share holds until the next day."""
    corners: list[tuple[float, float]] = []
    for day, share in enumerate(shares):
        x, y = FULL * day / HORIZON, FULL * (1 - share)
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    return corners


def _points(corners: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)
