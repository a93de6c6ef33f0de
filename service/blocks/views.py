"""What reads of block orders return."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.blocks import addresses, values


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as regulator and platform see it; `listing_state` is what checks say."""

    id: str
    organisation_id: str
    regulator: str
    platform: str
    item_id: str
    listing_key: str
    notice_id: str
    hazards: tuple[str, ...]
    country: str
    reason: str
    legal_basis: str
    severity: int
    found_by: str
    issued_at: datetime
    deadline: datetime
    state: str
    position: int
    listing_state: str

    @property
    def listing_url(self) -> str | None:
        """Return where the listing stands, in the order's country if the platform has a site there."""
        return addresses.address_of(self.platform, self.item_id, self.country)

    @property
    def tombstone(self) -> bool:
        """Tell whether the order no longer stands: its block is to be undone."""
        return values.states()[self.state].final


@dataclass(frozen=True, slots=True)
class EventView:
    """One state that an order had."""

    id: int
    at: datetime
    actor: str
    state: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CheckView:
    """One look at a listing."""

    at: datetime
    source: str
    result: str
    locale: str
    evidence: str | None


@dataclass(frozen=True, slots=True)
class ListView:
    """An edition of a regulator's list."""

    id: str
    series: str
    title: str
    country: str
    file: str
    digest: str
    rows: int
    state: str
    uploaded_by: str
    uploaded_at: datetime
    released_by: str | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """One promise; `replaced` when a later row corrects it."""

    id: str
    promised_by: str
    text: str
    since: str
    until: str | None
    source_url: str
    replaced: bool


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement with its promises, the oldest first."""

    id: str
    regulator: str
    platform: str
    title: str
    signed_on: str
    source_url: str
    commitments: tuple[CommitmentView, ...]


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A listing that may be a blocked product come back."""

    id: str
    order_id: str
    listing_key: str
    blocked_key: str
    notice_id: str
    seen_at: datetime
    tier: int
    why: str
    same_seller: bool | None
    state: str


@dataclass(frozen=True, slots=True)
class ReceiverView:
    """Who answers for a platform; the address is shown to its own people only."""

    platform: str
    organisation_id: str
    organisation: str
    webhook_url: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """Orders that changed after a cursor, each once at its newest state; `cursor` asks for the rest."""

    orders: tuple[OrderView, ...]
    cursor: int
    newest: int


@dataclass(frozen=True, slots=True)
class Notification:
    """What a webhook sends: a stable id, the receiver's address (None: none any more), the body."""

    id: str
    order_id: str
    url: str | None
    body: dict[str, Any]
