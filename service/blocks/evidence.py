"""Evidence files by their hash, and a chain over their records that shows any change.

    FOLDER/files/ab/<sha256>.warc.gz
    FOLDER/days/2026-11-20.json   the manifest of a day: its records, and the chain they continue

A record's `chain` is SHA-256 over the chain before it and its own line, so each day contains all days
before it. Whoever holds one day's last chain can tell whether anything older was changed.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.blocks import common
from service.blocks.models import EvidenceRecord, ListingCheck
from service.core.files import whole_file

FOLDER = "block-evidence"
START = hashlib.sha256(b"caveat block evidence").hexdigest()
"""What the first record continues."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that does not hold: on which day, which record, and what."""

    day: str
    record: str
    what: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found: how much was looked at, the last chain, and the first fault."""

    days: int
    records: int
    chain: str
    broken: Broken | None


def keep(session: Session, folder: Path, data: bytes, *, now: datetime) -> str:
    """Store a file and its record; return its SHA-256 (hex). The same bytes are one file."""
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(folder, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write(data)
    common.serialise(session)
    last = session.scalars(select(EvidenceRecord).order_by(EvidenceRecord.id.desc()).limit(1))
    row = last.first()
    previous = row.chain if row else START
    at = now.isoformat(timespec="seconds")
    day = max(now.date().isoformat(), row.day if row else "")
    record = EvidenceRecord(day=day, at=at, sha256=digest, size=len(data), previous=previous)
    record.chain = link(previous, line_of(record))
    session.add(record)
    session.flush()
    return digest


def path_of(folder: Path, digest: str) -> Path:
    """Return where a file stands."""
    return folder / "files" / digest[:2] / f"{digest}.warc.gz"


def line_of(record: EvidenceRecord) -> dict[str, Any]:
    """Return what a manifest says of a record."""
    return {"day": record.day, "at": record.at, "sha256": record.sha256, "bytes": record.size}


def link(previous: str, line: dict[str, Any]) -> str:
    """Return the chain after a record."""
    canonical = json.dumps(line, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def write_manifests(session: Session, folder: Path, *, now: datetime) -> int:
    """Write the manifest of every finished day that has none yet; return how many."""
    today = now.date().isoformat()
    written = 0
    for day, records in _days(session):
        path = manifest_path(folder, day)
        if day < today and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                file.write(manifest(day, records))
            written += 1
    return written


def manifest_path(folder: Path, day: str) -> Path:
    """Return where the manifest of a day stands."""
    return folder / "days" / f"{day}.json"


def manifest(day: str, records: list[EvidenceRecord]) -> bytes:
    """Return a day's manifest: anybody can compute the chain again from it."""
    said = {
        "day": day,
        "previous": records[0].previous,
        "records": [{**line_of(one), "chain": one.chain} for one in records],
        "chain": records[-1].chain,
    }
    return json.dumps(said, indent=1).encode() + b"\n"


def audit(session: Session, folder: Path, *, now: datetime) -> Audit:
    """Compute every chain again and read every file; stop at the first that does not hold."""
    chain, days, many = START, 0, 0
    today = now.date().isoformat()
    for day, records in _days(session):
        days += 1
        for record in records:
            many += 1
            if what := _fault(folder, record, chain):
                return Audit(days, many, chain, Broken(day, record.sha256, what))
            chain = record.chain
        if what := _manifest_fault(folder, day, records, due=day < _before(today)):
            return Audit(days, many, chain, Broken(day, records[-1].sha256, what))
    return Audit(days, many, chain, _unrecorded(session) or _stray_day(session, folder))


def _fault(folder: Path, record: EvidenceRecord, chain: str) -> str | None:
    if record.previous != chain:
        return "does not continue the record before it"
    if link(chain, line_of(record)) != record.chain:
        return "says something else than when it was recorded"
    path = path_of(folder, record.sha256)
    if not path.is_file():
        return "its file is missing"
    if hashlib.sha256(path.read_bytes()).hexdigest() != record.sha256:
        return "its file was changed"
    return None


def _manifest_fault(
    folder: Path, day: str, records: list[EvidenceRecord], *, due: bool
) -> str | None:
    path = manifest_path(folder, day)
    if not path.is_file():
        return "the manifest of the day is missing" if due else None
    same = path.read_bytes() == manifest(day, records)
    return None if same else "the manifest of the day says something else than the records"


def _unrecorded(session: Session) -> Broken | None:
    """Find a check whose evidence has no record: the end of the chain was cut off."""
    recorded = select(EvidenceRecord.sha256)
    lost = (
        select(ListingCheck)
        .where(ListingCheck.evidence.is_not(None), ListingCheck.evidence.not_in(recorded))
        .order_by(ListingCheck.id)
    )
    row = session.scalars(lost.limit(1)).first()
    if row is None:
        return None
    day = row.at.date().isoformat()
    return Broken(day, str(row.evidence), "a check cites it and no record has it")


def _stray_day(session: Session, folder: Path) -> Broken | None:
    known = {day for day, _ in _days(session)}
    for path in sorted((folder / "days").glob("*.json")):
        if path.stem not in known:
            return Broken(path.stem, "", "the day has a manifest and no records")
    return None


def _before(today: str) -> str:
    return (datetime.fromisoformat(today) - timedelta(days=1)).date().isoformat()


def _days(session: Session) -> Iterator[tuple[str, list[EvidenceRecord]]]:
    rows = session.scalars(select(EvidenceRecord).order_by(EvidenceRecord.id))
    return ((day, list(records)) for day, records in groupby(rows, key=lambda row: row.day))
