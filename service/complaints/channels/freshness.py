"""The registry's alarm: facts that nobody has looked at for too long, and sources that disagree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.complaints.channels import registry
from service.complaints.channels.registry import Channel, Contradiction


@dataclass(frozen=True, slots=True)
class Stale:
    """A fact that must be looked at again; `what` is the desk itself or one of its numbers."""

    channel: str
    what: str
    checked_on: date
    fresh_until: date


def stale(as_of: date) -> list[Stale]:
    """Return what is older than protection.yaml allows for its kind of source, oldest first."""
    found = [
        Stale(owner, what, checked, until)
        for owner, what, checked, until in _facts()
        if until < as_of
    ]
    return sorted(found, key=lambda one: (one.fresh_until, one.channel, one.what))


def contradictions() -> list[tuple[str, Contradiction]]:
    """Return (channel, contradiction) of all sources that disagree, with what was kept and why."""
    return [
        (channel.id, one)
        for channel in registry.load().channels.values()
        for one in channel.contradictions
    ]


def _facts() -> Iterator[tuple[str, str, date, date]]:
    known = registry.load()
    for channel in known.channels.values():
        if channel.status == "active":
            yield from _of_channel(channel, _span(channel))
    for one in known.conflicts:
        until = one.checked_on + _span(known.channels[one.loses])
        yield one.loses, f"conflict with {one.after}", one.checked_on, until


def _of_channel(channel: Channel, span: timedelta) -> Iterator[tuple[str, str, date, date]]:
    yield channel.id, "channel", channel.checked_on, channel.checked_on + span
    for one in (*channel.deadlines, *channel.answers):
        checked = one.checked_on or channel.checked_on
        yield channel.id, one.id, checked, checked + span


def _span(channel: Channel) -> timedelta:
    return timedelta(days=registry.load().protection.fresh_days[channel.source_quality])
