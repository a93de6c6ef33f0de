"""What a matter shows: to officers its joined cases in counts, money and time; to a complainant the question."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.complaints.clusters import operations as clusters
from service.complaints.clusters.models import CaseCluster, CaseClusterMember
from service.complaints.clusters.operations import ANSWERS, JOINED, READ
from service.complaints.intake import tracking
from service.complaints.models import Case, CaseAmount
from service.core import access
from service.core.access import Asker


@dataclass(frozen=True, slots=True)
class Sum:
    """What cases stated of one kind in one currency; `reference` only where every rate was known."""

    kind: str
    currency: str
    cases: int
    amount: Decimal
    reference: Decimal | None
    reference_currency: str


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A matter; everything but `answers` (how many stand how) is about the cases that joined."""

    id: str
    reference: str
    category: str
    because: str
    created_at: datetime
    answers: dict[str, int]
    states: dict[str, int]
    merchants: tuple[str, ...]
    money: tuple[Sum, ...]
    months: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a complainant is asked; `others` have joined, `possible` is what can be answered."""

    reference: str
    category: str
    state: str
    others: int
    possible: tuple[str, ...]


def listed(session: Session, asker: Asker) -> list[ClusterView]:
    """Return the matters that the asker may see, newest first."""
    seen = access.visible(asker, READ, organisation=CaseCluster.organisation_id)
    rows = select(CaseCluster).where(seen).order_by(CaseCluster.created_at.desc(), CaseCluster.id)
    return [_view(session, row) for row in session.scalars(rows)]


def one(session: Session, asker: Asker, cluster_id: str) -> ClusterView:
    """Return one matter; raise NotFound when there is none that the asker may see."""
    return _view(session, clusters.reached(session, cluster_id, asker, READ))


def question(session: Session, reference: str, token: str, *, now: datetime) -> Question | None:
    """Return what the case of a tracking token is asked, None when nobody asked; NotFound as tracking does."""
    case = tracking.find(session, reference, token, now=now)
    member = session.get(CaseClusterMember, case.id)
    if member is None:
        return None
    joined = _joined(session, member.cluster_id)
    return Question(
        reference=case.reference,
        category=str(case.facts.get("category")),
        state=member.state,
        others=sum(1 for each in joined if each.id != case.id),
        possible=ANSWERS[member.state],
    )


def _view(session: Session, row: CaseCluster) -> ClusterView:
    stand = select(CaseClusterMember.state, func.count())
    answers = stand.where(CaseClusterMember.cluster_id == row.id).group_by(CaseClusterMember.state)
    joined = _joined(session, row.id)
    months = Counter(f"{case.received_at:%Y-%m}" for case in joined)
    return ClusterView(
        id=row.id,
        reference=row.reference,
        category=row.category,
        because=row.because,
        created_at=row.created_at,
        answers={row[0]: row[1] for row in session.execute(answers)},
        states=dict(sorted(Counter(case.state for case in joined).items())),
        merchants=tuple(sorted({case.merchant_key for case in joined if case.merchant_key})),
        money=_money(session, [case.id for case in joined]),
        months=tuple(sorted(months.items())),
    )


def _joined(session: Session, cluster_id: str) -> list[Case]:
    rows = select(Case).join(CaseClusterMember, CaseClusterMember.case_id == Case.id)
    inside = (CaseClusterMember.cluster_id == cluster_id) & (CaseClusterMember.state == JOINED)
    return list(session.scalars(rows.where(inside).order_by(Case.received_at, Case.id)))


def _money(session: Session, case_ids: Iterable[str]) -> tuple[Sum, ...]:
    """Return sums by kind and currency; of several amounts of one kind, a case's last one counts."""
    rows = select(CaseAmount).where(CaseAmount.case_id.in_(list(case_ids)))
    last = {(row.case_id, row.kind): row for row in session.scalars(rows.order_by(CaseAmount.id))}
    groups: dict[tuple[str, str], list[CaseAmount]] = {}
    for row in last.values():
        groups.setdefault((row.kind, row.currency), []).append(row)
    return tuple(_sum(*key, groups[key]) for key in sorted(groups))


def _sum(kind: str, currency: str, rows: list[CaseAmount]) -> Sum:
    known = [row.reference_amount for row in rows if row.reference_amount is not None]
    return Sum(
        kind=kind,
        currency=currency,
        cases=len(rows),
        amount=sum((row.amount for row in rows), Decimal()),
        reference=sum(known, Decimal()) if len(known) == len(rows) else None,
        reference_currency=rows[0].reference_currency,
    )
