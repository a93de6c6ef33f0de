"""The disclosures of one page in the form the extractor shows: a name, a value."""

import re
from collections import Counter

from scrapers.disclosures.data import Check, Checklist, checklist, jurisdiction_of
from scrapers.disclosures.find import Hit, Value, hits
from scrapers.disclosures.reading import Reading, read
from scrapers.disclosures.values import shown
from scrapers.html import Page
from scrapers.transforms import country

_KINDS = frozenset(("name", "person", "address", "phone", "email", "flag", "fact"))
"""Kinds of value that are shown for any page; longer texts belong to `assess`."""

_SCRIPTS = (("kr", "[가-힣]{2}"), ("jp", "[\u3041-\u30ff]{2}"), ("cn", "[\u4e00-\u9fff]{2}"))
_LANGUAGES = {"ko": "kr", "ja": "jp", "zh": "cn", "en": "uk"}
_NO_COUNTRY = ("uk", "us", "eu_de")


def on_page(page: Page | bytes, url: str, *, party: str = "operator") -> dict[str, Value]:
    """Return what a page discloses about its operator, or about a marketplace's "seller".

    Keys are those of the checklists (`operator`, `representative`, `address`, `email`,
    `intermediary_statement`, `origin`) and of the numbers (`kr_brn`, `br_cnpj`). Two different
    answers to one key are none. A number that fails its check digit never appears.
    """
    return shown_on(read(page, url), party)


def shown_on(reading: Reading, party: str = "operator") -> dict[str, Value]:
    """Return the same for a prepared page."""
    return {**_facts(reading, party), **_numbers(reading, party)}


def _numbers(reading: Reading, party: str) -> dict[str, Value]:
    found: dict[str, list[Hit]] = {}
    for one in reading.numbers:
        if one.value is not None:
            hit = Hit(one.value, one.text, "", one.line)
            found.setdefault(one.key, []).append(hit)
    settled = {key: _settled(reading, listed, party) for key, listed in found.items()}
    return {key: value for key, value in settled.items() if value is not None}


def _facts(reading: Reading, party: str) -> dict[str, Value]:
    facts: dict[str, Value] = {}
    for name in _checklists(reading):
        asked = checklist(name)
        for check in asked.items:
            if not check.output or check.value not in _KINDS or check.output in facts:
                continue
            value = _answer(reading, check, asked, party)
            if value is not None:
                facts[check.output] = value
    return facts


def _answer(reading: Reading, check: Check, asked: Checklist, party: str) -> Value | None:
    """Return the value of the best way that answers at all."""
    by_rule: dict[str, list[Hit]] = {}
    for hit in hits(reading, check, asked):
        by_rule.setdefault(hit.rule, []).append(hit)
    for rule, listed in by_rule.items():
        nearest = listed[:1] if _is_by_company(check, rule) else listed
        value = _settled(reading, nearest, party)
        if value is not None:
            return shown(value) if isinstance(value, str) else value
    return None


def _is_by_company(check: Check, rule: str) -> bool:
    """Tell whether a rule looks for companies, whose hits come nearest first."""
    number = rule.rpartition("/")[2]
    return number.isdecimal() and check.find[int(number)].company


def _settled(reading: Reading, listed: list[Hit], party: str) -> Value | None:
    """Return the one value of a party: the footer's where it has one, none where two disagree."""
    ours = [hit for hit in listed if hit.value is not None and reading.party(hit.line) == party]
    footer = [hit for hit in ours if hit.line is not None and hit.line.footer]
    values = {hit.value for hit in footer or ours}
    return values.pop() if len(values) == 1 else None


def _checklists(reading: Reading) -> list[str]:
    """Return the checklists whose words may stand on a page, most likely first."""
    numbers = Counter(one.country for one in reading.numbers if one.value and one.country)
    likely = [jurisdiction_of(code) for code, _ in numbers.most_common()]
    if home := country(reading.url):
        likely.append(jurisdiction_of(home))
    text = " ".join(line.text for line in reading.lines)
    likely += [name for name, script in _SCRIPTS if re.search(script, text)][:1]
    return list(dict.fromkeys([*likely, *_spoken(reading), *_NO_COUNTRY, "cross_border"]))


def _spoken(reading: Reading) -> list[str]:
    root = reading.page.tree.root
    language = (root.attributes.get("lang") or "")[:2].lower() if root is not None else ""
    return [_LANGUAGES[language]] if language in _LANGUAGES else []
