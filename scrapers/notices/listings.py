"""Listing ids, barcodes and model numbers found in the prose of notices, by `listings.yaml`.

Regulators write "sold online, in particular via AliExpress (unique identifier: 1005...)": the number alone
is seldom proof, the name before it is.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from scrapers.errors import InvalidInput
from scrapers.identity import identify
from scrapers.notices.model import ListingId, Mention

_DIGIT = re.compile(r"\d")
RAW_LEAD = 40
"""Characters kept before an identifier, so that a reader sees what introduced it."""


@dataclass(frozen=True)
class _Id:
    rule: str
    platform: str
    named: bool
    shape: re.Pattern[str]


@dataclass(frozen=True)
class _Label:
    rule: str
    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class _Rules:
    cues: re.Pattern[str]
    reach: int
    blockers: re.Pattern[str]
    hint_word: str
    hint_shape: re.Pattern[str]
    candidate: re.Pattern[str]
    ids: tuple[_Id, ...]
    labels: tuple[_Label, ...]
    url: re.Pattern[str]


def listing_ids(texts: Iterable[tuple[str, str]]) -> tuple[ListingId, ...]:
    """Return the listings named in (field, text) pairs, each (platform, id) once, in reading order."""
    found: dict[tuple[str, str], ListingId] = {}
    for field, text in texts:
        for one in _in_text(field, text):
            found.setdefault((one.platform, one.item_id), one)
    return tuple(found.values())


def mentions(texts: Iterable[tuple[str, str]]) -> tuple[Mention, ...]:
    """Return the labelled barcodes and models in (field, text) pairs, each text once per kind."""
    found: dict[tuple[str, str], Mention] = {}
    for field, text in texts:
        for label in _labels_in(text):
            for match in label.pattern.finditer(text):
                one = Mention(label.kind, match[1].strip(" .,/-"), label.rule, field)
                found.setdefault((one.kind, one.text), one)
    return tuple(found.values())


def _labels_in(text: str) -> Iterator[_Label]:
    """Yield the labels that may stand in a text: looking for words is cheaper than for expressions."""
    if not _DIGIT.search(text):
        return
    lower = text.lower()
    for label in _rules().labels:
        for hint in label.hints:
            if hint in lower:
                yield label
                break


def _in_text(field: str, text: str) -> Iterator[ListingId]:
    rules = _rules()
    if "://" in text or "www." in text:
        yield from _in_urls(field, text)
    if rules.hint_word not in text and not rules.hint_shape.search(text):
        return
    candidates = list(rules.candidate.finditer(text))
    if not candidates:
        return
    cues = [(match.end(), str(match.lastgroup)) for match in rules.cues.finditer(text)]
    for match in candidates:
        cue = _cue_before(text, cues, match.start())
        for rule in rules.ids:
            if (cue == rule.platform or not rule.named) and rule.shape.fullmatch(match[0]):
                raw = text[max(0, match.start() - RAW_LEAD) : match.end()]
                yield ListingId(rule.platform, match[0], rule.rule, field, raw)
                break


def _in_urls(field: str, text: str) -> Iterator[ListingId]:
    for match in _rules().url.finditer(text):
        url = match[0].rstrip(".,;:)]}'")
        try:
            seen = identify(url if "://" in url else f"https://{url}")
        except InvalidInput:
            continue
        if seen.kind == "product" and seen.item_id and seen.platform not in (None, "web"):
            yield ListingId(str(seen.platform), seen.item_id, "url", field, url)


def _cue_before(text: str, cues: list[tuple[int, str]], position: int) -> str | None:
    """Return the platform of the nearest cue before `position`, None when it does not reach so far."""
    index = bisect_left(cues, (position + 1, "")) - 1
    if index < 0:
        return None
    end, platform = cues[index]
    between = text[end:position]
    if _rules().blockers.search(between):
        return None
    return platform if len(_rules().candidate.sub("", between)) <= _rules().reach else None


@cache
def _rules() -> _Rules:
    table = yaml.safe_load(
        resources.files(__package__).joinpath("listings.yaml").read_text("utf-8")
    )
    cues = "|".join(f"(?P<{name}>{'|'.join(words)})" for name, words in table["cues"].items())
    return _Rules(
        cues=re.compile(cues, re.IGNORECASE),
        reach=table["reach"],
        blockers=re.compile(table["blockers"], re.IGNORECASE),
        hint_word=table["hint"]["word"],
        hint_shape=re.compile(table["hint"]["shape"]),
        candidate=re.compile(table["candidate"]),
        ids=tuple(
            _Id(row["id"], row["platform"], row["cue"] == "required", re.compile(row["shape"]))
            for row in table["ids"]
        ),
        labels=tuple(
            _Label(row["id"], row["kind"], tuple(row["hints"]), re.compile(row["pattern"]))
            for row in table["labels"]
        ),
        url=re.compile(table["url"], re.IGNORECASE),
    )
