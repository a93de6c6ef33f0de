"""Compiles what Python and the extension share into JSON: `python -m scrapers.export DIR`.

Writes `platforms.json` (the platforms of `platforms.yaml`), `rules.json` (for each platform, and for
"generic", the fields that a content script reads) and `suffixes.json` (the public-suffix list that
tldextract bundles with our own additions and the shared hosts, as one string) and `law.json` (the
disclosure checklists, with what they share) and `reviews.json` (where elements of a page hold reviews, and words of
their texts). The same input gives the same bytes.
"""

import json
import re
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import idna
import msgspec
import yaml

from scrapers.disclosures import JURISDICTIONS, checklist
from scrapers.disclosures.data import Check, load
from scrapers.disclosures.data import words as legal_words
from scrapers.disclosures.numbers import kinds
from scrapers.engine import GENERIC, Way, field_specs, rule_files, ways_of
from scrapers.identity import shared_hosts, table
from scrapers.transforms import words

_ADDRESSES = ("tracking", "platforms")
_LEGAL_WORDS = (
    "company_before",
    "company_after",
    "placeholders",
    "not_contact",
    "days",
    "seller_heading",
)
_UNSHIPPED = ("title", "examples", "output", "legal")
"""Of an item: words stand in message files, examples in tests."""
_WORDS = ("currency", "signs", "renamed", "whole", "no_brand", "generic_domains")


def suffixes() -> str:
    """Return all suffixes of two labels and more, and the hosts that are nobody's alone.

    Those are `~host` with all hosts below and `=host` for itself. ASCII, sorted, with blanks between.

    Those of one label are left out: the list's own default makes every last label a suffix.
    """
    text = resources.files("tldextract").joinpath(".tld_set_snapshot").read_text(encoding="utf-8")
    rules = (line.split()[0] for line in text.splitlines() if line and not line.startswith("//"))
    listed = {_ascii(rule) for rule in rules if "." in rule}
    shops = table()["shop_suffixes"]
    shared = {f"~{host}" for host in shared_hosts()} | {f"={host}" for host in shops}
    return " ".join(sorted(listed.union(shops, shared)))


def _ascii(rule: str) -> str:
    mark = "!" if rule.startswith("!") else ""
    labels = rule.removeprefix("!").split(".")
    return mark + ".".join(label if label == "*" else _label(label) for label in labels)


def _label(label: str) -> str:
    return label if label.isascii() else idna.encode(label).decode("ascii")


def compiled(platform: str | None) -> dict[str, Any]:
    """Return one platform's rules as the extension reads them: rendered pages, content fields."""
    fields: dict[str, Any] = {}
    for name, listed in ways_of(platform).items():
        spec = field_specs()[name]
        ways = [_way(way) for _, way in listed if way.get("only") != "raw"]
        if spec.get("content") and ways:
            agree = {"agree": True} if spec.get("agree") else {}
            fields[name] = {"to": spec["to"], **agree, "ways": ways}
    return {"fields": fields, "words": {name: words()[name] for name in _WORDS}}


def _way(way: Way) -> Way:
    return {key: value for key, value in way.items() if key != "only"}


def law() -> dict[str, Any]:
    """Return the checklists with the numbers that they ask for, and the words that they share."""
    terms, policy = load("terms.yaml"), load("policy.yaml")
    shared = {
        **{name: legal_words()[name] for name in _LEGAL_WORDS},
        **{name: policy[name] for name in ("reviews", "review_cues")},
        "links": load("links.yaml"),
        "terms": {name: terms[name] for name in ("says", "not_about", "days", "none")},
    }
    return {"words": shared, "lists": {name: _checklist(name) for name in JURISDICTIONS}}


def _checklist(jurisdiction: str) -> dict[str, Any]:
    asked = checklist(jurisdiction)
    keys = {
        key for check in asked.items for way in check.find for key in (*way.numbers, way.same_as)
    }
    numbers = [
        {**_said(kind), "labels": kind.plain_labels()}
        for kind in kinds().values()
        if kind.key in keys
    ]
    return {
        "jurisdiction": jurisdiction,
        "countries": asked.countries,
        "on_request": asked.on_request,
        "numbers": numbers,
        "items": [_item(check) for check in asked.items],
    }


def _item(check: Check) -> dict[str, Any]:
    kept = {key: value for key, value in _said(check).items() if key not in _UNSHIPPED}
    legal = {key: getattr(check.legal, key) for key in ("act", "article", "url")}
    return {**kept, **legal, "find": [_said(way) for way in check.find]}


def _said(value: msgspec.Struct) -> dict[str, Any]:
    """Return the fields of a record that are not empty."""
    return {name: each for name, each in msgspec.structs.asdict(value).items() if each}


def reviews() -> dict[str, Any]:
    """Return by platform where reviews stand in elements, and the words that tell when and why one was written."""
    sources = {
        name: [each for each in file.get("reviews", ()) if "css" in each]
        for name, file in rule_files().items()
    }
    text = resources.files("scrapers.reviews").joinpath("subjects.yaml").read_text("utf-8")
    subjects = yaml.safe_load(text)
    said = {"before": subjects["phase"]["before"], "given": subjects["incentivised"]["given"]}
    words_of = {name: listed.replace("_", " ") for name, listed in _split(said).items()}
    return {"sources": {name: each for name, each in sources.items() if each}, "words": words_of}


def _split(lists: dict[str, str]) -> dict[str, str]:
    return {name: "|".join(listed.split()) for name, listed in lists.items()}


def everything() -> dict[str, Any]:
    """Return file name -> JSON value of all that is compiled."""
    rules = {name: compiled(name) for name in table()["platforms"]}
    return {
        "platforms.json": {name: table()[name] for name in _ADDRESSES},
        "rules.json": {**rules, GENERIC: compiled(None)},
        "suffixes.json": suffixes(),
        "law.json": law(),
        "reviews.json": reviews(),
    }


def write(folder: Path) -> None:
    """Write every compiled file into a folder, which is made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in everything().items():
        text = json.dumps(value, ensure_ascii=False, indent=1)
        (folder / name).write_text(text + "\n", encoding="utf-8")


def main() -> int:
    """Run from the command line; return the exit status."""
    if len(sys.argv) != 2 or re.match("-", sys.argv[1]):  # noqa: PLR2004 -- one argument
        sys.stderr.write("usage: python -m scrapers.export DIR\n")
        return 2
    write(Path(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
