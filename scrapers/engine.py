"""Reads the fields of a product page by the rules in `rules/*.yaml`.

A rule file lists, for each field, *ways* to find it, best first. Each way yields candidates; a
resolver picks one and records why and what else was there. A way that answers with two different
values does not know and is passed over. Where `agree` is set, ways that contradict each other
leave the whole group empty: a wrong seller is worse than none.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any
from urllib.parse import urljoin

import yaml

from scrapers.disclosures.page import on_page
from scrapers.elements import Interest
from scrapers.html import PAGE_CAP, SELECTORS, Page
from scrapers.identity import WEB, Identity, identify
from scrapers.reviews import reviews
from scrapers.structured import MICRODATA_ROOT
from scrapers.transforms import Context, Value, apply, country
from scrapers.ways import Candidate, Kind, Reading, Way, described

__all__ = [
    "GENERIC",
    "Candidate",
    "Extraction",
    "Kind",
    "Source",
    "Way",
    "extract",
    "field_specs",
    "joined",
    "rule_files",
    "run",
    "ways_of",
]

GENERIC = "generic"
_ABSURD = 20
"""Times the price that no list price is: the number is something else."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's value came from, why it was picked, and what was not."""

    picked: Candidate | None
    why: str
    others: tuple[Candidate, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the source as JSON."""
        picked = self.picked.as_dict() if self.picked else {"value": None}
        return {**picked, "why": self.why, "others": [other.as_dict() for other in self.others]}


@dataclass(frozen=True, slots=True)
class Extraction:
    """The fields of a page and, by dotted name, where each came from."""

    identity: Identity
    fields: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)


@functools.cache
def rule_files() -> dict[str, dict[str, Any]]:
    """Return every rule file by platform, with "generic"; words and field lists excluded."""
    folder = resources.files("scrapers").joinpath("rules")
    texts = (f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".yaml"))
    loaded = (yaml.load(text, Loader=_LOADER) for text in texts)  # noqa: S506 -- the C safe loader
    return {name: file for file in loaded if "platforms" in file for name in file["platforms"]}


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@functools.cache
def field_specs() -> dict[str, dict[str, Any]]:
    """Return `rules/fields.yaml`: each field's default transforms, in reading order."""
    text = resources.files("scrapers").joinpath("rules/fields.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded


def extract(
    page: bytes,
    url: str,
    *,
    encoding: str | None = None,
    kind: Kind = "raw",
    cap: int = PAGE_CAP,
    key: bytes | None = None,
    disclosures: bool = False,
) -> Extraction:
    """Read a page's fields.

    `encoding` is the charset that came with the page (an HTTP header), `kind` tells saved server
    output ("raw") from a document after its scripts ("rendered"). With a `key` for reviewers'
    pseudonyms the reviews of the page are read too; `disclosures` adds what the page says about who
    runs it. Raises InvalidInput for a bad URL or absurd nesting and TooLarge above `cap` bytes. An
    empty page has no fields.
    """
    identity = identify(url)
    usual = rule_files().get(identity.platform or "", {}).get("charset")
    interest = _interest(identity.platform)
    parsed = Page(page, encoding=encoding, usual=usual, cap=cap, interest=interest)
    found = run(parsed, url, identity, ways_of(identity.platform), kind)
    # Who writes at two independent shops must not be told from the pseudonym.
    shop = identity.merchant_key or identity.listing_key
    place = shop if identity.platform == WEB else identity.platform
    sources = (
        rule_files().get(name or "", {}).get("reviews", ()) for name in (identity.platform, GENERIC)
    )
    if key and (listed := reviews(parsed, url, place or "", key, *sources)):
        found.fields["reviews"] = [review.as_dict() for review in listed]
    if disclosures and (disclosed := on_page(parsed, url)):
        found.fields["disclosures"] = disclosed
    return found


@functools.cache
def ways_of(platform: str | None) -> dict[str, list[tuple[str, Way]]]:
    """Return field -> (rule file, way) for a platform: its own ways, then the generic it allows."""
    own = rule_files().get(platform or "", {"fields": {}, "generic": "*"})
    return joined(own, platform or WEB)


def joined(own: Mapping[str, Any], label: str) -> dict[str, list[tuple[str, Way]]]:
    """Return field -> (rule file, way) of one rule file named `label`, then the generic it allows."""
    allowed, generic = own.get("generic", []), rule_files()[GENERIC]["fields"]
    listed: dict[str, list[tuple[str, Way]]] = {}
    for name in field_specs():
        ways = [(label, way) for way in own["fields"].get(name, [])]
        if allowed == "*" or name in allowed or name.partition(".")[0] in allowed:
            ways += [(GENERIC, way) for way in generic.get(name, [])]
        if ways:
            listed[name] = ways
    return listed


@functools.cache
def _interest(platform: str | None) -> Interest:
    asked = [way for listed in ways_of(platform).values() for _, way in listed]
    ways = [*asked, *(other for way in asked for other in way.get("unless", ()))]
    texts = (way[part] for way in ways for part in ("css", "outside", "confirm") if part in way)
    fixed = {text for text in texts if "{" not in text}
    return Interest.of({*fixed, *SELECTORS, MICRODATA_ROOT})


def run(
    page: Page, url: str, identity: Identity, ways: dict[str, list[tuple[str, Way]]], kind: Kind
) -> Extraction:
    """Run given ways over a parsed page; `extract` with the rules as an argument."""
    reading = Reading(page, identity, url, kind, Context(country(url)))
    result = Extraction(identity)
    for name, listed in ways.items():
        spec = field_specs().get(name, {"to": ["text"]})
        source = _resolve(_answers(reading, name, listed, spec), agree=spec.get("agree", False))
        if source is None:
            continue
        result.sources[name] = source
        if source.picked is not None:
            _take(reading, name, source.picked)
    _drop_contradicted(result, reading)
    for name, candidate in reading.picked.items():
        spec = field_specs().get(name, {})
        if "above" in spec and not _is_above(reading, candidate, spec["above"]):
            continue
        many = _all(result.sources[name], url if spec.get("link") else "")
        _put(result.fields, name, many if spec.get("many") else candidate.value)
    return result


def _is_above(reading: Reading, candidate: Candidate, other: str) -> bool:
    """Tell whether an amount is above another field's, and not absurdly so."""
    lower = reading.picked.get(other)
    return lower is not None and 1 < float(candidate.value) / float(lower.value) < _ABSURD


def _all(source: Source, base: str) -> list[str]:
    """Return all different values of the way that was picked, joined to a base address."""
    picked = source.picked
    same = (other for other in source.others if picked and other.rule == picked.rule)
    values = (str(candidate.value) for candidate in (picked, *same) if candidate)
    return list(dict.fromkeys(urljoin(base, value) for value in values))


def _take(reading: Reading, name: str, candidate: Candidate) -> None:
    reading.picked[name] = candidate
    if name == "currency":
        reading.context = Context(reading.context.country, str(candidate.value))


def _drop_contradicted(result: Extraction, reading: Reading) -> None:
    for name in [name for name, source in result.sources.items() if source.picked is None]:
        group = name.rpartition(".")[0] + "."
        for taken in [taken for taken in reading.picked if taken.startswith(group)]:
            del reading.picked[taken]


def _put(fields: dict[str, Any], name: str, value: Value | list[str]) -> None:
    *groups, last = name.split(".")
    for group in groups:
        fields = fields.setdefault(group, {})
    fields[last] = value


# --- resolving ------------------------------------------------------------------------------------


def _answers(
    reading: Reading, name: str, listed: list[tuple[str, Way]], spec: dict[str, Any]
) -> Iterator[list[Candidate]]:
    """Yield, for each way in order, its candidates (perhaps none).

    A judge is heard when nothing was found or when what was found is contradicted.
    """
    values: dict[str, None] = {}
    for number, (rule, way) in enumerate(listed):
        if way.get("only", reading.kind) != reading.kind or (way.get("last") and values):
            continue
        if way.get("judges") and len(values) == 1:
            continue
        raws = reading.texts(way)
        if not raws or any(reading.texts(other) for other in way.get("unless", ())):
            continue
        rule_id = f"{rule}/{name}/{number}"
        steps = way.get("to", spec["to"])
        found = []
        for raw in raws:
            value = apply(raw, steps, reading.context)
            if value is not None and (not way.get("in_url") or _is_in(str(value), reading.url)):
                power = (way.get("judges", False), way.get("overrules", False))
                found.append(Candidate(described(way), raw[:500], value, rule_id, *power))
        if way.get("extends"):
            found = [candidate for candidate in found if _extends(candidate.value, values)]
        answer = _reduced(found, way.get("pick", "only"), way.get("prefer"))
        values |= dict.fromkeys(_number(candidate.value) for candidate in answer[:1])
        yield answer


def _is_in(value: str, url: str) -> bool:
    """Tell whether an address has a value as a word of its own; letters may stand before a number."""
    before = "0-9" if value.isdecimal() else "a-z0-9"
    word = rf"(?<![{before}]){re.escape(value)}(?![a-z0-9])"
    return re.search(word, url, re.IGNORECASE | re.ASCII) is not None


def _extends(value: Value, others: Iterable[str]) -> bool:
    """Tell whether a text is another that was found with some words before it."""
    text = str(value).lower()
    return any(
        text.endswith(f" {other.lower()}") and len(text) <= 3 * len(other) for other in others
    )


def _reduced(found: list[Candidate], pick: str, prefer: Value | None) -> list[Candidate]:
    """Order a way's candidates so that its answer stands first; none when it has two answers."""
    if prefer is not None and any(candidate.value == prefer for candidate in found):
        return sorted(found, key=lambda candidate: candidate.value != prefer)
    if pick == "first" or len(found) < 2:  # noqa: PLR2004 -- nothing to choose
        return found
    if pick in ("lowest", "highest"):
        return sorted(found, key=lambda c: float(c.value), reverse=pick == "highest")
    return found if len({c.value for c in found}) == 1 else []


def _resolve(answers: Iterator[list[Candidate]], *, agree: bool) -> Source | None:
    ways = [found for found in answers if found]
    if not ways:
        return None
    first, *rest = (found[0] for found in ways)
    picked = _overruling(rest) or _judged(first, rest) or first
    rest = [first, *rest]
    rest.remove(picked)
    others = tuple(c for found in ways for c in found if c is not picked)
    if agree and any(other.value != picked.value for other in rest):
        return Source(None, "ways contradict each other", (picked, *others))
    if not rest:
        return Source(picked, "the only way that answered", others)
    same = sum(other.value == picked.value for other in rest)
    return Source(picked, f"first of {len(ways)} ways, {same} of the others agree", others)


def _overruling(rest: list[Candidate]) -> Candidate | None:
    return next((other for other in rest if other.overrules), None)


def _judged(first: Candidate, rest: list[Candidate]) -> Candidate | None:
    """Return what agrees with the judge when the first way does not."""
    judge = next((other for other in rest if other.judges), None)
    backed = [other for other in rest if judge and _number(other.value) == _number(judge.value)]
    is_backed = len(backed) > 1 and _number(first.value) != _number(backed[0].value)
    return backed[0] if is_backed else None


def _number(value: Value) -> str:
    """Return a value so that 5.5 and 5.50 are the same."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
