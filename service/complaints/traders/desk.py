"""A merchant's side of cases: those it was told of, what may be seen of them, its answers.

What is no personal field is seen from the day the merchant was told; sealed fields and what the
complainant writes only as visibility.toml says: while the case is with the merchant, and 30 days after
it was closed from fulfilment.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from service.complaints import operations, queries
from service.complaints.course import machine, standing
from service.complaints.course.machine import TRADER, Event
from service.complaints.desk import correspondence
from service.complaints.desk.correspondence import MESSAGE
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import COPY, FileView, Opened, Upload
from service.complaints.models import Case, CaseAmount, CaseEvent
from service.complaints.operations import Moved
from service.complaints.privacy import reach, sealed, visibility
from service.core import access
from service.core.access import Asker
from service.core.errors import Conflict, InvalidInput
from service.core.runtime import Runtime
from service.core.views import view_of

LIST, READ, ANSWER = "trader.cases", "trader.cases", "case.respond"
PURPOSE = "conciliate"
RESULT = "result"
FACTS = (
    "category",
    "listing_url",
    "product_title",
    "purchase_date",
    "promised_on",
    "delivered_on",
    "contacted",
    "contacted_on",
    "wanted",
    "amount",
    "currency",
    "country",
    "language",
    "evidence",
)
"""Facts that a merchant is shown; the others concern the desk alone."""
NEEDS_WORDS = (
    "ask_consumer",
    "request_extension",
    "reject_wrong_trader",
    "upload_result",
    "decline",
)
KIND_OF_TEXT = {"upload_result": RESULT, "decline": RESULT}
"""What the words of a move are kept as; all others are messages."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case's history as the merchant sees it; `by` is who acted, `text` a sealed field."""

    at: datetime
    by: str
    event: str
    text: str | None


@dataclass(frozen=True, slots=True)
class TraderCase:
    """A case without personal data; `here` says whether it is with the merchant now."""

    id: str
    reference: str
    state: str
    waiting: str | None
    due_at: datetime | None
    due_on: date | None
    merchant_key: str | None
    facts: dict[str, Any]
    told_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    version: int
    here: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """One case with its history, amounts, files and what the asker can do."""

    case: TraderCase
    lines: list[Line]
    amounts: list[CaseAmount]
    files: list[FileView]
    possible: list[Event]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a merchant does: an event, the version it looked at, words, an amount with its currency.

    `sure` when the amount is more than was claimed.
    """

    event: str
    version: int | None
    text: str = ""
    amount: str = ""
    currency: str = ""
    sure: bool = False


def cases(
    session: Session, asker: Asker, *, state: str | None = None, limit: int, offset: int = 0
) -> list[TraderCase]:
    """Return a page of the asker's cases: those that wait for it first, by deadline."""
    page = select(Case).where(_seen(asker, state))
    waits = Case.state.in_(_own_states())
    ordered = page.order_by(
        Case.closed_at.is_not(None), waits.desc(), Case.due_at, Case.received_at, Case.id
    )
    rows = session.scalars(ordered.limit(limit).offset(offset)).all()
    return [_view(row, here=_stage(row) in visibility.load().stages) for row in rows]


def count(session: Session, asker: Asker, *, state: str | None = None) -> int:
    """Return how many cases there are."""
    return session.scalar(select(func.count()).select_from(Case).where(_seen(asker, state))) or 0


def whole(session: Session, case_id: str, *, asker: Asker, now: datetime) -> Whole:
    """Return one case; raise NotFound for one that is not the asker's or that it was not told of."""
    row = reach.case(session, case_id, asker=asker, action=READ)
    here = sealed.with_trader(session, row, now=now)
    files = evidence_files.of_case(session, case_id, asker=asker, now=now) if here else []
    return Whole(
        case=_view(row, here=here),
        lines=list(_lines(session, row)),
        amounts=queries.amounts(session, case_id),
        files=files,
        possible=queries.possible(session, asker, case_id, now=now),
    )


def opened(runtime: Runtime, case_id: str, *, asker: Asker) -> dict[str, str]:
    """Return the sealed texts by field that the asker may see now; the look is recorded.

    Of messages, those that were meant for the merchant or are its own.
    """
    now = runtime.clock()
    with runtime.begin() as session:
        reach.case(session, case_id, asker=asker, action=READ)
        case, role = sealed.reached(session, case_id, asker)
        written = {line.text for line in _lines(session, case) if line.text}
        held = {
            name
            for name in sealed.names(session, case_id)
            if name in written or not name.startswith(("message:", "result:"))
        }
        seen = sealed.visible(session, case, role, held, now=now)
        look: dict[str, Any] = {"asker": asker, "purpose": PURPOSE, "now": now}
        return sealed.shown(session, runtime.vault, case_id, seen, **look) if seen else {}


