"""What a shop says about sending goods back, beside the least that the buyer's law gives."""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import msgspec

from scrapers.disclosures.data import load, words
from scrapers.disclosures.labels import compiled
from scrapers.disclosures.lines import Line, selector_of
from scrapers.disclosures.values import shown

MOST_DAYS = 400
"""Days of the longest return period that is believed."""

Verdict = Literal[
    "meets", "below", "excluded", "not_stated", "stated_instead", "no_minimum", "unknown_country"
]


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The least number of days in some countries, with the law's own words."""

    countries: tuple[str, ...]
    days: int | None
    act: str
    article: str
    url: str
    quote: str
    seen: Literal["primary", "secondary", "memory"]
    unless_stated: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence of the shop: `days` is None where it takes nothing back."""

    days: int | None
    quote: str
    selector: str
    offset: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The shop's best offer and the law of the buyer's country, both quoted.

    `below` compares only days: a law may except some goods (made to measure, perishable), which a
    reader of the quotes has to judge.
    """

    country: str
    verdict: Verdict
    offer: Offer | None
    minimum_days: int | None
    law: str
    article: str
    law_url: str
    law_quote: str

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        return asdict(self)


@functools.cache
def laws() -> dict[str, Law]:
    """Return the law on returns by country."""
    listed = msgspec.convert(load("terms.yaml")["laws"], list[Law])
    return {country: law for law in listed for country in law.countries}


@functools.cache
def _words() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    file = load("terms.yaml")
    numbers = sorted(words()["days"], key=len, reverse=True)
    counted = "|".join([r"\d{1,3}", *map(re.escape, numbers)])
    days = compiled(file["days"].replace("{n}", counted))
    return compiled(file["says"]), compiled(file["not_about"]), days, compiled(file["none"])


def offers(lines: Iterable[Line]) -> Iterator[Offer]:
    """Yield what the lines of a page offer, sentence by sentence."""
    says, other, days, none = _words()
    for line in lines:
        if not says.search(line.text) and not none.search(line.text):
            continue
        for sentence in re.split(r"(?<=[.!?。！？;；])\s*(?=\S)", line.text):
            if none.search(sentence):
                yield _offer(None, sentence, line)
            elif says.search(sentence) and not other.search(sentence):
                yield from (_offer(n, sentence, line) for n in _days(days, sentence))


def _days(pattern: re.Pattern[str], sentence: str) -> Iterator[int]:
    for match in pattern.finditer(sentence):
        text = next(group for group in match.groups() if group)
        number = words()["days"].get(text.lower()) or (int(text) if text.isdecimal() else 0)
        if 0 < number <= MOST_DAYS:
            yield number


def _offer(days: int | None, sentence: str, line: Line) -> Offer:
    return Offer(days, shown(sentence, 400), selector_of(line.node), line.offset)


def best(found: Iterable[Offer]) -> Offer | None:
    """Return the offer with the most days; one that takes nothing back only when there is no other."""
    return max(found, key=lambda offer: offer.days or 0, default=None)


def compare(lines: Iterable[Line], country: str) -> Terms:
    """Compare the best offer with the law of the buyer's country (ISO 3166)."""
    offer, law = best(offers(lines)), laws().get(country.upper())
    if law is None:
        return Terms(country.upper(), "unknown_country", offer, None, "", "", "", "")
    verdict = _verdict(offer, law)
    return Terms(
        country.upper(), verdict, offer, law.days, law.act, law.article, law.url, law.quote
    )


def _verdict(offer: Offer | None, law: Law) -> Verdict:
    if law.days is None:
        return "no_minimum"
    if offer is None:
        return "not_stated"
    if offer.days is not None and offer.days >= law.days:
        return "meets"
    if law.unless_stated:
        return "stated_instead"
    return "excluded" if offer.days is None else "below"
