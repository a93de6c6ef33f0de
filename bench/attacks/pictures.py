"""The pictures of docs/score.md as SVG: calibration, and scores over time under each attack.

python -m bench.attacks --pictures docs/pictures
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import scoring
from bench.attacks import attacks, measures, settings
from bench.attacks.world import YEAR, Merchant, World
from scoring import events as ev

WIDTH, HEIGHT, EDGE = 220, 120, 28
COLUMNS = 3
STEP = 7.0
FIRST = 120.0
STYLE = (
    "text{font:11px sans-serif;fill:#333}.frame{fill:none;stroke:#bbb}.line{fill:none;stroke:#1f5fa8;"
    "stroke-width:2}.mark{stroke:#b04a00;stroke-dasharray:4 3}.even{stroke:#bbb;stroke-dasharray:2 3}"
    ".dot{fill:#1f5fa8}.warned{fill:#b04a00}"
)


def write(folder: Path, seed: int, count: int) -> None:
    """Write both pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("score-calibration.svg", calibration(seed, count)),
        ("score-attacks.svg", over_time(seed, count)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name)


def calibration(seed: int, count: int) -> str:
    """Return the true share of bad purchases against the stated risk, by tenths, in all worlds."""
    said: list[float] = []
    true: list[float] = []
    for setting in settings.ALL:
        for world in (setting, settings.clean(setting)):
            made = attacks.make(world, seed, count)
            known = measures.truth(made)
            said.extend(measures.judged(measures.caveat(made), known).risks)
            true.extend(known.risks)
    risks, shares = np.array(said), np.array(true)
    index = np.minimum((risks * 10).astype(int), 9)
    bins = [(n, index == n) for n in range(10) if (index == n).any()]
    dots = [
        (float(risks[own].mean()), float(shares[own].mean()), int(own.sum())) for _, own in bins
    ]
    size = 300

    def place(x: float, y: float) -> tuple[float, float]:
        return EDGE + x * size, EDGE + (1 - y) * size

    parts = [_rect(EDGE, EDGE, size, size), _line(*place(0, 0), *place(1, 1), "even")]
    for risk, share, merchants in dots:
        x, y = place(risk, share)
        radius = 2 + np.sqrt(merchants) / 4
        title = f"{merchants} merchants: stated {risk:.2f}, true {share:.2f}"
        parts.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{title}</title></circle>'
        )
    parts += [
        _text(EDGE, size + EDGE + 18, "stated risk, 0 to 1"),
        _text(EDGE, EDGE - 10, "true share of bad purchases, 0 to 1"),
    ]
    return _svg(size + 2 * EDGE, size + 2 * EDGE, parts)


def over_time(seed: int, count: int) -> str:
    """Return the score of one merchant under each attack, week by week."""
    world = attacks.make(settings.BASE, seed, count)
    chosen = _examples(world.merchants)
    lines = _scores(world, chosen)
    parts: list[str] = []
    for n, merchant in enumerate(chosen):
        left, top = EDGE + n % COLUMNS * (WIDTH + EDGE), EDGE + n // COLUMNS * (HEIGHT + 2 * EDGE)
        parts += _panel(left, top, merchant, lines[merchant.key])
    rows = -(-len(chosen) // COLUMNS)
    return _svg(COLUMNS * (WIDTH + EDGE) + EDGE, rows * (HEIGHT + 2 * EDGE) + EDGE, parts)


def _examples(merchants: Iterable[Merchant]) -> list[Merchant]:
    """Return the busiest merchant under each attack that has traded since the start, where one has."""
    found: dict[str, Merchant] = {}
    for merchant in sorted(merchants, key=lambda m: (m.opened > 0, -len(m.events))):
        if merchant.attack and merchant.closed is None:
            found.setdefault(merchant.attack, merchant)
    return [found[name] for name in sorted(found)]


def _scores(
    world: World, chosen: Sequence[Merchant]
) -> Mapping[str, list[tuple[float, float, bool]]]:
    """Return (day, score, warning) of each merchant, where it is rated."""
    events = [e for m in world.merchants for e in m.events]
    days = [float(day) for day in np.arange(FIRST, YEAR + 1, STEP)]
    found = scoring.score_all(events, days, only={m.key for m in chosen})
    lines: dict[str, list[tuple[float, float, bool]]] = {m.key: [] for m in chosen}
    for day in days:
        records: dict[str, Any] = found[f"{day:g}"]  # type: ignore[assignment]
        for key, record in records.items():
            if record["score"] is not None:
                lines[key].append((day, record["score"], record["warn"]))
    return lines


def _began(merchant: Merchant) -> float | None:
    """Return the day on which the attack began."""
    ordered = [r.t for r in merchant.of(ev.Review) if r.id in merchant.fakes]
    if merchant.attack == "complaint flood":
        # The flood's complaints were invented last.
        ordered = [c.t for c in merchant.of(ev.Complaint)][-settings.BASE.flood :]
    return merchant.switched or min(ordered, default=None)


def _panel(
    left: float, top: float, merchant: Merchant, line: Sequence[tuple[float, float, bool]]
) -> list[str]:
    def x(day: float) -> float:
        return left + (day - FIRST) / (YEAR - FIRST) * WIDTH

    def y(points: float) -> float:
        return top + (100 - points) / 100 * HEIGHT

    parts = [
        _rect(left, top, WIDTH, HEIGHT),
        _text(left, top - 6, f"{merchant.attack}: true share {merchant.now:.2f}"),
    ]
    began = _began(merchant)
    if began is not None and began > FIRST:
        parts.append(_line(x(began), top, x(began), top + HEIGHT, "mark"))
    path = " ".join(f"{x(day):.1f},{y(points):.1f}" for day, points, _ in line)
    parts.append(f'<polyline class="line" points="{path}"/>')
    parts += [
        f'<circle class="warned" cx="{x(day):.1f}" cy="{y(points):.1f}" r="2.5"><title>warned</title></circle>'
        for day, points, warned in line
        if warned
    ]
    return [*parts, _text(left, top + HEIGHT + 14, f"day {FIRST:g} to {YEAR:g}; score 0 to 100")]


def _rect(x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="frame" x="{x:.1f}" y="{y:.1f}" width="{width:g}" height="{height:g}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{words}</text>'


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}">'
    return f'{head}\n<style>{STYLE}</style>\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
