"""Every read of the store of official notices."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from scrapers.notices import SOURCES, Notice, Source
from service.core.batches import batches
from service.core.clock import DAY
from service.core.db import Base
from service.safety.models import (
    ImportRun,
    NoticeLink,
    RejectedRecord,
    SafetyKeyRow,
    SafetyNotice,
    SafetyNoticeRevision,
    SyncRun,
    SyncSource,
)

WITHDRAWN = "withdrawn"
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


@dataclass(frozen=True, slots=True)
class LinkView:
    """Another notice about the same product, why that is said, and whether a person should compare."""

    notice_id: str
    authority: str
    title: str
    url: str
    kind: str
    evidence: str
    certain: bool


def links_of(session: Session, notice_id: str) -> list[LinkView]:
    """Return the notices of other authorities that are linked with one, the certain ones first."""
    found = []
    for mine, theirs in (
        (NoticeLink.left_id, NoticeLink.right_id),
        (NoticeLink.right_id, NoticeLink.left_id),
    ):
        rows = session.execute(
            select(NoticeLink, SafetyNotice)
            .join(SafetyNotice, SafetyNotice.notice_id == theirs)
            .where(mine == notice_id)
        )
        found += [
            LinkView(
                other.notice_id,
                other.authority,
                other.title,
                other.url,
                link.kind,
                link.evidence,
                link.certain,
            )
            for link, other in rows
        ]
    return sorted(found, key=lambda one: (not one.certain, one.notice_id, one.kind))


def notices_for_keys(session: Session, keys: Iterable[str]) -> list[NoticeView]:
    """Return the notices that have one of the keys, the most certain match first, then the newest.

    Withdrawn notices are left out: nobody is warned by what its authority took back.
    """
    found: dict[str, list[Match]] = {}
    for batch in batches(dict.fromkeys(keys), KEYS_AT_ONCE):
        for row in session.scalars(select(SafetyKeyRow).where(SafetyKeyRow.key.in_(batch))):
            found.setdefault(row.notice_id, []).append(Match(row.key, row.tier, row.found_in))
    views = [
        _view(row, body, found[row.notice_id])
        for batch in batches(found, KEYS_AT_ONCE)
        for row, body in session.execute(
            _present().where(SafetyNotice.notice_id.in_(batch), SafetyNotice.status != WITHDRAWN)
        )
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
        .where(SafetyNotice.status != WITHDRAWN)
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


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source of notices, its terms, and how fetching from it stands. Moments are ISO 8601 or None."""

    id: str
    authority: str
    jurisdiction: str
    licence: str
    home: str
    seen_live: bool
    off: str
    note: str
    cadence_days: float
    key: tuple[str, ...]
    enabled: bool
    robots: str
    watermark: str | None
    succeeded_at: str | None
    failures: int
    retry_at: str | None
    problem: str
    quarantined: str
    notices: int


def sources(session: Session) -> list[SourceView]:
    """Return every source that can be fetched, in the order in which they are declared."""
    rows = {row.source: row for row in session.scalars(select(SyncSource))}
    many = select(SafetyNotice.source, func.count()).group_by(SafetyNotice.source)
    held = {row[0]: row[1] for row in session.execute(many)}
    runs = select(SyncRun.source, SyncRun.problem).where(SyncRun.state == "quarantined")
    held_back = {row[0]: row[1] for row in session.execute(runs.order_by(SyncRun.id))}
    return [
        _source_view(one, rows.get(one.id), held_back.get(one.id, ""), held.get(one.id, 0))
        for one in SOURCES.values()
        if one.feed is not None
    ]


def _source_view(
    source: Source, row: SyncSource | None, quarantined: str, notices: int
) -> SourceView:
    assert source.feed is not None  # noqa: S101 -- the caller's choice
    terms = ("id", "authority", "jurisdiction", "licence", "home", "seen_live", "off", "note")
    return SourceView(
        **{name: getattr(source, name) for name in terms},
        cadence_days=source.feed.cadence / DAY,
        key=tuple(f"CAVEAT_KEY_{name.upper()}" for name in source.feed.credentials.values()),
        enabled=bool(row and row.enabled),
        robots=(row.robots if row else "") or "not asked yet",
        watermark=row.watermark if row else None,
        succeeded_at=_iso(row.succeeded_at) if row and row.succeeded_at else None,
        failures=row.failures if row else 0,
        retry_at=_iso(row.retry_at) if row and row.retry_at else None,
        problem=row.problem if row else "",
        quarantined=quarantined,
        notices=notices,
    )
