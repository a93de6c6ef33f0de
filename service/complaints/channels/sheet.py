"""What a complainant takes to a desk: its fields in its language, filled from the complaint."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from service.complaints.channels import canonical, labels, registry
from service.complaints.channels.situation import OWN_SHOP

# Longer links are cut by common mail programs; letters outside ASCII take up to nine bytes each.
LONGEST_LINK = 1900
CODED = ("category", "wanted")
"""Complaint fields whose value is a code that has words in every language."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a desk: its label, the text to copy, and what the complainant must do instead."""

    field: str
    label: str
    text: str
    act: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything for one desk, in its language."""

    channel: str
    language: str
    title: str
    desk: str
    url: str | None
    rows: tuple[Row, ...]
    documents: tuple[str, ...]
    headings: Mapping[str, str]


def make(
    channel_id: str,
    values: Mapping[str, str],
    documents: Collection[str] = (),
    *,
    residence: str | None = None,
) -> Sheet:
    """Fill a desk's fields from complaint fields and the kinds of documents that the complaint has.

    `residence` picks the office of a desk that has one per country. Raises NotFound for an unknown
    channel.
    """
    channel = registry.channel(channel_id)
    language = labels.language_for(channel.desk_language)
    own = _in_words(values, documents, language)
    headings = labels.words("headings", language)
    local = channel.name_local.get(channel.desk_language, "")
    return Sheet(
        channel=channel_id,
        language=language,
        title=headings["title"],
        desk=f"{local} ({channel.name})" if local else channel.name,
        url=channel.offices.get(residence or "", channel.url),
        rows=tuple(_row(name, channel, own, language) for name in canonical.asked(channel)),
        documents=tuple(own[f"evidence.{kind}"] for kind in sorted(documents)),
        headings=headings,
    )


def plain(sheet: Sheet) -> str:
    """Write a sheet as text, one field under the other."""
    return "\n\n".join(map(_paragraph, sheet.rows)) + "\n"


def mail_link(sheet: Sheet) -> str | None:
    """Return a `mailto:` draft where the desk publishes an address; the rest is for the attachment."""
    address = registry.channel(sheet.channel).submission.email
    if not address:
        return None
    head = f"mailto:{quote(address, safe='@')}?subject={quote(sheet.title)}&body="
    return head + _as_far_as_it_fits(sheet, LONGEST_LINK - len(head))


def _row(name: str, channel: registry.Channel, values: Mapping[str, str], language: str) -> Row:
    label = channel.labels.get(name) or labels.words("fields", language)[name]
    text = canonical.text(name, values)
    to_do = "" if text else canonical.sources()[name].act or "fill_in"
    return Row(name, label, text, labels.words("acts", language)[to_do] if to_do else "")


def _in_words(
    values: Mapping[str, str], documents: Collection[str], language: str
) -> dict[str, str]:
    """Put codes into the desk's language; what the complainant wrote stays as it is."""
    words = labels.words("values", language)
    coded = {
        name: words.get(f"{name}.{values[name]}", values[name]) for name in CODED if name in values
    }
    fixed = {"consumer": words["submitter.consumer"]}
    kinds = {f"evidence.{kind}": words.get(f"evidence.{kind}", kind) for kind in documents}
    return {**values, **_price(values), **_site(values), **coded, **fixed, **kinds}


def _site(values: Mapping[str, str]) -> dict[str, str]:
    """Name the trader of a shop of its own by its address, where nothing better is known."""
    own = values.get("platform") == OWN_SHOP
    host = urlsplit(values.get("listing_url", "")).hostname if own else None
    return {"record.site": host} if host else {}


def _price(values: Mapping[str, str]) -> dict[str, str]:
    """Write amount and currency on one line."""
    both = [values[name] for name in ("amount", "currency") if values.get(name)]
    return {"amount": " ".join(both), "currency": ""} if both else {}


def _paragraph(row: Row) -> str:
    return f"{row.label}:\n{row.text or f'({row.act})'}"


def _as_far_as_it_fits(sheet: Sheet, room: int) -> str:
    rest = quote(sheet.headings["attached"])
    parts = [quote(_paragraph(row) + "\n\n") for row in sheet.rows if row.text]
    if sum(map(len, parts)) <= room:
        return "".join(parts)
    kept: list[str] = []
    for part in parts:
        if sum(map(len, kept)) + len(part) + len(rest) > room:
            break
        kept.append(part)
    return "".join(kept) + rest
