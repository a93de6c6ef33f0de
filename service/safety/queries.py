"""Every read of the store of official notices."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from scrapers.notices import SOURCES, Notice, Source
from service.core import access
from service.core.access import Asker
from service.core.batches import batches
from service.core.clock import DAY
from service.core.db import Base
from service.safety.models import (
    AffectedProductRow,
    ImportRun,
    ListingMatch,
    NoticeLink,
    RejectedRecord,
    SafetyKeyRow,
    SafetyNotice,
    SafetyNoticeRevision,
    SyncRun,
    SyncSource,
)

WITHDRAWN = "withdrawn"
PROPOSED, CONFIRMED, REJECTED = "proposed", "confirmed", "rejected"
MODEL_TIER = 2
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
    """Yield every key with its notices, then the listings that a person confirmed by brand and model.

    Those have the listing's key and tier 2: by it a listing's key tells who said so, the notice (0) or a
    person (2).
    """
    yield from _pack_rows(session, SafetyKeyRow, SafetyKeyRow.key)
    named = select(SafetyKeyRow.key)
    key = ListingMatch.platform + ":item:" + ListingMatch.item_id
    confirmed = (
        ListingMatch.state == CONFIRMED,
        ListingMatch.tier == MODEL_TIER,
        key.not_in(named.where(SafetyKeyRow.tier < MODEL_TIER)),
    )
    yield from _pack_rows(session, ListingMatch, key, *confirmed)


def _pack_rows(
    session: Session,
    table: type[SafetyKeyRow | ListingMatch],
    key: SQLColumnExpression[str],
    *conditions: ColumnElement[bool],
) -> Iterator[PackRow]:
    rows = session.execute(
        select(
            key,
            table.tier,
            SafetyNotice.notice_id,
            SafetyNotice.authority,
            SafetyNotice.published,
            SafetyNotice.hazards,
            SafetyNotice.record_type,
            SafetyNotice.title,
            SafetyNotice.url,
        )
        .join(SafetyNotice, SafetyNotice.notice_id == table.notice_id)
        .where(SafetyNotice.status != WITHDRAWN, *conditions)
        .order_by(key, table.notice_id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    return (PackRow(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class MatchView:
    """A listing that waits for a person to compare it with a notice, with the scope to compare."""

    platform: str
    item_id: str
    notice_id: str
    title: str
    authority: str
    published: str
    why: tuple[str, ...]
    found_at: datetime
    scope: Scope


def waiting_matches(session: Session, asker: Asker, *, limit: int) -> list[MatchView]:
    """Return matches by brand and model that nobody has decided, the newest notices first."""
    access.require(asker, "match.review")
    rows = session.execute(
        select(ListingMatch, SafetyNotice, AffectedProductRow)
        .join(SafetyNotice, SafetyNotice.notice_id == ListingMatch.notice_id)
        .join(
            AffectedProductRow,
            (AffectedProductRow.notice_id == ListingMatch.notice_id)
            & (AffectedProductRow.position == ListingMatch.position),
        )
        .where(
            ListingMatch.state == PROPOSED,
            ListingMatch.tier == MODEL_TIER,
            SafetyNotice.status != WITHDRAWN,
        )
        .order_by(SafetyNotice.published.desc(), ListingMatch.found_at, ListingMatch.item_id)
        .limit(limit)
    )
    return [_match_view(*row) for row in rows]


def _match_view(
    match: ListingMatch, notice: SafetyNotice, product: AffectedProductRow
) -> MatchView:
    scope = Scope(
        product.name,
        product.kind,
        tuple(product.brands),
        tuple(product.models),
        tuple(product.batches),
        product.production_dates,
    )
    return MatchView(
        match.platform,
        match.item_id,
        match.notice_id,
        notice.title,
        notice.authority,
        notice.published,
        tuple(match.why),
        match.found_at,
        scope,
    )


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
class Wording:
    """One wording of a notice: its number, when it was first read here, and which parts it changed."""

    revision: int
    recorded_at: datetime
    changed: tuple[str, ...]


OTHER = "other"
DATES = ("published", "updated")
"""Fields that move with every wording and tell nothing of what changed."""
PARTS = {
    "title": "title",
    "status": "status",
    "hazards": "hazard",
    "hazard_text": "hazard",
    "remedies": "remedy",
    "remedy_text": "remedy",
    "measures": "remedy",
    "products": "products",
    "firms": "firms",
}
"""Fields of a notice by the part of its page where they stand; all others are "other"."""


def wordings(session: Session, notice_id: str) -> list[Wording]:
    """Return every wording of a notice that was read, the newest first."""
    rows = session.scalars(
        select(SafetyNoticeRevision)
        .where(SafetyNoticeRevision.notice_id == notice_id)
        .order_by(SafetyNoticeRevision.revision)
    )
    found: list[Wording] = []
    before: dict[str, Any] = {}
    for row in rows:
        body = msgspec.json.decode(row.body)
        changed = _changed(before, body) if before else ()
        found.append(Wording(row.revision, row.recorded_at, changed))
        before = body
    return found[::-1]


def _changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    names = (name for name in {**before, **after} if before.get(name) != after.get(name))
    parts = dict.fromkeys(PARTS.get(name, OTHER) for name in names if name not in DATES)
    return tuple(sorted(parts, key=lambda part: part == OTHER))


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
