"""Which notices may concern a listing: by keys from the store itself, by words from the index that stands.

A key that a listing shares with a notice is only the beginning: another revision or other numbers end it, so
each product of the notice is looked at. What a person decided about the listing counts more than either.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.matching import tiers
from scoring.matching.products import Product, product
from scoring.matching.tiers import CONFIDENT, Tier
from scoring.matching.verdict import Ground, Match, Matcher, grounds
from scrapers.notices import Notice
from service.safety import matching, queries
from service.safety.models import ListingMatch
from service.safety.queries import CONFIRMED, PROPOSED, REJECTED
from service.safety.views import NoticeView, Scope


@dataclass(frozen=True, slots=True)
class Finding:
    """A notice that may concern a listing: how certain, on what ground, and which of its products it means.

    `review` is what a person said of it ("confirmed", "rejected" is left out), "open" while somebody is to
    look, None where nobody need. `certain` tells whether anything may follow from it beyond a warning to
    compare: the notice names the listing, the same barcode, or brand and model confirmed by a person.
    """

    notice: NoticeView
    tier: int
    confidence: float
    why: tuple[Ground, ...]
    position: int | None
    scope: Scope | None
    review: str | None

    @property
    def certain(self) -> bool:
        """Tell whether more may follow than a warning to compare."""
        return self.tier <= Tier.GTIN or (self.tier == Tier.MODEL and self.review == CONFIRMED)

    def as_dict(self) -> dict[str, Any]:
        """Return the notice as it is shown to whoever asks about the listing."""
        shown: dict[str, Any] = msgspec.to_builtins(self.notice)
        shown |= {"tier": self.tier, "confidence": round(self.confidence, 4), "review": self.review}
        shown |= {"why": msgspec.to_builtins(self.why), "scope": msgspec.to_builtins(self.scope)}
        return shown | {"certain": self.certain}


def listing_of(
    platform: str | None, item_id: str | None, page_fields: Mapping[str, Any]
) -> Product:
    """Return what an address and the fields of its page say of a listing."""
    texts = {
        name: page_fields.get(name) for name in ("title", "brand", "model", "gtin", "description")
    }
    named = {"platform": platform, "item_id": item_id} if platform and item_id else {}
    return product(texts | named)


def find(session: Session, listing: Product, *, wait: bool = False) -> list[Finding]:
    """Return the notices that may concern a listing, the most certain first.

    The index of words may be some seconds behind the store and is left out before it first stands, unless
    `wait` has it built now. Notices that a person said do not concern the listing are left out.
    """
    decided = _decided(session, listing)
    found = {one.notice.notice_id: one for one in _by_key(session, listing, decided)}
    matcher = _matcher(session, wait=wait)
    for match in matcher.match(listing) if matcher and (listing.name or listing.brand) else ():
        if match.notice_id not in found and match.tier > Tier.GTIN:
            found |= {one.notice.notice_id: one for one in _alike(session, match, decided)}
    kept = (one for one in found.values() if one.review != REJECTED)
    return sorted(kept, key=lambda one: (one.tier, -one.confidence, one.notice.notice_id))


def _matcher(session: Session, *, wait: bool) -> Matcher | None:
    own = matching.of_store(session)
    return own.current(session) if wait else own.standing(session.get_bind().engine)


def _by_key(session: Session, listing: Product, decided: dict[str, str]) -> Iterator[Finding]:
    for view in queries.notices_for_keys(session, tiers.exact_keys(listing)):
        best = min(_shared(session, listing, view.notice_id), default=None)
        if best is not None:
            tier, position = best
            yield _finding(session, listing, view, tier, position, decided)


def _shared(session: Session, listing: Product, notice_id: str) -> Iterator[tuple[Tier, int]]:
    for position, entry in enumerate(matching.entries(_notice(session, notice_id))):
        tier = tiers.shared_keys(listing, entry.product)
        if tier is not None:
            yield tier, position


def _finding(
    session: Session,
    listing: Product,
    view: NoticeView,
    tier: Tier,
    position: int,
    decided: dict[str, str],
) -> Finding:
    entries = list(matching.entries(_notice(session, view.notice_id)))
    why = grounds(listing, entries[position].product, tier)
    review = _review(tier, decided.get(view.notice_id))
    scope = view.products[position]
    return Finding(view, tier, CONFIDENT[tier], why, position, scope, review)


def _alike(session: Session, match: Match, decided: dict[str, str]) -> Iterator[Finding]:
    """Yield what the index found, as far as the store still has it so."""
    view = queries.notice(session, match.notice_id)
    if view is None or view.status == queries.WITHDRAWN:
        return
    entries = matching.entries(_notice(session, match.notice_id))
    places = [place for place, entry in enumerate(entries) if entry.product == match.product]
    position = places[0] if places else None
    scope = None if position is None else view.products[position]
    review = _review(match.tier, decided.get(match.notice_id))
    yield Finding(view, match.tier, match.confidence, match.why, position, scope, review)


def _review(tier: int, decided: str | None) -> str | None:
    if decided is None or decided == PROPOSED:
        return "open" if tier == Tier.MODEL else None
    return decided


def _notice(session: Session, notice_id: str) -> Notice:
    return msgspec.json.decode(queries.body_of(session, notice_id), type=Notice)


def _decided(session: Session, listing: Product) -> dict[str, str]:
    """Return what was proposed or decided about a listing, by notice."""
    found: dict[str, str] = {}
    for platform, item_id in listing.listing_ids:
        rows = select(ListingMatch.notice_id, ListingMatch.state).where(
            ListingMatch.platform == platform, ListingMatch.item_id == item_id
        )
        found |= {row[0]: row[1] for row in session.execute(rows)}
    return found
