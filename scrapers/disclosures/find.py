"""Finds the items of a checklist on a prepared page, one finder per kind of way."""

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scrapers.disclosures.companies import companies
from scrapers.disclosures.data import Check, Checklist, Way, checklist
from scrapers.disclosures.labels import compiled, cues, expression
from scrapers.disclosures.lines import LINK, PIECE, Line
from scrapers.disclosures.numbers import kinds
from scrapers.disclosures.policy import review_statement
from scrapers.disclosures.reading import Reading
from scrapers.disclosures.terms import best, offers
from scrapers.disclosures.validators import normalised
from scrapers.disclosures.values import LONGEST, ON_REQUEST, accepted, ended
from scrapers.structured import json_values

Value = str | int | bool

COMPANY_REACH = 4
"""Lines between a register number and the name of the company that it belongs to."""

_BEFORE = rf"(?:^|[\s{PIECE}{LINK}|·•,;/(（\[\d.])"
_BRACKET = r"(?:\s?[(（][^)）\n]{0,24}[)）])?"
_STRICT = frozenset(("phone", "email", "address"))
_CELLS = frozenset(("td", "th", "dt"))
_ADDRESS_LINES = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that answers an item; `value` is None where what stands there is wrong.

    `key` names a number's kind. `path` is set instead of `line` for JSON-LD.
    """

    value: Value | None
    raw: str
    rule: str
    line: Line | None = None
    key: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class _Search:
    reading: Reading
    check: Check
    checklist: Checklist

    def lines(self) -> list[Line]:
        """Return where this item is looked for."""
        return self.reading.trader if self.check.place == "trader" else self.reading.lines

    def with_cue(self, wanted: Iterable[str]) -> Iterator[Line]:
        """Yield the lines among those that hold one of the cues."""
        return self.reading.with_cue(wanted, trader=self.check.place == "trader")


def hits(reading: Reading, check: Check, checklist: Checklist) -> Iterator[Hit]:
    """Yield every place that answers an item, by its ways in order, markup last."""
    search = _Search(reading, check, checklist)
    for number, way in enumerate(check.find):
        rule = f"{checklist.jurisdiction}/{check.id}/{number}"
        yield from _finder(way)(search, way, rule)
    yield from _from_markup(search, f"{checklist.jurisdiction}/{check.id}/schema_org")


def _finder(way: Way) -> Callable[[_Search, Way, str], Iterator[Hit]]:
    return next(finder for name, finder in _FINDERS.items() if getattr(way, name))


# --- labels ---------------------------------------------------------------------------------------


@functools.cache
def _label_forms(
    labels: tuple[str, ...],
) -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]]:
    """Return (label with a colon, label that fills a piece, cues)."""
    label = expression(labels) + r"\.?" + _BRACKET
    with_colon = compiled(rf"{_BEFORE}{label}[\s{PIECE}{LINK}]*[:：](?P<rest>.*)")
    alone = compiled(
        rf"(?:^|[{PIECE}{LINK}|])\s*(?:\d{{1,2}}[.)]\s*)?{label}\s*[:：]?\s*(?:[{PIECE}{LINK}|](?P<rest>.*)|$)"
    )
    return with_colon, alone, cues(labels)


@functools.cache
def _stop(jurisdiction: str) -> re.Pattern[str]:
    """Return where a value ends: at the next label of the checklist, or of a register number."""
    ways = [way for check in checklist(jurisdiction).items for way in check.find]
    ours = expression(label for way in ways for label in way.labels)
    numbered = [label for kind in kinds().values() for label in kind.plain_labels()]
    theirs = expression(label for label in numbered if len(label) > 2)  # noqa: PLR2004 -- not "PI"
    before = rf"(?:^|[\s{PIECE}{LINK}|,/(（·-])"
    return compiled(rf"{before}(?:{ours}\.?{_BRACKET}\s*[:：]|{theirs}\W{{0,5}}[\dA-Z제])")


def _labelled(search: _Search, way: Way, rule: str) -> Iterator[Hit]:
    with_colon, alone, wanted = _label_forms(way.labels)
    for line in search.with_cue(wanted):
        match = with_colon.search(line.raw) or alone.search(line.raw)
        if match is None or _is_loose(match, search.check.value):
            continue
        if hit := _value_of(search, line, match["rest"] or "", rule):
            yield hit


def _is_loose(match: re.Match[str], kind: str) -> bool:
    """Tell whether a free text is only the end of a longer label, or a menu of links."""
    if kind not in ("text", "fact"):
        return False
    before = match[0][:1]
    between = match.string[match.end() - len(match["rest"] or "") - 1 : match.end()]
    return (before.isspace() and before not in (PIECE, LINK)) or between.startswith(LINK)


def _value_of(search: _Search, line: Line, rest: str, rule: str) -> Hit | None:
    """Return what follows a label: on its line, else on the next."""
    check, stop = search.check, _stop(search.checklist.jurisdiction)
    if rest.strip(f" {PIECE}{LINK}"):
        found = _fitting(search, rest, line, stop)
        return Hit(found, line.text, rule, line) if found is not None else None
    after = search.reading.following(line, _ADDRESS_LINES)
    if not after or not _is_label_line(line, check.value) or _is_label(after[0], stop):
        return None
    found = _fitting(search, after[0].raw, after[0], None)
    return Hit(found, f"{line.text} {after[0].text}", rule, after[0]) if found is not None else None


def _fitting(search: _Search, rest: str, line: Line, stop: re.Pattern[str] | None) -> Value | None:
    kind = search.check.value
    text = ended(rest, kind, stop)
    if search.check.on_request and compiled(search.checklist.on_request).search(rest):
        return ON_REQUEST
    value = accepted(text, kind)
    if value is None and kind == "address" and text:
        more = [after.text for after in search.reading.following(line, _ADDRESS_LINES - 1)]
        value = accepted(", ".join([text, *more])[:LONGEST], kind) if more else None
    return value


def _is_label_line(line: Line, kind: str) -> bool:
    """Tell whether a lone label has its value on the next line: a cell, a heading, a colon.

    Filters of a shop ("Material", then its choices) and columns of links ("Company", then "About us")
    look the same otherwise.
    """
    if kind in ("name", "person"):
        return line.node.tag in _CELLS or line.text.endswith((":", "："))
    return (
        line.heading
        or line.node.tag in _CELLS
        or line.text.endswith((":", "："))
        or kind in _STRICT
    )


def _is_label(line: Line, stop: re.Pattern[str]) -> bool:
    return bool(stop.match(f"{line.text.rstrip(':： ')}:")) and len(line.text) < 30  # noqa: PLR2004


# --- the other ways -------------------------------------------------------------------------------


def _numbered(search: _Search, way: Way, rule: str) -> Iterator[Hit]:
    for found in search.reading.numbers:
        if found.key in way.numbers:
            yield Hit(found.value, found.line.text, rule, found.line, found.key)


def _patterned(search: _Search, way: Way, rule: str) -> Iterator[Hit]:
    found = [hit for line in search.with_cue(way.cues) for hit in _in_line(search, way, rule, line)]
    if way.alone and len({hit.value for hit in found}) > 1:
        return
    yield from found


def _in_line(search: _Search, way: Way, rule: str, line: Line) -> Iterator[Hit]:
    text = line.raw
    if way.lines:
        text = "\n".join([text, *(after.raw for after in search.reading.following(line))])
    flags = 0 if way.lines else re.IGNORECASE
    match = _pattern(way.pattern, flags).search(text)
    if match is None or match.start() > len(line.raw):
        return
    joined = re.sub(r"\s*,?\s*\n\s*", ", ", match[1])
    value = accepted(
        ended(joined, search.check.value, _stop(search.checklist.jurisdiction)), search.check.value
    )
    if value is not None:
        yield Hit(value, line.text, rule, line)


@functools.cache
def _pattern(pattern: str, flags: int) -> re.Pattern[str]:
    return re.compile(pattern, flags)


def _said(search: _Search, way: Way, rule: str) -> Iterator[Hit]:
    for line in search.with_cue(way.cues):
        if compiled(way.says).search(line.text):
            yield Hit(way.gives, line.text, rule, line)


def _linked(search: _Search, way: Way, rule: str) -> Iterator[Hit]:
    """Yield links of a kind; where the address carries a number it must be the printed one."""
    for link in search.reading.links():
        if link.kind != way.link:
            continue
        value: Value | None = link.url
        if way.number_in_link:
            value = link.url if _same_number(search.reading, way, link.url) else None
        yield Hit(value, f"{link.text} {link.url}", rule, path="a[href]")


def _same_number(reading: Reading, way: Way, url: str) -> bool:
    match = re.search(way.number_in_link, url)
    linked = normalised(kinds()[way.same_as].validator, match[1]) if match else None
    printed = {found.value for found in reading.numbers if found.key == way.same_as}
    return linked is not None and (not printed or linked in printed)


def _from_terms(search: _Search, _way: Way, rule: str) -> Iterator[Hit]:
    offer = best(offers(search.lines()))
    if offer is not None and offer.days is not None:
        line = next(line for line in search.lines() if line.offset == offer.offset)
        yield Hit(offer.days, offer.quote, rule, line)


def _companies(search: _Search, _way: Way, rule: str) -> Iterator[Hit]:
    """Yield the company named nearest to a register number; on a legal page the first of all."""
    lines, numbers = search.reading.trader, search.reading.numbers
    centres = [search.reading.index[found.line.offset] for found in numbers]
    measured = ((_distance(search.reading, line, centres), line) for line in lines)
    placed = sorted(measured, key=lambda pair: (pair[0], pair[1].offset))
    for distance, line in placed:
        if distance > COMPANY_REACH and not search.reading.kinds & {"imprint", "tokushoho"}:
            return
        for name, start in companies(line.text[:400]):
            # A label that is none of ours names another role: the host, the maker.
            if accepted(name, "name") and not line.text[:start].rstrip().endswith((":", "：")):
                yield Hit(name, line.text, rule, line)


def _distance(reading: Reading, line: Line, centres: Iterable[int]) -> int:
    at = reading.index[line.offset]
    return min((abs(at - centre) for centre in centres), default=COMPANY_REACH + 1)


def _on_reviews(search: _Search, _way: Way, rule: str) -> Iterator[Hit]:
    remark = review_statement(search.lines())
    if remark is not None:
        line = next(line for line in search.lines() if line.offset == remark.offset)
        yield Hit(remark.what, remark.quote, rule, line)


_FINDERS: dict[str, Callable[[_Search, Way, str], Iterator[Hit]]] = {
    "labels": _labelled,
    "numbers": _numbered,
    "pattern": _patterned,
    "says": _said,
    "link": _linked,
    "terms": _from_terms,
    "company": _companies,
    "review": _on_reviews,
}


# --- markup ---------------------------------------------------------------------------------------


def _from_markup(search: _Search, rule: str) -> Iterator[Hit]:
    for path in search.check.schema_org:
        what, _, inner = path.partition(".") if path.startswith("Product.") else ("Shop", "", path)
        for node in search.reading.nodes(what):
            for text in _texts(node, inner):
                yield from _marked(search.check, text, path, rule)


def _texts(node: dict[str, Any], path: str) -> list[str]:
    if path != "address":
        return json_values(node, path)
    parts = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")
    found = [text for part in parts for text in json_values(node, f"address.{part}")[:1]]
    return [", ".join(found)] if found else json_values(node, "address")


def _marked(check: Check, text: str, path: str, rule: str) -> Iterator[Hit]:
    if check.value == "number":
        asked = [key for way in check.find for key in way.numbers]
        for key in asked:
            value = normalised(kinds()[key].validator, text)
            if value and re.fullmatch(kinds()[key].pattern, text.strip()):
                yield Hit(value, f"{path}: {text}", rule, None, key, path)
    elif check.value == "days":
        if text.isdecimal():
            yield Hit(int(text), f"{path}: {text}", rule, path=path)
    elif check.value in ("link", "text") or (value := accepted(text, check.value)):
        yield Hit(
            text if check.value in ("link", "text") else value, f"{path}: {text}", rule, path=path
        )
