"""One saved or fetched page: its tree, its scripts, its labels. Parsed once."""

import codecs
import itertools
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.charsets import decode
from scrapers.elements import Elements, Interest
from scrapers.errors import InvalidInput, TooLarge

PAGE_CAP = 20 * 1024 * 1024
"""Bytes of one page. The largest real page among our samples has 1.8 MB."""

DEPTH_CAP = 8192
"""Elements inside each other. Browsers flatten at 512; lexbor's time grows with the square."""

TEXT_BUDGET = 10_000_000
"""Characters of text that may be read from one page, far above any real one: text deep inside nested elements counts once
for each of them, which a hostile page could use to keep us busy."""

_HIGHEST = 256
"""Elements above another that are looked at."""

LONGEST_NAME = 80
"""Characters of a label with its white space normalised; no rule knows a longer one."""

MOST_LABELS = 10_000
"""Elements of a page that may be labels; the most among our samples are 1311."""

LABEL_END = " :：-–"
"""Characters between a label and its value."""

LONGEST_LABEL = 400
"""Characters of a label before a value, its white space counted."""

_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|path|p|li|dt|dd|tr|td|th|thead|tbody|tfoot|option|optgroup|colgroup"
_TAG = re.compile(rf"<(/?)(?!(?:{_VOID})\b)[a-z]".encode(), re.IGNORECASE)
_DEPTH_STEP = 65536
_SPACE = re.compile("[\\s\u200b\u200e\u200f\ufeff]+")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\ufeff]")


def clean(text: str) -> str:
    """Return text with every run of white space as one blank, none at the ends.

    White space is Unicode's, with the zero-width space, direction marks and the byte order mark.
    """
    if text.isascii() or not _INVISIBLE.search(text):
        return " ".join(text.split())
    return _SPACE.sub(" ", text).strip(" ")


def _check_depth(source: bytes) -> None:
    if source.count(b"<") <= DEPTH_CAP or _most_depth(source) <= DEPTH_CAP:
        return
    steps = (-1 if closing else 1 for closing in _TAG.findall(source))
    # An end tag without its start tag closes nothing: the running depth never falls below zero.
    depths = itertools.accumulate(steps, lambda depth, step: max(depth + step, 0), initial=0)
    if max(depths) > DEPTH_CAP:
        raise InvalidInput(f"elements are nested deeper than {DEPTH_CAP}", "page")


def _most_depth(source: bytes) -> int:
    """Return a depth that no element can exceed, from counts alone; most pages need no more."""
    depth = most = 0
    for start in range(0, len(source), _DEPTH_STEP):
        part = source[start : start + _DEPTH_STEP]
        closing = part.count(b"</")
        opening = part.count(b"<") - closing
        most = max(most, depth + opening)
        depth = max(depth + opening - closing, opening)
    return most


_JSON = 'script[type*="ld+json" i]'
_SCRIPT = 'script:not([src]):not([type*="ld+json" i])'
_OG_TITLE = 'meta[property="og:title"], meta[name="og:title"]'
_H1 = "h1"
_TITLE = "head > title"
SELECTORS = (_JSON, _SCRIPT, _OG_TITLE, _H1, _TITLE)
"""What a page looks for by itself."""


