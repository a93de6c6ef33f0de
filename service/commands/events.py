"""`caveat import events`: a merchant's history from a file into the evidence store."""

from collections.abc import Iterator
from pathlib import Path

import click

from scrapers.errors import InvalidInput
from service import wiring
from service.commands.lines import BadInput, Tally, clear_errors, read_objects
from service.core import schema
from service.evidence import importing, operations
from service.evidence.operations import Fact


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", default="import", show_default=True, help="Who states these facts.")
@click.option("--source-url", help="Where they can be looked up.")
@click.option("--licence", help="Under which licence they may be used.")
@click.option(
    "--strict", is_flag=True, help="Stop at the first bad record; nothing is stored then."
)
@clear_errors
def events(
    *, file: Path, source: str, source_url: str | None, licence: str | None, strict: bool
) -> None:
    """Store the events of FILE (JSON Lines, docs/events.md); facts that are known are not stored twice."""
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    tally = Tally(strict=strict)
    origin = importing.Origin(source, source_url, licence)
    with runtime.begin() as session:
        recorded = operations.record(session, _facts(file, origin, tally), now=runtime.clock())
    tally.close()
    if tally.skipped and not tally.taken:
        raise BadInput(f"{file}: no record could be taken; the reasons stand above")
    click.echo(f"new {recorded.new}, known already {recorded.known}", err=True)


def _facts(file: Path, origin: importing.Origin, tally: Tally) -> Iterator[Fact]:
    for where, record in read_objects(file, tally):
        try:
            fact = importing.fact_of(record, origin)
        except importing.BadEvent as error:
            tally.skip(InvalidInput(error.what, f"{where}, {error.field}"))
            continue
        tally.taken += 1
        yield fact
