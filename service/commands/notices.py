"""`caveat import notices`: saved files of an authority into the store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scrapers.errors import InvalidInput
from scrapers.notices import SOURCES, Notice, Rejected, Source
from service import wiring
from service.commands.lines import clear_errors, read_whole
from service.core import schema
from service.core.runtime import Runtime
from service.safety import operations
from service.safety.operations import Difference, ImportReport

FILE_CAP = 1024 * 1024 * 1024
"""Bytes of one file once inflated; the largest feed known has 16 MB."""
SHOWN_REJECTS = 20
"""Rejected records named on the terminal per file; all of them are kept in the store."""

Advance = Callable[[], None]


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--source", "source_id", required=True, type=click.Choice(list(SOURCES)))
@click.option(
    "--dry-run", is_flag=True, help="Print what would change as JSON Lines; store nothing."
)
@click.option(
    "--strict", is_flag=True, help="Stop at the first bad record; that file is not stored."
)
@clear_errors
def notices(*, files: tuple[Path, ...], source_id: str, dry_run: bool, strict: bool) -> None:
    """Read official notices from saved FILEs (plain or gzip) of one source.

    Each file is stored whole or not at all. A bad record is skipped and kept with its reason.
    """
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    total = ImportReport()
    for file in files:
        report = _import_file(runtime, SOURCES[source_id], file, dry_run=dry_run, strict=strict)
        total += report
    click.echo(_closing(total, dry_run=dry_run), err=True)


def _import_file(
    runtime: Runtime, source: Source, file: Path, *, dry_run: bool, strict: bool
) -> ImportReport:
    data = read_whole(file, FILE_CAP)
    rejects = _Rejects(file, strict=strict)
    opened = runtime.reading if dry_run else runtime.begin
    with _located(file), _progress(file.name, data) as advance, opened() as session:
        report = operations.import_notices(
            session,
            source,
            _counted(source.parse(data), advance),
            now=runtime.clock(),
            run_label=file.name,
            dry_run=dry_run,
            on_rejected=rejects,
            on_difference=_print_difference if dry_run else None,
        )
    rejects.close()
    return report


def _counted(records: Iterator[Notice | Rejected], advance: Advance) -> Iterator[Notice | Rejected]:
    for record in records:
        advance()
        yield record


class _Rejects:
    """Names rejected records on stderr, the first ones in full; under `strict` the first is fatal."""

    def __init__(self, file: Path, *, strict: bool) -> None:
        self.file = file
        self.strict = strict
        self.count = 0

    def __call__(self, one: Rejected) -> None:
        if self.strict:
            raise InvalidInput(one.reason, one.where)
        self.count += 1
        if self.count <= SHOWN_REJECTS:
            click.echo(f"skipped: {self.file}, {one.where}: {one.reason}", err=True)

    def close(self) -> None:
        if self.count > SHOWN_REJECTS:
            click.echo(f"skipped: {self.count - SHOWN_REJECTS} more of {self.file}", err=True)


def _print_difference(difference: Difference) -> None:
    click.echo(msgspec.json.encode(asdict(difference)))


def _closing(total: ImportReport, *, dry_run: bool) -> str:
    taken = total.new + total.changed + total.unchanged
    return (
        f"read {total.read}, taken {taken} (new {total.new}, changed {total.changed}, "
        f"unchanged {total.unchanged}), skipped {total.rejected}"
        + ("; nothing stored" if dry_run else "")
    )


@contextmanager
def _located(file: Path) -> Iterator[None]:
    """Put the file's name in front of a connector's line or element."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(error.what, f"{file}, {error.where}") from error


@contextmanager
def _progress(name: str, data: bytes) -> Iterator[Advance]:
    """Show a bar on stderr when that is a terminal; nothing otherwise."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=_records(data))
        yield lambda: bar.advance(task)


def _records(data: bytes) -> int | None:
    """Return how many records to expect, None when only reading them would tell."""
    if data.lstrip()[:1] == b"<":
        return data.count(b"</notifications>") or None
    return data.count(b"\n") or None
