"""Every read of the store of official notices; earlier wordings are in wordings.py, fetching in sources.py."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from scrapers.notices import Notice
from service.core import access
from service.core.access import Asker
from service.core.batches import batches
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
)
from service.safety.views import (
    Counts,
    KeyedNotice,
    LinkView,
    Match,
    MatchView,
    NoticeView,
    Scope,
    SourceCount,
)

WITHDRAWN = "withdrawn"
PROPOSED, CONFIRMED, REJECTED = "proposed", "confirmed", "rejected"
MODEL_TIER = 2
KEYS_AT_ONCE = 500
ROWS_AT_ONCE = 2000


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


def pack_rows(session: Session) -> Iterator[KeyedNotice]:
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
) -> Iterator[KeyedNotice]:
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
    return (KeyedNotice(*row) for row in rows)


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
