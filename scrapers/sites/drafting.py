"""Drafts the rules of a new site: for each field the ways that read the right value on one page.

What is right comes from whoever saved the page (`given`), else from what the generic rules read.
A field that neither names is guessed by the words shops use, and marked as a guess.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from scrapers.engine import GENERIC, Kind, Source, field_specs, rule_files
from scrapers.errors import InvalidInput
from scrapers.html import Page
from scrapers.identity import table
from scrapers.sites.pairs import flat, read_with
from scrapers.sites.proposals import Way, buttons, guesses, ways_to
from scrapers.transforms import Context, Value, apply, country
from scrapers.weburl import WebUrl, parse

Origin = Literal["generic", "given", "found", "guess"]

MOST_WAYS = 2
"""Ways drafted for one field: a second one is read when the first is gone."""

MOST_PROOFS = 120
"""Proposals for one field that are tried."""

_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_MARKUP = ("jsonld", "microdata", "css meta", "url")


@dataclass(frozen=True, slots=True)
class Finding:
    """How a field is read: its value, the ways of its own (none: generic ones), and who says so."""

    name: str
    value: Value
    ways: tuple[Way, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Draft:
    """Rules for a site, what they read on the page, and what they do not."""

    name: str
    url: WebUrl
    findings: tuple[Finding, ...]
    fields: dict[str, Any] = field(repr=False)

    @property
    def rules(self) -> dict[str, Any]:
        """The rule file, as `rules/schema.json` wants it."""
        return _rules(self.name, self.findings)

    @property
    def missing(self) -> list[str]:
        """The fields everybody needs that nothing was found for: those a browser reads too."""
        found = flat(self.fields)
        return [
            name
            for name, spec in field_specs().items()
            if spec.get("content") and name not in found
        ]


def draft(
    page: Page, url: str, name: str, *, given: Mapping[str, str], kind: Kind = "raw"
) -> Draft:
    """Draft rules for the site of a page.

    `name` becomes the platform's key; `given` holds right values by dotted field name, as a person
    reads them. Raises InvalidInput for a bad name, an unknown field, a value that is none of its
    field, and a value that no rule can read on this page.
    """
    _check_name(name)
    drafting = _Drafting(page, url, name, kind, given)
    for key in field_specs():
        drafting.find(key)
    fields = drafting.read(drafting.findings.values())
    _check_given(drafting.given, flat(fields))
    return Draft(name, parse(url), tuple(drafting.findings.values()), fields)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput("a name has small letters, digits and hyphens", f"name {name[:40]!r}")
    if name in table()["platforms"] or name in rule_files() or name == "web":
        raise InvalidInput("there is such a platform already", f"name {name}")


def _check_given(right: Mapping[str, Value], fields: Mapping[str, Any]) -> None:
    for name, value in right.items():
        if not _same(fields.get(name), value):
            raise InvalidInput(
                f"{value!r} stands nowhere on the page where a rule could read it", f"field {name}"
            )


class _Drafting:
    """The work on one page: what was found so far, and how the page reads with one way more."""

    def __init__(
        self, page: Page, url: str, name: str, kind: Kind, given: Mapping[str, str]
    ) -> None:
        self.findings: dict[str, Finding] = {}
        self._page, self._url, self._name, self._kind = page, url, name, kind
        found = read_with({"platforms": [name], "generic": "*", "fields": {}}, page, url, kind)
        self._sources = found.sources
        self._generic = flat(found.fields)
        said = {**_currency_of(given, url), **given}
        self._currency = said.get("currency") or str(self._generic.get("currency", ""))
        self.given = {key: self._normal(key, value) for key, value in said.items()}
        self._right: dict[str, Value] = {**self._generic, **self.given}

    def read(self, findings: Iterable[Finding]) -> dict[str, Any]:
        """Return the fields that the rules of some findings read."""
        rules = _rules(self._name, tuple(findings))
        return read_with(rules, self._page, self._url, self._kind).fields

    def _normal(self, name: str, text: str) -> Value:
        """Return a given value as the engine would write it."""
        if name not in field_specs():
            raise InvalidInput("there is no such field", f"field {name[:40]}")
        value = self._value(name, text)
        if value is None:
            raise InvalidInput(f"{text[:80]!r} is no value of it", f"field {name}")
        return value

    def _value(self, name: str, text: str) -> Value | None:
        context = Context(country(self._url), self._currency)
        return apply(text, field_specs()[name]["to"], context)

    def find(self, name: str) -> None:
        """Add how to read a field, unless nothing on the page looks like it."""
        if name in self._right:
            found = self._known(name, self._right[name])
        else:
            found = next(self._proved(name, guesses(self._page, name), "guess"), None)
        if found:
            self.findings[name] = found

    def _known(self, name: str, value: Value) -> Finding | None:
        """Return how to read a value that is right."""
        origin: Origin = "given" if name in self.given else "found"
        agreed = _same(self._generic.get(name), value)
        if agreed and _is_markup(self._sources.get(name)):
            return Finding(name, value, (), "generic")
        ways = self._different(self._proved(name, self._proposed(name, value), origin, value))
        return Finding(name, value, ways, origin) if ways or agreed else None

    def _proposed(self, name: str, value: Value) -> Iterator[Way]:
        """Yield ways to a value; for a currency the price's places first, which all pages have."""
        price = self._right.get("price")
        if name == "currency" and price is not None:
            yield from ways_to(
                self._page,
                name,
                str(value),
                lambda raw: self._fits(name, raw, value) and self._fits("price", raw, price),
            )
        yield from ways_to(self._page, name, str(value), lambda raw: self._fits(name, raw, value))
        if (name, value) == ("availability", "InStock"):
            yield from buttons(self._page)

    def _fits(self, name: str, raw: str, value: Value) -> bool:
        return _same(self._value(name, raw), value)

    @staticmethod
    def _different(found: Iterator[Finding]) -> tuple[Way, ...]:
        """Return the first ways that do not all depend on the same name in the page."""
        ways: dict[str, Way] = {}
        for finding in found:
            way = finding.ways[0]
            ways.setdefault(way.get("label") or str(way.get("css")).split(" ")[-1], way)
            if len(ways) == MOST_WAYS:
                break
        return tuple(ways.values())

    def _read_by(self, name: str, way: Way) -> Value | None:
        """Return what the engine reads by one way; the currency tells what a price's dots mean."""
        fields = {name: [way]}
        if name != "currency" and "currency" in self.findings:
            fields["currency"] = list(self.findings["currency"].ways)
        shared = [] if fields.get("currency") else ["currency"]
        rules = {"generic": shared, "fields": {key: ways for key, ways in fields.items() if ways}}
        value: Value | None = flat(read_with(rules, self._page, self._url, self._kind).fields).get(
            name
        )
        return value

    def _proved(
        self, name: str, proposed: Iterator[Way], origin: Origin, value: Value | None = None
    ) -> Iterator[Finding]:
        """Yield each proposal by which the engine reads the value (any value for None)."""
        tried: list[Way] = []
        for way in proposed:
            if way in tried:
                continue
            tried.append(way)
            if len(tried) > MOST_PROOFS:
                return
            got = self._read_by(name, way)
            if got is not None and (value is None or _same(got, value)):
                yield Finding(name, got, (way,), origin)


def _currency_of(given: Mapping[str, str], url: str) -> dict[str, str]:
    """Return the currency that a given price names with its sign."""
    named = apply(given.get("price", ""), ["currency"], Context(country(url)))
    return {"currency": str(named)} if named else {}


def _is_markup(source: Source | None) -> bool:
    """Tell whether the generic rules read a public vocabulary, not a class name they guessed."""
    return bool(source and source.picked and source.picked.way.startswith(_MARKUP))


def _same(one: Value | None, other: Value | None) -> bool:
    if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
        return one is other
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return str(one) == str(other)


def _rules(name: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    generic = rule_files()[GENERIC]["fields"]
    own = {found.name: list(found.ways) for found in findings if found.ways}
    # A field with ways of its own does without the generic ones, which guess on unknown pages.
    shared = [name for name in field_specs() if name in generic and name not in own]
    return {"platforms": [name], "generic": shared, "fields": own}
