"""`caveat keys`: make, list and revoke API keys, for whoever may run commands on the machine."""

import json
from dataclasses import asdict

import click

from service import wiring
from service.accounts import operations, queries
from service.commands.lines import clear_errors
from service.core import schema
from service.core.access import OPERATOR
from service.core.runtime import Runtime


@click.group()
def keys() -> None:
    """Keys with which programs of an organisation use the API."""


@keys.command()
@click.option("--organisation", required=True, help="Its name or id.")
@click.option("--label", required=True, help="What the key is for.")
@click.option("--scope", "scopes", multiple=True, required=True, help="May be given several times.")
@click.option("--days", default=90, show_default=True, help="How long it is valid.")
@clear_errors
def create(*, organisation: str, label: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a key and print it; it is shown this once."""
    runtime = _ready()
    with runtime.begin() as session:
        made = operations.create_key(
            session,
            OPERATOR,
            organisation_id=queries.organisation_id_of(session, organisation),
            label=label,
            scopes=scopes,
            days=days,
            now=runtime.clock(),
        )
    click.echo(made.text)
    click.echo("Keep it now: it is not shown again.", err=True)


@keys.command(name="list")
@clear_errors
def list_command() -> None:
    """Print every key as one JSON object a line, without secrets."""
    runtime = _ready()
    with runtime.reading() as session:
        found = queries.all_keys(session, OPERATOR, now=runtime.clock())
    for key in found:
        click.echo(json.dumps(asdict(key), ensure_ascii=False, default=str))


@keys.command()
@click.argument("prefix")
@clear_errors
def revoke(*, prefix: str) -> None:
    """Revoke the key with this PREFIX (the eight letters after cav_); it is refused from now on."""
    runtime = _ready()
    with runtime.begin() as session:
        key_id = queries.key_by_prefix(session, prefix)
        operations.revoke_key(session, OPERATOR, key_id, now=runtime.clock())
    click.echo(f"revoked {prefix}", err=True)


def _ready() -> Runtime:
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    with runtime.begin() as session:
        operations.home_organisation(session, now=runtime.clock())
    return runtime
