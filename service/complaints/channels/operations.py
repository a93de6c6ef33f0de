"""Every write to referrals: where a complainant took the case, with which answer."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.channels import canonical, from_case, registry, reminders, sheet
from service.complaints.channels.models import CaseReferral
from service.complaints.channels.reach import REFER, reachable
from service.complaints.channels.reminders import PLANNED
from service.complaints.channels.sheet import Sheet
from service.complaints.models import Case
from service.complaints.privacy import sealed
from service.core import audit
from service.core.access import Asker
from service.core.crypto import Vault
from service.core.errors import Conflict, InvalidInput

STATUSES = (PLANNED, "filed", "accepted", "refused", "withdrawn", "ended")
LONGEST_REFERENCE = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """What the complainant says about a desk: how it stands, since when, under which reference.

    `sent_on` may be None only while the step is planned; `reference` "" leaves an earlier one.
    """

    channel: str
    status: str
    sent_on: date | None = None
    reference: str = ""


def record_referral(
    session: Session,
    vault: Vault,
    case_id: str,
    sent: Sent,
    *,
    asker: Asker,
    now: datetime,
    version: int | None = None,
) -> str:
    """Record that a case goes, or went, to a desk; return the referral's id.

    One row stands for each desk and case. Changing it needs its `version`; Conflict when somebody was
    faster, or when a case is taken anew to a desk that is closed. The reminder of the desk's next clock is
    computed with it.
    """
    case = reachable(session, asker, case_id)
    channel = registry.channel(sent.channel)
    _check(sent, channel, now)
    row = _row(session, case, sent, version, now)
    row.status, row.sent_on, row.changed_at = sent.status, sent.sent_on, now
    row.due_at = _reminder(case, channel, sent, now)
    session.add(row)
    session.flush()
    if sent.reference.strip():
        sealed.write(session, vault, case.id, f"referral:{row.id}", sent.reference.strip())
    audit.note(
        session,
        at=now,
        asker=asker,
        action=REFER,
        subject=f"case:{case.id}",
        purpose=sent.channel,
        organisation=case.organisation_id,
    )
    return row.id


def make_sheet(  # noqa: PLR0913 - the session and vault, the case, the desk, by whom, what for, when
    session: Session,
    vault: Vault,
    case_id: str,
    channel_id: str,
    *,
    asker: Asker,
    purpose: str,
    now: datetime,
    record: Mapping[str, str] | None = None,
) -> Sheet:
    """Return the sheet of a case for a desk.

    Only the personal fields that the desk asks for are opened, and the look is recorded with its
    purpose. `record` gives what is known about the trader from its page, by `record.NAME`, and fields
    of the desk that no complaint field holds, such as `card.issuer`.
    """
    case = reachable(session, asker, case_id)
    needed = canonical.complaint_fields(registry.channel(channel_id))
    opened = sealed.shown(session, vault, case_id, needed, asker=asker, purpose=purpose, now=now)
    plain = {name: str(value) for name, value in case.facts.items() if isinstance(value, str)}
    return sheet.make(
        channel_id,
        {**plain, **opened, **(record or {})},
        case.facts.get("evidence") or (),
        residence=case.facts.get("country"),
    )


def _check(sent: Sent, channel: registry.Channel, now: datetime) -> None:
    if sent.status not in STATUSES:
        raise InvalidInput(f"{sent.status!r} is none of {', '.join(STATUSES)}", where="status")
    if sent.status == PLANNED and channel.status == "closed":
        raise Conflict("this desk is closed", where=channel.id)
    if sent.status != PLANNED and sent.sent_on is None:
        raise InvalidInput("say on which day it was sent", where="sent_on")
    if sent.sent_on is not None and sent.sent_on > now.date():
        raise InvalidInput("lies in the future", where="sent_on")
    if len(sent.reference) > LONGEST_REFERENCE:
        raise InvalidInput(f"is longer than {LONGEST_REFERENCE} characters", where="reference")


def _row(
    session: Session, case: Case, sent: Sent, version: int | None, now: datetime
) -> CaseReferral:
    own = CaseReferral.case_id == case.id
    row = session.scalar(select(CaseReferral).where(own, CaseReferral.channel_id == sent.channel))
    if row is None:
        return CaseReferral(
            id=str(uuid.uuid4()), case_id=case.id, channel_id=sent.channel, created_at=now
        )
    if row.version != version:
        raise Conflict("somebody changed it meanwhile; look at it again", where=sent.channel)
    return row


def _reminder(case: Case, channel: registry.Channel, sent: Sent, now: datetime) -> datetime | None:
    dates = dict(from_case.situation(case.facts).dates)
    if sent.sent_on is not None:
        dates["filed"] = sent.sent_on
    day = reminders.remind_on(channel, sent.status, dates, now.date())
    return None if day is None else datetime.combine(day, time.min, tzinfo=UTC)
