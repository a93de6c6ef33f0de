"""Who opened the personal fields of a case: for the complainant, and for supervisors what is unusual."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.complaints.privacy import reach
from service.complaints.privacy.models import CaseAccess
from service.complaints.privacy.visibility import COMPLAINANT, SYSTEM
from service.core import access, audit
from service.core.access import Asker
from service.core.views import view_of

ACTION, REPORT = "case.access_log", "case.access_report"
USUAL_DAYS = 30
FACTOR = 3
AT_LEAST = 10
"""Fewer cases in a day are never unusual."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at sealed fields: who (a label without a name), for which organisation, which, what for."""

    at: datetime
    actor: str
    organisation: str | None
    role: str
    purpose: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class Unusual:
    """A person who opened far more cases in a day than usual.

    `own` is the median of this person's earlier days with any, `others` that of the colleagues' days;
    None where there is no such day.
    """

    actor: str
    organisation: str | None
    day: date
    cases: int
    own: float | None
    others: float | None


def of_case(session: Session, case_id: str, *, asker: Asker) -> list[Look]:
    """Return every look at a case, the newest first; the complainant reads the same list as the desk."""
    reach.case(session, case_id, asker=asker, action=ACTION)
    rows = select(CaseAccess).where(CaseAccess.case_id == case_id).order_by(CaseAccess.id.desc())
    return [view_of(Look, row) for row in session.scalars(rows)]


def unusual(session: Session, *, asker: Asker, now: datetime, days: int = 7) -> list[Unusual]:
    """Return the days of the last `days` on which somebody opened unusually many cases, most first.

    Unusual is at least `AT_LEAST` cases and more than `FACTOR` times the person's own median day, or
    the colleagues' where the person has no earlier day. Looking is an act, which the audit keeps.
    """
    access.enter(asker, REPORT)
    audit.note(session, at=now, asker=asker, action=REPORT, subject=f"access:{days} days")
    since = now - timedelta(days=days + USUAL_DAYS)
    counts = _daily(session, asker, since)
    recent = (now - timedelta(days=days)).date()
    found = [
        line
        for (actor, organisation), by_day in counts.items()
        for line in _lines(actor, organisation, by_day, counts, recent)
    ]
    return sorted(found, key=lambda line: (-line.cases, line.actor, line.day))


Counts = Mapping[tuple[str, str | None], Mapping[date, int]]


def _lines(
    actor: str, organisation: str | None, by_day: Mapping[date, int], counts: Counts, recent: date
) -> Iterable[Unusual]:
    peers = [
        count
        for (other, of), days in counts.items()
        if other != actor and of == organisation
        for count in days.values()
    ]
    others = median(peers) if peers else None
    for day, cases in by_day.items():
        earlier = [count for before, count in by_day.items() if before < day]
        own = median(earlier) if earlier else None
        usual = own if own is not None else others
        if day >= recent and cases >= AT_LEAST and cases > FACTOR * (usual or 0):
            yield Unusual(actor, organisation, day, cases, own, others)


def _daily(session: Session, asker: Asker, since: datetime) -> Counts:
    """Return how many cases each person opened on each day (UTC)."""
    seen = access.visible(asker, REPORT, organisation=CaseAccess.organisation)
    day: Any = func.date(CaseAccess.at)
    people = CaseAccess.role.not_in((COMPLAINANT, SYSTEM))
    rows = (
        select(
            CaseAccess.actor,
            CaseAccess.organisation,
            day,
            func.count(CaseAccess.case_id.distinct()),
        )
        .where(CaseAccess.at >= since, people, seen)
        .group_by(CaseAccess.actor, CaseAccess.organisation, day)
    )
    counts: dict[tuple[str, str | None], dict[date, int]] = defaultdict(dict)
    for actor, organisation, on, cases in session.execute(rows):
        counts[actor, organisation][date.fromisoformat(str(on))] = cases
    return counts
