"""What a page shows, line by line, as the finders read it.

Lexbor gives the lines. What its tree keeps only as raw characters (the inside of `noscript`, of an
element that was never closed, of a shadow root) is read by BeautifulSoup, which takes any fragment,
and only where a legal word stands in it: BeautifulSoup costs thirty times as much.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from selectolax.lexbor import LexborNode

from scrapers.html import Page, clean

PIECE = "\x1f"
"""Stands in a line where an inline element begins or ends; white space for regular expressions."""

LINK = "\x1e"
"""Stands in a line around the text of a link or button."""

MOST_LINES = 60_000
MOST_RAW = 300_000
"""Characters of raw fragments of one page that BeautifulSoup is asked to read."""

_INLINE_NAMES = (
    "a b i em strong span font small u s sup sub abbr label bdi bdo cite code data "
    "time mark q ins del wbr img input button var kbd samp dfn big tt picture svg"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_SILENT = frozenset(("script", "style", "svg", "select", "option", "datalist", "template"))
_RAW_NAMES = "noscript noframes noembed iframe textarea title xmp plaintext"
_RAW = frozenset(_RAW_NAMES.split())
_HEADINGS_NAMES = "h1 h2 h3 h4 h5 h6 dt th caption legend summary"
_HEADINGS = frozenset(_HEADINGS_NAMES.split())
_FOOTER_TAGS = frozenset(("footer", "address"))
_FOOTER_NAME = re.compile(
    r"(?:^|[^a-z])(?:foot(?:er)?|imprint|impressum|legal|copyright|company[-_]?info|bizinfo|colophon)(?:$|[^a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: `offset` counts characters in the lines joined by one newline each.

    `raw` still has its PIECE and LINK marks; `text` has none, `lower` is its lower case. `node` is
    the element that holds the line's first characters.
    """

    raw: str
    text: str
    lower: str
    offset: int
    node: LexborNode
    footer: bool
    heading: bool


@dataclass(slots=True)
class _Reader:
    page: Page
    wanted: Callable[[str], bool]
    lines: list[Line] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    first: LexborNode | None = None
    offset: int = 0
    raw_read: int = 0
    _block: dict[int, tuple[LexborNode, bool]] = field(default_factory=dict)
    _foot: dict[int, bool] = field(default_factory=dict)

    def run(self) -> list[Line]:
        root = self.page.tree.root
        if root is None:
            return []
        block = 0
        for node in root.traverse(include_text=True):
            if node.is_text_node:
                block = self._text(node, block)
            elif node.tag == "br" or (node.tag == "template" and self._shadow(node)):
                self._close()
            elif node.tag in ("img", "input"):
                self._described(node)
            if len(self.lines) >= MOST_LINES:
                break
        self._close()
        return self.lines

    def _text(self, node: LexborNode, block: int) -> int:
        """Add a text node to its line; return the block element that it stands in."""
        parent = node.parent
        if parent is None or parent.tag in _SILENT:
            return block
        text = node.text_content or ""
        if parent.tag in _RAW:
            self._fragment(text, parent)
            return 0
        holder = self._block_of(parent)
        if holder.mem_id != block:
            self._close()
        self._add(text, parent)
        return holder.mem_id

    def _add(self, text: str, parent: LexborNode) -> None:
        if text.isspace():
            self.parts.append(" ")
            return
        self.first = self.first or parent
        mark = self._mark(parent)
        self.parts += (mark, text, mark) if mark else (text,)

    def _mark(self, parent: LexborNode) -> str:
        if parent.tag not in _INLINE:
            return ""
        return LINK if self._placed(parent)[1] else PIECE

    def _described(self, node: LexborNode) -> None:
        alt = node.attributes.get("alt") if node.tag == "img" else None
        if alt and self.parts:
            self.parts += (LINK, alt, LINK)

    def _close(self) -> None:
        if self.first is not None:
            self._line("".join(self.parts), self.first)
        self.parts, self.first = [], None

    def _line(self, joined: str, node: LexborNode) -> None:
        text = clean(joined)
        if not text:
            return
        raw = _tidy(joined) if PIECE in joined or LINK in joined else text
        heading = self._block_of(node).tag in _HEADINGS
        footer = self._is_footer(node)
        self.lines.append(Line(raw, text, text.lower(), self.offset, node, footer, heading))
        self.offset += len(text) + 1

    def _block_of(self, node: LexborNode) -> LexborNode:
        """Return the closest element that starts a line of its own."""
        return self._placed(node)[0]

    def _placed(self, node: LexborNode) -> tuple[LexborNode, bool]:
        """Return (block element, whether a link or button lies between), walking up only once."""
        path: list[LexborNode] = []
        current = node
        while current.mem_id not in self._block:
            path.append(current)
            above = current.parent
            if current.tag not in _INLINE or above is None or not above.is_element_node:
                self._block[current.mem_id] = (current, False)
                break
            current = above
        block, linked = self._block[current.mem_id]
        for inner in reversed(path):
            linked = linked or inner.tag in ("a", "button")
            self._block[inner.mem_id] = (block, linked)
        return block, linked

    def _is_footer(self, node: LexborNode) -> bool:
        path: list[int] = []
        current: LexborNode | None = node
        answer = False
        while current is not None and current.is_element_node:
            known = self._foot.get(current.mem_id)
            answer = _names_footer(current) if known is None else known
            if answer or known is not None:
                break
            path.append(current.mem_id)
            current = current.parent
        self._foot.update(dict.fromkeys(path, answer))
        return answer

    def _shadow(self, node: LexborNode) -> bool:
        if "shadowrootmode" in node.attributes:
            self._close()
            # Lexbor keeps what is inside a template apart from the tree.
            self._fragment(re.sub(r"^<template[^>]*>", "", node.html or ""), node)
        return True

    def _fragment(self, markup: str, node: LexborNode) -> None:
        self._close()
        if node.tag == "title" and "<" not in markup:
            return
        if not self.wanted(markup):
            return
        left = MOST_RAW - self.raw_read
        self.raw_read += len(markup)
        for text in soup_lines(markup[: max(left, 0)]):
            self._line(text, node)


