"""A pack as one file: magic, header, sections, signature. Bytes in, bytes out.

    8 bytes   magic
    4 bytes   length of the header, big-endian
    header    canonical JSON (`service.packs.header`)
    sections  back to back, in the order and with the lengths that the header gives
    64 bytes  Ed25519 signature (RFC 8032) of everything before it

`docs/pack.md` describes it for strangers; `extension/src/lookup/pack.ts` is the twin and
`tests/vectors/pack.json` judges both.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import UNSET, UnsetType

from service.packs import header as head
from service.packs import tables
from service.packs.errors import PackError
from service.packs.keys import key_bytes, key_text
from service.packs.rice import Numbers
from service.packs.tables import Coded, SafetyTable, Table

MAGIC = b"\x89CAVEAT\n"
"""The first byte is no ASCII and the last a line feed: a copy mangled as text shows at once."""

LENGTH_BYTES = 4
SIGNATURE_BYTES = 64
HEADER_CAP = 2**20
STALE_AFTER_DAYS = 14


@dataclass(frozen=True, slots=True)
class Issue:
    """Who issues a pack, when, and under which number."""

    publisher: head.Publisher
    version: int
    issued: datetime
    stale_after_days: int = STALE_AFTER_DAYS


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a pack."""

    merchants: Iterable[tables.MerchantEntry] = ()
    safety: Iterable[tables.SafetyEntry] = ()
    notices: Iterable[head.Notice] = ()


@dataclass(frozen=True, slots=True)
class Tables:
    """The sections of a pack: merchants by platform, safety keys, withdrawn prefixes."""

    reasons: tuple[str, ...]
    merchants: Mapping[str, Table]
    safety: SafetyTable
    tombstones: Table


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was read and found whole, signed and consistent."""

    header: head.Header
    merchants: Mapping[str, Table]
    safety: SafetyTable
    tombstones: Table

    def rating(self, key: str) -> tables.Rating | None:
        """Return what is said of a merchant key, None when it is not listed."""
        table = self.merchants.get(key.partition(":")[0])
        value = None if table is None else table.get(tables.prefix48(key))
        return None if value is None else tables.rating(self.header, value)

    def matches(self, key: str) -> list[tables.Match]:
        """Return the notices that name a safety key."""
        return self.safety.matches(key)

    def withdrawn(self, key: str) -> bool:
        """Return whether a key was listed in an earlier pack and taken back."""
        return self.tombstones.find(tables.prefix48(key)) is not None

    def prefixes(self) -> Numbers:
        """Return the prefixes of all merchants and safety keys, in no order."""
        return together([*self.merchants.values(), self.safety.table])


def encode(
    issue: Issue, contents: Contents, signing_key: Ed25519PrivateKey, previous: Pack | None = None
) -> bytes:
    """Return a signed pack; PackError when the contents break a limit of the format.

    What `previous` lists and the contents do not becomes a tombstone.
    """
    reasons, merchants = tables.merchant_tables(contents.merchants)
    safety = tables.safety_table(contents.safety, contents.notices)
    gone = _tombstones(issue, together([*merchants.values(), safety.table]), previous)
    return written(issue, Tables(reasons, merchants, safety, gone), signing_key)


def written(
    issue: Issue,
    listed: Tables,
    signing_key: Ed25519PrivateKey,
    changes: head.Changes | UnsetType = UNSET,
) -> bytes:
    """Return a signed pack of these tables, or with `changes` a pack of changes."""
    coded = [
        *(
            _named("merchants", table.coded(), platform=name)
            for name, table in listed.merchants.items()
        ),
        _named("safety", listed.safety.table.coded()),
        _named("links", tables.coded_links(listed.safety.links)),
        _named("notices", tables.coded_notices(listed.safety.notices)),
        _named("tombstones", listed.tombstones.coded()),
    ]
    header = _header(issue, signing_key, listed.reasons, placed(coded))
    header = msgspec.structs.replace(header, changes=changes)
    return seal(head.canonical(header), b"".join(body for _, body in coded), signing_key)


def seal(header: bytes, body: bytes, signing_key: Ed25519PrivateKey) -> bytes:
    """Return header and sections framed and signed."""
    framed = MAGIC + len(header).to_bytes(LENGTH_BYTES, "big") + header + body
    return framed + signing_key.sign(framed)


def decode(
    data: bytes, *, public_key: bytes | None = None, minimum_version: int | None = None
) -> Pack:
    """Return the pack, or raise PackError naming the part that is wrong; never a part of a pack.

    `public_key` (32 bytes) is the only key whose signature is taken; without it the file's own key
    is, which shows that the file is whole but not who made it. A version below `minimum_version`
    is refused.
    """
    header_bytes, body = _unframed(data)
    header = head.read_header(header_bytes)
    own_key = key_bytes(header.public_key, "header.public_key")
    if public_key is not None and public_key != own_key:
        raise PackError("is signed with another key than the one expected", "public_key")
    _verify(data, own_key)
    if minimum_version is not None and header.version < minimum_version:
        raise PackError(f"{header.version} is older than {minimum_version}", "version")
    return _read(header, _cut(header, body))


def read_header(data: bytes) -> head.Header:
    """Return what a file says of itself, unverified; PackError when it is no pack."""
    return head.read_header(_unframed(data)[0])


def _header(
    issue: Issue,
    signing_key: Ed25519PrivateKey,
    reasons: tuple[str, ...],
    sections: list[dict[str, object]],
) -> head.Header:
    fields = {
        "format": head.FORMAT,
        "publisher": {"id": issue.publisher.id, "name": issue.publisher.name},
        "public_key": key_text(signing_key.public_key().public_bytes_raw()),
        "version": issue.version,
        "issued": issue.issued.astimezone(UTC).strftime(head.ISSUED_FORM),
        "stale_after_days": issue.stale_after_days,
        "bands": head.BANDS,
        "reasons": reasons,
        "sections": sections,
    }
    return head.checked(fields, head.Header, "header")


def together(parts: Iterable[Table]) -> Numbers:
    """Return the prefixes of several tables, in no order."""
    return np.concatenate([np.zeros(0, np.uint64), *(table.prefixes for table in parts)])


def _tombstones(issue: Issue, listed: Numbers, previous: Pack | None) -> Table:
    """Return what is withdrawn, until the last copy that may still list it is stale."""
    if previous is None:
        return Table.of({})
    days = (issue.issued.astimezone(UTC).date() - previous.header.issued_at.date()).days
    old = previous.tombstones
    ages = dict(zip(old.prefixes.tolist(), (old.values + max(days, 0)).tolist(), strict=True))
    ages |= dict.fromkeys(np.setdiff1d(previous.prefixes(), listed).tolist(), 0)
    again = set(listed.tolist()) & ages.keys()
    return Table.of(
        {
            prefix: age
            for prefix, age in ages.items()
            if age <= issue.stale_after_days and prefix not in again
        }
    )


def _named(name: str, coded: Coded, **more: object) -> Coded:
    fields, payload = coded
    return {"name": name, **more, **fields}, payload


def placed(coded: list[Coded]) -> list[dict[str, object]]:
    """Return the header's entries of sections that stand back to back, in this order."""
    placed, offset = [], 0
    for fields, payload in coded:
        digest = hashlib.sha256(payload).hexdigest()
        placed.append({**fields, "offset": offset, "length": len(payload), "sha256": digest})
        offset += len(payload)
    return placed


