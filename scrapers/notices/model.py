"""What a connector makes of an official notice, whichever authority published it.

Facts only, in the authority's words wherever words matter: codes stand beside the verbatim text, never
instead of it. Identifiers are raw here; `scoring.matching.keys` checks and normalises them.
"""

from dataclasses import dataclass
from typing import ClassVar

EXCERPT_CHARS = 400


@dataclass(frozen=True, slots=True)
class ListingId:
    """A marketplace listing that a notice names.

    `rule` is the rule of `listings.yaml` that found it, `field` the authority's field and `raw` the
    characters it was read from, with what introduces them.
    """

    platform: str
    item_id: str
    rule: str
    field: str
    raw: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A barcode or model number introduced by a label in prose ("EAN: ...", "model no. ...")."""

    kind: str
    text: str
    rule: str
    field: str


@dataclass(frozen=True, slots=True)
class AffectedProduct:
    """One product that a notice is about, with the scope the notice gives (lots, dates).

    All texts are the authority's, entities undone; an empty text means that nothing was stated.
    """

    name: str = ""
    kind: str = ""
    brands: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    barcodes: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    production_dates: str = ""
    units: str = ""
    listing_ids: tuple[ListingId, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One action taken, by whom and since when (ISO date or None), with the words it was read from."""

    action: str
    actor: str
    date: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm named by the notice; `role` is maker, importer, retailer, distributor, recaller or trader."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Relation:
    """Another authority's notice that this one names, and the words that name it.

    `kind` is `case` (`reference` is the id of a notice), `url` (its address) or `declared` (only the
    authority is named: `reference` is the beginning of its notice ids).
    """

    kind: str
    reference: str
    field: str
    raw: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One official notice about one or several unsafe products.

    `notice_id` is `<jurisdiction>-<agency>:<native id>`, the native id exactly as published. `published`
    and `updated` are ISO dates (`updated` equals `published` where only one is known). `hazards`,
    `remedies`, `record_type`, `status` and the actions of `measures` are codes of `vocabulary.yaml`.
    """

    rank: ClassVar[int] = 2
    """How near to the authority the wording is; a farther one never replaces a nearer one."""

    notice_id: str
    source: str
    native_id: str
    authority: str
    jurisdiction: str
    record_type: str
    status: str
    published: str
    updated: str
    title: str
    language: str
    url: str
    licence: str
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
    products: tuple[AffectedProduct, ...] = ()
    recall_url: str = ""
    company_code: str = ""
    pictures: tuple[str, ...] = ()
    related: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Republished(Notice):
    """A notice as the authority itself publishes it again elsewhere, later or shorter."""

    rank: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Reprocessed(Notice):
    """A notice as somebody else copied or reworked it."""

    rank: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not become a notice: why, where in the file, and how it begins."""

    reason: str
    where: str
    excerpt: str


def rejected(reason: str, where: str, record: object) -> Rejected:
    """Return a Rejected whose excerpt is the beginning of `record`."""
    text = record.decode("utf-8", "replace") if isinstance(record, bytes) else str(record)
    return Rejected(reason, where, text[:EXCERPT_CHARS])
