"""The sources of values on a page: what one way of a rule file finds, as the page writes it."""

import functools
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from selectolax.lexbor import LexborNode

from scrapers.html import LONGEST_LABEL, Page, clean, nearest_to
from scrapers.identity import Identity
from scrapers.structured import json_products, json_text, json_values, micro_products, micro_values
from scrapers.transforms import Context, Value, words

Kind = Literal["raw", "rendered"]
Way = dict[str, Any]

MOST_MATCHES = 200
"""Places in the scripts of one page that a way looks at."""

MOST_ELEMENTS = 2000
"""Elements that a way looks at."""

SOURCES = ("css", "jsonld", "microdata", "script", "state", "url", "field")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that one way found: where, the characters it was made of, and what they became."""

    way: str
    raw: str
    value: Value
    rule: str
    judges: bool = False
    """Whether it decides between others that contradict each other."""
    overrules: bool = False
    """Whether it stands against whatever others say."""

    def as_dict(self) -> dict[str, Value]:
        """Return the candidate as JSON."""
        return {"way": self.way, "raw": self.raw, "value": self.value, "rule": self.rule}


@dataclass(slots=True)
class Reading:
    """What the ways of one page can see; markup is read at most once."""

    page: Page
    identity: Identity
    url: str
    kind: Kind
    context: Context
    picked: dict[str, Candidate] = field(default_factory=dict)
    _json: list[Any] | None = None
    _micro: list[LexborNode] | None = None
    _texts: dict[tuple[int, int], list[str]] = field(default_factory=dict)

    def texts(self, way: Way) -> list[str]:
        """Return the characters that a way finds; another way may ask for the same ones."""
        asked = (id(way), len(self.picked))
        if asked not in self._texts:
            self._texts[asked] = raw_texts(self, way)
        return self._texts[asked]

    def json_products(self) -> list[Any]:
        """Return the JSON-LD nodes of the page's product."""
        if self._json is None:
            self._json = json_products(self.page, self.url)
        return self._json

    def micro_products(self) -> list[LexborNode]:
        """Return the microdata scopes of the page's product."""
        if self._micro is None:
            self._micro = micro_products(self.page, self.url)
        return self._micro


def described(way: Way) -> str:
    """Name a way for people: its source and what it looks for."""
    source = next(name for name in SOURCES if name in way)
    inner = f" {way['in']}" if "in" in way else ""
    return f"{source} {way[source]}{inner}"[:200]


def raw_texts(reading: Reading, way: Way) -> list[str]:
    """Return the characters that a way finds, in the order of the page."""
    source = next(name for name in SOURCES if name in way)
    texts = _READERS[source](reading, way)
    if "match" not in way or source in ("script", "state"):
        return texts
    fitting = {text: _fitting(way["match"], clean(text)) for text in dict.fromkeys(texts)}
    return [captured(match) for text in texts if (match := fitting[text])]


