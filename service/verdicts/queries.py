"""The verdict on one listing: official notices that match it, and the score of who sells it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from scrapers.identity import Identity, identify, seller_on_page
from service.core.errors import InvalidInput
from service.merchants import queries as merchants
from service.safety import comparing
from service.scores import queries as scores


def check_url(session: Session, url: str) -> dict[str, Any]:
    """Return the verdict on a URL alone: its listing id, and the merchant last seen selling it."""
    return check_page(session, url, {})


def check_page(
    session: Session, url: str, page_fields: Mapping[str, Any], *, wait: bool = False
) -> dict[str, Any]:
    """Return the verdict on a page that was read: identifiers and words on it are matched as well.

    Words are compared with the index that stands; `wait` has a first one built. Raises InvalidInput for
    what is no web address.
    """
    identity = identify(url)
    if identity.platform is None:
        raise InvalidInput("is no web address of a shop", where=url)
    return verdict(session, identity, page_fields, wait=wait)


def verdict(
    session: Session, identity: Identity, page_fields: Mapping[str, Any], *, wait: bool = False
) -> dict[str, Any]:
    """Return listing and merchant, each with what is known and "not observed" where nothing is."""
    return {
        "url": identity.url,
        "identity": asdict(identity),
        "listing": _listing(session, identity, page_fields, wait=wait),
        "merchant": _merchant(session, identity, page_fields),
    }


def _listing(
    session: Session, identity: Identity, page_fields: Mapping[str, Any], *, wait: bool
) -> dict[str, Any]:
    listing = comparing.listing_of(identity.platform, identity.item_id, page_fields)
    found = comparing.find(session, listing, wait=wait)
    return {"key": identity.listing_key, "notices": [one.as_dict() for one in found]}


def _merchant(
    session: Session, identity: Identity, page_fields: Mapping[str, Any]
) -> dict[str, Any]:
    key, how = _seller(session, identity, page_fields)
    score = scores.score_view(session, key) if key else None
    return {"key": key, "observed": how, "score": score}


def _seller(
    session: Session, identity: Identity, page_fields: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    """Return who sells and how that is known; an address and a page that disagree name nobody."""
    addressed, shown = identity.merchant_key, seller_on_page(identity.platform, page_fields)
    if addressed and shown and addressed != shown:
        return None, None
    if addressed or shown:
        return addressed or shown, "url" if addressed else "page"
    seen = merchants.last_seller(session, identity.listing_key) if identity.listing_key else None
    return (seen.merchant_key, seen.observed_at.isoformat()) if seen else (None, None)
