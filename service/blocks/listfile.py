"""A regulator's list as a file: CSV, XLSX or JSON in, checked rows and named errors out. Pure."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from scoring.matching import keys
from scrapers.notices.text import is_iso_date
from scrapers.notices.vocabulary import vocabulary
from service.blocks import addresses, values
from service.core.errors import InvalidInput

FILE_CAP = 900_000
"""Bytes of an uploaded file; a request may have a little more."""
INFLATED_CAP = 50_000_000
"""Bytes of all parts of a workbook once inflated."""
MOST_ROWS = 5_000
MOST_COLUMNS = 40
LONGEST_CELL = 2_000
_REF = re.compile(r"[\w./-]{1,60}", re.ASCII)
_ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One product of a list; `platform` and `item_id` where the list names a listing to be blocked.

    `hazards` are codes joined by spaces, `severity` is 1 to 3, dates are ISO.
    """

    ref: str
    product: str
    published: str
    record_type: str = "ban"
    brand: str = ""
    model: str = ""
    gtin: str = ""
    hazards: str = ""
    hazard_text: str = ""
    severity: str = "2"
    url: str = ""
    platform: str = ""
    item_id: str = ""
    listing_url: str = ""
    reason: str = ""
    legal_basis: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the row as JSON."""
        return asdict(self)


COLUMNS = tuple(field.name for field in fields(ListRow))
REQUIRED = ("ref", "product", "published")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell; rows count from 1, the head of a table is no row."""

    row: int
    field: str
    what: str


@dataclass(frozen=True, slots=True)
class ReadList:
    """What a file holds: its good rows, and what is wrong with the others."""

    rows: tuple[ListRow, ...]
    errors: tuple[RowError, ...]


def read(data: bytes, name: str) -> ReadList:
    """Read a file by its first bytes; raise InvalidInput for what is no list at all."""
    if len(data) > FILE_CAP:
        raise InvalidInput(f"is larger than {FILE_CAP} bytes", where=name)
    raw = list(_limited(_records(data, name), name))
    if not raw:
        raise InvalidInput("holds no rows", where=name)
    rows: list[ListRow] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    for number, record in enumerate(raw, 1):
        row, wrong = _row(record)
        if (before := seen.setdefault(row.ref, number)) != number:
            wrong["ref"] = f"stands in row {before} already"
        errors += [RowError(number, field, what) for field, what in wrong.items()]
        if not wrong:
            rows.append(row)
    return ReadList(tuple(rows), tuple(errors))


def _records(data: bytes, name: str) -> Iterator[Mapping[str, Any]]:
    if data.startswith(_ZIP_MAGIC):
        return _table(_sheet(data, name), name)
    if data.lstrip()[:1] in (b"[", b"{"):
        return _objects(data, name)
    return _table(_csv(data, name), name)


def _limited(records: Iterator[Mapping[str, Any]], name: str) -> Iterator[Mapping[str, Any]]:
    for number, record in enumerate(records, 1):
        if number > MOST_ROWS:
            raise InvalidInput(f"has more than {MOST_ROWS} rows", where=name)
        yield record


def _objects(data: bytes, name: str) -> Iterator[Mapping[str, Any]]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("is no JSON that can be read", where=name) from error
    rows = found.get("rows") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("is no JSON array of objects", where=name)
    for number, row in enumerate(rows, 1):
        if unknown := sorted(row.keys() - set(COLUMNS)):
            raise InvalidInput(f"row {number} has unknown fields: {unknown}", where=name)
        yield row


