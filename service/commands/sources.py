"""`caveat sources`: where official notices come from, under which terms, and how fetching stands."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
import msgspec

from scrapers.notices import kc
from service import wiring
from service.commands.lines import clear_errors, write_lines
from service.core import schema
from service.core.access import OPERATOR
from service.core.runtime import Runtime
from service.safety import asking, queries, runs
from service.safety.sources import fetched
from service.safety.views import SourceView


def prepared() -> Runtime:
    """Return this installation's runtime with its database brought up to date."""
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    return runtime


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="JSON Lines even on a terminal.")
@click.pass_context
@clear_errors
def sources(context: click.Context, *, as_json: bool) -> None:
    """List the sources of official notices with licence, robots.txt, cadence and state."""
    if context.invoked_subcommand is not None:
        return
    with prepared().reading() as session:
        views = fetched(session)
    if as_json or not sys.stdout.isatty():
        write_lines(None, map(asdict, views))
        return
    for view in views:
        click.echo(_line(view))


def _line(view: SourceView) -> str:
    seen = "seen live" if view.seen_live else "not yet seen live"
    state = "off" if view.off else "enabled" if view.enabled else "not enabled"
    told = [state, seen, f"{view.notices} notices", view.licence, f"robots {view.robots}"]
    told += [f"up to {view.watermark}"] if view.watermark else []
    why = view.off or view.quarantined or view.problem or view.note
    return f"{view.id:<24}{', '.join(told)}" + (f"\n{'':<24}{why}" if why else "")


def _switch(change: Callable[..., None], source: str, **options: Any) -> None:
    runtime = prepared()
    with runtime.begin() as session:
        change(session, source, asker=OPERATOR, **options)


@sources.command()
@click.argument("source")
@clear_errors
def enable(*, source: str) -> None:
    """Have the worker fetch from SOURCE on its cadence."""
    _switch(runs.enable, source, now=prepared().clock())
    click.echo(f"{source} is enabled", err=True)


@sources.command()
@click.argument("source")
@clear_errors
def disable(*, source: str) -> None:
    """Fetch no more from SOURCE; what was taken stays."""
    _switch(runs.disable, source)
    click.echo(f"{source} is not enabled", err=True)


@sources.command()
@click.argument("notice")
@clear_errors
def links(*, notice: str) -> None:
    """Print the notices of other authorities that are linked with NOTICE, with the evidence."""
    with prepared().reading() as session:
        write_lines(None, map(asdict, queries.links_of(session, notice)))


@sources.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@clear_errors
def certificate(*, numbers: tuple[str, ...]) -> None:
    """Look KC certification NUMBERs up in the register of safetykorea."""
    runtime = prepared()
    with asking.make_fetcher(runtime) as fetcher:
        for number in numbers:
            found = kc.parse(asking.ask(runtime, fetcher, kc.request(number), kc.CREDENTIALS))
            entry = None if found is None else msgspec.structs.asdict(found)
            write_lines(None, [{"number": number, "certification": entry}])
