"""`caveat sync`: official notices from the authorities' own addresses, incrementally."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.commands.lines import BadInput, clear_errors
from service.commands.sources import prepared
from service.core.access import OPERATOR
from service.core.errors import CaveatError
from service.core.runtime import Runtime
from service.safety import asking, sources
from service.safety import sync as syncing
from service.safety.answers import Tell
from service.safety.taking import RunReport


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@click.option("--full", is_flag=True, help="Ask for everything, not only for what is new.")
@click.option("--replay", is_flag=True, help="Read the kept answers again; ask nobody.")
@click.option("--release", is_flag=True, help="Take the quarantined answer all the same.")
@click.option("--force", is_flag=True, help="Do not wait after failures.")
@clear_errors
def sync(*, sources: tuple[str, ...], full: bool, replay: bool, release: bool, force: bool) -> None:
    """Fetch official notices: from each SOURCE named, or from all that are enabled.

    Prints one JSON line a source. An interrupted run goes on where it stopped. Status 2 when a source
    could not be fetched or was quarantined; the others are done all the same.
    """
    runtime = prepared()
    if sum((full, replay, release)) > 1:
        raise BadInput("--full, --replay and --release exclude each other")
    run = _way(runtime, full=full, replay=replay, release=release, force=force)
    problems = []
    for source in sources or _enabled(runtime):
        try:
            with _progress(source) as tell:
                report = run(source, tell)
        except CaveatError as error:
            problems.append(str(error))
            click.echo(f"failed: {error}", err=True)
            continue
        click.echo(msgspec.json.encode(asdict(report)))
    if problems:
        raise BadInput(f"{len(problems)} of the sources could not be synchronised")


def _way(
    runtime: Runtime, *, full: bool, replay: bool, release: bool, force: bool
) -> Callable[[str, Tell], RunReport]:
    if replay:
        return lambda source, tell: syncing.replay(runtime, source, asker=OPERATOR, tell=tell)
    if release:
        return lambda source, tell: syncing.release(runtime, source, asker=OPERATOR, tell=tell)

    def fetched(source: str, tell: Tell) -> RunReport:
        with asking.make_fetcher(runtime) as fetcher:
            return syncing.sync(
                runtime,
                source,
                asker=OPERATOR,
                fetcher=fetcher,
                whole=full,
                force=force,
                tell=tell,
            )

    return fetched


def _enabled(runtime: Runtime) -> list[str]:
    with runtime.reading() as session:
        found = [view.id for view in sources.fetched(session) if view.enabled]
    if not found:
        click.echo("no source is enabled: name one, or `caveat sources enable SOURCE`", err=True)
    return found


@contextmanager
def _progress(source: str) -> Iterator[Tell]:
    """Show a bar on stderr when that is a terminal; nothing otherwise."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _what, _done, _known: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(source, total=None)

        def tell(what: str, done: int, known: int) -> None:
            bar.update(task, description=f"{source} {what}", completed=done, total=known)

        yield tell
