"""The scorer's input: one struct per type of event, and the readers that make them.

Times are days (floats) on any one scale; identifiers are opaque strings. `known` is when a fact was
learnt and defaults to `t`. `evidence_id` is not part of the file format: the service puts the id of
the stored fact there so that reasons can lead back to it. Nothing about payment, accreditation or
advertising has a field here, so none can be an input.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

LONGEST_LINE = 1_000_000
"""Bytes of one event; a longer one is refused before it is decoded."""

Id = Annotated[str, Meta(min_length=1, max_length=512)]
Text = Annotated[str, Meta(max_length=4096)]
Days = Annotated[float, Meta(ge=-1e7, le=1e7)]
Duration = Annotated[float, Meta(ge=0, le=1e5)]
Amount = Annotated[float, Meta(ge=0, le=1e12)]
Count = Annotated[int, Meta(ge=0, le=10**12)]
Severity = Annotated[int, Meta(ge=1, le=3)]
Rating = Annotated[float, Meta(ge=1, le=5)]
Aspect = Literal["goods", "delivery", "after_sales"]
Outcome = Literal["resolved", "unresolved", "no_reply", "unfounded", "invalid_contact", "withdrawn"]


class Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every event has."""

    t: Days
    merchant: Id
    known: Days | None = None
    evidence_id: Id | None = None

    @property
    def learnt(self) -> float:
        """Return the day from which this event may be used."""
        return self.t if self.known is None else max(self.t, self.known)


class Open(Event, frozen=True, kw_only=True, tag="open"):
    """The merchant opened, or opened again."""

    category: Text = ""
    price_level: float | str | None = None
    name: Text | None = None
    identity: list[Text] | dict[str, Text] | Text | None = None


class Closed(Event, frozen=True, kw_only=True, tag="closed"):
    """The merchant closed."""


class Disclosure(Event, frozen=True, kw_only=True, tag="disclosure"):
    """What the merchant states about itself, or does not."""

    field: Id
    value: Text = ""
    verified: bool = False
    state: Literal["valid", "invalid", "absent_required", "not_assessable"] = "valid"
    jurisdiction: Text | None = None
    id: Id | None = None


class Review(Event, frozen=True, kw_only=True, tag="review"):
    """One buyer's rating."""

    id: Id
    reviewer: Id
    rating: Rating
    verified: bool
    text_id: Text | None = None
    product: Text | None = None
    topic: Text | None = None
    aspect: Aspect | None = None
    phase: Literal["before", "after"] = "after"
    incentivised: bool = False


class Complaint(Event, frozen=True, kw_only=True, tag="complaint"):
    """A complaint as it was filed."""

    id: Id
    reviewer: Id
    severity: Severity
    contact_complete: bool
    evidence: bool
    amount: Amount | None = None
    aspect: Aspect | None = None
    cluster: Text | None = None
    currency: Text | None = None


class ComplaintReply(Event, frozen=True, kw_only=True, tag="complaint_reply"):
    """The merchant answered a complaint."""

    id: Id


class ComplaintClosed(Event, frozen=True, kw_only=True, tag="complaint_closed"):
    """A complaint came to an end; the latest outcome of a complaint stands."""

    id: Id
    outcome: Outcome


class Delivery(Event, frozen=True, kw_only=True, tag="delivery"):
    """How one delivery went."""

    state: Literal["on_time", "late", "lost", "damaged"]
    days: Duration | None = None
    promised_days: Duration | None = None
    id: Id | None = None


class Claim(Event, frozen=True, kw_only=True, tag="claim"):
    """A curated statement about the merchant."""

    id: Id
    property: Text
    severity: Severity


class ClaimContested(Event, frozen=True, kw_only=True, tag="claim_contested"):
    """The merchant contests a curated statement."""

    id: Id
    property: Text | None = None
    severity: Severity | None = None


class ClaimWithdrawn(Event, frozen=True, kw_only=True, tag="claim_withdrawn"):
    """A curated statement was withdrawn."""

    id: Id
    property: Text | None = None
    severity: Severity | None = None


class Sales(Event, frozen=True, kw_only=True, tag="sales"):
    """Orders since the last such event, where a platform states them."""

    count: Count


class Retract(Event, frozen=True, kw_only=True, tag="retract"):
    """An earlier review, complaint or disclosure was withdrawn or erased."""

    id: Id


class Block(Event, frozen=True, kw_only=True, tag="block"):
    """An authority ordered a listing of this seller off the market."""

    product: Id
    severity: Severity
    source: Text
    country: Text | None = None


