"""Every write about checks of shops: asked for by people, claimed and finished by background work."""

import functools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrapers.disclosures import Item, checklist
from scrapers.disclosures.values import ON_REQUEST
from scrapers.errors import ScrapersError
from scrapers.identity import identify
from service.core import access, audit, work
from service.core.access import Asker, Target
from service.core.clock import to_days
from service.core.errors import Conflict, InvalidInput, TooMany
from service.core.fetching import OK, UNREACHABLE
from service.disclosures.models import ShopCheck
from service.disclosures.reader import Found
from service.evidence import operations as evidence
from service.evidence.importing import Origin, fact_of
from service.evidence.operations import Fact

ASK, READ = "disclosure.check", "disclosure.read"
WAITING = "waiting"
AGAIN = timedelta(days=1)
"""A shop that was checked for a country is left alone so long."""

MOST_WAITING = 20
"""Checks of one organisation that may wait at a time."""

TRIES = (timedelta(hours=1), timedelta(hours=6))
"""Waits before the second and third try at a shop that does not answer."""

SOURCE = "caveat-shop-check"
LONGEST_URL = 2_000
_IDENTIFYING = frozenset(("name", "person", "address", "phone", "email"))
"""Kinds of value that may be a person's: kept as a keyed fingerprint, which only tells equal ones."""

Fingerprint = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Due:
    """A check to be made now."""

    id: str
    url: str
    country: str


def ask(session: Session, asker: Asker, url: str, country: str, *, now: datetime) -> str:
    """Have a shop checked for buyers in a country; return the check's id.

    Raises InvalidInput for what is no shop's address or no country, Conflict when it was checked
    within a day (it names that check), TooMany when too many checks of the organisation wait.
    """
    access.require(asker, ASK, _own(asker))
    url = _address(url)
    if len(country) != 2 or not country.isascii() or not country.isalpha():  # noqa: PLR2004 - ISO 3166
        what = "is no two-letter country code"
        raise InvalidInput(what, where="country", fields={"country": what})
    _refuse_repeats(session, asker, url, country.upper(), now)
    row = ShopCheck(
        id=str(uuid.uuid4()),
        organisation_id=asker.organisation,
        url=url,
        country=country.upper(),
        asked_at=now,
        asked_by=asker.label,
        state=WAITING,
        due_at=now,
        pages=[],
        items=[],
    )
    session.add(row)
    session.flush()
    audit.note(session, at=now, asker=asker, action=ASK, subject=f"shop_check:{row.id}")
    return row.id


def claim_due(session: Session, *, now: datetime, limit: int) -> list[Due]:
    """Take checks that are due; those of a worker that dies come free again."""
    rows = work.claim(session, ShopCheck, now=now, limit=limit)
    return [Due(row.id, row.url, row.country) for row in rows]


def claim(session: Session, check_id: str, *, now: datetime) -> Due:
    """Take one check that was just asked for."""
    row = session.get_one(ShopCheck, check_id)
    row.claimed_until = now + work.LEASE
    return Due(row.id, row.url, row.country)


def finish(
    session: Session, check_id: str, found: Found, *, fingerprint: Fingerprint, now: datetime
) -> str:
    """Keep what was found and record it as evidence; return the check's state.

    A shop that did not answer is tried again, twice.
    """
    row = session.get_one(ShopCheck, check_id)
    row.attempts += 1
    row.claimed_until = None
    row.pages = [asdict(page) for page in found.pages]
    if found.state == UNREACHABLE and row.attempts <= len(TRIES):
        row.due_at = now + TRIES[row.attempts - 1]
        return row.state
    row.state, row.done_at, row.due_at = found.state, now, None
    row.merchant_key, row.jurisdiction = found.merchant_key, found.jurisdiction
    row.items = [_shown(item) for item in found.items]
    if found.state == OK:
        evidence.record(session, facts_of(found, fingerprint), now=now)
    return row.state


def facts_of(found: Found, fingerprint: Fingerprint) -> Iterator[Fact]:
    """Yield what a look says about a merchant as facts, all of them only claimed by itself.

    A check digit that agrees confirms nothing. What could not be assessed is no fact; good practice
    that was not followed is none either.
    """
    if found.merchant_key is None:
        return
    for item in found.items:
        if item.state == "not_assessable" or (item.state != "valid" and item.level != "law"):
            continue
        record = {
            "type": "disclosure",
            "merchant": found.merchant_key,
            "t": to_days(found.at),
            "field": item.id,
            "value": _value(item, fingerprint),
            "verified": False,
            "state": item.state,
            "jurisdiction": item.jurisdiction,
        }
        url = item.where.url if item.where else found.pages[0].url
        yield fact_of(record, Origin(SOURCE, url))


def _value(item: Item, fingerprint: Fingerprint) -> str:
    """Return what makes two shops' statements equal: a register number, or a fingerprint; else nothing."""
    if item.state != "valid" or item.value == ON_REQUEST:
        return ""
    if _kind(item) == "number":
        return str(item.value)
    return fingerprint(item.id, str(item.value)) if _kind(item) in _IDENTIFYING else ""


def _shown(item: Item) -> dict[str, Any]:
    """Return what is kept of an item for the desk: never what may be a person's."""
    kept = item.state == "valid" and _kind(item) not in _IDENTIFYING
    return {
        "id": item.id,
        "state": item.state,
        "level": item.level,
        "law": item.law,
        "value": item.value if kept else None,
        "url": item.where.url if item.where else None,
    }


def _kind(item: Item) -> str:
    return _kinds(item.jurisdiction)[item.id]


@functools.cache
def _kinds(jurisdiction: str) -> dict[str, str]:
    return {check.id: check.value for check in checklist(jurisdiction).items}


def _own(asker: Asker) -> Target:
    return Target("organisation", asker.organisation or "", asker.organisation)


def _address(url: str) -> str:
    what = "is no web address of a shop"
    try:
        known = identify(url.strip()).platform is not None and len(url) <= LONGEST_URL
    except ScrapersError:
        known = False
    if not known:
        raise InvalidInput(what, where="url", fields={"url": what})
    return url.strip()


def _refuse_repeats(session: Session, asker: Asker, url: str, country: str, now: datetime) -> None:
    same = select(ShopCheck.id).where(
        ShopCheck.url == url, ShopCheck.country == country, ShopCheck.asked_at > now - AGAIN
    )
    mine = ShopCheck.organisation_id == asker.organisation
    if known := session.scalar(same.where(mine).limit(1)):
        raise Conflict("was checked within a day", where=known, code="disclosures.again")
    waiting = select(func.count()).where(mine, ShopCheck.due_at.is_not(None))
    if (session.scalar(waiting) or 0) >= MOST_WAITING:
        raise TooMany("too many checks wait", retry_minutes=60, code="disclosures.waiting")
