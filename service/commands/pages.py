"""`caveat identify` and `caveat extract`: what addresses and saved pages say, as JSON Lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from scrapers.engine import Extraction, Kind, extract
from scrapers.errors import InvalidInput
from scrapers.html import PAGE_CAP
from scrapers.identity import identify
from scrapers.reviews import SHORTEST_KEY
from service.commands.lines import (
    Tally,
    clear_errors,
    read_lines,
    read_objects,
    read_whole,
    write_lines,
)

OUT = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here, not to stdout."
)
_ELSEWHERE = ("url ", "field ")
"""How ways are described that look at no page."""
STRICT = click.option("--strict", is_flag=True, help="Stop at the first bad record.")


@click.command("identify")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@OUT
@STRICT
@clear_errors
def identify_command(urls: tuple[str, ...], out: Path | None, *, strict: bool) -> None:
    """Tell platform, item and seller of addresses, without any request.

    Addresses come as arguments or one a line on standard input.
    """
    # An address that was typed is worth an error; in a list it must not stop the others.
    tally = Tally(strict=strict or bool(urls))
    write_lines(out, _identified(_given(urls), tally))
    tally.close()


def _given(urls: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    if urls:
        return (("argument", url) for url in urls)
    lines = read_lines("-")
    return ((f"standard input, line {n}", line.decode("utf-8", "replace")) for n, line in lines)


def _identified(urls: Iterable[tuple[str, str]], tally: Tally) -> Iterator[dict[str, Any]]:
    for where, url in urls:
        tally.read += 1
        try:
            record = identify(url).as_dict()
        except InvalidInput as error:
            tally.skip(InvalidInput(error.what, f"{where}, {error.where}"))
            continue
        tally.taken += 1
        yield record


@dataclass(frozen=True, slots=True)
class _How:
    """What the options say; without a key of reviewers' pseudonyms no review is read."""

    kind: Kind
    cap: int
    explain: bool
    key: bytes | None


def _key(_: click.Context, option: click.Parameter, path: Path | None) -> bytes | None:
    key = path.read_bytes().strip() if path else None
    if key is not None and len(key) < SHORTEST_KEY:
        raise click.BadParameter(
            f"{path} has {len(key)} bytes, fewer than {SHORTEST_KEY}", param=option
        )
    return key


@click.command("extract")
@click.argument("page", required=False, type=click.Path(dir_okay=False))
@click.option("--url", help="The address of PAGE.")
@click.option("--encoding", help="The charset that came with PAGE, as in an HTTP header.")
@click.option(
    "--manifest",
    type=click.Path(dir_okay=False),
    help='JSON Lines {"id","path","url","encoding"?}; paths are relative to the manifest.',
)
@click.option(
    "--kind",
    type=click.Choice(["raw", "rendered"]),
    default="raw",
    show_default=True,
    help="As the server sent it, or saved from a browser.",
)
@click.option("--explain", is_flag=True, help="Add where each value came from.")
@click.option("--cap", type=click.IntRange(1), default=PAGE_CAP, show_default=True, help="Bytes.")
@click.option(
    "--reviews",
    "key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_key,
    metavar="KEYFILE",
    help="Read reviews too; reviewers become pseudonyms under the secret in KEYFILE.",
)
@OUT
@STRICT
@clear_errors
def extract_command(  # noqa: PLR0913 -- one parameter per option
    page: str | None,
    url: str | None,
    encoding: str | None,
    manifest: str | None,
    kind: Kind,
    cap: int,
    out: Path | None,
    *,
    key: bytes | None,
    explain: bool,
    strict: bool,
) -> None:
    """Read the fields of a saved product page, or of all pages of a manifest.

    Files may be gzipped; `-` is standard input.
    """
    if (page is None) == (manifest is None) or (page is None) != (url is None):
        raise click.UsageError("give either PAGE with --url or --manifest")
    tally = Tally(strict=strict or page is not None)
    how = _How(kind, cap, explain, key)
    if manifest is not None:
        records = _from_manifest(manifest, tally, how)
    else:
        job = {"id": page, "path": page, "url": url, "encoding": encoding}
        records = _one(job, Path(), f"{page}", tally, how)
    write_lines(out, records)
    tally.close()


def _from_manifest(manifest: str, tally: Tally, how: _How) -> Iterator[dict[str, Any]]:
    folder = Path() if manifest == "-" else Path(manifest).parent
    for where, job in read_objects(manifest, tally):
        tally.read -= 1
        yield from _one(job, folder, where, tally, how)


def _one(
    job: dict[str, Any], folder: Path, where: str, tally: Tally, how: _How
) -> Iterator[dict[str, Any]]:
    """Yield the record of one page, or nothing when it was reported and skipped."""
    tally.read += 1
    try:
        _check(job, where)
        path = job["path"] if job["path"] == "-" else folder / job["path"]
        data = _page_bytes(path, how.cap, where)
        found = extract(
            data,
            job["url"],
            encoding=job.get("encoding"),
            kind=how.kind,
            cap=how.cap,
            key=how.key,
            disclosures=True,
        )
    except InvalidInput as error:
        place = error.where if str(error.where).startswith(where) else f"{where}, {error.where}"
        tally.skip(InvalidInput(error.what, place))
        return
    tally.taken += 1
    if not _is_read(found):
        click.echo(f"remark: {where}: nothing could be read on this page", err=True)
    yield _record(job["id"], found, explain=how.explain)


def _is_read(found: Extraction) -> bool:
    """Tell whether anything was found on the page itself, not only in its address."""
    ways = [source.picked.way for source in found.sources.values() if source.picked]
    return "disclosures" in found.fields or any(not way.startswith(_ELSEWHERE) for way in ways)


def _check(job: dict[str, Any], where: str) -> None:
    for name in ("id", "path", "url"):
        if not isinstance(job.get(name), str) or not job[name]:
            raise InvalidInput("missing, or no text", f"{where}, field {name}")
    if not isinstance(job.get("encoding"), str | None):
        raise InvalidInput("no text", f"{where}, field encoding")


def _page_bytes(path: Path | str, cap: int, where: str) -> bytes:
    try:
        return read_whole(path, cap)
    except OSError as error:
        what = error.strerror or str(error)
        raise InvalidInput(f"{path}: {what}", f"{where}, field path") from error


def _record(name: str, found: Extraction, *, explain: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"id": name, "fields": found.fields}
    if explain:
        record["identity"] = found.identity.as_dict()
        record["sources"] = {key: source.as_dict() for key, source in found.sources.items()}
    return record