def _csv(data: bytes, name: str) -> Iterator[list[Any]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("is neither UTF-8 text nor a workbook", where=name) from error
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise InvalidInput(f"is no table ({error})", where=name) from error


def _sheet(data: bytes, name: str) -> Iterator[list[Any]]:
    """Yield the rows of a workbook's first sheet; values only, nothing is computed."""
    from openpyxl import load_workbook  # noqa: PLC0415 - only those who upload a workbook wait for it

    try:
        inflated = _inflated_size(data)
        rows = _cells(load_workbook, data) if inflated <= INFLATED_CAP else []
    except Exception as error:
        # A workbook is a zip of XML from elsewhere: openpyxl documents no single error for damage.
        raise InvalidInput("is no workbook that can be read", where=name) from error
    if inflated > INFLATED_CAP:
        raise InvalidInput("inflates to an absurd size", where=name)
    yield from rows


def _inflated_size(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return sum(part.file_size for part in parts.infolist())


def _cells(load: Callable[..., Any], data: bytes) -> list[list[Any]]:
    book = load(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    limits = {"max_row": MOST_ROWS + 2, "max_col": MOST_COLUMNS + 1}
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True, **limits)]
    book.close()
    return rows


def _table(rows: Iterator[list[Any]], name: str) -> Iterator[Mapping[str, Any]]:
    head = [_text(cell).strip().lower() for cell in next(rows, [])]
    while head and not head[-1]:
        head.pop()
    if missing := [column for column in REQUIRED if column not in head]:
        raise InvalidInput(f"lacks the columns {', '.join(missing)}", where=name)
    if unknown := sorted(set(head) - set(COLUMNS)):
        raise InvalidInput(f"has unknown columns: {', '.join(unknown)}", where=name)
    if len(set(head)) != len(head):
        raise InvalidInput("names a column twice", where=name)
    for row in rows:
        if any(_text(cell).strip() for cell in row):
            extra = {"": "x"} if any(_text(cell) for cell in row[len(head) :]) else {}
            yield dict(zip(head, row, strict=False)) | extra


def _text(cell: Any) -> str:
    """Return a cell as text: days as ISO, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _row(record: Mapping[str, Any]) -> tuple[ListRow, dict[str, str]]:
    texts = {name: _text(record.get(name)).strip() for name in COLUMNS}
    given = {name: text for name, text in texts.items() if text}
    wrong = {name: "is missing" for name in REQUIRED if name not in given}
    row = _located(ListRow(**({"ref": "", "product": "", "published": ""} | given)))
    wrong |= {name: "is too long" for name, text in given.items() if len(text) > LONGEST_CELL}
    wrong |= {name: "holds a NUL character" for name, text in given.items() if "\0" in text}
    if "" in record:
        wrong["ref"] = "has more cells than the table has columns"
    for name, what in _problems(row):
        wrong.setdefault(name, what)
    return row, wrong


def _located(row: ListRow) -> ListRow:
    """Fill in platform and item id from the address of the listing."""
    found = addresses.listing_of(row.listing_url) if row.listing_url else None
    if found is None or row.item_id:
        return row
    return ListRow(
        **(row.as_dict() | {"platform": found.platform or "", "item_id": found.item_id or ""})
    )


def _problems(row: ListRow) -> Iterator[tuple[str, str]]:
    codes = vocabulary().codes
    if row.ref and not _REF.fullmatch(row.ref):
        yield "ref", "has other characters than letters, digits and . / _ -"
    if row.published and not is_iso_date(row.published):
        yield "published", "is no date of the form 2026-11-20"
    if row.record_type not in codes["record_types"]:
        yield "record_type", f"is none of {', '.join(codes['record_types'])}"
    if unknown := sorted(set(row.hazards.split()) - set(codes["hazards"])):
        yield "hazards", f"has unknown codes: {', '.join(unknown)}"
    if row.severity not in map(str, values.SEVERITIES):
        yield "severity", "is none of 1, 2, 3"
    if row.gtin and not keys.gtin14s(row.gtin)[0]:
        yield "gtin", "is no valid GTIN (in a workbook, format the column as text)"
    if row.url and not row.url.startswith(("https://", "http://")):
        yield "url", "is no web address"
    yield from _listing_problems(row)


def _listing_problems(row: ListRow) -> Iterator[tuple[str, str]]:
    if row.listing_url and not row.item_id:
        yield "listing_url", "is no address of a listing on a known platform"
    if not (row.platform or row.item_id):
        return
    if not addresses.is_platform(row.platform):
        yield "platform", "is no platform of the table"
    elif not row.item_id or addresses.address_of(row.platform, row.item_id, "") is None:
        yield "item_id", "is no item id of this platform"
    if row.reason not in values.reasons():
        yield "reason", f"is none of {', '.join(values.reasons())}"
    if not row.legal_basis:
        yield "legal_basis", "is missing: a listing is only ordered off the market on a legal basis"


@dataclass(frozen=True, slots=True)
class Change:
    """What a new edition does to one row; `fields` names what differs in a changed one."""

    change: str
    ref: str
    product: str
    fields: tuple[str, ...] = ()


ADDED, CHANGED, REMOVED = "added", "changed", "removed"


def difference(before: Iterable[ListRow], after: Iterable[ListRow]) -> list[Change]:
    """Return how two editions differ, by reference."""
    old = {row.ref: row for row in before}
    new = {row.ref: row for row in after}
    found = [Change(REMOVED, ref, old[ref].product) for ref in old.keys() - new.keys()]
    found += [Change(ADDED, ref, new[ref].product) for ref in new.keys() - old.keys()]
    for ref in old.keys() & new.keys():
        mine, theirs = old[ref].as_dict(), new[ref].as_dict()
        if differing := tuple(name for name in COLUMNS if mine[name] != theirs[name]):
            found.append(Change(CHANGED, ref, new[ref].product, differing))
    return sorted(found, key=lambda one: (one.change, one.ref))
