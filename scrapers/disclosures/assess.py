"""What a page discloses, item by item, in four states.

valid           found, and right as far as its characters can show
invalid         found, but the number fails its check, or contradicts another place
absent_required the law asks for it, the legal page was read, and it is not there
not_assessable  not found where it could still stand elsewhere, or where no law asks
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from scrapers.disclosures.data import Check, Checklist, checklist
from scrapers.disclosures.find import Hit, Value, hits
from scrapers.disclosures.lines import selector_of
from scrapers.disclosures.numbers import MASK
from scrapers.disclosures.reading import TERMS_PAGES, TRADER_PAGES, Reading, read
from scrapers.disclosures.values import shown
from scrapers.html import Page
from scrapers.ways import Kind

FULL_PAGE = 500
"""Characters of a rendered legal page that is no error message."""

State = Literal["valid", "invalid", "absent_required", "not_assessable"]


@dataclass(frozen=True, slots=True)
class Where:
    """The place: an element and the offset in the page's lines, or a path in its JSON-LD."""

    url: str
    selector: str
    offset: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a checklist on a page.

    `value` is normalised and None unless the state is valid; `raw` is the text it came from without
    personal numbers and without numbers that fail their check. `party` says whose it is: the site's
    operator's or, on a marketplace, a seller's.
    """

    id: str
    jurisdiction: str
    title: str
    level: str
    law: str
    state: State
    value: Value | None = None
    raw: str = ""
    where: Where | None = None
    rule: str = ""
    key: str = ""
    party: str = "operator"

    def as_dict(self) -> dict[str, Any]:
        """Return the item as JSON."""
        return asdict(self)


def assess(
    page: Page | bytes,
    url: str,
    jurisdiction: str,
    *,
    kind: Kind = "raw",
    legal_pages: Sequence[tuple[Page | bytes, str]] = (),
) -> list[Item]:
    """Assess a page by a jurisdiction's checklist, in its order.

    `legal_pages` are (page, address) of the pages that `legal_links` led to. Only where such a page
    was read (or `page` is one) can an item be absent where required. Raises InvalidRules for an unknown jurisdiction,
    InvalidInput for a wrong address.
    """
    readings = [read(*one) for one in ((page, url), *legal_pages)]
    return assess_readings(readings, jurisdiction, kind=kind)


def assess_readings(
    readings: Sequence[Reading], jurisdiction: str, *, kind: Kind = "raw"
) -> list[Item]:
    """Assess prepared pages, for callers that need them again."""
    asked = checklist(jurisdiction)
    found = {check.id: _hits(readings, check, asked) for check in asked.items}
    were_read = _were_read(readings, asked, found, kind)
    text = "\n".join(line.text for reading in readings for line in reading.trader)
    return [_item(check, asked, found[check.id], were_read, text) for check in asked.items]


Placed = tuple[Reading, Hit]


def _hits(readings: Iterable[Reading], check: Check, asked: Checklist) -> list[Placed]:
    return [(reading, hit) for reading in readings for hit in hits(reading, check, asked)]


def _were_read(
    readings: Sequence[Reading], asked: Checklist, found: dict[str, list[Placed]], kind: Kind
) -> frozenset[str]:
    """Return the places ("trader", "terms") whose legal page was read.

    A page counts when it says that it is one and at least one item stood on it: an error page or
    one that still has to run its scripts says nothing about what is absent. Once they have run
    ("rendered") enough text does as well.
    """
    answered = {
        (id(reading), check.place) for check in asked.items for reading, _ in found[check.id]
    }
    of = {"trader": TRADER_PAGES, "terms": TERMS_PAGES}
    return frozenset(
        place
        for place, kinds in of.items()
        for reading in readings
        if reading.kinds & kinds
        and ((id(reading), place) in answered or (kind == "rendered" and _is_full(reading)))
    )


def _is_full(reading: Reading) -> bool:
    return sum(len(line.text) for line in reading.lines) >= FULL_PAGE


def _item(
    check: Check, asked: Checklist, found: list[Placed], were_read: frozenset[str], text: str
) -> Item:
    right = next((placed for placed in found if placed[1].value is not None), None)
    wrong = next((placed for placed in found if placed[1].value is None), None)
    if _contradicts(check) and wrong:
        return _filled(check, asked, "invalid", wrong)
    if right:
        return _filled(check, asked, "valid", right)
    if wrong:
        return _filled(check, asked, "invalid", wrong)
    state: State = "not_assessable"
    if check.place in were_read and _is_required(check, text):
        state = "absent_required"
    return _bare(check, asked, state)


def _contradicts(check: Check) -> bool:
    """Tell whether one wrong place spoils the item: a register link for another number."""
    return any(way.number_in_link for way in check.find)


def _is_required(check: Check, text: str) -> bool:
    if check.level != "law" or check.conditional:
        return False
    return not check.required_if or bool(re.search(check.required_if, text))


def _bare(check: Check, asked: Checklist, state: State) -> Item:
    law = f"{check.legal.act}, {check.legal.article}"
    return Item(check.id, asked.jurisdiction, check.title, check.level, law, state)


def _filled(check: Check, asked: Checklist, state: State, placed: Placed) -> Item:
    reading, hit = placed
    bare = _bare(check, asked, state)
    value = shown(hit.value) if isinstance(hit.value, str) else hit.value
    return replace(
        bare,
        value=value if state == "valid" else None,
        raw=shown(hit.raw) if state == "valid" else _withheld(hit),
        where=_where(reading, hit),
        rule=hit.rule,
        key=hit.key,
        party=reading.party(hit.line),
    )


def _withheld(hit: Hit) -> str:
    text = shown(hit.raw)
    return text if MASK in text else MASK


def _where(reading: Reading, hit: Hit) -> Where:
    if hit.line is None:
        return Where(reading.url, hit.path, None)
    return Where(reading.url, selector_of(hit.line.node), hit.line.offset)
