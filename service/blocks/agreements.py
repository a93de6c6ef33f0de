"""Agreements between regulators and platforms, and what was promised in them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from scrapers.notices.text import is_iso_date
from service.blocks import addresses, common
from service.blocks.models import Agreement, Commitment
from service.core import access
from service.core.access import Asker, Target
from service.core.errors import InvalidInput

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment: who promised what, since when, and where it is written."""

    promised_by: str
    text: str
    since: str
    source_url: str
    until: str = ""
    replaces: str | None = None


def record(
    session: Session,
    asker: Asker,
    *,
    platform: str,
    title: str,
    signed_on: str,
    source_url: str,
    now: datetime,
) -> str:
    """Record an agreement; return its id."""
    own = common.require_regulator(session, asker, "block.agreement")
    wrong = _wrong({"title": title}, {"signed_on": signed_on}, source_url)
    if not addresses.is_platform(platform):
        wrong["platform"] = "is no platform of the table"
    _refuse(wrong)
    row = Agreement(
        id=str(uuid.uuid4()),
        organisation_id=own,
        platform=platform,
        title=title.strip()[:200],
        signed_on=signed_on,
        source_url=source_url,
        recorded_by=asker.label,
        recorded_at=now,
    )
    session.add(row)
    common.note(session, asker, "block.agreement", f"agreement:{row.id}", now)
    return row.id


def promise(
    session: Session, asker: Asker, agreement_id: str, given: Promise, *, now: datetime
) -> str:
    """Record a commitment of an agreement, or the correction of an earlier one; return its id."""
    agreement = session.get(Agreement, agreement_id)
    owner = agreement.organisation_id if agreement else None
    access.require(asker, "block.agreement", Target("agreement", agreement_id, owner))
    if agreement is None:
        raise access.missing("agreement", agreement_id)
    dates = {"since": given.since} | ({"until": given.until} if given.until else {})
    _refuse(_wrong({"promised_by": given.promised_by, "text": given.text}, dates, given.source_url))
    if given.replaces:
        before = session.get(Commitment, given.replaces)
        if before is None or before.agreement_id != agreement_id:
            raise InvalidInput("is no commitment of this agreement", where="replaces")
    row = Commitment(
        id=str(uuid.uuid4()),
        agreement_id=agreement_id,
        promised_by=given.promised_by.strip()[:200],
        text=given.text.strip(),
        since=given.since,
        until=given.until or None,
        source_url=given.source_url,
        replaces=given.replaces,
        recorded_by=asker.label,
        recorded_at=now,
    )
    session.add(row)
    common.note(session, asker, "block.agreement", f"agreement:{agreement_id}", now)
    return row.id


def _wrong(texts: dict[str, str], dates: dict[str, str], url: str) -> dict[str, str]:
    wrong = {
        name: "is missing or too long"
        for name, text in texts.items()
        if not text.strip() or len(text) > LONGEST
    }
    wrong |= {
        name: "is no date of the form 2026-11-20"
        for name, text in dates.items()
        if not is_iso_date(text)
    }
    if not url.startswith(("https://", "http://")) or len(url) > LONGEST:
        wrong["source_url"] = "is no web address"
    return wrong


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise InvalidInput("cannot be taken", where=next(iter(wrong)), fields=wrong)
