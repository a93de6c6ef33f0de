"""United States: recalls of child seats and tyres from NHTSA's flat file (zip), and answers of its API.

The flat file has one line for each make and model of a campaign, 29 fields between tabs and no header;
its dates are YYYYMMDD, those of the API have the day first.
"""

import io
import zipfile
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from scrapers.errors import InvalidInput, TooLarge
from scrapers.notices import feed
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected, rejected
from scrapers.notices.publisher import Publisher
from scrapers.notices.source import Feed, Request, Source, State
from scrapers.notices.text import clean, iso_date, kept
from scrapers.notices.vocabulary import vocabulary

ID = "us-nhtsa"
AUTHORITY = "U.S. National Highway Traffic Safety Administration"
BY = Publisher(ID, AUTHORITY, "US", "US-Government-Works", "en")
FILES = tuple(
    f"https://static.nhtsa.gov/odi/ffdd/rcl/FLAT_RCL_{part}_2010.zip" for part in ("POST", "PRE")
)
FIELDS = 27
"""Fields that every edition of the file has; two more came later."""
UNZIPPED_CAP = 1024 * 1024 * 1024
KINDS = {"C": "child seat", "T": "tyre"}
"""Kinds of recall that concern what is bought in shops; vehicles and their parts are passed over."""

_ZIP = b"PK\x03\x04"


class _Line(NamedTuple):
    record: str
    campaign: str
    make: str
    model: str
    year: str
    firm_campaign: str
    component: str
    firm: str
    made_from: str
    made_to: str
    kind: str
    units: str
    told: str
    influenced: str
    responsible: str
    received: str
    created: str
    number: str
    standard: str
    defect: str
    consequence: str
    remedy: str
    notes: str


class _Result(msgspec.Struct):
    """A record of the API; the names are its own."""

    NHTSACampaignNumber: str
    ReportReceivedDate: str
    Component: str
    Make: str = ""
    Model: str = ""
    Manufacturer: str = ""
    Summary: str = ""
    Consequence: str = ""
    Remedy: str = ""


class _Answer(msgspec.Struct):
    results: list[msgspec.Raw]
    Count: int = 0


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each campaign of the zip, of its text, or of an API answer.

    Raises InvalidInput for bytes that are none of them, TooLarge for a zip that inflates too much.
    """
    if data[:1] == b"{":
        rows = feed.enveloped(data, _Result, _Answer, lambda answer: answer.results)
        return feed.notices(rows, _from_api)
    return _campaigns(_unzipped(data) if data[:4] == _ZIP else data)


def discover(_state: State) -> list[Request]:
    """Ask for both files; their ETag tells whether they changed."""
    return [Request(url) for url in FILES]


def _unzipped(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [one for one in archive.namelist() if one.lower().endswith(".txt")]
            if not names:
                raise InvalidInput("no text file in the zip", "zip")
            with archive.open(names[0]) as file:
                text = file.read(UNZIPPED_CAP + 1)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise InvalidInput(f"damaged zip ({error})", "zip") from error
    if len(text) > UNZIPPED_CAP:
        raise TooLarge(f"inflates to more than {UNZIPPED_CAP} bytes", "zip")
    return text


def _campaigns(data: bytes) -> Iterator[Notice | Rejected]:
    wanted: list[tuple[int, _Line]] = []
    known = 0
    for number, raw in enumerate(io.BytesIO(data), 1):
        fields = raw.decode("utf-8", "replace").rstrip("\r\n").split("\t")
        if len(fields) < FIELDS:
            if raw.strip():
                yield rejected(f"{len(fields)} fields instead of {FIELDS}", f"line {number}", raw)
            continue
        known += 1
        line = _Line._make(fields[: len(_Line._fields)])
        if line.kind in KINDS:
            wanted.append((number, line))
    if not known:
        raise InvalidInput("no line of this file is a recall of NHTSA", "line 1")
    wanted.sort(key=lambda one: one[1].campaign)
    for _, group in groupby(wanted, key=lambda one: one[1].campaign):
        lines = list(group)
        yield _campaign(lines[0][0], [line for _, line in lines])


def _campaign(number: int, lines: list[_Line]) -> Notice | Rejected:
    try:
        return _notice(lines)
    except ValueError as error:
        return rejected(str(error), f"line {number}", "\t".join(lines[0]))


def _notice(lines: list[_Line]) -> Notice:
    first = lines[0]
    changed = [day for line in lines if (day := iso_date(line.created, "%Y%m%d"))]
    return BY.notice(
        first.campaign,
        published=iso_date(first.received, "%Y%m%d"),
        updated=max(changed, default=""),
        title=" · ".join(kept(f"{first.make} {first.model}", first.component)),
        category=KINDS[first.kind],
        firms=_firms(first.firm),
        products=tuple(_product(line) for line in lines),
        **_words(first.campaign, first.defect, first.consequence, first.remedy),
    )


def _words(campaign: str, defect: str, consequence: str, remedy: str) -> dict[str, Any]:
    words = vocabulary()
    hazard_text = " ".join(kept(defect, consequence))
    return {
        "url": f"https://www.nhtsa.gov/recalls?nhtsaId={campaign}",
        "hazards": words.read("hazards", "en", hazard_text),
        "hazard_text": hazard_text,
        "remedies": words.read("remedies", "en", clean(remedy)),
        "remedy_text": clean(remedy),
        "measures": (Measure("recall", "", None, clean(defect)[:200]),),
    }


def _firms(name: str) -> tuple[Firm, ...]:
    return tuple(Firm("maker", one) for one in kept(name))


def _product(line: _Line) -> AffectedProduct:
    made = [iso_date(text, "%Y%m%d") for text in (line.made_from, line.made_to)]
    return AffectedProduct(
        name=clean(line.model),
        kind=KINDS[line.kind],
        brands=kept(line.make),
        models=kept(line.model),
        production_dates="/".join(day or ".." for day in made) if any(made) else "",
        units=clean(line.units),
    )


def _from_api(row: _Result) -> Notice:
    return BY.notice(
        row.NHTSACampaignNumber,
        published=iso_date(row.ReportReceivedDate, "%d/%m/%Y"),
        title=" · ".join(kept(f"{row.Make} {row.Model}", row.Component)),
        category=clean(row.Component),
        firms=_firms(row.Manufacturer),
        products=(
            AffectedProduct(name=clean(row.Model), brands=kept(row.Make), models=kept(row.Model)),
        ),
        **_words(row.NHTSACampaignNumber, row.Summary, row.Consequence, row.Remedy),
    )


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="US",
    licence=BY.licence,
    home="https://www.nhtsa.gov/recalls",
    language="en",
    parse=parse,
    feed=Feed(discover, whole=True, accept="application/zip, */*;q=0.8"),
)
