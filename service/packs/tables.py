"""What the sections of a pack hold, between rows of facts and columns of bits."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from service.packs import header as head
from service.packs import rice
from service.packs.errors import PackError
from service.packs.rice import Numbers

PREFIX_BYTES = rice.PREFIX_BITS // 8
NOTICES_CAP = 64 * 2**20
"""Bytes of notices before compression; more is refused before it is inflated."""

WARNING_BIT = 3
REASON_SHIFT = 4
TIERS = 3
TIER_BITS = 2
MAX_LINKS = 1024
"""Notices of one safety key; a key with more says nothing about a product."""

Coded: TypeAlias = tuple[dict[str, object], bytes]
"""The header fields of a section that depend on its content, and the content."""


class MerchantEntry(NamedTuple):
    """What a pack is to say of a merchant; `reason` is the code of the strongest reason."""

    key: str
    platform: str
    band: str
    warning: bool
    reason: str | None


class SafetyEntry(NamedTuple):
    """A safety key and one notice that names it; tier 0 listing id, 1 GTIN, 2 brand and model."""

    key: str
    tier: int
    notice_id: str


class Rating(NamedTuple):
    """What a pack says of a merchant."""

    band: str
    warning: bool
    reason: str | None


class Match(NamedTuple):
    """A notice that names a safety key."""

    tier: int
    notice: head.Notice


class _LinkedKey(NamedTuple):
    tier: int
    notice_ids: set[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Strictly rising 48-bit prefixes, each with a number."""

    prefixes: Numbers
    values: Numbers

    @classmethod
    def of(cls, entries: Mapping[int, int]) -> "Table":
        """Return the table of a mapping from prefix to number."""
        prefixes = np.array(sorted(entries), dtype=np.uint64)
        values = np.array([entries[int(each)] for each in prefixes], dtype=np.uint64)
        return cls(prefixes, values)

    def find(self, prefix: int) -> int | None:
        """Return the row of a prefix, None when it is not listed."""
        row = int(np.searchsorted(self.prefixes, np.uint64(prefix)))
        return row if row < len(self.prefixes) and int(self.prefixes[row]) == prefix else None

    def get(self, prefix: int) -> int | None:
        """Return the number of a prefix, None when it is not listed."""
        row = self.find(prefix)
        return None if row is None else int(self.values[row])

    def only(self, rows: NDArray[np.bool_]) -> "Table":
        """Return some rows."""
        return Table(self.prefixes[rows], self.values[rows])

    def coded(self) -> Coded:
        """Return the table in `rice48`: remainders, values, quotients."""
        code = rice.encode(self.prefixes)
        value_bits = int(self.values.max(initial=0)).bit_length()
        payload = code.remainders + rice.pack_bits(self.values, value_bits) + code.quotients
        fields = {"rice": code.k, "value_bits": value_bits, "encoding": "rice48"}
        return {**fields, "count": len(self.prefixes)}, payload


