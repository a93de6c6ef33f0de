"""Links between notices of different authorities about the same product: found with evidence, never merged.

`case` and `url`: one notice names the other. `gtin`: both state the same barcode. `declared`: one says that
another authority recalls the product too, and one notice of that authority fits by words and day; such a link
is not certain and wants a person's eye.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, aliased

from scrapers.notices import Notice
from service.core.batches import batches
from service.safety.bulk import insert_rows
from service.safety.keys import GTIN
from service.safety.models import (
    ADDRESS_CHARS,
    REFERENCE_CHARS,
    NoticeLink,
    NoticeReference,
    SafetyKeyRow,
    SafetyNotice,
)

CASE, URL, SAME_GTIN, DECLARED = "case", "url", "gtin", "declared"
IDS_AT_ONCE = 500
MOST_SHARED = 10
"""Notices that one barcode or address may have; more share a placeholder or a start page."""
NEAR = timedelta(days=30)
FITTING = 0.5
"""Share of the shorter title's words that both titles must have."""
LEAST_WORDS = 2

_SCHEME = re.compile(r"^https?://(?:www\.)?")
_WORD = re.compile(r"[^\W_]{3,}")
# Words that titles of recalls share whatever the product is.
_COMMON = frozenset(
    [
        "and",
        "the",
        "for",
        "due",
        "with",
        "from",
        "recalled",
        "recalls",
        "recall",
        "risk",
        "hazard",
        "hazards",
        "brand",
        "warning",
        "serious",
        "injury",
        "death",
        "can",
        "may",
        "sold",
        "various",
        "certain",
        "products",
        "product",
        "models",
        "model",
        "violation",
        "mandatory",
        "standard",
        "federal",
        "ban",
        "fire",
        "fires",
        "burn",
        "burns",
        "choking",
        "fall",
        "falls",
        "strangulation",
        "suffocation",
        "ingestion",
        "entrapment",
        "laceration",
        "shock",
        "electric",
        "electrical",
        "electrocution",
        "drowning",
        "tip",
        "tipover",
        "over",
        "magnet",
        "lead",
        "chemical",
        "crash",
        "impact",
        "children",
    ]
)


class Found(NamedTuple):
    """A link that was found; the ids in any order."""

    one: str
    other: str
    kind: str
    evidence: str
    certain: bool


def address_of(url: str) -> str:
    """Return the form of an address by which two spellings of it are the same."""
    return _SCHEME.sub("", url.strip().lower()).rstrip("/")[:ADDRESS_CHARS]


def authority_of(notice_id: str) -> str:
    """Return the beginning of a notice id, which names the authority."""
    return notice_id.partition(":")[0]


def record(session: Session, notices: list[Notice], changed: list[str], *, now: datetime) -> None:
    """Keep what notices that were just stored say of others, and link them; `changed` had links before."""
    for ids in batches(changed, IDS_AT_ONCE):
        session.execute(delete(NoticeReference).where(NoticeReference.notice_id.in_(ids)))
        either = or_(NoticeLink.left_id.in_(ids), NoticeLink.right_id.in_(ids))
        session.execute(delete(NoticeLink).where(either))
    insert_rows(session, NoticeReference, [row for one in notices for row in _reference_rows(one)])
    for batch in batches(notices, IDS_AT_ONCE):
        found = [*_named(session, batch), *_naming(session, batch)]
        found += [*_same_gtin(session, batch), *_declared(session, batch)]
        _write(session, found, now)


def _reference_rows(notice: Notice) -> Iterator[dict[str, Any]]:
    for one in notice.related:
        reference = address_of(one.reference) if one.kind == URL else one.reference
        yield {
            "notice_id": notice.notice_id,
            "kind": one.kind,
            "reference": reference[:REFERENCE_CHARS],
            "field": one.field,
            "raw": one.raw,
        }


def _named(session: Session, notices: list[Notice]) -> Iterator[Found]:
    """Find the notices that these ones name."""
    named: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for notice in notices:
        for row in _reference_rows(notice):
            evidence = f"{row['field']}: {row['raw']}"
            named[row["kind"], row["reference"]].append((notice.notice_id, evidence))
    for kind, column in ((CASE, SafetyNotice.notice_id), (URL, SafetyNotice.address)):
        wanted = [reference for one, reference in named if one == kind]
        for target, key in _looked_up(session, column, wanted):
            for notice_id, evidence in named[kind, key]:
                yield Found(notice_id, target, kind, evidence, certain=True)


