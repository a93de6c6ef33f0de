"""`caveat export`: what the store holds, as open data."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from service import wiring
from service.commands.lines import clear_errors, write_lines
from service.core import schema
from service.evidence import queries as facts
from service.scores import queries as answers

Records = Callable[[Session], Iterator[Mapping[str, Any]]]
_OUT = click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; standard output without."
)


@click.command()
@_OUT
@clear_errors
def evidence(*, out: Path | None) -> None:
    """Write every fact as an event with its source (docs/events.md); of complaints month and band only."""
    _export(facts.public_records, out)


@click.command()
@_OUT
@clear_errors
def scores(*, out: Path | None) -> None:
    """Write every score with its reasons, as the API answers it."""
    _export(answers.answers, out)


def _export(records: Records, out: Path | None) -> None:
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    with runtime.reading() as session:
        written = write_lines(out, records(session))
    click.echo(f"written {written}", err=True)