def prefix48(key: str) -> int:
    """Return the first 48 bits of SHA-256 of the key's UTF-8 bytes, as a number."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:PREFIX_BYTES], "big")


def read_table(section: head.TableSection, payload: bytes, where: str) -> Table:
    """Return the table of a `rice48` section; PackError when its columns do not fit."""
    first = rice.column_bytes(section.count, section.rice)
    second = first + rice.column_bytes(section.count, section.value_bits)
    code = rice.RiceSet(section.rice, payload[:first], payload[second:])
    prefixes = rice.decode(code, section.count, where)
    return Table(
        prefixes, rice.unpack_bits(payload[first:second], section.count, section.value_bits, where)
    )


def merchant_tables(rows: Iterable[MerchantEntry]) -> tuple[tuple[str, ...], dict[str, Table]]:
    """Return the reason codes in use and one table for each platform, by name.

    Keys must be distinct. Two keys with the same prefix are both left out: "no data" about two
    merchants is better than one's band shown for the other.
    """
    reasons: dict[str | None, int] = {None: 0}
    platforms: dict[str, int] = {}

    def column(row: MerchantEntry) -> tuple[int, int, int]:
        reason = reasons.setdefault(row.reason, len(reasons))
        value = _band(row) | row.warning << WARNING_BIT | reason << REASON_SHIFT
        return prefix48(row.key), value, platforms.setdefault(row.platform, len(platforms))

    columns = np.fromiter(
        map(column, rows),
        dtype=[("prefix", np.uint64), ("value", np.uint64), ("platform", np.uint16)],
    )
    columns = columns[np.argsort(columns["prefix"], kind="stable")]
    columns = columns[unambiguous(columns["prefix"])]
    tables = {}
    for platform in sorted(platforms):
        mine = columns[columns["platform"] == platforms[platform]]
        tables[platform] = Table(mine["prefix"].copy(), mine["value"].copy())
    return tuple(code for code in reasons if code is not None), tables


def _band(row: MerchantEntry) -> int:
    if row.band not in head.BANDS:
        raise PackError(f"band {row.band!r} is not one of {', '.join(head.BANDS)}", row.key)
    return head.BANDS.index(row.band)


def unambiguous(prefixes: Numbers) -> NDArray[np.bool_]:
    """Return which members of a sorted array equal no neighbour."""
    same = np.zeros(len(prefixes) + 1, dtype=np.bool_)
    same[1:-1] = prefixes[1:] == prefixes[:-1]
    return ~(same[1:] | same[:-1])


def rating(header: head.Header, value: int) -> Rating:
    """Return the meaning of a merchant's number."""
    reason = value >> REASON_SHIFT
    return Rating(
        header.bands[value & ((1 << WARNING_BIT) - 1)],
        bool(value >> WARNING_BIT & 1),
        header.reasons[reason - 1] if reason else None,
    )


def check_ratings(header: head.Header, table: Table, where: str) -> None:
    """Raise PackError when a number points outside the tables of bands and reasons."""
    if (table.values >> REASON_SHIFT > len(header.reasons)).any():
        raise PackError("a merchant has a reason that is not in the header", where)
    if (table.values & ((1 << WARNING_BIT) - 1) >= len(header.bands)).any():
        raise PackError("a merchant has a band that is not in the header", where)


@dataclass(frozen=True, slots=True)
class SafetyTable:
    """Safety keys and the notices that name them."""

    table: Table
    links: Numbers
    notices: tuple[head.Notice, ...]
    starts: Numbers

    @classmethod
    def of(cls, table: Table, links: Numbers, notices: tuple[head.Notice, ...]) -> "SafetyTable":
        """Return the table; `links` holds one run of notice numbers for each key."""
        ends = np.cumsum(link_counts(table))
        return cls(table, links, notices, np.concatenate((np.zeros(1, np.uint64), ends)))

    def only(self, rows: NDArray[np.bool_]) -> "SafetyTable":
        """Return the keys of some rows and the notices that name them."""
        links = self.links[np.repeat(rows, link_counts(self.table).astype(np.intp))]
        used = np.unique(links)
        notices = tuple(self.notices[int(number)] for number in used)
        numbers = np.searchsorted(used, links).astype(np.uint64)
        return SafetyTable.of(self.table.only(rows), numbers, notices)

    def matches(self, key: str) -> list[Match]:
        """Return the notices that name a safety key."""
        row = self.table.find(prefix48(key))
        if row is None:
            return []
        tier = int(self.table.values[row]) & ((1 << TIER_BITS) - 1)
        run = self.links[int(self.starts[row]) : int(self.starts[row + 1])]
        return [Match(tier, self.notices[int(number)]) for number in run]


def link_counts(table: Table) -> Numbers:
    """Return how many notices each safety key has."""
    return (table.values >> np.uint64(TIER_BITS)) + 1


