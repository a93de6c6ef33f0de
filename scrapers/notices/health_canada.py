"""Health Canada: the open data file of recalls and safety alerts, as published or as JSON Lines."""

from collections.abc import Iterator

import msgspec

from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Measure, Notice, Rejected
from scrapers.notices.relations import relations
from scrapers.notices.source import Feed, Request, Source, State
from scrapers.notices.text import clean, is_iso_date
from scrapers.notices.vocabulary import vocabulary

ID = "ca-health-canada"
AUTHORITY = "Health Canada"
LICENCE = "OGL-Canada-2.0"
LANGUAGE = "en"
FILE = "https://recalls-rappels.canada.ca/sites/default/files/opendata-donneesouvertes/HCRSAMOpenData.json"


class _Row(msgspec.Struct, rename={"what_to_do": "What you should do", "updated": "Last updated"}):
    """A row of the file; the names are its own, two of them shortened."""

    NID: str
    Title: str
    URL: str
    updated: str
    Archived: str = "0"
    Organization: str | None = ""
    Product: str | None = ""
    Issue: str | None = ""
    what_to_do: str | None = ""
    Category: str | None = ""


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each row of the JSON array or the JSON Lines.

    Raises InvalidInput for bytes that are neither (see `feed`).
    """
    return feed.notices(feed.json_rows(data, _Row), _notice)


def discover(_state: State) -> list[Request]:
    """Ask for the one file, which holds everything."""
    return [Request(FILE)]


def _notice(row: _Row) -> Notice:
    number, title = row.NID.strip(), clean(row.Title)
    if not number or not title:
        raise ValueError("NID or Title is empty")
    if not is_iso_date(row.updated):
        raise ValueError(f"Last updated {row.updated!r} is no date")
    words = vocabulary()
    status = words.term("statuses", ID, row.Archived)
    if status is None:
        raise ValueError(f"Archived {row.Archived!r} is neither 0 nor 1")
    kind = (words.read("record_types", LANGUAGE, title) or ("recall",))[0]
    what_to_do = clean(row.what_to_do)
    return Notice(
        notice_id=f"{ID}:{number}",
        source=ID,
        native_id=number,
        authority=_authority(clean(row.Organization)),
        jurisdiction="CA",
        record_type=kind,
        status=status,
        # The file has one date only, that of the last change.
        published=row.updated,
        updated=row.updated,
        title=title,
        language=LANGUAGE,
        url=row.URL,
        licence=LICENCE,
        hazards=_hazards(clean(row.Issue), title),
        hazard_text=clean(row.Issue) or title,
        category=clean(row.Category),
        measures=(Measure("recall", "", row.updated, title),) if kind == "recall" else (),
        remedies=words.read("remedies", LANGUAGE, what_to_do),
        remedy_text=what_to_do,
        products=(_product(row, title, what_to_do),),
        related=relations([("What you should do", what_to_do)], ID),
    )


def _authority(organization: str) -> str:
    return vocabulary().agencies.get(organization, {}).get("authority", AUTHORITY)


def _hazards(issue: str, title: str) -> tuple[str, ...]:
    words = vocabulary()
    if issue:
        return words.terms("hazards", ID, issue.split(" - "))
    return words.read("hazards", LANGUAGE, title)


def _product(row: _Row, title: str, what_to_do: str) -> AffectedProduct:
    texts = [("Title", title), ("Product", clean(row.Product)), ("What you should do", what_to_do)]
    return AffectedProduct(
        name=clean(row.Product) or title,
        kind=clean(row.Category),
        listing_ids=listing_ids(texts),
        mentions=mentions(texts),
    )


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="CA",
    licence=LICENCE,
    home="https://recalls-rappels.canada.ca/",
    language=LANGUAGE,
    parse=parse,
    feed=Feed(discover, whole=True),
    seen_live=True,
)
