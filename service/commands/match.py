"""`caveat match`: which official notices concern a listing, and whether two records are one product."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from scoring.matching import index, pairs
from scoring.matching.index import Entry
from scoring.matching.products import product, record_id
from scoring.matching.verdict import Match, Matcher, scope
from scrapers.errors import InvalidInput, ScrapersError
from scrapers.notices import SOURCES, Notice, Source
from service import wiring
from service.commands.lines import (
    Tally,
    clear_errors,
    read_objects,
    read_whole,
    write_lines,
)
from service.core import schema
from service.safety.matching import Matching, entries

FILE_CAP = 1024 * 1024 * 1024
"""Bytes of a file of notices once inflated."""
INPUT = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
OUTPUT = click.Path(path_type=Path, dir_okay=False)


@click.group(invoke_without_command=True)
@click.option("--listings", type=INPUT, help="Listings, one JSON object a line; plain or gz.")
@click.option("--notices", type=INPUT, help="Notices of this file instead of the store's.")
@click.option("--out", type=OUTPUT, help="Where to write; standard output if absent.")
@click.option("--strict", is_flag=True, help="Stop at the first bad record; nothing is written.")
@click.pass_context
@clear_errors
def match(
    context: click.Context,
    *,
    listings: Path | None,
    notices: Path | None,
    out: Path | None,
    strict: bool,
) -> None:
    """Find the official notices that may concern each listing, the most certain first.

    Writes {"listing_id", "notice_id", "tier", "confidence", "why"} a line; a listing without a line has no
    match, which says nothing about the product.
    """
    if context.invoked_subcommand:
        return
    if listings is None:
        raise click.UsageError("Missing option '--listings'.", context)
    tally = Tally(strict=strict)
    matcher = _of_file(notices, tally) if notices else _of_store()
    write_lines(out, _matches(matcher, listings, tally))
    tally.close()


@match.command("pairs")
@click.argument("file", type=INPUT)
@click.option("--out", type=OUTPUT, help="Where to write; standard output if absent.")
@click.option("--strict", is_flag=True, help="Stop at the first bad record; nothing is written.")
@clear_errors
def pairs_command(*, file: Path, out: Path | None, strict: bool) -> None:
    """Say of each {"left", "right"} line whether both are one product.

    Writes {"row", "confidence", "tier"} in input order; `row` counts lines from 0, `confidence` is the
    probability of the same product, `tier` the ground for it or null. The records of the file are weighed
    against each other: how telling a word is follows from all of them.
    """
    tally = Tally(strict=strict)
    read = list(_pairs(file, tally))
    found = pairs.judge([pair for _, pair in read])
    write_lines(
        out,
        (
            {"row": row, "confidence": round(one.confidence, 6), "tier": one.tier}
            for (row, _), one in zip(read, found, strict=True)
        ),
    )
    tally.close()


def _pairs(file: Path, tally: Tally) -> Iterator[tuple[int, tuple[dict[str, Any], dict[str, Any]]]]:
    for row, (where, record) in enumerate(read_objects(file, tally)):
        bad = [side for side in ("left", "right") if not isinstance(record.get(side), dict)]
        if bad:
            tally.skip(InvalidInput(f"field {bad[0]}: no object", where))
            continue
        tally.taken += 1
        yield row, (record["left"], record["right"])


def _matches(matcher: Matcher, file: Path, tally: Tally) -> Iterator[dict[str, Any]]:
    for where, record in read_objects(file, tally):
        listing_id = record_id(record, "listing_id")
        if listing_id is None:
            tally.skip(InvalidInput("field listing_id: missing or empty", where))
            continue
        tally.taken += 1
        for one in matcher.match(product(record)):
            yield _line(listing_id, one)


def _line(listing_id: str, one: Match) -> dict[str, Any]:
    return {
        "listing_id": listing_id,
        "notice_id": one.notice_id,
        "tier": one.tier,
        "confidence": round(one.confidence, 6),
        "why": [msgspec.to_builtins(ground) for ground in (*one.why, *scope(one))],
    }


def _of_store() -> Matcher:
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    with runtime.reading() as session:
        return Matching().current(session)


def _of_file(path: Path, tally: Tally) -> Matcher:
    data = read_whole(path, FILE_CAP)
    source = _source(data)
    if source is None:
        return Matcher(index.build(_flat(path, Tally(strict=tally.strict))))
    notices = (one for one in source.parse(data) if isinstance(one, Notice))
    return Matcher(index.build(entry for one in notices for entry in entries(one)))


def _source(data: bytes) -> Source | None:
    """Return the authority whose feed this is, None for flat records that name their fields plainly."""
    first = data.lstrip()[:1]
    head = data if first in (b"<", b"[") else data.lstrip().split(b"\n", 1)[0]
    return next((one for one in SOURCES.values() if _reads(one, head)), None)


def _reads(source: Source, head: bytes) -> bool:
    try:
        return any(isinstance(one, Notice) for one in source.parse(head))
    except ScrapersError:
        return False


def _flat(path: Path, tally: Tally) -> Iterator[Entry]:
    """Yield the entries of flat records, or of notices in our own form."""
    for where, record in read_objects(path, tally):
        try:
            yield from _entries(record)
        except (ValueError, msgspec.ValidationError) as error:
            tally.skip(InvalidInput(str(error), where))


def _entries(record: dict[str, Any]) -> Iterator[Entry]:
    if isinstance(record.get("products"), list):
        return entries(msgspec.convert(record, Notice))
    notice_id = record_id(record, "notice_id")
    if notice_id is None:
        raise ValueError("field notice_id: missing or empty")
    return iter((Entry(notice_id, product(record)),))
