"""What desks ask for, under our names, and what of it a first draft can fill in (canonical.yaml)."""

import functools
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import msgspec

from service.complaints.channels import registry
from service.complaints.channels.registry import Channel

FROM_RECORD = "record."


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one field comes from; exactly one is set."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    fixed: str = ""
    act: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fields: dict[str, Source]
    usual: tuple[str, ...]


@functools.cache
def _file() -> _File:
    return msgspec.convert(registry.document("canonical.yaml"), _File)


def sources() -> Mapping[str, Source]:
    """Return every canonical field with its source."""
    return _file().fields


def asked(channel: Channel) -> tuple[str, ...]:
    """Return what a desk asks for, or the usual where its own list is not known."""
    return channel.requires or _file().usual


def complaint_fields(channel: Channel) -> frozenset[str]:
    """Return the complaint fields that a desk's sheet is filled from: no others need to be opened."""
    found = (_file().fields[name] for name in asked(channel))
    return frozenset(one for source in found for one in (*source.any, *source.all))


def is_act(name: str) -> bool:
    """Tell whether only the complainant can do it."""
    return bool(_file().fields[name].act)


def missing(channel: Channel, have: AbstractSet[str]) -> tuple[str, ...]:
    """Return what a desk asks for and a complaint with these fields does not hold, acts left out.

    A document that the complaint has is named `evidence.KIND` among `have`.
    """
    return tuple(name for name in asked(channel) if not is_act(name) and not filled(name, have))


def filled(name: str, have: AbstractSet[str]) -> bool:
    """Tell whether a canonical field can be filled from these complaint fields."""
    source = _file().fields[name]
    if source.fixed or name in have:
        return True
    if source.all:
        return set(source.all) <= have
    return any(one in have for one in (*source.any, *(f"evidence.{e}" for e in source.evidence)))


def text(name: str, values: Mapping[str, str]) -> str:
    """Write a canonical field from complaint fields, unless it is given itself; "" where nothing fills it."""
    if values.get(name):
        return values[name]
    source = _file().fields[name]
    if source.all:
        return "\n".join(values[one] for one in source.all if values.get(one))
    documents = [values[key] for one in source.evidence if (key := f"evidence.{one}") in values]
    if documents:
        return ", ".join(documents)
    if source.fixed:
        return values.get(source.fixed, source.fixed)
    return next((values[one] for one in source.any if values.get(one)), "")
