"""Korea: domestic recalls of safetykorea as JSON Lines of the list that Seoul city mirrors."""

from collections.abc import Iterator

import msgspec

from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected
from scrapers.notices.source import Source
from scrapers.notices.text import clean, is_iso_date, kept
from scrapers.notices.vocabulary import vocabulary

ID = "kr-safetykorea"
AUTHORITY = "Korean Agency for Technology and Standards (국가기술표준원)"
LICENCE = "Korean public information, licence not verified"
LANGUAGE = "ko"
SCHEME = "safetykorea_uid"


class _Row(msgspec.Struct):
    """A line of the mirrored list; the names are its own."""

    id: str
    id_scheme: str
    product_name: str
    date_published: str
    source_url: str
    recall_kind_source: str
    model: str | None = ""
    company: str | None = ""
    category_source: str | None = ""


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each line.

    Raises InvalidInput for bytes that are no such lines (see `feed`).
    """
    return feed.notices(feed.json_rows(data, _Row), _notice)


def _notice(row: _Row) -> Notice:
    uid = row.id.strip().removeprefix("KR:")
    if row.id_scheme != SCHEME or not uid.isdigit():
        raise ValueError(f"id {row.id!r} is no safetykorea number")
    if not is_iso_date(row.date_published):
        raise ValueError(f"date_published {row.date_published!r} is no date")
    words = vocabulary()
    action = words.term("actions", ID, row.recall_kind_source) or "other"
    texts = [("product_name", clean(row.product_name)), ("model", clean(row.model))]
    return Notice(
        notice_id=f"{ID}:{uid}",
        source=ID,
        native_id=uid,
        authority=AUTHORITY,
        jurisdiction="KR",
        record_type=words.record_type([action]),
        status="active",
        published=row.date_published,
        updated=row.date_published,
        title=clean(row.product_name),
        language=LANGUAGE,
        url=row.source_url,
        licence=LICENCE,
        category=clean(row.category_source),
        measures=(Measure(action, "", row.date_published, clean(row.recall_kind_source)),),
        notifying_country="대한민국",
        firms=tuple(Firm("recaller", name) for name in kept(row.company)),
        products=(
            AffectedProduct(
                name=clean(row.product_name),
                kind=clean(row.category_source),
                models=kept(row.model),
                listing_ids=listing_ids(texts),
                mentions=mentions(texts),
            ),
        ),
    )


SOURCE = Source(
    id=ID,
    authority=AUTHORITY,
    jurisdiction="KR",
    licence=LICENCE,
    home="https://www.safetykorea.kr/",
    language=LANGUAGE,
    parse=parse,
)
