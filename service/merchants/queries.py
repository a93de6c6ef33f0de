"""Every read of merchant identities."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.merchants.models import ListingMerchant, Merchant, MerchantAlias


@dataclass(frozen=True, slots=True)
class MerchantView:
    """A merchant as others may see it."""

    key: str
    name: str | None
    category: str | None
    first_seen: datetime

    @property
    def platform(self) -> str:
        """Return where the merchant sells."""
        return self.key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class SellerObservation:
    """Which merchant was last seen selling a listing, and when."""

    merchant_key: str
    observed_at: datetime
    source: str


def is_invented(key: str) -> bool:
    """Tell whether a merchant is one of the demonstration's.

    RFC 6761: names under .localhost never leave the machine.
    """
    return key.endswith(".localhost")


def canonical_key(session: Session, key: str) -> str:
    """Return the merchant's own key for any of its ids."""
    alias = session.get(MerchantAlias, key)
    return key if alias is None else alias.merchant_key


def aliases(session: Session) -> dict[str, list[str]]:
    """Return the other ids of every merchant that has any, by its own key."""
    found: dict[str, list[str]] = {}
    for alias, key in session.execute(select(MerchantAlias.alias, MerchantAlias.merchant_key)):
        found.setdefault(key, []).append(alias)
    return found


def merchant_view(session: Session, key: str) -> MerchantView | None:
    """Return the merchant of a key or alias, None when nothing is known of it."""
    row = session.get(Merchant, canonical_key(session, key))
    return None if row is None else MerchantView(row.key, row.name, row.category, row.first_seen)


def names(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Return the recorded name of each merchant that has one, by the key or alias that was asked."""
    aliased = select(MerchantAlias).where(MerchantAlias.alias.in_(keys))
    other = {row.alias: row.merchant_key for row in session.scalars(aliased)}
    own = {key: other.get(key, key) for key in keys}
    known = select(Merchant).where(Merchant.key.in_(set(own.values())))
    found = {row.key: row.name for row in session.scalars(known)}
    return {key: name for key, mine in own.items() if (name := found.get(mine))}


def last_seller(session: Session, listing_key: str) -> SellerObservation | None:
    """Return the latest observation of who sells the listing."""
    newest = (
        select(ListingMerchant)
        .where(ListingMerchant.listing_key == listing_key)
        .order_by(ListingMerchant.observed_at.desc(), ListingMerchant.id.desc())
        .limit(1)
    )
    row = session.scalar(newest)
    return None if row is None else SellerObservation(row.merchant_key, row.observed_at, row.source)
