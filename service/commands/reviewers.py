"""`caveat reviewers`: how reliable raters are, and how good those whom they rate."""

import csv
import io
import math
from array import array
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from scoring import reliability
from scrapers.errors import InvalidInput
from service.commands.lines import Tally, clear_errors, read_lines
from service.core.files import whole_file

COLUMNS = ("rater", "ratee", "rating", "timestamp")
DAY = 86_400.0
LONGEST_ID = 512


class _Ratings:
    """The columns of a file, ids numbered in the order in which they appear."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.rater = array("q")
        self.ratee = array("q")
        self.rating = array("d")
        self.second = array("d")

    def add(self, cells: Sequence[str]) -> None:
        """Add one row; raises ValueError that names the column that is wrong."""
        rater, ratee, rating, second = cells
        for column, name in zip(COLUMNS, (rater, ratee), strict=False):
            if not 0 < len(name) <= LONGEST_ID:
                raise ValueError(f"{column}: empty or longer than {LONGEST_ID} characters")
        numbers = _number("rating", rating), _number("timestamp", second)
        self.rater.append(self.ids.setdefault(rater, len(self.ids)))
        self.ratee.append(self.ids.setdefault(ratee, len(self.ids)))
        self.rating.append(numbers[0])
        self.second.append(numbers[1])

    def standing(self) -> reliability.Standing:
        """Return the fixpoint over all rows."""
        return reliability.fixpoint(
            np.array(self.rater, dtype=np.int64),
            np.array(self.ratee, dtype=np.int64),
            reliability.scaled(np.array(self.rating)),
            np.array(self.second) / DAY,
            len(self.ids),
        )


@click.command()
@click.argument(
    "ratings", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--strict", is_flag=True, help="Stop at the first bad row; nothing is written.")
@clear_errors
def reviewers(*, ratings: Path, out: Path, strict: bool) -> None:
    """Weigh raters and those whom they rate, from ratings alone; no labels are used.

    RATINGS is a CSV file with the columns rater, ratee, rating, timestamp (seconds), plain or gz.
    The file written has the columns id, reliability (0 to 1, empty for who rated nobody) and goodness
    (-1 to 1, empty for whom nobody rated).
    """
    tally = Tally(strict=strict)
    rows = _read(ratings, tally)
    _write(out, rows)
    tally.close()


def _read(path: Path, tally: Tally) -> _Ratings:
    rows = _Ratings()
    places: list[int] | None = None
    for number, line in read_lines(path):
        where = f"{path}, line {number}"
        if places is None:
            places = _header(line, where)
            continue
        tally.read += 1
        try:
            cells = next(csv.reader([line.decode()]))
            rows.add([cells[place].strip() for place in places])
        except (ValueError, IndexError, csv.Error) as error:
            tally.skip(InvalidInput(_what(error), where))
        else:
            tally.taken += 1
    if places is None:
        raise InvalidInput("empty, not even a line of column names", str(path))
    return rows


def _header(line: bytes, where: str) -> list[int]:
    names = [n.strip().lower() for n in next(csv.reader([line.decode("utf-8-sig", "replace")]))]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise InvalidInput(f"no column {', '.join(missing)}", where)
    return [names.index(column) for column in COLUMNS]


def _number(column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{column}: {text[:64]!r} is no number") from None
    if not math.isfinite(value):
        raise ValueError(f"{column}: not a finite number")
    return value


def _what(error: Exception) -> str:
    return "fewer cells than column names" if isinstance(error, IndexError) else str(error)


def _write(out: Path, rows: _Ratings) -> None:
    standing = rows.standing()
    with whole_file(out) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("id", "reliability", "goodness"))
        columns = standing.reliability.tolist(), standing.goodness.tolist()
        for name, trusted, good in zip(rows.ids, *columns, strict=True):
            writer.writerow((name, _cell(trusted), _cell(good)))
        text.detach()


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6f}"
