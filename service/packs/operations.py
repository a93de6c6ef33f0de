"""Issuing packs: what the database says now, signed and written as one file."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from service.core import access, audit
from service.core.files import whole_file
from service.packs import format as pack_format
from service.packs.errors import PackError
from service.packs.format import Contents, Issue, Pack
from service.packs.header import Notice, Publisher, checked
from service.packs.models import PackRow
from service.packs.queries import BuiltPack, latest
from service.packs.tables import MerchantEntry, SafetyEntry
from service.safety import queries as safety
from service.scores import queries as scores

__all__ = ["BuiltPack", "Publisher", "build"]

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
    """Issue a pack of what the database says now: write its file, record it, return it.

    The file appears whole under its name or not at all. Raises PackError when something that is
    to be published breaks a limit of the format, OSError when the folder cannot be written.
    """
    before = latest(session)
    issue = Issue(publisher, _next_version(before, now), now)
    data = pack_format.encode(issue, _contents(session), signing_key, _previous(before, folder))
    built = _described(data)
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / built.path) as file:
        file.write(data)
    session.add(PackRow(**asdict(built)))
    subject = f"pack:{built.version}"
    audit.note(session, at=now, asker=access.SYSTEM, action="pack.build", subject=subject)
    session.flush()
    return built


def _next_version(before: BuiltPack | None, now: datetime) -> int:
    # Minutes since 1970 rather than a plain count: a database restored from a backup must not
    # issue again the numbers that browsers have seen, for they would refuse them.
    minutes = int(now.timestamp()) // 60
    return minutes if before is None else max(minutes, before.version + 1)


def _previous(before: BuiltPack | None, folder: Path) -> Pack | None:
    """Return the pack before; without its file withdrawals are not listed, but nothing else is wrong."""
    if before is None:
        return None
    try:
        return pack_format.decode((folder / before.path).read_bytes())
    except (OSError, PackError) as error:
        log.warning("the pack before cannot be read, withdrawals start anew: %s", error)
        return None


def _contents(session: Session) -> Contents:
    """Collect what is to be said; a notice that breaks the format is left out, not the whole pack."""
    notices: dict[str, Notice | None] = {}
    links = []
    for row in safety.pack_rows(session):
        if row.notice_id not in notices:
            notices[row.notice_id] = _notice(row)
        if notices[row.notice_id] is not None:
            links.append(SafetyEntry(row.key, row.tier, row.notice_id))
    return Contents(_merchants(session), links, filter(None, notices.values()))


def _merchants(session: Session) -> Iterator[MerchantEntry]:
    for row in scores.pack_rows(session):
        yield MerchantEntry(row.merchant_key, row.platform, row.band, row.warning, row.top_reason)


def _notice(row: safety.PackRow) -> Notice | None:
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


def _described(data: bytes) -> BuiltPack:
    """Read back what is about to be published: a pack that we refuse ourselves is never issued."""
    pack = pack_format.decode(data)
    return BuiltPack(
        version=pack.header.version,
        issued_at=pack.header.issued_at,
        digest=hashlib.sha256(data).hexdigest(),
        path=f"caveat-{pack.header.version}.pack",
        size=len(data),
        merchants=sum(len(table.prefixes) for table in pack.merchants.values()),
        notices=len(pack.safety.notices),
    )
