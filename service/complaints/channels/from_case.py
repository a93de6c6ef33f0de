"""A case as a situation: its facts in the desks' words, without personal data."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from service.complaints.channels.situation import OWN_SHOP, Situation, Tried

CONTACTED = "trader_contacted"
# Complaint field: the start events of desks' clocks that it gives.
DATES = {
    "purchase_date": ("purchase",),
    "promised_on": ("latest_estimated_delivery", "delivery_window_end"),
    "delivered_on": ("received",),
    "contacted_on": ("trader_contacted",),
}
SAME = {
    "residence": "country",
    "trader_country": "merchant_country",
    "platform": "platform",
    "payment": "payment_method",
    "category": "category",
}


def situation(
    facts: Mapping[str, Any],
    sealed: Collection[str] = (),
    *,
    tried: Mapping[str, Tried] | None = None,
    record: Collection[str] = (),
) -> Situation:
    """Return the situation of a case from its facts and the names of its sealed fields.

    `record` names what is known about the trader from its page, such as `record.trader_address`.
    Complaints are those of consumers.
    """
    same: dict[str, Any] = {name: facts.get(field) for name, field in SAME.items()}
    return Situation(
        **same,
        seller=_seller(facts),
        role="consumer",
        amounts=_amounts(facts),
        dates=_dates(facts),
        tried={**_contact(facts), **(tried or {})},
        have=held(facts, sealed) | frozenset(record),
    )


def held(facts: Mapping[str, Any], sealed: Collection[str]) -> frozenset[str]:
    """Return the names of the fields that a case holds, documents as `evidence.KIND`."""
    documents = {f"evidence.{kind}" for kind in facts.get("evidence") or ()}
    filled = {name for name, value in facts.items() if value not in (None, "", [])}
    site = {"record.site"} if facts.get("platform") == OWN_SHOP else set()
    return frozenset(filled | set(sealed) | documents | site)


def _seller(facts: Mapping[str, Any]) -> str | None:
    """Take a merchant of its own on a platform for a third party there; who delivers is not known."""
    platform = facts.get("platform")
    own = facts.get("merchant_key") and platform and platform != OWN_SHOP
    return "third_party" if own else None


def _amounts(facts: Mapping[str, Any]) -> dict[str, Decimal]:
    amount, currency = facts.get("amount"), facts.get("currency")
    return {currency: Decimal(str(amount))} if amount and currency else {}


def _dates(facts: Mapping[str, Any]) -> dict[str, date]:
    return {
        event: date.fromisoformat(facts[field])
        for field, events in DATES.items()
        if facts.get(field)
        for event in events
    }


def _contact(facts: Mapping[str, Any]) -> dict[str, Tried]:
    if facts.get("contacted") in (None, "", "not_yet"):
        return {}
    day = facts.get("contacted_on")
    return {CONTACTED: Tried(on=date.fromisoformat(day) if day else None)}
