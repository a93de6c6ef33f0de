"""Every read of the store of official notices."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from scrapers.notices import Notice
from service.core.batches import batches
from service.core.db import Base
from service.safety.models import (
    ImportRun,
    RejectedRecord,
    SafetyKeyRow,
    SafetyNotice,
    SafetyNoticeRevision,
)

KEYS_AT_ONCE = 500
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of its products a notice means: to be shown beside every match."""

    name: str
    kind: str
    brands: tuple[str, ...]
    models: tuple[str, ...]
    batches: tuple[str, ...]
    production_dates: str


@dataclass(frozen=True, slots=True)
class Match:
    """Why a notice was found: the key asked for, its tier, and the words of the notice it came from."""

    key: str
    tier: int
    found_in: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as it is shown; `tier` and `matches` say how it was found (None and empty if by its id).

    `hazards`, `remedies`, `record_type` and `status` are codes, `hazard_text` and `remedy_text` the
    authority's words. Moments are ISO 8601 in UTC.
    """

    notice_id: str
    source: str
    authority: str
    jurisdiction: str
    record_type: str
    status: str
    title: str
    hazards: tuple[str, ...]
    hazard_text: str
    remedies: tuple[str, ...]
    remedy_text: str
    published: str
    updated: str
    url: str
    licence: str
    products: tuple[Scope, ...]
    revision: int
    content_hash: str
    first_seen: str
    last_seen: str
    tier: int | None = None
    matches: tuple[Match, ...] = ()


class PackRow(NamedTuple):
    """A safety key and what a pack says of a notice that has it."""

    key: str
    tier: int
    notice_id: str
    authority: str
    published: str
    hazards: list[str]
    record_type: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How much is stored of one source, and when it was last seen."""

    source: str
    notices: int
    last_seen: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of the store."""

    notices: int
    revisions: int
    keys: int
    rejected: int
    runs: int
    sources: tuple[SourceCount, ...]


def notices_for_keys(session: Session, keys: Iterable[str]) -> list[NoticeView]:
    """Return the notices that have one of the keys, the most certain match first, then the newest."""
    found: dict[str, list[Match]] = {}
    for batch in batches(dict.fromkeys(keys), KEYS_AT_ONCE):
        for row in session.scalars(select(SafetyKeyRow).where(SafetyKeyRow.key.in_(batch))):
            found.setdefault(row.notice_id, []).append(Match(row.key, row.tier, row.found_in))
    views = [
        _view(row, body, found[row.notice_id])
        for batch in batches(found, KEYS_AT_ONCE)
        for row, body in session.execute(_present().where(SafetyNotice.notice_id.in_(batch)))
    ]
    views.sort(key=lambda view: (view.published, view.notice_id), reverse=True)
    return sorted(views, key=lambda view: view.tier or 0)


def notice(session: Session, notice_id: str) -> NoticeView | None:
    """Return one notice, None when it is not stored."""
    row = session.execute(_present().where(SafetyNotice.notice_id == notice_id)).first()
    return _view(row[0], row[1], []) if row else None


def body_of(session: Session, notice_id: str) -> str:
    """Return the canonical JSON of a stored notice's present wording."""
    return session.execute(_present().where(SafetyNotice.notice_id == notice_id)).one()[1]


def pack_rows(session: Session) -> Iterator[PackRow]:
    """Yield every key with its notices, ordered by key."""
    rows = session.execute(
        select(
            SafetyKeyRow.key,
            SafetyKeyRow.tier,
            SafetyNotice.notice_id,
            SafetyNotice.authority,
            SafetyNotice.published,
            SafetyNotice.hazards,
            SafetyNotice.record_type,
            SafetyNotice.title,
            SafetyNotice.url,
        )
        .join(SafetyNotice, SafetyNotice.notice_id == SafetyKeyRow.notice_id)
        .order_by(SafetyKeyRow.key, SafetyKeyRow.notice_id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    return (PackRow(*row) for row in rows)


def counts(session: Session) -> Counts:
    """Return how much is stored, by source too."""
    by_source = session.execute(
        select(SafetyNotice.source, func.count(), func.max(SafetyNotice.last_seen))
        .group_by(SafetyNotice.source)
        .order_by(SafetyNotice.source)
    )
    return Counts(
        notices=_many(session, SafetyNotice),
        revisions=_many(session, SafetyNoticeRevision),
        keys=_many(session, SafetyKeyRow),
        rejected=_many(session, RejectedRecord),
        runs=_many(session, ImportRun),
        sources=tuple(SourceCount(name, many, _iso(at)) for name, many, at in by_source),
    )


def _many(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _present() -> Select[SafetyNotice, str]:
    return select(SafetyNotice, SafetyNoticeRevision.body).join(
        SafetyNoticeRevision,
        (SafetyNoticeRevision.notice_id == SafetyNotice.notice_id)
        & (SafetyNoticeRevision.revision == SafetyNotice.revision),
    )


def _view(row: SafetyNotice, body: str, matches: list[Match]) -> NoticeView:
    full = msgspec.json.decode(body, type=Notice)
    return NoticeView(
        notice_id=row.notice_id,
        source=row.source,
        authority=row.authority,
        jurisdiction=row.jurisdiction,
        record_type=row.record_type,
        status=row.status,
        title=row.title,
        hazards=full.hazards,
        hazard_text=full.hazard_text,
        remedies=full.remedies,
        remedy_text=full.remedy_text,
        published=row.published,
        updated=row.updated,
        url=row.url,
        licence=row.licence,
        products=_scopes(full),
        revision=row.revision,
        content_hash=row.content_hash,
        first_seen=_iso(row.first_seen),
        last_seen=_iso(row.last_seen),
        tier=min((match.tier for match in matches), default=None),
        matches=tuple(sorted(matches, key=lambda match: (match.tier, match.key))),
    )


def _scopes(full: Notice) -> tuple[Scope, ...]:
    return tuple(
        Scope(one.name, one.kind, one.brands, one.models, one.batches, one.production_dates)
        for one in full.products
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat()
