"""`caveat export`: what the store holds, as open data."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from service import wiring
from service.commands.lines import clear_errors, write_lines
from service.core import schema
from service.core.access import OPERATOR
from service.core.runtime import Runtime
from service.evidence import operations as recording
from service.evidence import queries as facts
from service.scores import queries as answers

Records = Callable[[Session], Iterator[Mapping[str, Any]]]
_OUT = click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; standard output without."
)


@click.command()
@_OUT
@click.option(
    "--exact", is_flag=True, help="Nothing made coarse, for an auditor: not for publishing."
)
@click.option("--purpose", default="", help="What the exact facts are needed for; it is recorded.")
@clear_errors
def evidence(*, out: Path | None, exact: bool, purpose: str) -> None:
    """Write every fact as an event with its source (docs/events.md); of complaints month and band only.

    With --exact the score can be computed again from them to the last digit.
    """
    if purpose and not exact:
        raise click.UsageError("--purpose goes with --exact")
    with closing(_ready()) as runtime:
        if exact:
            with runtime.begin() as session:
                now = runtime.clock()
                recording.note_exact_look(session, purpose=purpose, asker=OPERATOR, now=now)
        _export(runtime, facts.exact_records if exact else facts.public_records, out)


@click.command()
@_OUT
@clear_errors
def scores(*, out: Path | None) -> None:
    """Write every score with its reasons, as the API answers it."""
    with closing(_ready()) as runtime:
        _export(runtime, answers.answers, out)


def _ready() -> Runtime:
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    return runtime


def _export(runtime: Runtime, records: Records, out: Path | None) -> None:
    with runtime.reading() as session:
        written = write_lines(out, records(session))
    click.echo(f"written {written}", err=True)
