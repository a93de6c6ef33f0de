"""Notices already in our own form: the bundled sample, and what another installation exported."""

from collections.abc import Iterator

import msgspec

from scrapers.notices import feed
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected
from scrapers.notices.source import Source
from scrapers.notices.text import is_iso_date
from scrapers.notices.vocabulary import vocabulary

ID = "notices"


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    """A notice as JSON: the fields of `Notice`, all but the first ten optional."""

    notice_id: str
    source: str
    authority: str
    jurisdiction: str
    record_type: str
    published: str
    title: str
    url: str
    licence: str
    products: tuple[AffectedProduct, ...]
    native_id: str = ""
    status: str = "active"
    updated: str = ""
    language: str = "en"
    hazards: tuple[str, ...] = ()
    hazard_text: str = ""
    risk_level: str = ""
    description: str = ""
    category: str = ""
    measures: tuple[Measure, ...] = ()
    remedies: tuple[str, ...] = ()
    remedy_text: str = ""
    notifying_country: str = ""
    origin_country: str = ""
    firms: tuple[Firm, ...] = ()
    recall_url: str = ""
    company_code: str = ""
    pictures: tuple[str, ...] = ()


def load(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each object of a JSON array or of JSON Lines.

    Raises InvalidInput for bytes that are neither (see `feed`).
    """
    return feed.notices(feed.json_rows(data, _Row), _notice)


def _notice(row: _Row) -> Notice:
    prefix, _, native = row.notice_id.partition(":")
    if not prefix or not native or row.native_id not in ("", native):
        raise ValueError(f"notice_id {row.notice_id!r} is not <jurisdiction>-<agency>:<native id>")
    for field in ("published", "updated"):
        if (text := getattr(row, field)) and not is_iso_date(text):
            raise ValueError(f"{field} {text!r} is no date")
    if not row.published:
        raise ValueError("published is empty")
    _known("hazards", *row.hazards)
    _known("remedies", *row.remedies)
    _known("record_types", row.record_type)
    _known("statuses", row.status)
    _known("actions", *(measure.action for measure in row.measures))
    facts = {name: getattr(row, name) for name in row.__struct_fields__}
    return Notice(**facts | {"native_id": native, "updated": row.updated or row.published})


def _known(kind: str, *codes: str) -> None:
    if unknown := set(codes) - set(vocabulary().codes[kind]):
        raise ValueError(f"{kind} {sorted(unknown)} are no codes of the vocabulary")


SOURCE = Source(
    id=ID,
    authority="as named in each notice",
    jurisdiction="as named in each notice",
    licence="as named in each notice",
    home="",
    language="en",
    parse=load,
)
