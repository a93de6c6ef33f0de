"""The matching index over the store's notices, rebuilt in the background when they change, replaced as a whole.

Every process that compares listings has one index of its own, about 0.8 KB a product of a notice: 0.1 GB at
100,000, 0.8 GB at a million. The worker's sweep and the first question after a change have it built anew.
"""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from scoring.matching import index
from scoring.matching.index import Entry
from scoring.matching.products import Product
from scoring.matching.verdict import Matcher
from scrapers.notices import AffectedProduct, Notice
from service.core.runtime import Runtime
from service.safety.keys import MAKER_ROLES
from service.safety.models import SafetyNotice, SafetyNoticeRevision

ROWS_AT_ONCE = 2000
LOOK_SECONDS = 30.0
"""Least time between two looks at whether the store changed, for who cannot wait."""
WITHDRAWN = "withdrawn"
_BETWEEN = " ; "
_LOG = logging.getLogger(__name__)


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
        self._looked = float("-inf")

    def current(self, session: Session) -> Matcher:
        """Return the matcher of the notices as `session` sees them, built now if need be."""
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

    @property
    def in_use(self) -> bool:
        """Tell whether an index was ever asked for."""
        return self._built is not None

    def standing(self, engine: Engine) -> Matcher | None:
        """Return what stands, at once, None before the first index; now and then look for changes behind."""
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS and not self._building.locked():
            self._looked = now
            threading.Thread(
                target=self._renew_behind, args=(engine,), name="matching", daemon=True
            ).start()
        return self._built.matcher if self._built else None

    def _renew_behind(self, engine: Engine) -> None:
        try:
            with Session(engine) as session:
                self.current(session)
        except Exception as error:  # noqa: BLE001 - whatever it is, the index that stands goes on
            _LOG.warning("the index of notices was not renewed: %s", error)

    def _renewed(self, session: Session, state: tuple[int, int]) -> Matcher:
        if self._built is None or self._built.state != state:
            self._built = _Built(state, Matcher(index.build(stored_entries(session))))
        return self._built.matcher


_kept: dict[str, Matching] = {}


def of_store(session: Session) -> Matching:
    """Return this process's matching over the store that a session reads."""
    engine = session.get_bind().engine
    return _kept.setdefault(engine.url.render_as_string(hide_password=False), Matching())


def sweep(runtime: Runtime) -> int:
    """Have this process's index follow the store, where the process has one; nothing waits for it."""
    with runtime.reading() as session:
        matching = of_store(session)
        if matching.in_use:
            matching.current(session)
    return 0


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
