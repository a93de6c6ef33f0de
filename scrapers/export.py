"""Compiles what Python and the extension share into JSON: `python -m scrapers.export DIR`.

Writes `platforms.json` (the platforms of `platforms.yaml`), `rules.json` (for each platform, and for
"generic", the fields that a content script reads) and `suffixes.json` (the public-suffix list that
tldextract bundles with our own additions and the shared hosts, as one string). The same input gives the same bytes.
"""

import json
import re
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import idna

from scrapers.engine import GENERIC, Way, field_specs, ways_of
from scrapers.identity import shared_hosts, table
from scrapers.transforms import words

_ADDRESSES = ("tracking", "platforms")
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


def everything() -> dict[str, Any]:
    """Return file name -> JSON value of all that is compiled."""
    rules = {name: compiled(name) for name in table()["platforms"]}
    return {
        "platforms.json": {name: table()[name] for name in _ADDRESSES},
        "rules.json": {**rules, GENERIC: compiled(None)},
        "suffixes.json": suffixes(),
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
