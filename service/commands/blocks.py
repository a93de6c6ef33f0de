"""`caveat blocks`: check the evidence, print the report, say who answers for a platform."""

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import click

from service import wiring
from service.accounts import queries as accounts
from service.blocks import evidence, operations, reports, sweeps
from service.commands.lines import BadInput, clear_errors, write_lines
from service.core import schema
from service.core.access import OPERATOR
from service.core.runtime import Runtime


@click.group()
def blocks() -> None:
    """Block orders and the verification of blocking."""


@blocks.command()
@clear_errors
def audit() -> None:
    """Compute the chain of evidence again; exit 2 naming the first day and record that does not hold."""
    with _ready() as runtime, runtime.reading() as session:
        found = evidence.audit(session, sweeps.folder(runtime), now=runtime.clock())
    click.echo(json.dumps(asdict(found)))
    if found.broken is not None:
        one = found.broken
        raise BadInput(f"{one.day}, record {one.record or '-'}: {one.what}")


@blocks.command()
@click.option("--platform", help="Only this one.")
@click.option("--out", type=click.Path(path_type=Path), help="A file instead of standard output.")
@clear_errors
def report(*, platform: str | None, out: Path | None) -> None:
    """Print the rates of blocking as JSON Lines, one rate a line."""
    with _ready() as runtime, runtime.reading() as session:
        made = reports.computed(session, platform=platform, now=runtime.clock())
    write_lines(out, reports.as_json(made)["rates"])


@blocks.command()
@click.argument("platform")
@click.argument("organisation")
@clear_errors
def assign(*, platform: str, organisation: str) -> None:
    """Let ORGANISATION (its name or id, of kind platform) answer for PLATFORM."""
    with _ready() as runtime, runtime.begin() as session:
        owner = accounts.organisation_id_of(session, organisation)
        operations.assign(session, OPERATOR, platform, owner, now=runtime.clock())
    click.echo(f"{platform} is answered for by {organisation}", err=True)


def _ready() -> closing[Runtime]:
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    return closing(runtime)
