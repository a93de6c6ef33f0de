"""Several victims, one matter: alike cases offered to officers, joined only with each complainant's consent.

A case that was asked stays exactly what it was until its complainant says yes, and again once the yes is
taken back. What a cluster shows counts the cases that joined, and nothing about a person.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import scoring
from scoring import identity
from scoring.constants import latest
from service.complaints.clusters import alike
from service.complaints.clusters.alike import Candidate, Proposal
from service.complaints.clusters.models import CaseCluster, CaseClusterAnswer, CaseClusterMember
from service.complaints.course import machine
from service.complaints.models import Case
from service.complaints.privacy import reach
from service.core import access, audit, outbox
from service.core.access import Asker, Target
from service.core.errors import Conflict, InvalidInput
from service.core.readable import random_code
from service.evidence import queries as evidence

READ, MANAGE, CONSENT = "cluster.read", "cluster.manage", "case.consent"
INVITED, JOINED, DECLINED, LEFT = STATES = ("invited", "joined", "declined", "left")
ANSWERS = {INVITED: (JOINED, DECLINED), JOINED: (LEFT,), DECLINED: (JOINED,), LEFT: (JOINED,)}
"""What a complainant can answer, by how they stand."""
ANSWERED = (JOINED, DECLINED, LEFT)
WORDING = "cluster/1"
INVITATION_MAIL = "mail.cluster_invitation"
INTAKE = ("draft", "awaiting_contact_check")
IDENTITY_KINDS = ("open", "disclosure")


def proposals(session: Session, *, asker: Asker) -> list[Proposal]:
    """Return the open cases of the asker's organisation that may be one matter and were not asked yet."""
    access.require(asker, MANAGE, Target("cluster", organisation=asker.organisation))
    candidates = _candidates(session, str(asker.organisation))
    return alike.proposals(candidates, _same(session, {one.merchant for one in candidates}))


def create(session: Session, cases: Collection[str], *, asker: Asker, now: datetime) -> str:
    """Make a cluster of alike cases, ask each complainant to join, and return its id.

    Raises InvalidInput unless the cases are all in one proposal as it stands now.
    """
    found = _proposed(session, cases, asker)
    cluster = CaseCluster(
        id=str(uuid.uuid4()),
        organisation_id=str(asker.organisation),
        reference=f"CM-{random_code(2, 4)}",
        category=found.category,
        because=found.because,
        created_at=now,
        created_by=asker.label,
    )
    session.add(cluster)
    session.flush()
    _invite(session, cluster, cases, asker, now)
    _note(session, cluster, MANAGE, asker, now)
    return cluster.id


def invite(
    session: Session, cluster_id: str, cases: Collection[str], *, asker: Asker, now: datetime
) -> None:
    """Ask more complainants to join; their cases must be alike to those that are there."""
    cluster = reached(session, cluster_id, asker, MANAGE)
    found = _proposed(session, cases, asker)
    if found.category != cluster.category or not _belongs(session, cluster, found):
        raise InvalidInput("are not alike to those of this matter", where="cases")
    _invite(session, cluster, cases, asker, now)
    _note(session, cluster, MANAGE, asker, now)


def answer(session: Session, case_id: str, state: str, *, asker: Asker, now: datetime) -> None:
    """Record a complainant's answer: joined, declined, or left again.

    The complainant gives it, or an officer who was told so. Raises Conflict when nobody asked, or it
    was answered so already.
    """
    case = reach.case(session, case_id, asker=asker, action=CONSENT)
    member = session.get(CaseClusterMember, case_id, with_for_update=True)
    if member is None:
        raise Conflict("nobody asked this case to join a matter", where=case.reference)
    if state not in ANSWERS[member.state]:
        raise Conflict(f"cannot become {state!r} from {member.state}", where=case.reference)
    member.state, member.answered_at, member.wording = state, now, WORDING
    session.add(
        CaseClusterAnswer(
            cluster_id=member.cluster_id,
            case_id=case_id,
            at=now,
            actor=asker.label,
            state=state,
            wording=WORDING,
        )
    )
    reach.note(session, case, asker=asker, action=f"cluster.{state}", now=now)


def reached(session: Session, cluster_id: str, asker: Asker, action: str) -> CaseCluster:
    """Return a cluster to which the asker may do the action; raise as access.require does."""
    found = session.get(CaseCluster, cluster_id)
    owner = found.organisation_id if found else None
    access.require(asker, action, Target("cluster", cluster_id, organisation=owner))
    if found is None:
        raise access.missing("cluster", cluster_id)
    return found


def _candidates(session: Session, organisation_id: str) -> list[Candidate]:
    asked = select(CaseClusterMember.case_id)
    open_states = [name for name in machine.load().open_states if name not in INTAKE]
    category = Case.facts["category"].as_string()
    rows = select(Case.id, Case.merchant_key, category, Case.received_at).where(
        Case.organisation_id == organisation_id,
        Case.state.in_(open_states),
        Case.merchant_key.is_not(None),
        Case.id.not_in(asked),
    )
    return [Candidate(*row) for row in session.execute(rows)]


def _same(session: Session, merchants: Collection[str]) -> dict[str, str]:
    """Return which of the merchants are one, by what they disclosed of themselves."""
    held: dict[str, set[object]] = {}
    if len(merchants) > 1:
        events = scoring.from_records(evidence.records_of_kinds(session, IDENTITY_KINDS))
        for event in events:
            held.setdefault(event.merchant, set()).update(identity.values([event]))
    numbers = latest().identity
    return alike.same_identity(held, merchants, shared=numbers.values, holders=numbers.holders)


def _proposed(session: Session, cases: Collection[str], asker: Asker) -> Proposal:
    wanted = set(cases)
    for one in proposals(session, asker=asker):
        if wanted and wanted <= set(one.cases):
            return one
    raise InvalidInput("are not alike, or were asked already", where="cases")


def _belongs(session: Session, cluster: CaseCluster, found: Proposal) -> bool:
    """Tell whether the merchants of a proposal are those of a cluster, or one with them."""
    rows = (
        select(Case.merchant_key)
        .join(CaseClusterMember, CaseClusterMember.case_id == Case.id)
        .where(CaseClusterMember.cluster_id == cluster.id)
    )
    own = {key for key in session.scalars(rows) if key is not None}
    one = _same(session, own | set(found.merchants))
    return bool({one.get(key, key) for key in own} & {one.get(key, key) for key in found.merchants})


def _invite(
    session: Session, cluster: CaseCluster, cases: Collection[str], asker: Asker, now: datetime
) -> None:
    for case_id in sorted(set(cases)):
        session.add(
            CaseClusterMember(
                case_id=case_id,
                cluster_id=cluster.id,
                state=INVITED,
                wording=WORDING,
                invited_at=now,
                invited_by=asker.label,
            )
        )
        outbox.post(session, topic=INVITATION_MAIL, payload={"case": case_id}, now=now)
    session.flush()


def _note(session: Session, cluster: CaseCluster, action: str, asker: Asker, now: datetime) -> None:
    audit.note(
        session,
        at=now,
        asker=asker,
        action=action,
        subject=f"cluster:{cluster.id}",
        organisation=cluster.organisation_id,
    )
