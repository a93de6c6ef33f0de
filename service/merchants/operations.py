"""Every write to merchant identities."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.errors import Conflict, InvalidInput
from service.merchants.models import KEY_LENGTH, ListingMerchant, Merchant, MerchantAlias

_KEY = re.compile(r"[a-z0-9-]+:[a-z]+:\S+")


def check_key(key: str) -> str:
    """Return the key; raise InvalidInput when it has not the form `platform:kind:id`."""
    if not is_key(key):
        raise InvalidInput("is not a merchant key of the form platform:kind:id", where=repr(key))
    return key


def is_key(key: str) -> bool:
    """Tell whether the text has the form `platform:kind:id`."""
    return len(key) <= KEY_LENGTH and _KEY.fullmatch(key) is not None


def ensure(session: Session, key: str, *, now: datetime, name: str | None = None) -> Merchant:
    """Return the merchant, recording it when it is new; a known name is not overwritten."""
    merchant = session.get(Merchant, check_key(key))
    if merchant is None:
        merchant = Merchant(key=key, name=name, first_seen=now)
        session.add(merchant)
    elif merchant.name is None:
        merchant.name = name
    return merchant


def describe(session: Session, key: str, *, name: str | None, category: str | None) -> None:
    """Take over a name and category that newer evidence states."""
    merchant = session.get_one(Merchant, key)
    merchant.name = name or merchant.name
    merchant.category = category or merchant.category


def add_alias(session: Session, alias: str, key: str, *, source: str, now: datetime) -> None:
    """Record that `alias` is the same merchant as `key`; refuse to move an alias silently."""
    ensure(session, key, now=now)
    known = session.get(MerchantAlias, check_key(alias))
    if known is not None and known.merchant_key != key:
        raise Conflict(f"already belongs to {known.merchant_key}", where=alias)
    if known is None:
        session.add(MerchantAlias(alias=alias, merchant_key=key, source=source, known_at=now))


def observe_seller(
    session: Session, listing_key: str, merchant_key: str, *, source: str, observed_at: datetime
) -> None:
    """Record that the merchant was seen selling the listing; the same observation counts once."""
    ensure(session, merchant_key, now=observed_at)
    session.flush()
    same = select(ListingMerchant.id).where(
        ListingMerchant.listing_key == listing_key,
        ListingMerchant.merchant_key == merchant_key,
        ListingMerchant.observed_at == observed_at,
    )
    if session.scalar(same) is None:
        session.add(
            ListingMerchant(
                listing_key=listing_key,
                merchant_key=merchant_key,
                observed_at=observed_at,
                source=source,
            )
        )
