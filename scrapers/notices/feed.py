"""The records of a saved feed, whatever its wrapping: JSON Lines, a JSON array, or XML elements.

A file that is no such feed at all (empty, cut off, an error page saved under its name, wrong bytes) is
InvalidInput; a single wrong record is a Rejected and the rest goes on.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast
from xml.parsers import expat

import msgspec
from selectolax.lexbor import LexborNode

from scrapers.errors import InvalidInput
from scrapers.notices.model import Notice, Rejected, rejected

BOM = b"\xef\xbb\xbf"
ID_CHARS = 80
ANY = "*"
_LINK = re.compile(r"https?://[^\x00-\x20\x7f<>\"]{1,1990}")
Row = TypeVar("Row", bound=msgspec.Struct)
Envelope = TypeVar("Envelope", bound=msgspec.Struct)
_UNDECODABLE = (msgspec.DecodeError, RecursionError)
"""What the decoder raises for broken JSON, and for JSON nested beyond reason."""
Node = LexborNode
Located = tuple[str, Any]
"""Where in the file, and the record."""


def notices(
    rows: Iterable[tuple[str, Row] | Rejected], build: Callable[[Row], Notice]
) -> Iterator[Notice | Rejected]:
    """Yield what `build` makes of each row; its ValueError rejects the row, the message is the reason.

    Raises InvalidInput as `checked` does: then it is the file that is wrong (an error body, another
    source's feed), not its records.
    """
    return checked(row if isinstance(row, Rejected) else _built(row, build) for row in rows)


def checked(records: Iterable[Notice | Rejected]) -> Iterator[Notice | Rejected]:
    """Yield the records; InvalidInput when there were some and none of them was a notice."""
    first: Rejected | None = None
    taken = False
    held: list[Rejected] = []
    for made in records:
        if isinstance(made, Notice):
            taken = True
        elif not taken:
            first = first or made
            held.append(made)
            continue
        if held:
            yield from held
            held.clear()
        yield made
    if first and not taken:
        raise InvalidInput(f"no record is a notice of this source ({first.reason})", first.where)


def _built(row: tuple[str, Row], build: Callable[[Row], Notice]) -> Notice | Rejected:
    where, record = row
    try:
        return _sound(build(record))
    except ValueError as error:
        return rejected(str(error), where, msgspec.json.encode(record))


def _sound(notice: Notice) -> Notice:
    """Return the notice; ValueError for what no source may leave out or overdo."""
    if not notice.native_id.isprintable() or len(notice.native_id) > ID_CHARS:
        raise ValueError(f"the number {notice.native_id[:ID_CHARS]!r} is no case number")
    if not notice.title:
        raise ValueError("nothing says which product is meant")
    if not _LINK.fullmatch(notice.url):
        raise ValueError(f"{notice.url[:80]!r} is no web address")
    return notice


def is_xml(data: bytes) -> bool:
    """Tell whether the first character opens an XML (or HTML) element."""
    return data.removeprefix(BOM).lstrip()[:1] == b"<"


def json_rows(data: bytes, row: type[Row]) -> Iterator[tuple[str, Row] | Rejected]:
    """Yield (where, record) of a JSON array or of JSON Lines, or a Rejected for a wrong record."""
    data = data.removeprefix(BOM)
    head = data.lstrip()[:1]
    if not head:
        raise InvalidInput("the file is empty", "line 1")
    if head == b"<":
        raise InvalidInput("a web page or XML where JSON records were expected", "line 1")
    if head not in (b"{", b"["):
        raise InvalidInput("neither JSON Lines nor a JSON array", "line 1")
    _refuse_wrong_utf8(data)
    if head == b"[":
        return _array(data, row)
    # One object printed over several lines is one record.
    return _single(data, row) if b"\n" in data.strip() and _is_json(data) else _lines(data, row)


def enveloped(
    data: bytes,
    row: type[Row],
    envelope: type[Envelope],
    rows: Callable[[Envelope], list[msgspec.Raw]],
) -> Iterator[tuple[str, Row] | Rejected]:
    """Yield (where, record) of what an API wraps its records into.

    `rows` gets the decoded envelope and returns its records; its ValueError, and bytes that are no
    such envelope, are InvalidInput.
    """
    try:
        items = rows(msgspec.json.decode(data.removeprefix(BOM), type=envelope))
    except _UNDECODABLE as error:
        raise InvalidInput(f"no answer of this source ({error})", "envelope") from error
    except ValueError as error:
        raise InvalidInput(str(error), "envelope") from error
    decoder = msgspec.json.Decoder(row)
    return (_decoded(decoder, bytes(item), f"record {n}") for n, item in enumerate(items, 1))


def _single(data: bytes, row: type[Row]) -> Iterator[tuple[str, Row] | Rejected]:
    yield _decoded(msgspec.json.Decoder(row), data, "line 1")


def _refuse_wrong_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"no valid UTF-8 at byte {error.start}", f"line {line}") from error


def _array(data: bytes, row: type[Row]) -> Iterator[tuple[str, Row] | Rejected]:
    try:
        items = msgspec.json.decode(data, type=list[msgspec.Raw])
    except _UNDECODABLE as error:
        raise InvalidInput(f"damaged or truncated JSON ({error})", "JSON array") from error
    decoder = msgspec.json.Decoder(row)
    for number, item in enumerate(items, 1):
        yield _decoded(decoder, bytes(item), f"record {number}")


def _lines(data: bytes, row: type[Row]) -> Iterator[tuple[str, Row] | Rejected]:
    decoder = msgspec.json.Decoder(row)
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped:
            continue
        one = _decoded(decoder, stripped, f"line {number}")
        # Only the end of a file can be cut off; the same damage elsewhere is one bad record.
        if number == len(lines) and isinstance(one, Rejected) and not _is_json(stripped):
            raise InvalidInput("the file ends in the middle of a record", f"line {number}")
        yield one


def _decoded(
    decoder: msgspec.json.Decoder[Row], item: bytes, where: str
) -> tuple[str, Row] | Rejected:
    try:
        return where, decoder.decode(item)
    except _UNDECODABLE as error:
        return rejected(str(error), where, item)


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except _UNDECODABLE:
        return False
    return True


class _Elements:
    """Collects the repeated `element` of a flat XML document as dicts; entities are refused.

    A child's text is its value; a child with children of its own becomes the list of their texts.
    `parents` is the path above the element, the root first. Where the element stands directly under the
    root, texts of the header (its neighbours) are copied into each record.
    """

    def __init__(self, parents: tuple[str, ...], element: str) -> None:
        self.root = parents[0]
        self.above = list(parents)
        self.copied = len(parents) == 1
        self.element = element
        self.path: list[str] = []
        self.header: dict[str, Any] = {}
        self.record: dict[str, Any] | None = None
        self.text: list[str] = []
        self.line = 0
        self.done: list[Located] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.text.append

    def _doctype(self, name: str, *_: object) -> None:
        # No feed declares one; refusing it closes external entities and entity bombs for good.
        what = "a web page" if name.lower() == "html" else "a document type declaration"
        raise InvalidInput(f"{what} where a feed was expected", self._where())

    def _start(self, name: str, _attributes: object) -> None:
        if not self.path and self.root not in (ANY, name):
            raise InvalidInput(f"root element <{name}>, expected <{self.root}>", self._where())
        self.path.append(name)
        self.text.clear()
        if self.element in (ANY, name) and (
            len(self.path) == 2 if self.copied else self.path[:-1] == self.above  # noqa: PLR2004
        ):
            self.record = {}
            self.line = self.parser.CurrentLineNumber

    def _end(self, name: str) -> None:
        below = len(self.path) - len(self.above)
        self.path.pop()
        text = "".join(self.text)
        self.text.clear()
        if below == 1 and self.element in (ANY, name) and self.record is not None:
            number = len(self.done) + 1
            record = self.header | self.record if self.copied else self.record
            self.done.append((f"line {self.line}, <{name}> {number}", record))
            self.record = None
        elif below == 1:
            self.header[name] = text
        elif below == 2 and self.record is not None:  # noqa: PLR2004 -- a field
            self.record.setdefault(name, text)
        elif self.record is not None:
            values = self.record.setdefault(self.path[len(self.above) + 1], [])
            if isinstance(values, list):
                cast("list[str]", values).append(text)

    def _where(self) -> str:
        return f"line {self.parser.CurrentLineNumber}"

    def read(self, data: bytes) -> list[Located]:
        try:
            self.parser.Parse(data, True)  # noqa: FBT003 -- expat's own signature
        except expat.ExpatError as error:
            place = f"line {error.lineno}, column {error.offset}"
            inside = f", in <{self.path[-1]}>" if self.path else ""
            reason = expat.ErrorString(error.code) or "damaged"
            raise InvalidInput(f"malformed XML ({reason})", place + inside) from error
        except (LookupError, ValueError) as error:
            raise InvalidInput(f"an encoding that cannot be read ({error})", "line 1") from error
        return self.done


def xml_rows(
    data: bytes, row: type[Row], *parents: str, element: str
) -> Iterator[tuple[str, Row] | Rejected]:
    """Yield (where, record) of every `element` under the path `parents`, or a Rejected for a wrong one."""
    for where, record in _Elements(parents, element).read(data):
        try:
            yield where, msgspec.convert(record, row)
        except msgspec.ValidationError as error:
            yield rejected(str(error), where, record)


def xml_records(data: bytes) -> list[dict[str, Any]]:
    """Return the elements under the root, whatever their names, as dicts of their children's texts."""
    return [record for _, record in _Elements((ANY,), ANY).read(data)]
