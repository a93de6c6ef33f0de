"""Finds the elements of a page by CSS selectors, with one walk over the page for all of them.

What a selector costs is the walk. So all selectors that will be asked are announced, the page is
walked once, and the elements that any of them could want are listed by tag and by attribute. An
announced selector made of tags, attributes, descendants and children is answered from these lists;
any other goes to the parser.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from scrapers.errors import InvalidRules

_CONDITION = r"""[.#][\w-]+|(?::not\()?\[[\w:-]+(?:[~*^$]?=(?:"[^"]*"|'[^']*'))?(?:\ i)?\]\)?"""
_COMPOUND = re.compile(rf"([a-z][a-z0-9]*|\*)?((?:{_CONDITION})*)")
_PART = re.compile(
    r"""([.#])([\w-]+)|(:not\()?\[([\w:-]+)(?:([~*^$]?=)(?:"([^"]*)"|'([^']*)'))?(\ i)?\]"""
)
_COMBINATOR = re.compile(r"\s*([,>])\s*|\s+|$")

_FITS: dict[str, Callable[[str, str], bool]] = {
    "": lambda _has, _wanted: True,
    "=": lambda has, wanted: has == wanted,
    "~=": lambda has, wanted: wanted in has.split(),
    "*=": lambda has, wanted: wanted in has,
    "^=": lambda has, wanted: has.startswith(wanted),
    "$=": lambda has, wanted: has.endswith(wanted),
}


@dataclass(frozen=True, slots=True)
class _Condition:
    """One condition on an attribute; `wanted` is lower case when case does not count."""

    name: str
    operator: str
    wanted: str
    caseless: bool = False

    def fits(self, has: str) -> bool:
        return _FITS[self.operator](has.lower() if self.caseless else has, self.wanted)

    def met_by(self, attributes: Mapping[str, str | None]) -> bool:
        return self.name in attributes and self.fits(attributes[self.name] or "")


@dataclass(frozen=True, slots=True)
class _Compound:
    """A tag and conditions that one element must meet, and those that it must not."""

    tag: str
    met: tuple[_Condition, ...]
    unmet: tuple[_Condition, ...]
    child: bool
    """Whether what stands to its left must be the element right above."""

    def fits(self, node: LexborNode) -> bool:
        if self.tag and node.tag != self.tag:
            return False
        has = node.attributes if self.met or self.unmet else {}
        refused = any(each.met_by(has) for each in self.unmet)
        return not refused and all(each.met_by(has) for each in self.met)


def _compound(match: re.Match[str], *, child: bool) -> _Compound:
    met: list[_Condition] = []
    unmet: list[_Condition] = []
    for sign, word, negated, name, operator, double, single, caseless in _PART.findall(match[2]):
        wanted = double or single
        if sign:
            condition = _Condition(*_SIGNS[sign], word)
        else:
            known = wanted.lower() if caseless else wanted
            condition = _Condition(name, operator, known, bool(caseless))
        (unmet if negated else met).append(condition)
    return _Compound((match[1] or "").strip("*"), tuple(met), tuple(unmet), child)


_SIGNS = {".": ("class", "~="), "#": ("id", "=")}


@functools.lru_cache(maxsize=4096)
def _parsed(selector: str) -> tuple[tuple[_Compound, ...], ...] | None:
    """Split a selector at its commas, each part into compounds; None when it says more than that."""
    found: list[tuple[_Compound, ...]] = []
    compounds: list[_Compound] = []
    place, child = 0, False
    while place < len(selector):
        match = _COMPOUND.match(selector, place)
        after = _COMBINATOR.match(selector, match.end()) if match else None
        if match is None or match.end() == place or after is None:
            return None
        compounds.append(_compound(match, child=child))
        place, child = after.end(), after[1] == ">"
        if after[1] == "," or place == len(selector):
            found.append(tuple(compounds))
            compounds = []
    return tuple(found)


def _is_under(node: LexborNode, kin: Sequence[tuple[Container[int], bool]]) -> bool:
    """Tell whether an element stands under others: their `mem_id`s, and whether right under."""
    if not kin:
        return True
    *further, (known, right_under) = kin
    parent = node.parent
    while parent is not None and parent.is_element_node:
        if parent.mem_id in known and _is_under(parent, further):
            return True
        parent = None if right_under else parent.parent
    return False


_COMMON = frozenset({"", "a", "div", "li", "p"})
"""Tags of so many elements that listing them costs more than asking for them now and then."""


class _Tags(dict[int, bool]):
    """Whether a tag is wanted, by the parser's number for it."""

    def __init__(self, wanted: frozenset[str]) -> None:
        super().__init__()
        self._wanted = wanted

    def learn(self, node: LexborNode) -> bool:
        anything = "" in self._wanted and node.is_element_node
        self[node.tag_id] = wanted = node.tag in self._wanted or anything
        return wanted


@dataclass(frozen=True, slots=True)
class Interest:
    """What elements may matter to some selectors; `of` makes one."""

    selectors: frozenset[str]
    tags: frozenset[str]
    attributes: frozenset[str]

    @staticmethod
    def of(selectors: Iterable[str]) -> "Interest":
        """Collect what one compound needs to be found: its first condition, or else its tag."""
        split = {selector: _parsed(selector) for selector in selectors}
        understood = {
            selector: parts
            for selector, parts in split.items()
            if parts and not any(c.tag in _COMMON and not c.met for part in parts for c in part)
        }
        compounds = [c for parts in understood.values() for part in parts for c in part]
        return Interest(
            frozenset(understood),
            frozenset(compound.tag for compound in compounds if not compound.met),
            frozenset(compound.met[0].name for compound in compounds if compound.met),
        )


class Elements:
    """The elements of a parsed page that matter, listed once, in document order."""

    def __init__(self, tree: LexborHTMLParser, interest: Interest) -> None:
        self._tree = tree
        self._interest = interest
        self._nodes: list[LexborNode] = []
        self._tags: dict[int, list[int]] = defaultdict(list)
        self._values: dict[str, dict[str, list[int]]] = {}
        """Attribute -> value -> elements."""
        self._lower: dict[str, tuple[str, list[tuple[str, str, list[int]]]]] = {}
        self._answers: dict[_Condition, list[int]] = {}
        if tree.root is not None:
            self._list(tree.root)

    def _list(self, root: LexborNode) -> None:
        tags, attributes = _Tags(self._interest.tags), self._interest.attributes - {"class"}
        self._values = {name: defaultdict(list) for name in ("class", *attributes)}
        nodes, classes = self._nodes, self._values["class"]
        for node in root.traverse():
            has = node.attributes
            tag = node.tag_id
            names = attributes.intersection(has) if has else ()
            if names or "class" in has or (tags[tag] if tag in tags else tags.learn(node)):
                place = len(nodes)
                nodes.append(node)
                self._tags[tag].append(place)
                if "class" in has:
                    classes[has["class"] or ""].append(place)
                for name in names:
                    self._values[name][has[name] or ""].append(place)

    def css(self, selector: str) -> list[LexborNode]:
        """Return the elements that fit, in document order; raises InvalidRules for no selector."""
        alternatives = _parsed(selector)
        if alternatives is None or selector not in self._interest.selectors:
            return self._asked(selector)
        places = {place for each in alternatives for place in self._fitting(each)}
        return [self._nodes[place] for place in sorted(places)]

    def _asked(self, selector: str) -> list[LexborNode]:
        # The parser finds an element once for each selector of a list that fits.
        try:
            return list({node.mem_id: node for node in self._tree.css(selector)}.values())
        except SelectolaxError as error:
            raise InvalidRules(f"no CSS selector: {selector}") from error

    def _fitting(self, compounds: Sequence[_Compound]) -> Iterable[int]:
        *above, last = (self._of(compound) for compound in compounds)
        if not above or not all(above):
            return () if above else last
        known = ({self._nodes[place].mem_id for place in places} for places in above)
        kin = list(zip(known, (compound.child for compound in compounds[1:]), strict=True))
        return [place for place in last if _is_under(self._nodes[place], kin)]

    def _of(self, compound: _Compound) -> list[int]:
        """Return the elements that one compound fits, whatever stands above them."""
        places = self._having(compound.met[0]) if compound.met else self._tagged(compound.tag)
        if not compound.unmet and len(compound.met) + bool(compound.tag) == 1:
            return places
        return [place for place in places if compound.fits(self._nodes[place])]

    def _tagged(self, tag: str) -> list[int]:
        if tag:
            same = (places for places in self._tags.values() if self._nodes[places[0]].tag == tag)
            return next(same, [])
        return [place for place, node in enumerate(self._nodes) if node.is_element_node]

    def _having(self, condition: _Condition) -> list[int]:
        """Return the elements that meet one condition."""
        if condition not in self._answers:
            wanted = condition.wanted.lower()
            text, rows = self._lower_case(condition.name)
            near = [row for row in rows if wanted in row[0]] if wanted in text else []
            self._answers[condition] = [
                place for _, value, places in near if condition.fits(value) for place in places
            ]
        return self._answers[condition]

    def _lower_case(self, name: str) -> tuple[str, list[tuple[str, str, list[int]]]]:
        """Return an attribute's values in lower case: all in one text, and each with its elements.

        The text shows at once that a word is nowhere, which is so for most words on most pages.
        """
        if name not in self._lower:
            rows = [(value.lower(), value, places) for value, places in self._values[name].items()]
            self._lower[name] = ("\n".join(row[0] for row in rows), rows)
        return self._lower[name]
