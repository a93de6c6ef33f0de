"""The header of a pack and the lines of its notices: what may stand there and in which form."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from service.packs.errors import PackError
from service.packs.rice import MAX_WIDTH

FORMAT = 1
ISSUED_FORM = "%Y-%m-%dT%H:%M:%SZ"

BANDS = ("none", "A", "B", "C", "D", "E")

Version: TypeAlias = Annotated[int, Meta(ge=1, le=2**31)]
Size: TypeAlias = Annotated[int, Meta(ge=0, le=2**31)]
Width: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_WIDTH)]
Digest: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
PublisherId: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\Z")]
Platform: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}\Z")]
Code: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9_.]{1,60}\Z")]
PublicKey: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{43}=\Z")]
Issued: TypeAlias = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")]
Link: TypeAlias = Annotated[str, Meta(pattern=r"^https?://[!-~]{1,1990}\Z")]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]

T = TypeVar("T")


class Strict(Struct, frozen=True, forbid_unknown_fields=True):
    """A record that takes the named fields and no others."""


class Publisher(Strict, frozen=True):
    """Who signs: an id for machines and a name for people."""

    id: PublisherId
    name: Text


class Section(Strict, frozen=True, tag_field="name"):
    """A run of bytes: `offset` counts from the end of the header, `count` the members."""

    offset: Size
    length: Size
    count: Size
    sha256: Digest


class TableSection(Section, frozen=True):
    """Prefixes with a number each: columns of remainders, numbers and quotients."""

    rice: Width
    value_bits: Width
    encoding: Literal["rice48"]


class Merchants(TableSection, frozen=True, tag="merchants"):
    """Merchants of one platform; the value is band + 8 * warning + 16 * (reason + 1, 0 for none)."""

    platform: Platform


class Safety(TableSection, frozen=True, tag="safety"):
    """Safety keys; the value is tier + 4 * (number of links - 1)."""


class Links(Section, frozen=True, tag="links"):
    """Line numbers of notices, one run for each safety key in the order of the keys."""

    value_bits: Width
    encoding: Literal["bits"]


class Notices(Section, frozen=True, tag="notices"):
    """Notices as JSON Lines, zlib-compressed; `size` is their length before that."""

    size: Size
    encoding: Literal["lines+zlib"]


class Tombstones(TableSection, frozen=True, tag="tombstones"):
    """Withdrawn prefixes; the value is the number of days since the withdrawal."""


class Changes(Strict, frozen=True):
    """What a pack of changes adds to: the whole pack of version `since`, of which it renews one part."""

    part: Literal["merchants", "safety"]
    since: Version


AnySection: TypeAlias = Merchants | Safety | Links | Notices | Tombstones


class Header(Strict, frozen=True):
    """What a pack says of itself; see docs/pack.md."""

    format: Literal[1]
    publisher: Publisher
    public_key: PublicKey
    version: Version
    issued: Issued
    stale_after_days: Annotated[int, Meta(ge=1, le=365)]
    bands: tuple[str, ...]
    reasons: Annotated[tuple[Code, ...], Meta(max_length=62)]
    sections: tuple[AnySection, ...]
    changes: Changes | UnsetType = UNSET
    """Unset in a whole pack."""

    @property
    def issued_at(self) -> datetime:
        """Return when the pack was issued, aware, in UTC."""
        return datetime.strptime(self.issued, ISSUED_FORM).replace(tzinfo=UTC)


class Notice(Strict, frozen=True):
    """What a shopper is told of an official notice; facts only, with the authority's own address."""

    id: Text
    authority: Text
    date: date
    hazards: Annotated[tuple[Code, ...], Meta(max_length=13)]
    type: Text
    words: Text
    url: Link


class _Format(Struct):
    format: int


def canonical(record: Struct) -> bytes:
    """Return the one JSON form of a record: sorted names, no spaces, UTF-8."""
    return msgspec.json.encode(record, order="sorted")


def checked(fields: Mapping[str, object], kind: type[T], where: str) -> T:
    """Return the record made of `fields`; PackError naming the field that breaks a limit."""
    with _named_errors(where):
        return msgspec.convert(fields, kind)


def read_header(data: bytes) -> Header:
    """Return the header; PackError naming the field for any other JSON than a canonical header."""
    if (version := _read(data, _Format, "header").format) != FORMAT:
        raise PackError(f"format {version} is not known, only {FORMAT}", "header.format")
    header = read_canonical(data, Header, "header")
    if header.changes is not UNSET and header.changes.since >= header.version:
        raise PackError("is not older than the pack itself", "header.changes.since")
    if header.bands != BANDS:
        raise PackError(f"are not {', '.join(BANDS)}", "header.bands")
    try:
        header.issued_at  # noqa: B018 -- a day such as the 31st of February shows only here
    except ValueError as error:
        raise PackError(str(error), "header.issued") from error
    return header


def read_canonical(data: bytes, kind: type[T], where: str) -> T:
    """Return the record; PackError when it is invalid or not in its canonical form."""
    record = _read(data, kind, where)
    if canonical(record) != data:  # type: ignore[arg-type]
        raise PackError("is not in canonical form (sorted names, no spaces)", where)
    return record


def _read(data: bytes, kind: type[T], where: str) -> T:
    with _named_errors(where):
        return msgspec.json.decode(data, type=kind)


@contextmanager
def _named_errors(where: str) -> Iterator[None]:
    try:
        yield
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        what, _, path = str(error).partition(" - at `$")
        raise PackError(what, where + path.rstrip("`")) from error
