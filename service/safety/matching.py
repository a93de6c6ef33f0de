"""The matching index over the store's notices, rebuilt when they change and replaced as a whole."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scoring.matching import index
from scoring.matching.index import Entry
from scoring.matching.products import Product
from scoring.matching.verdict import Matcher
from scrapers.notices import AffectedProduct, Notice
from service.safety.keys import MAKER_ROLES
from service.safety.models import SafetyNotice, SafetyNoticeRevision

ROWS_AT_ONCE = 2000
WITHDRAWN = "withdrawn"
_BETWEEN = " ; "


@dataclass(frozen=True, slots=True)
class _Built:
    """A matcher and the state of the store that it was built from."""

    state: tuple[int, int]
    matcher: Matcher


class Matching:
    """Gives the matcher of the store's present notices to any number of threads.

    While one thread builds anew, the others go on with the index that stands; it is replaced by a single
    assignment.
    """

    def __init__(self) -> None:
        self._built: _Built | None = None
        self._building = threading.Lock()

    def current(self, session: Session) -> Matcher:
        """Return the matcher of the notices as `session` sees them."""
        state = _state(session)
        built = self._built
        if built and (built.state == state or not self._building.acquire(blocking=False)):
            return built.matcher
        if not built:
            self._building.acquire()
        try:
            return self._renewed(session, state)
        finally:
            self._building.release()

    def _renewed(self, session: Session, state: tuple[int, int]) -> Matcher:
        if self._built is None or self._built.state != state:
            self._built = _Built(state, Matcher(index.build(stored_entries(session))))
        return self._built.matcher


def stored_entries(session: Session) -> Iterator[Entry]:
    """Yield the products of every stored notice that stands, in the order of their ids."""
    asked = (
        select(SafetyNoticeRevision.body)
        .join(
            SafetyNotice,
            (SafetyNoticeRevision.notice_id == SafetyNotice.notice_id)
            & (SafetyNoticeRevision.revision == SafetyNotice.revision),
        )
        .where(SafetyNotice.status != WITHDRAWN)
        .order_by(SafetyNotice.notice_id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    decoder = msgspec.json.Decoder(Notice)
    for body in session.scalars(asked):
        yield from entries(decoder.decode(body))


def entries(notice: Notice) -> Iterator[Entry]:
    """Yield one entry for each product of a notice."""
    makers = tuple(firm.name for firm in notice.firms if firm.role in MAKER_ROLES)
    for one in notice.products:
        yield Entry(notice.notice_id, _product(notice, one, makers))


def _product(notice: Notice, one: AffectedProduct, makers: tuple[str, ...]) -> Product:
    return Product(
        name=one.name or notice.title,
        brand=_BETWEEN.join(one.brands or makers),
        model=_BETWEEN.join((*one.models, *_mentioned(one, "model"))),
        kind=one.kind,
        gtin=_BETWEEN.join((*one.barcodes, *_mentioned(one, "barcode"))),
        batch=_BETWEEN.join((*one.batches, *filter(None, (one.production_dates,)))),
        listing_ids=tuple((named.platform, named.item_id) for named in one.listing_ids),
    )


def _mentioned(one: AffectedProduct, kind: str) -> Iterator[str]:
    return (found.text for found in one.mentions if found.kind == kind)


def _state(session: Session) -> tuple[int, int]:
    """Return what changes whenever a notice is added, reworded or withdrawn."""
    many, last = session.execute(
        select(func.count(), func.max(SafetyNoticeRevision.id)).select_from(SafetyNoticeRevision)
    ).one()
    return many, last or 0
