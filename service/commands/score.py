"""`caveat score`: what every merchant of an event file scores on given days."""

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

import scoring
from scoring.events import Event, Problem
from scrapers.errors import InvalidInput
from service.commands.lines import Tally, clear_errors, read_lines
from service.core.files import whole_file


class Days(click.ParamType[tuple[float, ...]]):
    """Days separated by commas, on the scale of the events' `t`."""

    name = "days"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """Return the days; a usage error names the part that is no day."""
        if isinstance(value, tuple):
            return value
        return tuple(self._day(part, param, ctx) for part in str(value).split(","))

    def _day(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        limit = 1e7
        try:
            day = float(text)
        except ValueError:
            self.fail(f"{text!r} is no day", param, ctx)
        if not -limit <= day <= limit:
            self.fail(f"{text!r} is not between -1e7 and 1e7", param, ctx)
        return day


@click.command()
@click.option(
    "--events",
    "source",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="Events, one JSON object a line (docs/events.md); plain or gz.",
)
@click.option("--days", required=True, type=Days(), help="Days to score on, e.g. 246,253,365.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--strict", is_flag=True, help="Stop at the first bad record; nothing is written.")
@clear_errors
def score(*, source: Path, days: tuple[float, ...], out: Path, strict: bool) -> None:
    """Score every merchant on each day, using only events up to that day; one JSON file.

    The file holds {"<day>": {"<merchant>": {score, risk, warn, grade, ...}}, ...,
    "reviews": {"<review id>": probability of manipulation}}.
    """
    tally = Tally(strict=strict)
    result = scoring.score_all(_events(source, tally), days)
    with whole_file(out) as file:
        file.write(msgspec.json.encode(result) + b"\n")
    tally.close()
    for day, merchants in result.items():
        if day != "reviews" and not merchants:
            # Days count on the scale of the events' own `t`: a span in mind gives an empty answer.
            click.echo(f"day {day}: no merchant had opened by then", err=True)


def _events(path: Path, tally: Tally) -> Iterator[Event]:
    for number, line in read_lines(path):
        tally.read += 1
        for item in scoring.read_line(line, number):
            if isinstance(item, Problem):
                _report(path, item, tally)
            else:
                tally.taken += 1
                yield item


def _report(path: Path, problem: Problem, tally: Tally) -> None:
    if problem.skipped:
        where = f"{path}, line {problem.line}, field {problem.field}"
        tally.skip(InvalidInput(problem.what, where))
    else:
        click.echo(f"ignored: {path}, {problem}", err=True)
