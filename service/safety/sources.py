"""How fetching from each source stands."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrapers.notices import SOURCES, Source
from service.core.clock import DAY
from service.safety.models import SafetyNotice, SyncRun, SyncSource
from service.safety.views import SourceView


def fetched(session: Session) -> list[SourceView]:
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
        succeeded_at=row.succeeded_at.isoformat() if row and row.succeeded_at else None,
        failures=row.failures if row else 0,
        retry_at=row.retry_at.isoformat() if row and row.retry_at else None,
        problem=row.problem if row else "",
        quarantined=quarantined,
        notices=notices,
    )