def _unframed(data: bytes) -> tuple[bytes, bytes]:
    start = len(MAGIC) + LENGTH_BYTES
    if data[: len(MAGIC)] != MAGIC[: len(data)]:
        raise PackError("is not a Caveat pack", "magic")
    end = start + int.from_bytes(data[len(MAGIC) : start], "big")
    if end > start + HEADER_CAP:
        raise PackError(f"a header has at most {HEADER_CAP} bytes", "header")
    if end + SIGNATURE_BYTES > len(data):
        raise PackError(f"ends after {len(data)} bytes, before its header does", "length")
    return data[start:end], data[end:-SIGNATURE_BYTES]


def _verify(data: bytes, key: bytes) -> None:
    try:
        signed, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature as error:
        raise PackError("does not belong to this file", "signature") from error


def _cut(header: head.Header, body: bytes) -> list[bytes]:
    cut, end = [], 0
    for number, section in enumerate(header.sections):
        where = f"sections[{number}]"
        if section.offset != end:
            raise PackError(f"starts at {section.offset} instead of {end}", f"{where}.offset")
        end += section.length
        payload = body[section.offset : end]
        if end > len(body):
            raise PackError(f"ends at {end}, behind the last byte {len(body)}", f"{where}.length")
        if hashlib.sha256(payload).hexdigest() != section.sha256:
            raise PackError("does not match the bytes", f"{where}.sha256")
        cut.append(payload)
    if end != len(body):
        raise PackError(f"{len(body) - end} bytes belong to no section", "sections")
    return cut


def _read(header: head.Header, cut: list[bytes]) -> Pack:
    match header.sections:
        case (*merchants, head.Safety() as safety, head.Links() as links,
              head.Notices() as notices, head.Tombstones() as tombstones):  # fmt: skip
            listed = _read_merchants(header, merchants, cut)
        case _:
            raise PackError("are not merchants, safety, links, notices, tombstones", "sections")
    where = [f"sections[{number}]" for number in range(len(cut))]
    keys = tables.read_table(safety, cut[-4], where[-4])
    lines = tables.read_notices(notices, cut[-2], where[-2])
    numbers = tables.read_links(links, cut[-3], keys, len(lines), where[-3])
    gone = tables.read_table(tombstones, cut[-1], where[-1])
    pack = Pack(header, listed, SafetyTable.of(keys, numbers, lines), gone)
    _check_part(pack)
    _check_tombstones(pack, where[-1])
    return pack


def _check_part(pack: Pack) -> None:
    match pack.header.changes:
        case head.Changes("merchants") if len(pack.safety.table.prefixes):
            raise PackError("changes of merchants hold safety keys", "sections")
        case head.Changes("safety") if pack.merchants:
            raise PackError("changes of safety keys hold merchants", "sections")


def _read_merchants(
    header: head.Header, sections: list[head.AnySection], cut: list[bytes]
) -> dict[str, Table]:
    listed: dict[str, Table] = {}
    for number, section in enumerate(sections):
        where = f"sections[{number}]"
        if not isinstance(section, head.Merchants) or section.platform <= max(listed, default=""):
            raise PackError("merchants come first, sorted by platform", where)
        table = tables.read_table(section, cut[number], where)
        tables.check_ratings(header, table, where)
        listed[section.platform] = table
    together = np.concatenate(
        [np.zeros(0, np.uint64), *(each.prefixes for each in listed.values())]
    )
    if len(np.unique(together)) != len(together):
        raise PackError("a prefix is listed on two platforms", "sections")
    return listed


def _check_tombstones(pack: Pack, where: str) -> None:
    if np.isin(pack.tombstones.prefixes, pack.prefixes()).any():
        raise PackError("a withdrawn prefix is listed", where)
    if (pack.tombstones.values > pack.header.stale_after_days).any():
        raise PackError("a prefix was withdrawn before any copy that still speaks", where)
