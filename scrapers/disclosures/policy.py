"""What policy texts give away: another company, links to things that are gone, a word on reviews."""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from scrapers.disclosures.companies import companies, expression, key
from scrapers.disclosures.data import load
from scrapers.disclosures.labels import compiled, has_any
from scrapers.disclosures.lines import Line, selector_of
from scrapers.disclosures.values import shown
from scrapers.html import Page

_LONGEST = 4000
"""Characters of a line that are searched for roles."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a page says: `what` is a company, the id of a dead thing or a statement's meaning."""

    what: str
    quote: str
    selector: str
    offset: int
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the remark as JSON."""
        return asdict(self)


@functools.cache
def _file() -> dict[str, Any]:
    loaded: dict[str, Any] = load("policy.yaml")
    return loaded


@functools.cache
def _roles() -> tuple[re.Pattern[str], ...]:
    # The phrase ignores case, the company's name lives by its capitals.
    company = f"(?-i:{expression().pattern})"
    return tuple(compiled(role.replace("{company}", f"({company})")) for role in _file()["roles"])


def other_companies(lines: Iterable[Line], names: Iterable[str]) -> list[Remark]:
    """Return companies that a text puts in the seller's place though the seller is called otherwise.

    `names` are the seller's names as known from elsewhere. Without any nothing is "other". Only a
    phrase that makes a company the contract partner, operator or controller counts: a carrier or a
    payment service may be named freely.
    """
    known = {name for text in names if (name := key(text))}
    if not known:
        return []
    found: dict[str, Remark] = {}
    for line in lines:
        for name in _in_roles(line.text[:_LONGEST]):
            if not _is_known(key(name), known):
                found.setdefault(key(name), _remark(name, line))
    return list(found.values())


def _is_known(name: str, known: set[str]) -> bool:
    return not name or any(name in one or one in name for one in known)


def _in_roles(text: str) -> Iterator[str]:
    if not expression().search(text):
        return
    for role in _roles():
        for match in role.finditer(text):
            yield from (name for name, _ in companies(match[1]))


def _remark(what: str, line: Line, detail: str = "") -> Remark:
    return Remark(what, shown(line.text, 400), selector_of(line.node), line.offset, detail)


def dead_references(page: Page, lines: Iterable[Line]) -> list[Remark]:
    """Return links and citations of things that no longer exist, with the day each ended."""
    found: list[Remark] = []
    listed = list(lines)
    for entry in _file()["dead"]:
        detail = f"{entry['title']} ({entry['source']['act']}); since {entry['since']}"
        if pattern := entry.get("link"):
            found += _dead_links(page, compiled(pattern), entry["id"], detail)
        spelled = compiled(entry.get("text") or entry["link"])
        hits = (line for line in listed if spelled.search(line.text))
        found += [_remark(entry["id"], line, detail) for line in hits]
    return list({(one.what, one.selector): one for one in found}.values())


def _dead_links(page: Page, pattern: re.Pattern[str], what: str, detail: str) -> Iterator[Remark]:
    for node in page.css("a[href]"):
        href = (node.attributes.get("href") or "").strip()
        if pattern.match(href):
            yield Remark(what, shown(href), selector_of(node), -1, detail)


def review_statement(lines: Iterable[Line]) -> Remark | None:
    """Return the shop's own statement on its reviews: "verified" or "not_verified", quoted."""
    for line in lines:
        if not has_any(line.lower, _file()["review_cues"]):
            continue
        for entry in _file()["reviews"]:
            if match := compiled(entry["says"]).search(line.text):
                return Remark(
                    entry["gives"],
                    shown(_sentence(line.text, match), 400),
                    selector_of(line.node),
                    line.offset,
                )
    return None


def _sentence(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(mark, 0, match.start()) for mark in ".!?。") + 1
    ends = [at for mark in ".!?。" if (at := text.find(mark, match.end())) >= 0]
    return text[start : min(ends, default=len(text)) + 1]
