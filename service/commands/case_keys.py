"""`caveat cases rotate-keys`, `erase` and `keys`: for whoever may run commands on the machine."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from service import wiring
from service.commands.lines import clear_errors
from service.complaints import queries
from service.complaints.privacy import case_keys, contact_index, retention
from service.core import rotation, schema
from service.core.access import OPERATOR
from service.core.runtime import Runtime


@click.command(name="rotate-keys")
@click.option(
    "--retire-now",
    is_flag=True,
    help="Delete the older master key at once: older backups of the key store then open nothing.",
)
@clear_errors
def rotate_keys(*, retire_now: bool) -> None:
    """Wrap every data key with a new master key; goes on where it was stopped.

    The older master key is deleted by the first run that comes a week later.
    """
    _say(asdict(rotation.rotate(_ready(), retire=retire_now)))


@click.command()
@click.argument("references", nargs=-1)
@click.option("--email", help="Also every case with this e-mail address.")
@click.option("--phone", help="Also every case with this telephone number, with its country code.")
@click.option("--dry-run", is_flag=True, help="Only print which cases these are.")
@clear_errors
def erase(
    *, references: tuple[str, ...], email: str | None, phone: str | None, dry_run: bool
) -> None:
    """Erase the personal data of closed cases: all of them, or, when one cannot be, none."""
    runtime = _ready()
    wanted = {contact_index.EMAIL: email, contact_index.PHONE: phone}
    with runtime.begin() as session:
        found = [queries.case_id_of(session, reference) for reference in references]
        for kind, value in wanted.items():
            if value:
                found += contact_index.cases_of(session, runtime.vault, kind, value)
        cases = sorted(set(found))
        for case_id in [] if dry_run else cases:
            retention.erase(
                session, case_id, reason=retention.REQUEST, asker=OPERATOR, now=runtime.clock()
            )
    if not dry_run:
        retention.finish(runtime, cases)
    for case_id in cases:
        _say({"case": case_id, "erased": not dry_run})


@click.group()
def keys() -> None:
    """Back up the store of case keys, and read a backup in; backups are kept for a week."""


@keys.command()
@clear_errors
def backup() -> None:
    """Write a backup of the key store into CAVEAT_HOME/key-backups and delete those older than a week."""
    path, count = case_keys.backup(_ready())
    _say({"file": str(path), "keys": count})


@keys.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@clear_errors
def restore(*, file: Path) -> None:
    """Add the keys of a backup that the store has lost; erased cases stay erased."""
    _say({"restored": case_keys.restore(_ready(), file)})


def _ready() -> Runtime:
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    runtime.require_master_key()
    return runtime


def _say(line: dict[str, Any]) -> None:
    click.echo(json.dumps(line, default=str))
