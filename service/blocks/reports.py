"""The report on blocking: aggregates for everybody, computed in the background, stored, and only read."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.blocks import metrics, queries, survival
from service.blocks.metrics import DIMENSIONS, ENOUGH, OrderFacts, Rate, Relisting
from service.blocks.models import (
    BlockEvent,
    BlockOrder,
    BlockReport,
    ListingCheck,
    RelistingCandidate,
)
from service.blocks.relistings import CONFIRMED
from service.blocks.survival import Curve

WINDOW_DAYS = 365
LEAST = timedelta(hours=1)
"""Time for which a report stands although records changed."""
ALL = ""
COLUMNS = (
    "dimension",
    "group",
    "rate",
    "numerator",
    "denominator",
    "left_out",
    "share",
    "low",
    "high",
)


@dataclass(frozen=True, slots=True)
class Group:
    """The rates of one platform, country, source or hazard."""

    dimension: str
    name: str
    orders: int
    rates: tuple[Rate, ...]

    def rate(self, name: str) -> Rate:
        """Return one rate."""
        return next(one for one in self.rates if one.name == name)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is published about blocking; `curve` is None below ENOUGH listings."""

    as_of: datetime
    window_days: int
    platform: str | None
    total: Group
    groups: tuple[Group, ...]
    curve: Curve | None

    def by(self, dimension: str) -> tuple[Group, ...]:
        """Return the groups of one dimension."""
        return tuple(group for group in self.groups if group.dimension == dimension)


def report(session: Session, *, platform: str | None = None, now: datetime) -> Report:
    """Return the report on all platforms or one as it was computed last; an empty one before the first."""
    row = session.get(BlockReport, platform or ALL)
    if row is None:
        return build([], platform=platform, now=now)
    return msgspec.json.decode(row.body, type=Report)


def computed(session: Session, *, platform: str | None = None, now: datetime) -> Report:
    """Return the report on all platforms or one, computed from the records of this moment."""
    return build(facts(session, platform=platform, now=now), platform=platform, now=now)


def due(session: Session, *, now: datetime) -> list[BlockReport]:
    """Return the reports that are old, computed anew: those of the platforms whose records changed."""
    made = []
    for one in [None, *platforms(session)]:
        state = f"{now.date()} {' '.join(map(str, _version(session, one)))}"
        kept = session.get(BlockReport, one or ALL)
        if kept is None or (kept.state != state and now - kept.made_at >= LEAST):
            body = msgspec.json.encode(computed(session, platform=one, now=now)).decode()
            made.append(BlockReport(platform=one or ALL, made_at=now, state=state, body=body))
    return made


def keep(session: Session, made: Sequence[BlockReport]) -> None:
    """Store reports in the place of those before."""
    for one in made:
        session.merge(one)


def platforms(session: Session) -> list[str]:
    """Return the platforms that orders were sent to."""
    return sorted(session.scalars(select(BlockOrder.platform).distinct()))


def build(orders: Sequence[OrderFacts], *, platform: str | None, now: datetime) -> Report:
    """Compute a report; a rate of few orders carries its counts all the same."""
    groups = tuple(
        Group(dimension, name, len(mine), tuple(metrics.rates(mine, now=now)))
        for dimension in DIMENSIONS
        for name, mine in metrics.groups(orders, dimension).items()
    )
    total = Group("all", platform or "all", len(orders), tuple(metrics.rates(orders, now=now)))
    known = [times for one in orders if (times := one.interval()) is not None]
    curve = survival.curve(known) if len(known) >= ENOUGH else None
    return Report(now, WINDOW_DAYS, platform, total, groups, curve)


def facts(session: Session, *, platform: str | None, now: datetime) -> list[OrderFacts]:
    """Return the orders of the window with everything that was seen of them."""
    wanted = select(BlockOrder).where(BlockOrder.issued_at > now - timedelta(days=WINDOW_DAYS))
    if platform is not None:
        wanted = wanted.where(BlockOrder.platform == platform)
    rows = session.scalars(wanted.order_by(BlockOrder.id)).all()
    looks = queries.looks(session, [row.listing_key for row in rows])
    back = _relistings(session)
    return [
        OrderFacts(
            platform=row.platform,
            country=row.country,
            found_by=row.found_by,
            hazards=tuple(row.hazards),
            issued_at=row.issued_at,
            published=row.notice_published,
            deadline=row.deadline,
            state=row.state,
            checks=tuple(looks.get(row.listing_key, ())),
            relistings=tuple(back.get(row.id, ())),
        )
        for row in rows
    ]


def as_json(made: Report) -> dict[str, Any]:
    """Return a report as JSON; shares of too few orders are null, their counts are there."""
    curve = made.curve
    return {
        "as_of": made.as_of.isoformat(),
        "window_days": made.window_days,
        "platform": made.platform,
        "enough": ENOUGH,
        "orders": made.total.orders,
        "rates": [row for group in (made.total, *made.groups) for row in _rows(group)],
        "time_to_block": None
        if curve is None
        else {
            "listings": curve.listings,
            "gone": curve.gone,
            "median_days": curve.median,
            "median_interval": [curve.median_low, curve.median_high],
            "still_up": [
                {"day": day, "share": share, "low": low, "high": high}
                for day, (share, low, high) in enumerate(
                    zip(curve.share, curve.low, curve.high, strict=True)
                )
            ],
        },
    }


def as_csv(made: Report) -> str:
    """Return the rates of a report as a table; texts are codes, so no cell can be read as a formula."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for group in (made.total, *made.groups):
        writer.writerows(_rows(group))
    return out.getvalue()


def _rows(group: Group) -> Iterator[dict[str, Any]]:
    for one in group.rates:
        told = one.enough
        yield {
            "dimension": group.dimension,
            "group": group.name,
            "rate": one.name,
            "numerator": one.numerator,
            "denominator": one.denominator,
            "left_out": one.left_out,
            "share": round(one.value, 4) if told and one.value is not None else None,
            "low": round(one.low, 4) if told and one.low is not None else None,
            "high": round(one.high, 4) if told and one.high is not None else None,
        }


def _version(session: Session, platform: str | None) -> tuple[int, ...]:
    """Return what changes whenever a report on a platform (None: on all) may change."""
    events, looks = select(func.max(BlockEvent.id)), select(func.max(ListingCheck.id))
    back = select(func.count()).select_from(RelistingCandidate)
    back = back.where(RelistingCandidate.state == CONFIRMED)
    if platform is not None:
        events = events.join(BlockOrder, BlockOrder.id == BlockEvent.order_id)
        events = events.where(BlockOrder.platform == platform)
        own = f"{platform}:"
        looks = looks.where(ListingCheck.listing_key.startswith(own, autoescape=True))
        back = back.where(RelistingCandidate.listing_key.startswith(own, autoescape=True))
    return tuple(session.scalar(one) or 0 for one in (events, looks, back))


def _relistings(session: Session) -> dict[str, list[Relisting]]:
    found: dict[str, list[Relisting]] = {}
    confirmed = select(RelistingCandidate).where(RelistingCandidate.state == CONFIRMED)
    for row in session.scalars(confirmed):
        found.setdefault(row.order_id, []).append(Relisting(row.seen_at, row.same_seller))
    return found
