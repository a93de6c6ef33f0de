"""Reads the fields of a product page by the rules in `rules/*.yaml`.

A rule file lists, for each field, *ways* to find it, best first. Each way yields candidates; a
resolver picks one and records why and what else was there. A way that answers with two different
values does not know and is passed over. Where `agree` is set, ways that contradict each other
leave the whole group empty: a wrong seller is worse than none.
"""

import functools
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal

import yaml
from selectolax.lexbor import LexborNode

from scrapers.html import PAGE_CAP, Page, clean, following
from scrapers.identity import WEB, Identity, identify
from scrapers.structured import json_products, json_text, json_values, micro_products, micro_values
from scrapers.transforms import Context, Value, apply, words
from scrapers.weburl import parse

Kind = Literal["raw", "rendered"]
Way = dict[str, Any]

GENERIC = "generic"
MOST_MATCHES = 200
"""Places in the scripts of one page that a way looks at."""

SOURCES = ("css", "jsonld", "microdata", "script", "state", "url", "field")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that one way found: where, the characters it was made of, and what they became."""

    way: str
    raw: str
    value: Value
    rule: str

    def as_dict(self) -> dict[str, Value]:
        """Return the candidate as JSON."""
        return {"way": self.way, "raw": self.raw, "value": self.value, "rule": self.rule}


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


@dataclass(slots=True)
class _Reading:
    """What the ways of one page can see; markup is read at most once."""

    page: Page
    identity: Identity
    url: str
    kind: Kind
    context: Context
    picked: dict[str, Candidate] = field(default_factory=dict)
    _json: list[Any] | None = None
    _micro: list[LexborNode] | None = None

    def json_products(self) -> list[Any]:
        if self._json is None:
            self._json = json_products(self.page, self.url)
        return self._json

    def micro_products(self) -> list[LexborNode]:
        if self._micro is None:
            self._micro = micro_products(self.page, self.url)
        return self._micro


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
) -> Extraction:
    """Read a page's fields.

    `encoding` is the charset that came with the page (an HTTP header), `kind` tells saved server
    output ("raw") from a document after its scripts ("rendered"). Raises InvalidInput for a bad
    URL or absurd nesting and TooLarge above `cap` bytes. An empty page has no fields.
    """
    identity = identify(url)
    usual = rule_files().get(identity.platform or "", {}).get("charset")
    parsed = Page(page, encoding=encoding, usual=usual, cap=cap)
    return run(parsed, url, identity, ways_of(identity.platform), kind)


@functools.cache
def ways_of(platform: str | None) -> dict[str, list[tuple[str, Way]]]:
    """Return field -> (rule file, way) for a platform: its own ways, then the generic it allows."""
    files = rule_files()
    own = files.get(platform or "", {"fields": {}, "generic": "*"})
    allowed = own.get("generic", [])
    joined: dict[str, list[tuple[str, Way]]] = {}
    for name in field_specs():
        ways = [(platform or WEB, way) for way in own["fields"].get(name, [])]
        if allowed == "*" or name in allowed:
            ways += [(GENERIC, way) for way in files[GENERIC]["fields"].get(name, [])]
        if ways:
            joined[name] = ways
    return joined


def run(
    page: Page, url: str, identity: Identity, ways: dict[str, list[tuple[str, Way]]], kind: Kind
) -> Extraction:
    """Run given ways over a parsed page; `extract` with the rules as an argument."""
    reading = _Reading(page, identity, url, kind, Context(country(url)))
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
        _put(result.fields, name, candidate.value)
    return result


def _take(reading: _Reading, name: str, candidate: Candidate) -> None:
    reading.picked[name] = candidate
    if name == "currency":
        reading.context = Context(reading.context.country, str(candidate.value))


def _drop_contradicted(result: Extraction, reading: _Reading) -> None:
    for name in [name for name, source in result.sources.items() if source.picked is None]:
        group = name.rpartition(".")[0] + "."
        for taken in [taken for taken in reading.picked if taken.startswith(group)]:
            del reading.picked[taken]


def _put(fields: dict[str, Any], name: str, value: Value) -> None:
    *groups, last = name.split(".")
    for group in groups:
        fields = fields.setdefault(group, {})
    fields[last] = value


def country(url: str) -> str:
    """Return the country whose code ends an address's host, "" for .com and its like."""
    last = parse(url).host.rpartition(".")[2]
    if len(last) != 2 or last in words()["generic_domains"]:  # noqa: PLR2004 -- a country code
        return ""
    return "GB" if last == "uk" else last.upper()


# --- resolving ------------------------------------------------------------------------------------


def _answers(
    reading: _Reading, name: str, listed: list[tuple[str, Way]], spec: dict[str, Any]
) -> Iterator[list[Candidate]]:
    """Yield, for each way in order, its candidates (perhaps none)."""
    answered = False
    for number, (rule, way) in enumerate(listed):
        if way.get("only", reading.kind) != reading.kind or (answered and way.get("last")):
            continue
        rule_id = f"{rule}/{name}/{number}"
        steps = way.get("to", spec["to"])
        found = []
        for raw in _raw(reading, way):
            value = apply(raw, steps, reading.context)
            if value is not None:
                found.append(Candidate(_described(way), raw[:500], value, rule_id))
        answer = _reduced(found, way.get("pick", "only"))
        answered = answered or bool(answer)
        yield answer