def answer(runtime: Runtime, case_id: str, given: Answer, *, asker: Asker) -> Moved:
    """Make a move of the merchant's; its words are sealed in the same transaction.

    Raises InvalidInput where the move needs words or takes no amount, and as operations.act does.
    """
    now = runtime.clock()
    with runtime.begin() as session:
        case = reach.case(session, case_id, asker=asker, action=ANSWER)
        machine.load().next(case.state, given.event)
        detail = _money(given)
        if given.text.strip() or given.event in NEEDS_WORDS:
            kind = KIND_OF_TEXT.get(given.event, MESSAGE)
            detail[kind] = correspondence.seal(session, runtime.vault, case_id, kind, given.text)
        return operations.act(
            session,
            case_id,
            given.event,
            asker=asker,
            version=given.version,
            now=now,
            detail=detail,
        )


def write(runtime: Runtime, case_id: str, text: str, *, asker: Asker) -> None:
    """Send a message to the complainant, while the case is with the merchant."""
    now = runtime.clock()
    with runtime.begin() as session:
        _require_here(session, case_id, asker, now)
        correspondence.write(session, runtime.vault, case_id, MESSAGE, text, asker=asker, now=now)


def attach(runtime: Runtime, case_id: str, upload: Upload, *, asker: Asker) -> FileView:
    """Add a file of the merchant's own, while the case is with it."""
    with runtime.reading() as session:
        _require_here(session, case_id, asker, runtime.clock())
    return evidence_files.add(runtime, case_id, upload, asker=asker)


def open_copy(runtime: Runtime, case_id: str, file_id: str, *, asker: Asker) -> Opened:
    """Return the copy of a file that the complainant shares, or one of the merchant's own; the look is recorded."""
    return evidence_files.open_file(
        runtime, case_id, file_id, variant=COPY, asker=asker, purpose=PURPOSE
    )


def _require_here(session: Session, case_id: str, asker: Asker, now: datetime) -> None:
    case = reach.case(session, case_id, asker=asker, action=ANSWER)
    if case.closed_at is not None or not sealed.with_trader(session, case, now=now):
        raise Conflict("is not with the merchant now", where=case.reference, code="trader.away")


def _money(given: Answer) -> dict[str, Any]:
    if not given.amount:
        return {}
    if not given.currency:
        raise InvalidInput(
            "an amount needs its currency",
            where="currency",
            fields={"currency": "an amount needs its currency"},
        )
    return {"amount": given.amount, "currency": given.currency, "sure": given.sure}


def _seen(asker: Asker, state: str | None) -> ColumnElement[bool]:
    mine = access.visible(asker, LIST, respondent=Case.respondent_id)
    seen = and_(mine, Case.told_at.is_not(None))
    if state == queries.OPEN:
        return and_(seen, Case.closed_at.is_(None))
    if state == queries.CLOSED:
        return and_(seen, Case.closed_at.is_not(None))
    return seen if state is None else and_(seen, Case.state == state)


def _own_states() -> list[str]:
    states = machine.load().states
    return [name for name, state in states.items() if state.actor == TRADER]


def _stage(row: Case) -> str:
    return machine.load().states[row.state].stage


def _view(row: Case, *, here: bool) -> TraderCase:
    return view_of(
        TraderCase,
        row,
        waiting=queries.waiting_for(row.state),
        due_on=standing.due_on(row),
        facts={name: row.facts[name] for name in FACTS if name in row.facts},
        here=here,
    )


def _lines(session: Session, case: Case) -> Iterator[Line]:
    """Yield what happened since the merchant was told, as far as it concerns it; oldest first."""
    rows = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)
    for row in session.scalars(rows):
        if case.told_at is None or row.at < case.told_at:
            continue
        by, heard = _parties(row)
        if by is not None:
            yield Line(row.at, by, row.event, _text(row.detail) if heard else None)


def _parties(row: CaseEvent) -> tuple[str | None, bool]:
    """Return who acted, None for what is the desk's own affair, and whether the words are the merchant's to read."""
    event = machine.load().events.get(row.event)
    if row.event == MESSAGE:
        by, to = row.detail.get("by"), row.detail.get("to", ())
        mine = TRADER in (by, *to)
        return (by if mine else None), mine
    if event is None or row.after is None:
        return None, False
    return event.actor, TRADER in (event.actor, *event.tells)


def _text(detail: Mapping[str, Any]) -> str | None:
    kind = next((name for name in (MESSAGE, RESULT) if name in detail), None)
    return f"{kind}:{uuid.UUID(detail[kind])}" if kind else None