class BlockLift(Event, frozen=True, kw_only=True, tag="block_lift"):
    """An authority lifted its order."""

    product: Id
    source: Text
    severity: Severity | None = None
    country: Text | None = None


class BlockStatus(Event, frozen=True, kw_only=True, tag="block_status"):
    """What was seen when a blocked listing was looked at again."""

    product: Id
    status: Literal["gone", "still_live", "relisted"]


class ListingChange(Event, frozen=True, kw_only=True, tag="listing_change"):
    """A listing now sells something else."""

    product: Id
    new_product: Text
    topic: Text | None = None


TYPES: Mapping[str, type[Event]] = {
    str(kind.__struct_config__.tag): kind for kind in Event.__subclasses__()
}
_FIELDS: Mapping[str, frozenset[str]] = {
    name: frozenset(kind.__struct_encode_fields__) | {"type"} for name, kind in TYPES.items()
}
_AT = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"missing required field `(\w+)`")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a record: its line (from 1), the field, and whether the record was skipped.

    A problem that does not skip is a field that was ignored.
    """

    line: int
    field: str
    what: str
    skipped: bool = True

    def __str__(self) -> str:
        return f"line {self.line}, field {self.field}: {self.what}"


class _Refused(Exception):
    """A record cannot be an event."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(field, what)
        self.field = field
        self.what = what


def read(lines: Iterable[bytes]) -> Iterator[Event | Problem]:
    """Yield the event of each line (a JSON object; blank lines are passed over) and its problems."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield from read_line(line, number)


def read_line(line: bytes, number: int) -> Iterator[Event | Problem]:
    """Yield the event of one line and its problems; problems carry `number` as their line."""
    try:
        record = _decoded(line)
    except _Refused as refused:
        yield Problem(number, refused.field, refused.what)
        return
    yield from _read_record(record, number)


def from_records(
    records: Iterable[Mapping[str, Any]], report: Callable[[Problem], None] | None = None
) -> list[Event]:
    """Return the events of already decoded records; what is wrong goes to `report`, counted from 1."""
    events = []
    for number, record in enumerate(records, 1):
        for item in _read_record(record, number):
            if isinstance(item, Event):
                events.append(item)
            elif report is not None:
                report(item)
    return events


def problem_of(record: Mapping[str, Any]) -> Problem | None:
    """Return why the scorer would skip this record, or None when it takes it."""
    for item in _read_record(record, 1):
        if isinstance(item, Problem) and item.skipped:
            return item
    return None


def identity(event: Event) -> tuple[str, ...]:
    """Return what makes two events the same fact: type and id, or, without an id, all their content."""
    own: str | None = getattr(event, "id", None)
    if own is not None:
        return (tag(event), own)
    return (tag(event), canonical(event).decode(), event.evidence_id or "")


def canonical(event: Event) -> bytes:
    """Return the event's facts as JSON bytes that are equal exactly for equal facts.

    The id of the stored evidence is where a fact came from, not part of it.
    """
    facts = event if event.evidence_id is None else replace(event, evidence_id=None)
    return msgspec.json.encode(facts)


def tag(event: Event) -> str:
    """Return the event's type as it stands in a file."""
    return str(event.__struct_config__.tag)


def _decoded(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise _Refused("line", f"longer than {LONGEST_LINE} bytes")
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _Refused("line", f"not JSON ({error})") from error
    if not isinstance(record, dict):
        raise _Refused("line", "not a JSON object")
    return record


def _read_record(record: Mapping[str, Any], number: int) -> Iterator[Event | Problem]:
    try:
        event = _event(record)
    except _Refused as refused:
        yield Problem(number, refused.field, refused.what)
        return
    for field in sorted(set(record) - _FIELDS[tag(event)]):
        yield Problem(number, field[:64], "unknown field, ignored", skipped=False)
    yield event


def _event(record: Mapping[str, Any]) -> Event:
    kind = record.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise _Refused("type", "missing" if kind is None else f"unknown type {str(kind)[:64]!r}")
    try:
        event = msgspec.convert(dict(record), TYPES[kind])
    except msgspec.ValidationError as error:
        raise _Refused(*_explained(str(error))) from error
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, float) and not math.isfinite(value):
            raise _Refused(name, "not a finite number")
    return event


def _explained(message: str) -> tuple[str, str]:
    """Split msgspec's message into (field, what)."""
    if missing := _MISSING.search(message):
        return missing[1], "missing"
    at = _AT.search(message)
    return (at[1] if at and at[1] else "record"), _AT.sub("", message)