def _reduced(found: list[Candidate], pick: str) -> list[Candidate]:
    """Order a way's candidates so that its answer stands first; none when it has two answers."""
    if pick == "first" or len(found) < 2:  # noqa: PLR2004 -- nothing to choose
        return found
    if pick in ("lowest", "highest"):
        return sorted(found, key=lambda c: float(c.value), reverse=pick == "highest")
    return found if len({c.value for c in found}) == 1 else []


def _resolve(answers: Iterator[list[Candidate]], *, agree: bool) -> Source | None:
    ways = [found for found in answers if found]
    if not ways:
        return None
    picked, *rest = (found[0] for found in ways)
    others = tuple(c for found in ways for c in found if c is not picked)
    if agree and any(other.value != picked.value for other in rest):
        return Source(None, "ways contradict each other", (picked, *others))
    if not rest:
        return Source(picked, "the only way that answered", others)
    same = sum(other.value == picked.value for other in rest)
    return Source(picked, f"first of {len(ways)} ways, {same} of the others agree", others)


def _described(way: Way) -> str:
    source = next(name for name in SOURCES if name in way)
    inner = f" {way['in']}" if "in" in way else ""
    return f"{source} {way[source]}{inner}"[:200]


# --- the sources of values ------------------------------------------------------------------------


def _raw(reading: _Reading, way: Way) -> list[str]:
    source = next(name for name in SOURCES if name in way)
    texts = _READERS[source](reading, way)
    if "match" not in way or source in ("script", "state"):
        return texts
    pattern = _compiled(way["match"])
    found = (pattern.search(clean(text)) for text in texts)
    return [_captured(match) for match in found if match]


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


def _captured(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), match[0])


def _css(reading: _Reading, way: Way) -> list[str]:
    selector = _selector(reading, way["css"])
    if not selector:
        return []
    if "label" in way:
        nodes = _labelled(reading.page, selector, way["label"])
    else:
        nodes = reading.page.css(selector)
    if way.get("first"):
        nodes = nodes[:1]
    if "in" in way:
        nodes = [inner for node in nodes for inner in node.css(way["in"])]
    if "attr" in way:
        return [text for node in nodes if (text := node.attributes.get(way["attr"]))]
    return [reading.page.text(node, own=way.get("own", False)) for node in nodes]


def _labelled(page: Page, selector: str, label: str) -> list[LexborNode]:
    """Return the elements that follow a fitting label."""
    pattern = _compiled(label)
    found = [node for text, node in page.labels(selector) if pattern.search(text)]
    return [value for node in found if (value := following(node)) is not None]


def _selector(reading: _Reading, template: str) -> str | None:
    """Fill in `{field}` with what was read before; None when that is missing or could break out."""
    if "{" not in template:
        return template
    for name in re.findall(r"\{([\w.]+)\}", template):
        taken = reading.picked.get(name)
        if taken is None or not re.fullmatch(r"[\w-]+", str(taken.value), re.ASCII):
            return None
        template = template.replace(f"{{{name}}}", str(taken.value))
    return template


def _jsonld(reading: _Reading, way: Way) -> list[str]:
    return [text for node in reading.json_products() for text in json_values(node, way["jsonld"])]


def _microdata(reading: _Reading, way: Way) -> list[str]:
    return [
        text for node in reading.micro_products() for text in micro_values(node, way["microdata"])
    ]


def _script(reading: _Reading, way: Way) -> list[str]:
    found = _compiled(way["script"]).finditer(reading.page.scripts)
    return [_captured(match) for match in itertools.islice(found, MOST_MATCHES)]


def _state(reading: _Reading, way: Way) -> list[str]:
    """Read the JSON value that follows a marker in the scripts, then a path in it."""
    return [
        text
        for value in embedded(reading.page.scripts, way["state"])
        for text in json_values(value, way["path"])
    ]


def embedded(scripts: str, marker: str) -> Iterator[Any]:
    """Yield each JSON object or list that stands right after a marker expression."""
    decoder = json.JSONDecoder(strict=False)
    for match in itertools.islice(_compiled(marker).finditer(scripts), MOST_MATCHES):
        try:
            yield decoder.raw_decode(scripts, match.end())[0]
        except (ValueError, RecursionError):
            continue


def _url(reading: _Reading, way: Way) -> list[str]:
    value = reading.url if way["url"] == "url" else getattr(reading.identity, way["url"])
    return [value] if value else []


def _field(reading: _Reading, way: Way) -> list[str]:
    taken = reading.picked.get(way["field"])
    return [taken.raw if way.get("raw") else json_text(taken.value) or ""] if taken else []


_READERS: dict[str, Callable[[_Reading, Way], list[str]]] = {
    "css": _css,
    "jsonld": _jsonld,
    "microdata": _microdata,
    "script": _script,
    "state": _state,
    "url": _url,
    "field": _field,
}
