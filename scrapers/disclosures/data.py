"""The checklists and word lists of this folder, read once and typed."""

import functools
from importlib import resources
from typing import Any, Literal

import msgspec
import yaml

from scrapers.errors import InvalidRules

JURISDICTIONS = ("kr", "cn", "jp", "eu_de", "uk", "us", "hk", "cross_border")

Kind = Literal[
    "name", "person", "address", "phone", "email", "number", "link", "flag", "choice", "text",
    "fact", "days",
]  # fmt: skip


class Legal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The law behind an item; `seen` says how its article is known to us."""

    act: str
    article: str
    url: str
    seen: Literal["primary", "secondary", "memory"]


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to find an item; exactly one of the first eight is set."""

    labels: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    pattern: str = ""
    says: str = ""
    link: str = ""
    terms: str = ""
    company: bool = False
    review: bool = False
    cues: tuple[str, ...] = ()
    gives: str | bool = ""
    alone: bool = False
    lines: bool = False
    number_in_link: str = ""
    same_as: str = ""


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item of a checklist."""

    id: str
    title: str
    level: Literal["law", "good_practice"]
    legal: Legal
    place: Literal["trader", "product", "terms"]
    value: Kind
    find: tuple[Way, ...]
    schema_org: tuple[str, ...] = ()
    output: str = ""
    conditional: bool = False
    required_if: str = ""
    on_request: bool = False
    examples: tuple[dict[str, Any], ...] = ()


class Checklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the law or good practice of one place asks a seller to say."""

    jurisdiction: str
    name: str
    countries: tuple[str, ...]
    items: tuple[Check, ...]
    on_request: str = ""
    thresholds: dict[str, int] = {}


def load(name: str) -> Any:
    """Return a data file of this folder."""
    file = resources.files("scrapers.disclosures").joinpath(name)
    return yaml.safe_load(file.read_text(encoding="utf-8"))


@functools.cache
def checklist(jurisdiction: str) -> Checklist:
    """Return a jurisdiction's checklist; raises InvalidRules for one that we do not have."""
    if jurisdiction not in JURISDICTIONS:
        raise InvalidRules(f"no checklist for {jurisdiction}; there are {', '.join(JURISDICTIONS)}")
    return msgspec.convert(load(f"checklists/{jurisdiction}.yaml"), Checklist)


@functools.cache
def words() -> dict[str, Any]:
    """Return `words.yaml`."""
    loaded: dict[str, Any] = load("words.yaml")
    return loaded


def jurisdiction_of(country: str) -> str:
    """Return the checklist for an ISO 3166 country; "cross_border" when none is its own."""
    lists = (checklist(name) for name in JURISDICTIONS)
    fitting = (one.jurisdiction for one in lists if country.upper() in one.countries)
    return next(fitting, "cross_border")