def _looked_up(session: Session, column: Any, wanted: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (notice id, key) for the keys that few enough notices have."""
    for batch in batches(wanted, IDS_AT_ONCE):
        rows = session.execute(select(column, SafetyNotice.notice_id).where(column.in_(batch)))
        holders: dict[str, list[str]] = defaultdict(list)
        for key, notice_id in rows:
            holders[key].append(notice_id)
        for key, ids in holders.items():
            yield from ((one, key) for one in ids if len(ids) <= MOST_SHARED)


def _naming(session: Session, notices: list[Notice]) -> Iterator[Found]:
    """Find the notices that name these ones."""
    own: dict[str, list[str]] = defaultdict(list)
    for one in notices:
        own[one.notice_id].append(one.notice_id)
        own[address_of(one.url)].append(one.notice_id)
    few = [key for key, ids in own.items() if key and len(ids) <= MOST_SHARED]
    for batch in batches(few, IDS_AT_ONCE):
        asked = select(NoticeReference).where(
            NoticeReference.reference.in_(batch), NoticeReference.kind.in_([CASE, URL])
        )
        for row in session.scalars(asked):
            for target in own[row.reference]:
                evidence = f"{row.field}: {row.raw}"
                yield Found(row.notice_id, target, row.kind, evidence, certain=True)


def _same_gtin(session: Session, notices: list[Notice]) -> Iterator[Found]:
    this, other = aliased(SafetyKeyRow), aliased(SafetyKeyRow)
    asked = (
        select(this.key, this.notice_id, other.notice_id)
        .join(other, (other.key == this.key) & (other.notice_id != this.notice_id))
        .where(this.notice_id.in_([one.notice_id for one in notices]), this.tier == GTIN)
    )
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, notice_id, found in session.execute(asked):
        holders[key, notice_id].append(found)
    for (key, notice_id), ids in holders.items():
        evidence = f"both state {key.removeprefix('gtin:')}"
        few = ids if len(ids) < MOST_SHARED else []
        yield from (Found(notice_id, one, SAME_GTIN, evidence, certain=True) for one in few)


class _Declaration(NamedTuple):
    notice_id: str
    reference: str
    raw: str
    title: str
    published: str


def _declared(session: Session, notices: list[Notice]) -> Iterator[Found]:
    """Find the counterparts of joint recalls, whichever of the two came first."""
    own = [
        _Declaration(one.notice_id, row.reference, row.raw, one.title, one.published)
        for one in notices
        for row in one.related
        if row.kind == DECLARED
    ]
    for one in own:
        yield from _counterpart(one, _candidates(session, one))
    by_authority: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for notice in notices:
        row = (notice.notice_id, notice.title, notice.published)
        by_authority[f"{authority_of(notice.notice_id)}:"].append(row)
    asked = (
        select(NoticeReference, SafetyNotice.title, SafetyNotice.published)
        .join(SafetyNotice, SafetyNotice.notice_id == NoticeReference.notice_id)
        .where(NoticeReference.kind == DECLARED, NoticeReference.reference.in_(list(by_authority)))
    )
    for reference, title, published in session.execute(asked):
        said = (reference.notice_id, reference.reference, reference.raw, title, published)
        yield from _counterpart(_Declaration(*said), by_authority[reference.reference])


def _candidates(session: Session, one: _Declaration) -> list[tuple[str, str, str]]:
    day = date.fromisoformat(one.published)
    asked = select(SafetyNotice.notice_id, SafetyNotice.title, SafetyNotice.published).where(
        SafetyNotice.notice_id.startswith(one.reference, autoescape=True),
        SafetyNotice.published.between((day - NEAR).isoformat(), (day + NEAR).isoformat()),
    )
    return [(row[0], row[1], row[2]) for row in session.execute(asked)]


def _counterpart(one: _Declaration, rows: Iterable[tuple[str, str, str]]) -> Iterator[Found]:
    """Yield the one notice that fits; several that fit alike are no answer."""
    day, words = date.fromisoformat(one.published), _words(one.title)
    fitting: list[tuple[float, str, frozenset[str]]] = []
    for notice_id, title, published in rows:
        if abs(date.fromisoformat(published) - day) > NEAR:
            continue
        other = _words(title)
        both = words & other
        share = len(both) / max(1, min(len(words), len(other)))
        if len(both) >= LEAST_WORDS and share >= FITTING:
            fitting.append((share, notice_id, both))
    fitting.sort(key=lambda row: row[0], reverse=True)
    if fitting and (len(fitting) == 1 or fitting[0][0] > fitting[1][0]):
        _, notice_id, both = fitting[0]
        evidence = f"{one.raw}; both titles: {', '.join(sorted(both))}"
        yield Found(one.notice_id, notice_id, DECLARED, evidence, certain=False)


def _words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.lower())) - _COMMON


def _write(session: Session, found: Iterable[Found], now: datetime) -> None:
    links: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in found:
        left, right = sorted((one.one, one.other))
        if authority_of(left) != authority_of(right):
            row = {"left_id": left, "right_id": right, "kind": one.kind, "found_at": now}
            facts = {"evidence": one.evidence, "certain": one.certain}
            links.setdefault((left, right, one.kind), row | facts)
    for batch in batches(list(links), IDS_AT_ONCE):
        lefts = select(NoticeLink.left_id, NoticeLink.right_id, NoticeLink.kind).where(
            NoticeLink.left_id.in_([left for left, _, _ in batch])
        )
        known = {tuple(row) for row in session.execute(lefts)}
        insert_rows(session, NoticeLink, [links[key] for key in batch if key not in known])
