"""Finds the elements of a page by CSS selectors, with one walk over the page for all of them.

What a selector costs is the walk. So all selectors that will be asked are announced, the page is
walked once, and the elements that any of them could want are listed by tag and by attribute. An
announced selector made of tags, attributes, descendants and children is answered from these lists;
any other goes to the parser.
"""

import bisect
import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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


@dataclass(frozen=True, slots=True, eq=False)
class _Condition:
    """One condition on an attribute; `wanted` is lower case when case does not count.

    Made by `_condition`, which gives the same object for the same condition.
    """

    name: str
    operator: str
    wanted: str
    caseless: bool = False

    def fits(self, has: str) -> bool:
        return _FITS[self.operator](has.lower() if self.caseless else has, self.wanted)

    def met_by(self, attributes: Mapping[str, str | None]) -> bool:
        return self.name in attributes and self.fits(attributes[self.name] or "")


_condition = functools.cache(_Condition)


@dataclass(frozen=True, slots=True, eq=False)
class _Compound:
    """A tag and conditions that one element must meet, and those that it must not.

    Made by `_element`, which gives the same object for the same compound.
    """

    tag: str
    met: tuple[_Condition, ...]
    unmet: tuple[_Condition, ...]

    def fits(self, node: LexborNode) -> bool:
        if self.tag and node.tag != self.tag:
            return False
        has = node.attributes if self.met or self.unmet else {}
        refused = any(each.met_by(has) for each in self.unmet)
        return not refused and all(each.met_by(has) for each in self.met)


_element = functools.cache(_Compound)


class _Step(NamedTuple):
    """One compound of a selector; `child` when what stands to its left must be right above."""

    compound: _Compound
    child: bool


def _compound(match: re.Match[str]) -> _Compound:
    met: list[_Condition] = []
    unmet: list[_Condition] = []
    for sign, word, negated, name, operator, double, single, caseless in _PART.findall(match[2]):
        wanted = double or single
        if sign:
            condition = _condition(*_SIGNS[sign], word)
        else:
            known = wanted.lower() if caseless else wanted
            condition = _condition(name, operator, known, bool(caseless))
        (unmet if negated else met).append(condition)
    return _element((match[1] or "").strip("*"), tuple(met), tuple(unmet))


_SIGNS = {".": ("class", "~="), "#": ("id", "=")}


@functools.lru_cache(maxsize=4096)
def _parsed(selector: str) -> tuple[tuple[_Step, ...], ...] | None:
    """Split a selector at its commas, each part into compounds; None when it says more than that."""
    found: list[tuple[_Step, ...]] = []
    steps: list[_Step] = []
    place, child = 0, False
    while place < len(selector):
        match = _COMPOUND.match(selector, place)
        after = _COMBINATOR.match(selector, match.end()) if match else None
        if match is None or match.end() == place or after is None:
            return None
        steps.append(_Step(_compound(match), child))
        place, child = after.end(), after[1] == ">"
        if after[1] == "," or place == len(selector):
            found.append(tuple(steps))
            steps = []
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


_COMMON = frozenset({"", "a", "div"})
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
            if parts and not any(c.tag in _COMMON and not c.met for part in parts for c, _ in part)
        }
        compounds = [c for parts in understood.values() for part in parts for c, _ in part]
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
        self._lower: dict[str, tuple[str, list[int], list[str]]] = {}
        """Attribute -> its values in lower case, one a line; where each begins; the values."""
        self._answers: dict[_Condition, list[int]] = {}
        self._fits: dict[_Compound, list[int]] = {}
        if tree.root is not None:
            self._list(tree.root)

    def _list(self, root: LexborNode) -> None:
        tags, attributes = _Tags(self._interest.tags), self._interest.attributes
        values: dict[str, dict[str, list[int]]] = {name: defaultdict(list) for name in attributes}
        self._values = values
        nodes, tagged = self._nodes, self._tags
        for node in root.traverse():
            has = node.attributes
            names = attributes.intersection(has) if has else ()
            tag = node.tag_id
            is_wanted = tags[tag] if tag in tags else tags.learn(node)
            if is_wanted:
                tagged[tag].append(len(nodes))
            if names:
                place = len(nodes)
                for name in names:
                    values[name][has[name] or ""].append(place)
            elif not is_wanted:
                continue
            nodes.append(node)

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

    def _fitting(self, steps: Sequence[_Step]) -> Iterable[int]:
        *above, last = (self._of(step.compound) for step in steps)
        if not above or not all(above):
            return () if above else last
        known = ({self._nodes[place].mem_id for place in places} for places in above)
        kin = list(zip(known, (step.child for step in steps[1:]), strict=True))
        return [place for place in last if _is_under(self._nodes[place], kin)]

    def _of(self, compound: _Compound) -> list[int]:
        """Return the elements that one compound fits, whatever stands above them."""
        if compound not in self._fits:
            places = self._having(compound.met[0]) if compound.met else self._tagged(compound.tag)
            if compound.unmet or len(compound.met) + bool(compound.tag) > 1:
                places = [place for place in places if compound.fits(self._nodes[place])]
            self._fits[compound] = places
        return self._fits[compound]

    def _tagged(self, tag: str) -> list[int]:
        same = (places for places in self._tags.values() if self._nodes[places[0]].tag == tag)
        return next(same, [])

    def _having(self, condition: _Condition) -> list[int]:
        """Return the elements that meet one condition."""
        if condition not in self._answers:
            values = self._near(condition.name, condition.wanted.lower())
            of = self._values[condition.name]
            self._answers[condition] = [
                place for value in values if condition.fits(value) for place in of[value]
            ]
        return self._answers[condition]

    def _near(self, name: str, wanted: str) -> list[str]:
        """Return the values of an attribute that hold a lower-case word, in whatever case.

        All values stand in one text, which shows at once that most words are nowhere on a page.
        """
        if name not in self._lower:
            values = list(self._values.get(name, ()))
            lower = [value.lower() for value in values]
            starts = list(itertools.accumulate((len(each) + 1 for each in lower), initial=0))
            self._lower[name] = ("\n".join(lower), starts, values)
        text, starts, values = self._lower[name]
        if not wanted or "\n" in wanted:
            return values
        found: list[str] = []
        at = text.find(wanted)
        while at >= 0:
            row = bisect.bisect_right(starts, at) - 1
            found.append(values[row])
            at = text.find(wanted, starts[row + 1])
        return found
