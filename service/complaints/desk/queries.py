"""The queue of an officer: which cases wait, for whom, in which order; one page at a time.

A page costs the same number of statements however many cases there are: two indexes carry everything
that it filters and sorts by, and a cursor, not an offset, leads to the next one.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from service.accounts import queries as accounts
from service.complaints.course import machine, standing
from service.complaints.models import Case, CaseTask
from service.complaints.operations import ALARM
from service.core import access
from service.core.access import Asker
from service.core.errors import InvalidInput
from service.core.views import view_of
from service.merchants import queries as merchants

BOXES = ("waiting", "mine", "unassigned", "overdue", "resting", "closed")
ORDERS = ("due", "impact")
RESTING = ("draft", "awaiting_contact_check")
"""States of complaints that nobody at the desk can act on yet; they stand apart."""
PAGE_SIZE = 50
LONGEST_CURSOR = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue: one of BOXES and ORDERS, more conditions, and where the page begins."""

    box: str = "waiting"
    order: str = "due"
    state: str | None = None
    category: str | None = None
    reference: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the queue.

    `waiting` is who must act, None once it is closed; `due_on` their last day, `overdue` whether an
    alarm was raised; `merchant` the recorded name.
    """

    id: str
    reference: str
    state: str
    category: str | None
    outcome: str | None
    merchant_key: str | None
    merchant: str | None
    stated_merchant: str | None
    amount: str | None
    currency: str | None
    received_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    due_on: date | None
    waiting: str | None
    overdue: bool
    officer: str | None
    mine: bool
    version: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the queue; `next` is the cursor of the page after it, None on the last."""

    lines: list[Line]
    next: str | None


def counts(session: Session, asker: Asker) -> dict[str, int]:
    """Return how many cases each box holds but the closed ones, in two statements.

    An index carries all of the first; the second costs what alarms there are.
    """
    seen = access.visible(asker, "case.list", organisation=Case.organisation_id)
    mine = func.count(case((Case.officer_id == asker.person, 1)))
    stands = select(Case.state, func.count(), func.count(Case.officer_id), mine)
    open_cases = Case.state.in_(machine.load().open_states)
    found = dict.fromkeys((box for box in BOXES if box != "closed"), 0)
    for state, every, taken, own in session.execute(
        stands.where(seen, open_cases).group_by(Case.state)
    ):
        if state in RESTING:
            found["resting"] += every
        else:
            found["waiting"] += every
            found["mine"] += own
            found["unassigned"] += every - taken
    late = select(func.count()).select_from(CaseTask).join(Case, Case.id == CaseTask.case_id)
    found["overdue"] = session.scalar(late.where(seen, _raised(), _here())) or 0
    return found


def page(session: Session, asker: Asker, wanted: Wanted, *, size: int = PAGE_SIZE) -> Page:
    """Return a page; raise InvalidInput for a box, order, state or cursor that is none."""
    _check(wanted)
    value, falling = _order(wanted)
    ids = select(Case.id).where(_conditions(asker, wanted), _beyond(wanted, value, falling))
    ordered = (value.desc(), Case.id.desc()) if falling else (value, Case.id)
    picked = ids.order_by(*ordered).limit(size + 1).subquery()
    rows = list(
        session.scalars(select(Case).join(picked, picked.c.id == Case.id).order_by(*ordered))
    )
    shown = rows[:size]
    more = _cursor(shown[-1], value) if len(rows) > size else None
    return Page(_lines(session, asker, shown), more)


def _check(wanted: Wanted) -> None:
    known = {
        "box": (wanted.box, BOXES),
        "order": (wanted.order, ORDERS),
        "state": (wanted.state or "draft", machine.load().states),
    }
    for where, (given, names) in known.items():
        if given not in names:
            raise InvalidInput(f"{given!r} is none of {', '.join(names)}", where=where)


def _conditions(asker: Asker, wanted: Wanted) -> ColumnElement[bool]:
    seen = access.visible(asker, "case.list", organisation=Case.organisation_id)
    if wanted.reference:
        return and_(seen, _named(wanted.reference))
    parts = [seen, _in_box(wanted.box, asker)]
    if wanted.state:
        parts.append(Case.state == wanted.state)
    if wanted.category:
        parts.append(Case.category == wanted.category)
    return and_(*parts)


