"""Lists of a regulator: uploaded as a draft, compared with the present edition, released by another person.

A release happens whole or not at all: its notices, the orders for the listings it names, and the end
of what it no longer names.
"""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrapers.notices import AffectedProduct, Firm, ListingId, Notice, sample
from scrapers.notices.model import Measure
from service.accounts import queries as accounts
from service.blocks import common, listfile, orders, values
from service.blocks.listfile import ListRow
from service.blocks.models import BlockList, BlockOrder
from service.core import access, calendars
from service.core.access import Asker, Target
from service.core.errors import Conflict, InvalidInput
from service.safety import operations as safety

DRAFT, RELEASED, DISCARDED = "draft", "released", "discarded"
SOURCE = "regulator-list"
_SERIES = re.compile(r"[a-z0-9][a-z0-9-]{1,38}")


@dataclass(frozen=True, slots=True)
class Preview:
    """What an upload would do: rows that cannot be taken, and the difference; `list_id` once it is kept."""

    rows: int
    errors: tuple[listfile.RowError, ...]
    difference: tuple[listfile.Change, ...]
    list_id: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with what it is: `series` names the list through all its editions."""

    data: bytes
    file: str
    series: str
    title: str
    country: str


def upload(
    session: Session, asker: Asker, sent: Upload, *, dry_run: bool, now: datetime
) -> Preview:
    """Check a file and, unless it is a dry run or has errors, keep it as a draft."""
    own = common.require_regulator(session, asker, "block.list.upload")
    _check_head(session, own, sent)
    read = listfile.read(sent.data, sent.file)
    present = present_list(session, own, sent.series)
    changes = listfile.difference(rows_of(present), read.rows)
    preview = Preview(len(read.rows), read.errors, tuple(changes))
    if dry_run or read.errors:
        return preview
    row = BlockList(
        id=str(uuid.uuid4()),
        organisation_id=own,
        series=sent.series,
        country=sent.country,
        title=sent.title,
        file=sent.file[:200],
        digest=hashlib.sha256(sent.data).hexdigest(),
        rows=len(read.rows),
        body=json.dumps([one.as_dict() for one in read.rows], ensure_ascii=False),
        based_on=present.id if present else None,
        state=DRAFT,
        uploaded_by=asker.label,
        uploaded_at=now,
    )
    session.add(row)
    common.note(session, asker, "block.list.upload", f"block list:{row.id}", now)
    return Preview(preview.rows, (), preview.difference, row.id)


def release(session: Session, asker: Asker, list_id: str, *, now: datetime) -> None:
    """Put a draft into force; another person than the one who uploaded it must do so."""
    row = _draft(session, asker, "block.list.release", list_id)
    if asker.kind != "person":
        raise Conflict("a list is released by a person", where=list_id, code="blocks.four_eyes")
    if asker.label == row.uploaded_by:
        raise Conflict(
            "whoever uploaded a list does not release it", where=list_id, code="blocks.four_eyes"
        )
    present = present_list(session, row.organisation_id, row.series)
    if (present.id if present else None) != row.based_on:
        raise Conflict(
            "another edition was released since; upload it again",
            where=list_id,
            code="blocks.outdated",
        )
    _import(session, row, present, now)
    row.state, row.released_by, row.released_at = RELEASED, asker.label, now
    _end_orders(session, asker, row, present, now)
    _place_orders(session, asker, row, now)
    common.note(session, asker, "block.list.release", f"block list:{row.id}", now)


def discard(session: Session, asker: Asker, list_id: str, *, now: datetime) -> None:
    """Put a draft away; its text is kept."""
    row = _draft(session, asker, "block.list.upload", list_id)
    row.state = DISCARDED
    common.note(session, asker, "block.list.discard", f"block list:{row.id}", now)


def present_list(session: Session, organisation_id: str, series: str) -> BlockList | None:
    """Return the edition in force."""
    newest = (
        select(BlockList)
        .where(
            BlockList.organisation_id == organisation_id,
            BlockList.series == series,
            BlockList.state == RELEASED,
        )
        .order_by(BlockList.released_at.desc(), BlockList.id)
    )
    return session.scalars(newest.limit(1)).first()


def rows_of(row: BlockList | None) -> list[ListRow]:
    """Return the rows of an edition, none for none."""
    return [ListRow(**one) for one in json.loads(row.body)] if row else []


def notice_id(row: BlockList, ref: str) -> str:
    """Return the id of the notice that a row becomes; no connector makes one of this form."""
    return f"{row.country}-list-{row.series}:{ref}"


def _check_head(session: Session, own: str, sent: Upload) -> None:
    wrong: dict[str, str] = {}
    if not _SERIES.fullmatch(sent.series):
        wrong["series"] = "is not of small letters, digits and hyphens"
    if not sent.title.strip() or len(sent.title) > 200:  # noqa: PLR2004 - the width of its column
        wrong["title"] = "is missing or too long"
    if wrong:
        raise InvalidInput("the list cannot be taken", where=next(iter(wrong)), fields=wrong)
    calendars.business_deadline(
        datetime.fromisoformat("2026-01-01T00:00:00+00:00"), 1, sent.country
    )
    taken = select(BlockList.organisation_id).where(BlockList.series == sent.series)
    if any(other != own for other in session.scalars(taken)):
        raise Conflict("is the name of another regulator's list", where=sent.series)
    places = select(BlockList.country).where(BlockList.series == sent.series)
    if any(place != sent.country for place in session.scalars(places)):
        raise Conflict("is the name of a list for another country", where=sent.series)


def _draft(session: Session, asker: Asker, action: str, list_id: str) -> BlockList:
    row = session.get(BlockList, list_id)
    owner = row.organisation_id if row else None
    access.require(asker, action, Target("block list", list_id, organisation=owner))
    common.require_regulator(session, asker, action)
    if row is None:
        raise access.missing("block list", list_id)
    if row.state != DRAFT:
        raise Conflict(f"is {row.state}", where=list_id)
    return row


def _import(session: Session, row: BlockList, present: BlockList | None, now: datetime) -> None:
    names = accounts.kinds_and_names(session, [row.organisation_id])
    authority = names[row.organisation_id][1]
    old = {one.ref: one for one in rows_of(present)}
    new = {one.ref: one for one in rows_of(row)}
    today = now.date().isoformat()
    notices = [
        _notice(row, one, authority, today) for one in new.values() if old.get(one.ref) != one
    ]
    ended = [one for ref, one in old.items() if ref not in new]
    notices += [_notice(row, one, authority, today, status="ended") for one in ended]
    source = replace(
        sample.SOURCE, id=SOURCE, authority=authority, jurisdiction=row.country, licence=""
    )
    label = f"{row.series}, {row.title}"
    report = safety.import_notices(session, source, iter(notices), now=now, run_label=label)
    if report.rejected:
        raise Conflict(f"{report.rejected} rows could not become notices", where=row.id)


def _notice(
    row: BlockList, one: ListRow, authority: str, today: str, *, status: str = "active"
) -> Notice:
    named: tuple[ListingId, ...] = ()
    if one.item_id:
        raw = one.listing_url or f"{one.platform} {one.item_id}"
        named = (ListingId(one.platform, one.item_id, "list-column", "item_id", raw),)
    actions = {"import_reject": "import_reject", "recall": "recall", "ban": "ban"}
    return Notice(
        notice_id=notice_id(row, one.ref),
        source=SOURCE,
        native_id=one.ref,
        authority=authority,
        jurisdiction=row.country,
        record_type=one.record_type,
        status=status,
        published=one.published,
        updated=max(today, one.published),
        title=one.product,
        language="",
        url=one.url,
        licence="",
        hazards=tuple(one.hazards.split()),
        hazard_text=one.hazard_text,
        measures=(Measure(actions.get(one.record_type, "other"), "authority", None, row.title),),
        notifying_country=row.country,
        firms=(Firm("maker", one.brand),) if one.brand else (),
        products=(
            AffectedProduct(
                name=one.product,
                brands=(one.brand,) if one.brand else (),
                models=(one.model,) if one.model else (),
                barcodes=(one.gtin,) if one.gtin else (),
                listing_ids=named,
            ),
        ),
    )


def _place_orders(session: Session, asker: Asker, row: BlockList, now: datetime) -> None:
    for one in rows_of(row):
        if not one.item_id:
            continue
        wanted = orders.Wanted(
            notice_id=notice_id(row, one.ref),
            platform=one.platform,
            item_id=one.item_id,
            country=row.country,
            reason=one.reason,
            legal_basis=one.legal_basis,
            severity=int(one.severity),
            list_id=row.id,
        )
        if orders.open_order(session, row.organisation_id, wanted) is None:
            orders.place(session, row.organisation_id, asker, wanted, now=now)


def _end_orders(
    session: Session, asker: Asker, row: BlockList, present: BlockList | None, now: datetime
) -> None:
    """Lift what an earlier edition ordered and this one no longer names."""
    kept = {
        (notice_id(row, one.ref), one.platform, one.item_id) for one in rows_of(row) if one.item_id
    }
    editions = select(BlockList.id).where(
        BlockList.organisation_id == row.organisation_id, BlockList.series == row.series
    )
    final = [state.name for state in values.states().values() if state.final]
    open_orders = select(BlockOrder).where(
        BlockOrder.list_id.in_(editions), BlockOrder.state.not_in(final)
    )
    if present is None:
        return
    for order in session.scalars(open_orders).all():
        if (order.notice_id, order.platform, order.item_id) not in kept:
            orders.end(session, asker, order, reason=f"no longer in {row.title}", now=now)
