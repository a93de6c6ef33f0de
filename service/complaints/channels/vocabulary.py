"""The words that a situation may hold, taken from the registry and the complaint's fields."""

import functools
from collections.abc import Iterator
from typing import get_args

from service.complaints.channels import registry
from service.complaints.channels.registry import Channel, Condition, Start
from service.complaints.channels.situation import OWN_SHOP
from service.complaints.intake.fields import BY_ID

ROLES = ("consumer", "business")
SELLERS = ("third_party", "platform", "individual")
GOODS = ("goods", "digital", "service", "stored_value")
STATUSES = ("filed", "accepted", "refused", "withdrawn", "ended")
DATES: tuple[str, ...] = get_args(Start)
MORE_PAYMENTS = ("credit_card", "debit_card", "paypal")


def categories() -> tuple[str, ...]:
    """Return what a complaint can be about."""
    return BY_ID["category"].options


def payments() -> tuple[str, ...]:
    """Return the ways of paying: those of a complaint, and what desks tell apart among them."""
    return (*MORE_PAYMENTS, *BY_ID["payment_method"].options)


@functools.cache
def platforms() -> tuple[str, ...]:
    """Return the platforms that have a desk of their own, and the own shop."""
    return (*sorted(_values("platform")), OWN_SHOP)


@functools.cache
def matters() -> tuple[str, ...]:
    """Return what some desks refuse."""
    return tuple(sorted(_values("matter")))


@functools.cache
def steps() -> tuple[str, ...]:
    """Return the steps that can have been taken: at a channel, or elsewhere."""
    known = registry.load()
    named = {one.after for one in known.conflicts} | set(known.protection.includes)
    named |= {need.step for channel in known.channels.values() for need in channel.needs}
    return (*known.channels, *sorted(named - known.channels.keys()))


def _values(fact: str) -> set[str]:
    return {
        value
        for channel in registry.load().channels.values()
        for one in _conditions(channel)
        if one.fact == fact
        for value in (*one.in_, *one.not_in)
    }


def _conditions(channel: Channel) -> Iterator[Condition]:
    for one in (*channel.accepts, *channel.refuses):
        yield from one.any or (one,)