def _names_footer(node: LexborNode) -> bool:
    if node.tag in _FOOTER_TAGS:
        return True
    if node.tag in ("body", "html"):
        return False
    named = f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"
    return bool(_FOOTER_NAME.search(named[:200]))


def _tidy(joined: str) -> str:
    """Collapse white space around the marks, and the marks themselves where nothing is between."""
    text = re.sub(r"[^\S\x1e\x1f]+", " ", joined)
    text = re.sub(r" ?(?:[\x1e\x1f] ?)*\x1e(?: ?[\x1e\x1f])* ?", LINK, text)
    return re.sub(r" ?\x1f(?: ?\x1f)* ?", PIECE, text).strip(" \x1e\x1f")


def soup_lines(markup: str) -> Iterator[str]:
    """Yield the lines of a fragment as BeautifulSoup reads it, with the same marks."""
    parts: list[str] = []
    block: Tag | None = None
    for node in BeautifulSoup(markup, "html.parser").descendants:
        if isinstance(node, Tag):
            broken = node.name == "br"
        elif type(node) is NavigableString:  # a comment or a declaration is a subclass
            if node.parent is not None and node.parent.name in _SILENT:
                continue
            holder, mark = _soup_place(node)
            broken, block = holder is not block, holder
        else:
            continue
        if broken:
            yield "".join(parts)
            parts = []
        if not isinstance(node, Tag):
            parts += (mark, str(node), mark)
    yield "".join(parts)


def _soup_place(node: NavigableString) -> tuple[Tag | None, str]:
    """Return a text's block element and the mark that stands around it."""
    current, mark = node.parent, ""
    while current is not None and current.name in _INLINE:
        mark = LINK if LINK in (mark, _soup_mark(current)) else PIECE
        current = current.parent
    return current, mark


def _soup_mark(tag: Tag) -> str:
    return LINK if tag.name in ("a", "button") else PIECE


def visible_lines(page: Page, wanted: Callable[[str], bool] = bool) -> list[Line]:
    """Return the lines a page shows; `wanted` says which raw fragments are worth reading."""
    return _Reader(page, wanted).run()


def selector_of(node: LexborNode) -> str:
    """Return a CSS selector that leads to an element, from the nearest id or from the root."""
    steps: list[str] = []
    current: LexborNode | None = node
    while current is not None and current.is_element_node and current.tag != "html":
        name = current.attributes.get("id") or ""
        if re.fullmatch(r"[A-Za-z][\w-]*", name, re.ASCII):
            steps.append(f"#{name}")
            break
        steps.append(f"{current.tag}{_position(current)}")
        current = current.parent
    return " > ".join(reversed(steps)) or "html"


def _position(node: LexborNode) -> str:
    number, before = 1, node.prev
    while before is not None:
        number += before.tag == node.tag
        before = before.prev
    return f":nth-of-type({number})"
