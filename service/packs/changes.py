"""Packs of changes: what became different since a whole pack, so that browsers need not fetch it anew.

A pack of changes is a pack like any other whose header names the whole pack it adds to (`since`) and
the one part that it renews. It lists what is new or different; its tombstones are what is gone. It
always counts from the whole pack, never from the changes before: each replaces the last, so
none can be missed, and all subscribers ask for the same file.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import UNSET
from numpy.typing import NDArray

from service.packs import tables
from service.packs.errors import PackError
from service.packs.format import Issue, Pack, Tables, together, written
from service.packs.header import Changes, Header, canonical
from service.packs.rice import Numbers
from service.packs.tables import SafetyTable, Table

Part = Literal["merchants", "safety"]

NOTHING = Table.of({})
NO_SAFETY = SafetyTable.of(NOTHING, NOTHING.values, ())


def encode(
    issue: Issue, base: Pack, newest: Pack, part: Part, signing_key: Ed25519PrivateKey
) -> bytes:
    """Return a signed pack that makes one part of `base` say what `newest` says."""
    listed = _merchants(base, newest) if part == "merchants" else _safety(base, newest)
    return written(issue, listed, signing_key, Changes(part, base.header.version))


def _merchants(base: Pack, newest: Pack) -> Tables:
    changed = {}
    for platform, table in newest.merchants.items():
        before = base.merchants.get(platform, NOTHING)
        known = Table(before.prefixes, _renumbered(before.values, base.header, newest.header))
        rows = table.only(~_same(table, known))
        if len(rows.prefixes):
            changed[platform] = rows
    gone = np.setdiff1d(together(base.merchants.values()), together(newest.merchants.values()))
    return Tables(newest.header.reasons, changed, NO_SAFETY, _zeros(gone))


def _renumbered(values: Numbers, before: Header, after: Header) -> Numbers:
    """Return the numbers of merchants with the places that their reasons have in another header."""
    places = {reason: place for place, reason in enumerate(after.reasons, start=1)}
    unknown = len(places) + 1
    lookup = [0, *(places.get(reason, unknown) for reason in before.reasons)]
    low = np.uint64((1 << tables.REASON_SHIFT) - 1)
    reasons = np.array(lookup, dtype=np.uint64)[values >> np.uint64(tables.REASON_SHIFT)]
    numbers: Numbers = values & low | reasons << np.uint64(tables.REASON_SHIFT)
    return numbers


def _same(table: Table, other: Table) -> NDArray[np.bool_]:
    """Return which rows stand in another table with the same number."""
    if not len(other.prefixes):
        return np.zeros(len(table.prefixes), dtype=np.bool_)
    at = np.minimum(np.searchsorted(other.prefixes, table.prefixes), len(other.prefixes) - 1)
    same: NDArray[np.bool_] = (other.prefixes[at] == table.prefixes) & (
        other.values[at] == table.values
    )
    return same


def _safety(base: Pack, newest: Pack) -> Tables:
    before, after = _meanings(base.safety), _meanings(newest.safety)
    changed = np.array([before.get(prefix) != said for prefix, said in after.items()], dtype=bool)
    gone = np.setdiff1d(base.safety.table.prefixes, newest.safety.table.prefixes)
    return Tables((), {}, newest.safety.only(changed), _zeros(gone))


def _meanings(safety: SafetyTable) -> dict[int, tuple[int, frozenset[bytes]]]:
    """Return tier and notices of each safety key, whatever numbers the notices have."""
    lines = [canonical(notice) for notice in safety.notices]
    tiers = safety.table.values & np.uint64((1 << tables.TIER_BITS) - 1)
    return {
        int(prefix): (int(tier), frozenset(lines[int(n)] for n in safety.links[start:end]))
        for prefix, tier, start, end in zip(
            safety.table.prefixes,
            tiers,
            safety.starts[:-1].astype(np.intp),
            safety.starts[1:].astype(np.intp),
            strict=True,
        )
    }


def _zeros(prefixes: Numbers) -> Table:
    return Table(prefixes, np.zeros(len(prefixes), dtype=np.uint64))


@dataclass(frozen=True, slots=True)
class Copy:
    """A whole pack and the changes that were taken to it."""

    base: Pack
    merchants: Pack | None = None
    safety: Pack | None = None

    def take(self, changes: Pack) -> "Copy":
        """Return the copy with these changes; PackError unless they are newer ones to this very pack."""
        head, own = changes.header, self.base.header
        if head.changes is UNSET or head.changes.since != own.version:
            raise PackError(f"are no changes to version {own.version}", "changes")
        if head.public_key != own.public_key:
            raise PackError("is signed with another key than the pack", "public_key")
        part = head.changes.part
        present = self.merchants if part == "merchants" else self.safety
        if present and head.version < present.header.version:
            raise PackError(f"{head.version} is older than {present.header.version}", "version")
        if part == "merchants":
            return Copy(self.base, changes, self.safety)
        return Copy(self.base, self.merchants, changes)

    def rating(self, key: str) -> tables.Rating | None:
        """Return what is said of a merchant key, None when it is not listed."""
        newer = self.merchants
        said = newer.rating(key) if newer else None
        return said or (None if newer and newer.withdrawn(key) else self.base.rating(key))

    def matches(self, key: str) -> list[tables.Match]:
        """Return the notices that name a safety key."""
        newer = self.safety
        said = newer.matches(key) if newer else []
        return said or ([] if newer and newer.withdrawn(key) else self.base.matches(key))

    def withdrawn(self, key: str) -> bool:
        """Return whether a key was listed and taken back."""
        layers = (self.base, self.merchants, self.safety)
        listed = self.rating(key) is not None or self.matches(key) != []
        return not listed and any(layer.withdrawn(key) for layer in layers if layer)
