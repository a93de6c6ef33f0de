"""Issuing packs: what the database says now, signed and written as files.

Beside each whole pack stand its changes, one file for each part, renewed in place: whoever holds
the whole pack needs no more than these. The next whole pack takes them away.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from service.core import access, audit
from service.core.files import whole_file
from service.packs import changes as pack_changes
from service.packs import format as pack_format
from service.packs.changes import Part
from service.packs.errors import PackError
from service.packs.format import Contents, Issue, Pack
from service.packs.header import Notice, Publisher, checked
from service.packs.models import PackRow
from service.packs.queries import PARTS, BuiltPack, changes_file, latest
from service.packs.tables import MerchantEntry, SafetyEntry
from service.safety import queries as safety
from service.safety.views import KeyedNotice
from service.scores import queries as scores

__all__ = ["BuiltPack", "Publisher", "build", "issue_changes"]

log = logging.getLogger(__name__)

WORDS_CHARS = 120
"""Characters of a product's words in a pack: enough to compare with a page."""


def build(
    session: Session,
    *,
    signing_key: Ed25519PrivateKey,
    publisher: Publisher,
    folder: Path,
    now: datetime,
) -> BuiltPack:
    """Issue a pack of what the database says now: write its files, record it, return it.

    A file appears whole under its name or not at all. Raises PackError when something that is
    to be published breaks a limit of the format, OSError when the folder cannot be written.
    """
    before = latest(session)
    issue = Issue(publisher, _next_version(_last_version(before, folder), now), now)
    data = pack_format.encode(issue, _contents(session), signing_key, _previous(before, folder))
    pack = pack_format.decode(data)
    built = _described(pack, data)
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        # Without these a browser would take "no changes yet" for "no longer served".
        later = replace(issue, version=issue.version + 1)
        _write(
            folder / changes_file(built.version, part),
            pack_changes.encode(later, pack, pack, part, signing_key),
        )
    _write(folder / built.path, data)
    session.add(PackRow(**asdict(built)))
    subject = f"pack:{built.version}"
    audit.note(session, at=now, asker=access.SYSTEM, action="pack.build", subject=subject)
    session.flush()
    if before is not None:
        for part in PARTS:
            (folder / changes_file(before.version, part)).unlink(missing_ok=True)
    return built


def issue_changes(
    session: Session,
    part: Part,
    base: BuiltPack,
    *,
    signing_key: Ed25519PrivateKey,
    publisher: Publisher,
    folder: Path,
    now: datetime,
) -> Path:
    """Renew one part of the changes to `base` and return their file.

    Raises as `build` does, and PackError or OSError when the file of `base` cannot be read.
    """
    path = folder / changes_file(base.version, part)
    issue = Issue(publisher, _next_version(_last_version(base, folder), now), now)
    contents = _contents(session, part)
    newest = pack_format.decode(pack_format.encode(issue, contents, signing_key))
    whole = pack_format.decode((folder / base.path).read_bytes())
    data = pack_changes.encode(issue, whole, newest, part, signing_key)
    # Read back what is about to be published: changes that we refuse ourselves are never issued.
    pack_changes.Copy(whole).take(pack_format.decode(data))
    _write(path, data)
    return path


def _write(path: Path, data: bytes) -> None:
    with whole_file(path) as file:
        file.write(data)


def _next_version(last: int, now: datetime) -> int:
    # Minutes since 1970 rather than a plain count: a database restored from a backup must not
    # issue again the numbers that browsers have seen, for they would refuse them.
    return max(int(now.timestamp()) // 60, last + 1)


def _last_version(before: BuiltPack | None, folder: Path) -> int:
    """Return the highest version that a browser can hold: that of a pack or of its changes."""
    if before is None:
        return 0
    issued = [changes_issued(folder, before, part) for part in PARTS]
    return max(before.version, *(version for version, _ in issued))


def changes_issued(folder: Path, base: BuiltPack, part: Part) -> tuple[int, datetime]:
    """Return version and date of the changes to a pack; those of the pack itself when there are none."""
    try:
        header = pack_format.read_header((folder / changes_file(base.version, part)).read_bytes())
    except (OSError, PackError):
        return base.version, base.issued_at
    return header.version, header.issued_at


def _previous(before: BuiltPack | None, folder: Path) -> Pack | None:
    """Return the pack before; without its file withdrawals are not listed, but nothing else is wrong."""
    if before is None:
        return None
    try:
        return pack_format.decode((folder / before.path).read_bytes())
    except (OSError, PackError) as error:
        log.warning("the pack before cannot be read, withdrawals start anew: %s", error)
        return None


def _contents(session: Session, part: Part | None = None) -> Contents:
    """Collect what is to be said, of one part or of all."""
    merchants = _merchants(session) if part != "safety" else ()
    safety_keys, notices = _safety(session) if part != "merchants" else ([], [])
    return Contents(merchants, safety_keys, notices)


def _safety(session: Session) -> tuple[list[SafetyEntry], list[Notice]]:
    """Collect safety keys; a notice that breaks the format is left out, not the whole pack."""
    notices: dict[str, Notice | None] = {}
    links = []
    for row in safety.pack_rows(session):
        if row.notice_id not in notices:
            notices[row.notice_id] = _notice(row)
        if notices[row.notice_id] is not None:
            links.append(SafetyEntry(row.key, row.tier, row.notice_id))
    return links, [notice for notice in notices.values() if notice is not None]


def _merchants(session: Session) -> Iterator[MerchantEntry]:
    for row in scores.pack_rows(session):
        yield MerchantEntry(row.merchant_key, row.platform, row.band, row.warning, row.top_reason)


def _notice(row: KeyedNotice) -> Notice | None:
    fields = {
        "id": row.notice_id,
        "authority": row.authority,
        "date": row.published,
        "hazards": row.hazards,
        "type": row.record_type,
        "words": row.words[:WORDS_CHARS],
        "url": row.url,
    }
    try:
        return checked(fields, Notice, row.notice_id)
    except PackError as error:
        log.warning("a notice is left out of the pack: %s", error)
        return None


def _described(pack: Pack, data: bytes) -> BuiltPack:
    """Describe a pack that was read back: one that we refuse ourselves is never issued."""
    return BuiltPack(
        version=pack.header.version,
        issued_at=pack.header.issued_at,
        digest=hashlib.sha256(data).hexdigest(),
        path=f"caveat-{pack.header.version}.pack",
        size=len(data),
        merchants=sum(len(table.prefixes) for table in pack.merchants.values()),
        notices=len(pack.safety.notices),
    )