def _named(reference: str) -> ColumnElement[bool]:
    """Return the condition for references that begin so, as a range: an index finds it."""
    typed = reference.strip().upper()[:40]
    return and_(Case.reference >= typed, Case.reference < typed + "\uffff")


def _in_box(box: str, asker: Asker) -> ColumnElement[bool]:
    if box == "closed":
        return Case.closed_at.is_not(None)
    if box == "resting":
        return and_(Case.closed_at.is_(None), Case.state.in_(RESTING))
    narrower: Mapping[str, ColumnElement[bool]] = {
        "mine": Case.officer_id == asker.person,
        "unassigned": Case.officer_id.is_(None),
        "overdue": Case.id.in_(select(CaseTask.case_id).where(_raised())),
    }
    return and_(_here(), narrower[box]) if box in narrower else _here()


def _here() -> ColumnElement[bool]:
    """Return the condition for cases that somebody at the desk can act on."""
    return and_(Case.closed_at.is_(None), ~Case.state.in_(RESTING))


def _raised() -> ColumnElement[bool]:
    """Return the condition for alarms that nobody has dealt with; a case has one at most."""
    return and_(CaseTask.kind == ALARM, CaseTask.done_at.is_(None))


def _order(wanted: Wanted) -> tuple[Any, bool]:
    """Return the column that a box is sorted by, and whether from the top down."""
    if wanted.reference:
        return Case.reference, False
    if wanted.box == "closed":
        return Case.closed_at, True
    return (Case.impact, True) if wanted.order == "impact" else (Case.due_at, False)


def _beyond(wanted: Wanted, value: Any, falling: bool) -> ColumnElement[bool]:  # noqa: FBT001 - the direction of an order
    if not wanted.after:
        return value.is_not(None)  # type: ignore[no-any-return]
    last, last_id = _read(wanted.after, value)
    if falling:
        return and_(value <= last, or_(value < last, Case.id < last_id))
    return and_(value >= last, or_(value > last, Case.id > last_id))


def _cursor(row: Case, value: Any) -> str:
    held = getattr(row, value.key)
    text = held.isoformat() if isinstance(held, datetime) else held
    return base64.urlsafe_b64encode(json.dumps([text, row.id]).encode()).decode()


def _read(cursor: str, value: Any) -> tuple[Any, str]:
    try:
        text = base64.b64decode(cursor[:LONGEST_CURSOR].encode(), b"-_", validate=True)
        held, last_id = json.loads(text)
        return _typed(held, value), str(last_id)
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput("is no place in this list; begin at its start", where="after") from None


def _typed(held: Any, value: Any) -> Any:
    if value.key == "impact":
        return float(held)
    if value.key == "reference":
        return str(held)
    moment = datetime.fromisoformat(held)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lines(session: Session, asker: Asker, rows: list[Case]) -> list[Line]:
    names = merchants.names(session, {row.merchant_key for row in rows if row.merchant_key})
    officers = accounts.people_names(session, {row.officer_id for row in rows if row.officer_id})
    late = _late(session, [row.id for row in rows])
    return [_line(row, asker, names, officers, late) for row in rows]


def _late(session: Session, ids: list[str]) -> set[str]:
    return set(
        session.scalars(select(CaseTask.case_id).where(_raised(), CaseTask.case_id.in_(ids)))
    )


def _line(
    row: Case, asker: Asker, names: Mapping[str, str], officers: Mapping[str, str], late: set[str]
) -> Line:
    return view_of(
        Line,
        row,
        merchant=names.get(row.merchant_key or ""),
        stated_merchant=row.facts.get("merchant_name"),
        amount=row.facts.get("amount"),
        currency=row.facts.get("currency"),
        due_on=standing.due_on(row),
        waiting=machine.load().states[row.state].actor,
        overdue=row.id in late,
        officer=officers.get(row.officer_id or ""),
        mine=row.officer_id is not None and row.officer_id == asker.person,
    )
