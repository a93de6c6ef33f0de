"""From a case to evidence: when a complaint counts, and with which outcome (outcomes.toml).

Only what is admissible goes: amounts, times, category, a pseudonym. Free text and personal data cannot,
for nothing here reads them.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrapers.identity import identify
from service.complaints.course import machine
from service.complaints.course.clocks import Step
from service.complaints.intake.fields import CATEGORIES
from service.complaints.models import Case
from service.complaints.privacy.models import CaseFile
from service.evidence import operations as evidence
from service.evidence.operations import Fact
from service.merchants import operations as merchants

PENDING, WITHDRAWN = "pending", "withdrawn"
SOURCE = "caveat-complaints"
CONFIRMED = frozenset({"resolved", "unresolved", "no_reply"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: which closed cases have which outcome, None for those that do not count."""

    state: str
    outcome: str | None = None
    cause: str | None = None
    silent: bool = False

    def fits(self, state: str, cause: str | None, *, silent: bool) -> bool:
        """Tell whether a closed case is meant."""
        return self.state == state and self.cause in (None, cause) and (silent or not self.silent)


@dataclass(frozen=True, slots=True)
class Table:
    """The whole file."""

    told: frozenset[str]
    replies: frozenset[str]
    rows: tuple[Row, ...]
    lapses: Mapping[str, str]


@cache
def table() -> Table:
    """Return the table, read once."""
    document = tomllib.loads(files(__package__).joinpath("outcomes.toml").read_text("utf-8"))
    rows = tuple(Row(**row) for row in document["outcomes"])
    return Table(
        frozenset(document["told"]), frozenset(document["replies"]), rows, document["lapses"]
    )


def outcome(history: Sequence[Step], cause: str | None) -> str | None:
    """Return the outcome of a closed case by its path, "pending", or None when it does not count.

    A case that its merchant never heard of does not count, however it ended.
    """
    if not told(history):
        return None
    state, silent = history[-1].after, _silent(history)
    return next(row.outcome for row in table().rows if row.fits(state, cause, silent=silent))


def lapse_cause(state: str) -> str:
    """Return why a case lapses that is left in a state."""
    return table().lapses[state]


def told(history: Sequence[Step]) -> bool:
    """Tell whether the merchant has heard of the case, and has not left it as somebody else since."""
    place = max((at for at, step in enumerate(history) if _releases(step)), default=-1)
    return any(step.after in table().told for step in history[place + 1 :])


def facts(session: Session, case: Case, history: Sequence[Step], *, now: datetime) -> list[Fact]:
    """Return what the last move says about the merchant, if anything; nothing before it was told.

    Who is not the seller takes nothing along: what was pending is taken back, and only a case that is
    put to it again counts.
    """
    if case.merchant_key is None or not (told(history) or _releases(history[-1])):
        return []
    if case.outcome in CONFIRMED:
        _observe_seller(session, case)
    return [
        Fact(case.merchant_key, kind, payload, true_at=true_at, known_at=now, source=SOURCE)
        for kind, payload, true_at in _events(session, case, history[-1], now)
    ]


def record(session: Session, found: Sequence[Fact], *, now: datetime) -> None:
    """Record what moves say about merchants."""
    if found:
        evidence.record(session, found, now=now)


def _events(
    session: Session, case: Case, step: Step, now: datetime
) -> Iterator[tuple[str, dict[str, Any], datetime]]:
    """Yield (type, fields, when true) of events; one that says nothing new is known to the store already."""
    if _releases(step):
        yield "complaint_closed", {"id": case.id, "outcome": WITHDRAWN}, now
        return
    closed = case.closed_at is not None
    if step.before != step.after and (step.after in table().told or closed):
        yield "complaint", _complaint(session, case), case.received_at
    if step.event in table().replies:
        yield "complaint_reply", {"id": case.id}, now
    if closed and case.outcome is not None:
        yield "complaint_closed", {"id": case.id, "outcome": case.outcome}, now


def _complaint(session: Session, case: Case) -> dict[str, Any]:
    category = CATEGORIES[case.facts["category"]]
    files = select(CaseFile.id).where(CaseFile.case_id == case.id)
    found = {
        "id": case.id,
        "reviewer": case.complainant[:24],
        "amount": float(case.facts.get("amount", 0)),
        "currency": case.facts.get("currency"),
        "severity": category.severity,
        "aspect": category.aspect,
        "contact_complete": True,
        "evidence": session.scalar(files.limit(1)) is not None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _releases(step: Step) -> bool:
    event = machine.load().events.get(step.event)
    return event is not None and event.releases


def _silent(history: Sequence[Step]) -> bool:
    """Tell whether the trader let the time pass that it had after the last upload, without any answer."""
    events = [step.event for step in history]
    if "upload" not in events:
        return False
    since = events[len(events) - 1 - events[::-1].index("upload") :]
    return "open_mediation" not in since and not table().replies.intersection(since)


def _observe_seller(session: Session, case: Case) -> None:
    """Keep who sold the listing, once a person has looked at the case and found it real."""
    url = case.facts.get("listing_url")
    listing = identify(url).listing_key if url else None
    if listing and case.merchant_key:
        merchants.observe_seller(
            session, listing, case.merchant_key, source=SOURCE, observed_at=case.received_at
        )
