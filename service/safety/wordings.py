"""The wordings of a notice over time, and which parts of it each one changed."""

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.safety.models import SafetyNoticeRevision
from service.safety.views import Wording

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


def of_notice(session: Session, notice_id: str) -> list[Wording]:
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