class Page:
    """A parsed page. `css` answers in document order; `scripts` is the text of inline scripts.

    `states` is what was read out of scripts so far, by the expression before it. `interest` tells
    which selectors will be asked; others are answered too, only slower. Raises TooLarge above `cap`
    bytes and InvalidInput for absurd nesting.
    """

    def __init__(
        self,
        data: bytes,
        *,
        encoding: str | None = None,
        usual: str | None = None,
        cap: int = PAGE_CAP,
        interest: Interest | None = None,
    ) -> None:
        if len(data) > cap:
            raise TooLarge(f"{len(data)} bytes, above the cap of {cap} bytes", "page")
        text, self.codec = decode(data, header=encoding, usual=usual)
        source = data if self.codec == "utf-8" else text.encode("utf-8", "replace")
        # The parser takes no NUL, and a byte order mark for text.
        source = source.removeprefix(codecs.BOM_UTF8).replace(b"\x00", b"\xef\xbf\xbd")
        _check_depth(source)
        self.tree = LexborHTMLParser(source, scripting=True)
        self._elements = Elements(self.tree, interest or Interest.of(SELECTORS))
        self._read = 0
        self._short: dict[int, str | None] = {}
        self._inside: dict[str, dict[int, bool]] = {}
        self.states: dict[str, list[Any]] = {}
        self._found: dict[str, list[LexborNode]] = {}
        self._labels: dict[str, list[tuple[str, LexborNode]]] = {}
        self._label_texts: dict[str, set[str]] = {}

    def css(self, selector: str) -> list[LexborNode]:
        """Return the elements a selector finds; raises InvalidRules when it is no selector."""
        if selector not in self._found:
            self._found[selector] = self._elements.css(selector)
        return self._found[selector]

    def text(self, node: LexborNode, *, own: bool = False) -> str:
        """Return an element's text, or only what stands in no element inside it.

        Raises InvalidInput once a page has cost more than TEXT_BUDGET.
        """
        text = node.text(deep=not own) if node.is_element_node else node.text_content or ""
        self._read += len(text)
        if self._read > TEXT_BUDGET:
            raise InvalidInput("too much text inside nested elements", "page")
        return text

    def short(self, node: LexborNode) -> str | None:
        """Return an element's text with its white space normalised, None for a long one.

        Read once: many ways look at the same elements.
        """
        place = node.mem_id
        if place not in self._short:
            text = self.text(node)
            self._short[place] = clean(text) if len(text) <= LONGEST_LABEL else None
        return self._short[place]

    def labels(self, selector: str) -> list[tuple[str, LexborNode]]:
        """Return (label without its colon, what stands right after it) of all that may be labels."""
        if selector not in self._labels:
            pairs = ((node, following(node)) for node in self.css(selector)[:MOST_LABELS])
            texts = ((self.short(node), value) for node, value in pairs if value is not None)
            known = [(text.rstrip(LABEL_END), value) for text, value in texts if text]
            self._labels[selector] = [pair for pair in known if len(pair[0]) <= LONGEST_NAME]
        return self._labels[selector]

    def labelled(self, selector: str, label: re.Pattern[str]) -> list[LexborNode]:
        """Return the elements or texts that follow a fitting label."""
        if selector not in self._label_texts:
            self._label_texts[selector] = {text for text, _ in self.labels(selector)}
        fitting = {text for text in self._label_texts[selector] if label.search(text)}
        pairs = self.labels(selector) if fitting else []
        return [value for text, value in pairs if text in fitting]

    def outside(self, nodes: list[LexborNode], selector: str) -> list[LexborNode]:
        """Return the nodes that neither are nor stand inside any that a selector finds, however deep."""
        if selector not in self._inside:
            self._inside[selector] = {node.mem_id: True for node in self.css(selector)}
        return [node for node in nodes if not _is_inside(node, self._inside[selector])]

    def json_blocks(self) -> Iterator[str]:
        """Yield the text of each JSON-LD script."""
        for node in self.css(_JSON):
            yield node.text()

    @cached_property
    def scripts(self) -> str:
        """Text of all inline scripts that are no JSON-LD, one after another."""
        nodes = self.css(_SCRIPT)
        return "\n".join(node.text() for node in nodes)

    @cached_property
    def scripts_lower(self) -> str:
        """The same in lower case."""
        return self.scripts.lower()

    @cached_property
    def headings(self) -> list[str]:
        """What the page calls itself: og:title, the first h1s, the title; lower case."""
        texts = [node.attributes.get("content") or "" for node in self.css(_OG_TITLE)]
        texts += [node.text() for node in self.css(_H1)[:3]]
        texts += [node.text() for node in self.css(_TITLE)[:1]]
        return [cleaned.lower() for text in texts if (cleaned := clean(text))]


def nearest(node: LexborNode, attribute: str) -> LexborNode | None:
    """Return the closest ancestor that has an attribute."""
    parent = node.parent
    while parent is not None and parent.is_element_node:
        if attribute in parent.attributes:
            return parent
        parent = parent.parent
    return None


def following(node: LexborNode) -> LexborNode | None:
    """Return the element or the text right after this one, as a label's value is."""
    after = node.next
    while after is not None and not after.is_element_node and not _is_said(after):
        after = after.next
    return after


def _is_said(node: LexborNode) -> bool:
    return node.is_text_node and bool(clean(node.text_content or "").strip(LABEL_END))


def _is_inside(node: LexborNode, inside: dict[int, bool]) -> bool:
    """Tell and note whether an element or one above it is known to be inside."""
    passed: list[int] = []
    above: LexborNode | None = node if node.is_element_node else node.parent
    while above is not None and above.is_element_node and above.mem_id not in inside:
        passed.append(above.mem_id)
        above = above.parent
    known = above is not None and inside.get(above.mem_id, False)
    inside.update(dict.fromkeys(passed, known))
    return known


def nearest_to(anchor: LexborNode | None, nodes: list[LexborNode]) -> list[LexborNode]:
    """Return the nodes that share the closest ancestor with an anchor; none when it is the body."""
    if anchor is None:
        return []
    line = {mem_id: distance for distance, mem_id in enumerate(_line(anchor))}
    last = len(line) - 2  # the body and the html element join everything
    meeting = [next((line[up] for up in _line(node) if up in line), last) for node in nodes]
    closest = min(meeting, default=last)
    pairs = zip(nodes, meeting, strict=True)
    return [node for node, distance in pairs if distance == closest < last]


def _line(node: LexborNode) -> Iterator[int]:
    """Yield the `mem_id` of an element and of those above it, as far as real pages are nested."""
    above: LexborNode | None = node
    for _ in range(_HIGHEST):
        if above is None or not above.is_element_node:
            return
        yield above.mem_id
        above = above.parent
