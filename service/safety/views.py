"""What reads of official notices return. Moments are ISO 8601 in UTC where they are texts."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of its products a notice means: to be shown beside every match."""

    name: str
    kind: str
    brands: tuple[str, ...]
    models: tuple[str, ...]
    batches: tuple[str, ...]
    production_dates: str


@dataclass(frozen=True, slots=True)
class Match:
    """Why a notice was found: the key asked for, its tier, and the words of the notice it came from."""

    key: str
    tier: int
    found_in: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as it is shown; `tier` and `matches` say how it was found (None and empty if by its id).

    `hazards`, `remedies`, `record_type` and `status` are codes, `hazard_text` and `remedy_text` the
    authority's words. Moments are ISO 8601 in UTC.
    """

    notice_id: str
    source: str
    authority: str
    jurisdiction: str
    record_type: str
    status: str
    title: str
    hazards: tuple[str, ...]
    hazard_text: str
    remedies: tuple[str, ...]
    remedy_text: str
    published: str
    updated: str
    url: str
    licence: str
    products: tuple[Scope, ...]
    revision: int
    content_hash: str
    first_seen: str
    last_seen: str
    tier: int | None = None
    matches: tuple[Match, ...] = ()


class KeyedNotice(NamedTuple):
    """A safety key and what a pack says of a notice that has it."""

    key: str
    tier: int
    notice_id: str
    authority: str
    published: str
    hazards: list[str]
    record_type: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How much is stored of one source, and when it was last seen."""

    source: str
    notices: int
    last_seen: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of the store."""

    notices: int
    revisions: int
    keys: int
    rejected: int
    runs: int
    sources: tuple[SourceCount, ...]


@dataclass(frozen=True, slots=True)
class LinkView:
    """Another notice about the same product, why that is said, and whether a person should compare."""

    notice_id: str
    authority: str
    title: str
    url: str
    kind: str
    evidence: str
    certain: bool


@dataclass(frozen=True, slots=True)
class MatchView:
    """A listing that waits for a person to compare it with a notice, with the scope to compare."""

    platform: str
    item_id: str
    notice_id: str
    title: str
    authority: str
    published: str
    why: tuple[str, ...]
    found_at: datetime
    scope: Scope


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a notice: its number, when it was first read here, and which parts it changed."""

    revision: int
    recorded_at: datetime
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source of notices, its terms, and how fetching from it stands. Moments are ISO 8601 or None."""

    id: str
    authority: str
    jurisdiction: str
    licence: str
    home: str
    seen_live: bool
    off: str
    note: str
    cadence_days: float
    key: tuple[str, ...]
    enabled: bool
    robots: str
    watermark: str | None
    succeeded_at: str | None
    failures: int
    retry_at: str | None
    problem: str
    quarantined: str
    notices: int