def _fitting(match: str, text: str) -> re.Match[str] | None:
    """Return where an expression fits a clean text; @name is one of `words.yaml`, for lower case."""
    if match.startswith("@"):
        return compiled(words()["expressions"][match[1:]]).search(text.lower())
    return compiled(match).search(text)


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return an expression of a rule file: it ignores case and knows ASCII classes only."""
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


def captured(match: re.Match[str]) -> str:
    """Return the first group that took part in a match, or all of it."""
    return next((group for group in match.groups() if group is not None), match[0])


def _css(reading: Reading, way: Way) -> list[str]:
    selector = _selector(reading, way["css"])
    if not selector:
        return []
    if "label" in way:
        nodes = reading.page.labelled(selector, compiled(way["label"]))
    else:
        nodes = reading.page.css(selector)[:MOST_ELEMENTS]
    if "confirm" in way:
        known = [clean(node.text()).lower() for node in reading.page.css(way["confirm"])]
        nodes = [node for node in nodes if _is_said(_said(reading.page, node, way), known)]
    if nodes and "outside" in way and "near" not in way:
        nodes = reading.page.outside(nodes, way["outside"])
    if way.get("first"):
        nodes = nodes[:1]
    if "in" in way:
        nodes = [inner for node in nodes for inner in node.css(way["in"])]
    if "near" in way:
        nodes = _near(reading, nodes, way)
    is_matched = "match" in way and "attr" not in way and not way.get("own")
    said = (
        (is_matched and reading.page.short(node)) or _said(reading.page, node, way)
        for node in nodes
    )
    return [text for text in said if text]


def _near(reading: Reading, nodes: list[LexborNode], way: Way) -> list[LexborNode]:
    """Keep what fits `match`, stands outside what it must not, and nearest to the heading."""
    said = [
        (node, text) for node in nodes if (text := _in_short(reading.page, node, way)) is not None
    ]
    # Elements inside each other often say the same.
    fitting = {text for text in {text for _, text in said} if _fitting(way["match"], text)}
    kept = [node for node, text in said if text in fitting]
    if kept and "outside" in way:
        kept = reading.page.outside(kept, way["outside"])
    return nearest_to(_heading(reading), kept) if kept else []


def _is_said(text: str, elsewhere: list[str]) -> bool:
    wanted = clean(text).lower()
    return bool(wanted) and any(wanted in each for each in elsewhere)


def _in_short(page: Page, node: LexborNode, way: Way) -> str | None:
    """Return what an element says, None when that is long."""
    if "attr" not in way and not way.get("own"):
        return page.short(node)
    text = _said(page, node, way)
    return clean(text) if len(text) <= LONGEST_LABEL else None


def _said(page: Page, node: LexborNode, way: Way) -> str:
    if "attr" in way:
        return (node.attributes.get(way["attr"]) or "") if node.is_element_node else ""
    return page.text(node, own=way.get("own", False))


def _heading(reading: Reading) -> LexborNode | None:
    """Return the heading that shows the title, or the only one."""
    headings = reading.page.css("h1")
    title = reading.picked.get("title")
    named = [node for node in headings if title and _shows(reading.page.text(node), title)]
    if named:
        return named[0]
    return headings[0] if len(headings) == 1 else None


def _shows(text: str, title: Candidate) -> bool:
    shown, wanted = clean(text).lower(), str(title.value).lower()
    return bool(shown) and (shown in wanted or wanted in shown)


def _selector(reading: Reading, template: str) -> str | None:
    """Fill in `{field}` with what was read before; None when that is missing or could break out."""
    if "{" not in template:
        return template
    for name in re.findall(r"\{([\w.]+)\}", template):
        taken = reading.picked.get(name)
        if taken is None or not re.fullmatch(r"[\w-]+", str(taken.value), re.ASCII):
            return None
        template = template.replace(f"{{{name}}}", str(taken.value))
    return template


def _jsonld(reading: Reading, way: Way) -> list[str]:
    return [text for node in reading.json_products() for text in json_values(node, way["jsonld"])]


def _microdata(reading: Reading, way: Way) -> list[str]:
    return [
        text for node in reading.micro_products() for text in micro_values(node, way["microdata"])
    ]


def _script(reading: Reading, way: Way) -> list[str]:
    scripts = reading.page.scripts
    found = list(itertools.islice(_in_scripts(reading.page, way["script"]), MOST_MATCHES))
    kept = _in_code(scripts, found) if way.get("code") else found
    return [captured(match) for match in kept]


def _in_scripts(page: Page, pattern: str) -> Iterator[re.Match[str]]:
    """Yield where an expression fits the scripts; most name a word that stands in none of them."""
    return (
        compiled(pattern).finditer(page.scripts)
        if beginning(pattern) in page.scripts_lower
        else iter(())
    )


@functools.cache
def beginning(pattern: str) -> str:
    """Return the plain characters, in lower case, with which all that an expression finds begins."""
    match = re.match(r"(?:\\b)?([\w\"' ]*)(?![?*+{|\w\"' ])", pattern, re.ASCII)
    at_top = re.sub(r"\\.|\[[^]]*\]|\((?:[^()]|\([^()]*\))*\)", "", pattern)
    return match[1].lower() if match and "|" not in at_top else ""


_STRING = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""")


def _in_code(scripts: str, found: list[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Yield the matches that do not begin inside a string: what people wrote is quoted there."""
    strings = _STRING.finditer(scripts) if found else iter(())
    string = next(strings, None)
    for match in found:
        while string and string.end() <= match.start():
            string = next(strings, None)
        if not (string and string.start() < match.start()):
            yield match


def _state(reading: Reading, way: Way) -> list[str]:
    """Read the JSON value that follows a marker in the scripts, then a path in it."""
    return [
        text
        for value in embedded(reading.page, way["state"])
        for text in json_values(value, way["path"])
    ]


def embedded(page: Page, marker: str) -> list[Any]:
    """Return each JSON object or list that stands right after a marker expression; read once."""
    if marker not in page.states:
        page.states[marker] = list(_decoded(page, marker))
    return page.states[marker]


def _decoded(page: Page, marker: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(strict=False)
    for match in itertools.islice(_in_scripts(page, marker), MOST_MATCHES):
        try:
            yield decoder.raw_decode(page.scripts, match.end())[0]
        except (ValueError, RecursionError):
            continue


def _url(reading: Reading, way: Way) -> list[str]:
    value = reading.url if way["url"] == "url" else getattr(reading.identity, way["url"])
    return [value] if value else []


def _field(reading: Reading, way: Way) -> list[str]:
    taken = reading.picked.get(way["field"])
    return [taken.raw if way.get("raw") else json_text(taken.value) or ""] if taken else []


_READERS: dict[str, Callable[[Reading, Way], list[str]]] = {
    "css": _css,
    "jsonld": _jsonld,
    "microdata": _microdata,
    "script": _script,
    "state": _state,
    "url": _url,
    "field": _field,
}
