"""A pair: a saved page and what it says, in a folder of its own.

page.html.gz    the page as it was saved
info.json       {"url", "encoding": null, "kind": "raw"}
expected.json   the fields that are right
rules.yaml      the site's rules, while they are a draft; afterwards they stand in scrapers/rules
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scrapers.engine import Extraction, Kind, extract, joined, run
from scrapers.errors import InvalidInput
from scrapers.html import PAGE_CAP, Page
from scrapers.identity import identify

PAGE = "page.html.gz"
INFO = "info.json"
EXPECTED = "expected.json"
RULES = "rules.yaml"

Rules = Mapping[str, Any]
"""A rule file as `rules/schema.json` describes it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A saved page with the right answers; `rules` is None once they stand in scrapers/rules."""

    page: bytes
    url: str
    expected: dict[str, Any]
    encoding: str | None = None
    kind: Kind = "raw"
    rules: Rules | None = field(default=None)

    @classmethod
    def load(cls, folder: Path) -> "Pair":
        """Read a pair; InvalidInput names the file that is missing or wrong."""
        info = _json(folder / INFO)
        if not isinstance(info.get("url"), str) or info.get("kind", "raw") not in (
            "raw",
            "rendered",
        ):
            raise InvalidInput("needs a url and a kind that is raw or rendered", str(folder / INFO))
        rules = folder / RULES
        return cls(
            page=_inflated(folder / PAGE),
            url=info["url"],
            expected=_json(folder / EXPECTED),
            encoding=info.get("encoding"),
            kind=info.get("kind", "raw"),
            rules=yaml.safe_load(rules.read_text(encoding="utf-8")) if rules.exists() else None,
        )

    def read(self) -> Extraction:
        """Read the page by the pair's own rules, or by those of the project."""
        if self.rules is None:
            return extract(self.page, self.url, encoding=self.encoding, kind=self.kind)
        page = Page(self.page, encoding=self.encoding, usual=self.rules.get("charset"))
        return read_with(self.rules, page, self.url, self.kind)

    def differences(self) -> Iterator[str]:
        """Yield one line for each field that is not what it should be."""
        found, right = flat(self.read().fields), flat(self.expected)
        for name in sorted(found.keys() | right.keys()):
            if found.get(name) != right.get(name):
                yield f"{name}: is {found.get(name)!r}, should be {right.get(name)!r}"


def read_with(rules: Rules, page: Page, url: str, kind: Kind) -> Extraction:
    """Read a page by a rule file that is not one of the project's."""
    return run(page, url, identify(url), joined(rules, "draft"), kind)


def flat(fields: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return fields by their dotted names, as rule files write them."""
    names: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            names |= flat(value, f"{prefix}{name}.")
        else:
            names[prefix + name] = value
    return names


def _json(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot be read ({error})", str(path)) from error
    if not isinstance(loaded, dict):
        raise InvalidInput("no JSON object", str(path))
    return loaded


def _inflated(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(PAGE_CAP + 1)
    except (OSError, EOFError) as error:
        raise InvalidInput(f"cannot be read ({error})", str(path)) from error
