"""Draw the state machine of a case as docs/pictures/machine.svg: python -m scripts.machine_picture."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from service.complaints.course import machine, programmes
from service.complaints.course.machine import Machine, State, Transition
from service.complaints.course.programmes import Programme

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "machine.svg"
PROGRAMME = "express-platform@2"
WIDTH, LINE, HEAD, GAP, LEFT, TOP = 268, 15, 38, 20, 14, 74
BETWEEN = 84
COLOURS = {"consumer": "#1c6b4a", "trader": "#9a5a00", "council": "#1f4fa3", "clock": "#8a1c3b"}
EVERYWHERE = "withdraw"
"""Possible in nearly every state: said once instead of drawn a dozen times."""


def picture(table: Machine, programme: Programme) -> str:
    """Return the drawing: a card a state, by stage from left to right, and a line a move."""
    places = _places(table)
    height = max(y + _height(table, name) for name, (_, y) in places.items()) + GAP
    stages = list(dict.fromkeys(state.stage for state in table.states.values()))
    width = LEFT * 2 + len(stages) * (WIDTH + BETWEEN) - BETWEEN
    parts = [
        _opening(width, height),
        "<title>The states of a case, who must act, how long, and every move</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_legend(),
        *(
            _text(LEFT + number * (WIDTH + BETWEEN), TOP - 16, stage, "#444444", 14)
            for number, stage in enumerate(stages)
        ),
        *_lines(table, places),
        *(part for name in table.states for part in _card(table, programme, name, places[name])),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _opening(width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="system-ui, sans-serif" font-size="11" role="img">'
    )


def _places(table: Machine) -> dict[str, tuple[int, int]]:
    found, below, columns = {}, dict[str, int](), dict[str, int]()
    for name, state in table.states.items():
        column = columns.setdefault(state.stage, len(columns))
        y = below.get(state.stage, TOP)
        found[name] = (LEFT + column * (WIDTH + BETWEEN), y)
        below[state.stage] = y + _height(table, name) + GAP
    return found


def _moves(table: Machine, name: str) -> list[Transition]:
    return [move for move in table.leaving(name) if move.event.name != EVERYWHERE]


def _height(table: Machine, name: str) -> int:
    return HEAD + LINE * len(_moves(table, name)) + 6


def _legend() -> Iterator[str]:
    x = LEFT
    for actor, colour in COLOURS.items():
        yield f'<rect x="{x}" y="12" width="12" height="12" fill="{colour}"/>'
        yield _text(x + 17, 22, actor, "#222222", 12)
        x += 90
    words = f"{EVERYWHERE} (consumer) leads from every open state but draft to withdrawn"
    yield _text(x + 8, 22, words, "#222222", 12)


def _card(table: Machine, programme: Programme, name: str, place: tuple[int, int]) -> Iterator[str]:
    x, y = place
    state = table.states[name]
    colour = COLOURS.get(state.actor or "", "#555555")
    fill = "#f1f1f1" if state.closed else "#fafcff"
    yield (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{_height(table, name)}" rx="5" '
        f'fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
    )
    yield _text(x + 8, y + 15, name.replace("_", " "), "#111111", 12, bold=True)
    yield _text(x + 8, y + 29, _second_line(state, programme), colour, 11)
    for number, move in enumerate(_moves(table, name), 1):
        to = "stays" if move.stays else move.target.replace("_", " ")
        words = f"{move.event.name.replace('_', ' ')} → {to}"
        yield _text(x + 8, y + HEAD + LINE * number - 4, words, COLOURS[move.event.actor], 11)


def _second_line(state: State, programme: Programme) -> str:
    if state.closed:
        window = programme.windows.get(state.name)
        return f"opens again within {window}" if window else "closed"
    return f"{state.actor} has {programme.clocks[state.name]}"


def _lines(table: Machine, places: dict[str, tuple[int, int]]) -> Iterator[str]:
    for name in table.states:
        for number, move in enumerate(_moves(table, name), 1):
            if not move.stays:
                yield _line(table, move, number, places)


def _line(table: Machine, move: Transition, number: int, places: dict[str, tuple[int, int]]) -> str:
    (x1, y1), (x2, y2) = places[move.source], places[move.target]
    y1, y2 = y1 + HEAD + LINE * number - 8, y2 + _height(table, move.target) // 2
    side = 1 if x2 > x1 else -1 if x2 < x1 else 0
    start = x1 + (WIDTH if side >= 0 else 0)
    end = x2 + (0 if side > 0 else WIDTH)
    bend = 46 if side >= 0 else -46
    other = -46 if side > 0 else 46
    return (
        f'<path d="M{start} {y1} C{start + bend} {y1} {end + other} {y2} {end} {y2}" fill="none" '
        f'stroke="{COLOURS[move.event.actor]}" stroke-opacity="0.45"/>'
        f'<circle cx="{end}" cy="{y2}" r="2.5" fill="{COLOURS[move.event.actor]}"/>'
    )


def _text(x: int, y: int, words: str, colour: str, size: int, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}"{weight}>{escape(words)}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(machine.load(), programmes.get(PROGRAMME)), encoding="utf-8")
