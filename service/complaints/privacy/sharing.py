"""Consents given with a complaint: to whom, in which country, which fields (kept by consents.py).

Where the complainant does not know in which country the seller is, the consent holds wherever that is;
a desk abroad gets none, for nobody knows where that would be.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.complaints.intake.fields import BY_ID, CONSENTS, PERSONAL, VERSION
from service.complaints.models import Case
from service.complaints.privacy import consents
from service.complaints.privacy.consents import UNSTATED, Share
from service.core import access

ABROAD = "council_abroad"
"""Another desk that takes the complaint over needs the whole of it."""
NARRATIVE = ("description", "tried", "tracking_number")


def grant(session: Session, case: Case, data: Mapping[str, Any], *, now: datetime) -> None:
    """Record each consent that was ticked, for the country in which its recipient is."""
    country = data.get("merchant_country", UNSTATED)
    for recipient, field in CONSENTS.items():
        if data.get(field) is True and (country, recipient) != (UNSTATED, ABROAD):
            consents.grant(
                session,
                case.id,
                Share(
                    _named(str(recipient), case), country, frozenset(_fields(str(recipient), data))
                ),
                wording=f"{VERSION}:{BY_ID[field].id}",
                asker=access.complainant(case.id),
                now=now,
            )


def _named(recipient: str, case: Case) -> str:
    if recipient == "merchant" and case.respondent_id is not None:
        return consents.organisation(case.respondent_id)
    return recipient


def _fields(recipient: str, data: Mapping[str, Any]) -> list[str]:
    """Return what a recipient may see: the seller only what was ticked of the contact details."""
    if recipient == ABROAD:
        return sorted(PERSONAL & data.keys())
    told = [name for name in NARRATIVE if name in data]
    contact = data.get("share_contact", []) if recipient == "merchant" else []
    return told + [name for name in contact if name in data]
