"""Looking after the keys of cases: taking over, sweeping, and backups that live for days.

A backup is JSON Lines, gzipped: the wrapped keys and nothing else. What was destroyed since comes back
with none of them, for a backup that is read in never overwrites what the store knows; and no backup is
older than `BACKUP_WINDOW`, after which a destroyed key is gone for good.
"""

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from service.complaints.intake.models import Inquiry
from service.complaints.models import Case, SealedField
from service.complaints.privacy.models import CaseErasure
from service.core import keys
from service.core.crypto import SealBroken, version_of
from service.core.errors import InvalidInput, Misconfigured
from service.core.files import whole_file
from service.core.key_store import BACKUP_WINDOW, Kept
from service.core.runtime import Runtime

BATCH = 500
ORPHAN_AGE = timedelta(hours=1)
"""A case follows its key within one request; after this long none will."""
OWNERS: tuple[type[Case | Inquiry], ...] = (Case, Inquiry)
"""Tables whose rows have a key in the store under their id."""
FOLDER = "key-backups"
_NAME = "case-keys-{:%Y%m%dT%H%M%SZ}.jsonl.gz"


def sweep_adopt(runtime: Runtime) -> int:
    """Move keys that stand in the main database into the store: first there, then no more here."""
    with runtime.reading() as session:
        held = select(Case.id, Case.wrapped_key).where(Case.wrapped_key.is_not(None)).limit(BATCH)
        found = [(row[0], row[1]) for row in session.execute(held) if row[1] is not None]
    if not found:
        return 0
    runtime.key_store.adopt(found, now=runtime.clock())
    with runtime.begin() as session:
        adopted = Case.id.in_([case_id for case_id, _ in found])
        session.execute(update(Case).where(adopted).values(wrapped_key=None))
    return len(found)


def sweep_orphans(runtime: Runtime) -> int:
    """Destroy keys whose case was never written, such as after a crash between the two databases."""
    now = runtime.clock()
    waiting = runtime.key_store.unconfirmed(now - ORPHAN_AGE, BATCH)
    if not waiting:
        return 0
    with runtime.reading() as session:
        there = {
            owner
            for model in OWNERS
            for owner in session.scalars(select(model.id).where(model.id.in_(waiting)))
        }
    runtime.key_store.confirm(sorted(there))
    if orphans := sorted(set(waiting) - there):
        runtime.key_store.destroy(orphans, now=now)
    return len(waiting)


def sweep_backups(runtime: Runtime) -> int:
    """Delete backups older than the window; returns none, for what is left is no work."""
    prune(backup_folder(runtime), now=runtime.clock())
    return 0


def require_store(runtime: Runtime) -> None:
    """Raise Misconfigured when sealed cases wait for keys, or keys for a master key, that are not there."""
    with runtime.reading() as session:
        sealed = session.scalar(_sealed_without_key().limit(1))
    if sealed is not None and runtime.key_store.count() == 0:
        what = "holds no keys, and the database holds cases sealed with them; restore the key store"
        raise Misconfigured(
            what, where=runtime.key_store.engine.url.render_as_string(hide_password=True)
        )
    have = set(keys.master_versions(runtime.key_folder))
    for version in sorted(runtime.key_store.versions() - have):
        what = "is missing, and keys of cases are wrapped with it; restore the file"
        raise Misconfigured(what, where=str(runtime.key_folder / keys.master_name(version)))


def backup_folder(runtime: Runtime) -> Path:
    """Return where backups of the key store lie."""
    return runtime.settings.home / FOLDER


def backup(runtime: Runtime) -> tuple[Path, int]:
    """Write a backup of the key store, delete those that are too old; return the file and its keys."""
    now = runtime.clock()
    folder = backup_folder(runtime)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / _NAME.format(now.astimezone(UTC))
    count = 0
    with whole_file(path, mode=0o600) as file, gzip.open(file, "wb") as packed:
        for row in runtime.key_store.rows():
            packed.write(json.dumps(_as_json(row)).encode() + b"\n")
            count += row.wrapped is not None
    prune(folder, now=now)
    return path, count


def restore(runtime: Runtime, path: Path) -> int:
    """Add the keys of a backup that the store does not know; return how many.

    A case that has been erased meanwhile stays so, also when the store itself was lost.
    """
    rows = list(_read(path))
    with runtime.reading() as session:
        erased = set(session.scalars(select(CaseErasure.case_id)))
    return runtime.key_store.restore(row for row in rows if row.owner not in erased)


def prune(folder: Path, *, now: datetime) -> list[Path]:
    """Delete the backups of a folder that are older than the window, by the moment in their names."""
    oldest = _NAME.format((now - BACKUP_WINDOW).astimezone(UTC))
    expired = [path for path in folder.glob("case-keys-*.jsonl.gz") if path.name < oldest]
    for path in expired:
        path.unlink(missing_ok=True)
    return expired


def _sealed_without_key() -> Any:
    joined = select(SealedField.case_id).join(Case, Case.id == SealedField.case_id)
    return joined.where(Case.wrapped_key.is_(None))


def _as_json(row: Kept) -> dict[str, Any]:
    return {
        "owner": row.owner,
        "wrapped": base64.b64encode(row.wrapped).decode() if row.wrapped else None,
        "created_at": row.created_at.isoformat(),
        "destroyed_at": row.destroyed_at.isoformat() if row.destroyed_at else None,
    }


def _read(path: Path) -> Iterator[Kept]:
    read = 0
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                yield _of_json(json.loads(line))
                read += 1
    except (ValueError, KeyError, TypeError, EOFError, SealBroken, gzip.BadGzipFile) as error:
        what = f"is no backup of the key store ({type(error).__name__})"
        raise InvalidInput(what, where=f"{path}, line {read + 1}") from error


def _of_json(row: dict[str, Any]) -> Kept:
    wrapped = base64.b64decode(row["wrapped"], validate=True) if row["wrapped"] else None
    if wrapped is not None:
        version_of(wrapped)
    gone = row["destroyed_at"]
    return Kept(
        owner=str(row["owner"]),
        wrapped=wrapped,
        created_at=datetime.fromisoformat(row["created_at"]),
        destroyed_at=datetime.fromisoformat(gone) if gone else None,
    )