def safety_table(rows: Iterable[SafetyEntry], notices: Iterable[head.Notice]) -> SafetyTable:
    """Return the table of safety keys; notices that no key names are left out.

    A key's tier is the lowest given for it. Keys that share a prefix are all left out, and so is
    a key that more than MAX_LINKS notices name. ValueError for a notice that is not given.
    """
    known = {notice.id: notice for notice in notices}
    keys = _alone(_linked(rows))
    used = sorted({each for key in keys.values() for each in key.notice_ids})
    if unknown := [each for each in used if each not in known]:
        raise ValueError(f"safety keys name the notice {unknown[0]!r}, which is not given")
    numbers = {each: number for number, each in enumerate(used)}
    links = [numbers[each] for key in keys.values() for each in sorted(key.notice_ids)]
    values = {
        prefix: key.tier | (len(key.notice_ids) - 1) << TIER_BITS for prefix, key in keys.items()
    }
    return SafetyTable.of(
        Table.of(values), np.array(links, dtype=np.uint64), tuple(known[each] for each in used)
    )


def _linked(rows: Iterable[SafetyEntry]) -> dict[str, _LinkedKey]:
    linked: dict[str, _LinkedKey] = {}
    for row in rows:
        key = linked.setdefault(row.key, _LinkedKey(row.tier, set()))
        key.notice_ids.add(row.notice_id)
        linked[row.key] = key._replace(tier=min(key.tier, row.tier))
    return linked


def _alone(linked: dict[str, _LinkedKey]) -> dict[int, _LinkedKey]:
    """Return the keys that can be told from all others, by rising prefix."""
    by_prefix: dict[int, list[_LinkedKey]] = {}
    for name, key in linked.items():
        if len(key.notice_ids) <= MAX_LINKS:
            by_prefix.setdefault(prefix48(name), []).append(key)
    return {prefix: keys[0] for prefix, keys in sorted(by_prefix.items()) if len(keys) == 1}


def coded_links(links: Numbers) -> Coded:
    """Return the links as numbers of one width."""
    width = int(links.max(initial=0)).bit_length()
    fields = {"count": len(links), "value_bits": width, "encoding": "bits"}
    return fields, rice.pack_bits(links, width)


def read_links(
    section: head.Links, payload: bytes, safety: Table, notices: int, where: str
) -> Numbers:
    """Return the links; PackError when they do not fit the safety keys or the notices."""
    if (safety.values & ((1 << TIER_BITS) - 1) >= TIERS).any():
        raise PackError("a safety key has a tier that is not known", where)
    links = rice.unpack_bits(payload, section.count, section.value_bits, where)
    if int(np.sum(link_counts(safety))) != len(links):
        raise PackError(f"{len(links)} links do not fit the safety keys", where)
    if (links >= notices).any():
        raise PackError(f"a link points behind the last of {notices} notices", where)
    return links


def coded_notices(notices: Sequence[head.Notice]) -> Coded:
    """Return the notices as compressed lines."""
    lines = b"".join(head.canonical(notice) + b"\n" for notice in notices)
    fields = {"count": len(notices), "size": len(lines), "encoding": "lines+zlib"}
    return fields, zlib.compress(lines, 9)


def read_notices(section: head.Notices, payload: bytes, where: str) -> tuple[head.Notice, ...]:
    """Return the notices; PackError for anything but `count` canonical lines of `size` bytes."""
    lines = _inflated(section, payload, where).split(b"\n")
    if lines.pop() != b"":
        raise PackError("the last line has no end", where)
    if len(lines) != section.count:
        raise PackError(f"holds {len(lines)} notices, not {section.count}", where)
    return tuple(
        head.read_canonical(line, head.Notice, f"{where}.line[{number}]")
        for number, line in enumerate(lines)
    )


def _inflated(section: head.Notices, payload: bytes, where: str) -> bytes:
    if section.size > NOTICES_CAP:
        raise PackError(f"{section.size} bytes of notices are too many", where)
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(payload, section.size + 1)
    except zlib.error as error:
        raise PackError(f"the notices do not inflate ({error})", where) from error
    if len(text) != section.size or not stream.eof or stream.unused_data:
        raise PackError(f"the notices do not inflate to {section.size} bytes", where)
    return text
