"""JSON Lines in and out, the same for every command.

Plain or gzip by the file's first bytes, `-` for standard input, a bad record reported and skipped
(or fatal under `--strict`), a closing count, and output that is whole or absent.
"""

import functools
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast

import click
import msgspec

from scoring.errors import ScoringError
from scrapers.errors import InvalidInput, ScrapersError, TooLarge
from service.core.errors import CaveatError
from service.core.files import whole_file

GZIP_MAGIC = b"\x1f\x8b"
LINE_CAP = 64 * 1024 * 1024
"""Bytes of one line; a longer one is no JSON Lines file."""

P = ParamSpec("P")
T = TypeVar("T")


class BadInput(click.ClickException):
    """Ends a command with status 2 and one line on stderr."""

    exit_code = 2


def clear_errors(command: Callable[P, T]) -> Callable[P, T]:
    """Turn what a user can cause (bad input, unreadable files) into `BadInput`."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except (ScrapersError, ScoringError, CaveatError) as error:
            raise BadInput(str(error)) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise BadInput(f"{error.filename or 'file'}: {error.strerror or error}") from error

    return run


@dataclass
class Tally:
    """Counts of one run over many records; `strict` makes the first bad one fatal."""

    strict: bool = False
    read: int = 0
    taken: int = 0
    skipped: int = 0

    def skip(self, error: ScrapersError | CaveatError) -> None:
        """Report a bad record on stderr and count it; raises it when strict."""
        if self.strict:
            raise error
        self.skipped += 1
        click.echo(f"skipped: {error}", err=True)

    def close(self) -> None:
        """Print the closing line on stderr."""
        click.echo(f"read {self.read}, taken {self.taken}, skipped {self.skipped}", err=True)


@contextmanager
def opened(path: Path | str) -> Iterator[BinaryIO]:
    """Open a plain or gzip file, or standard input for `-`, as binary; undone on exit."""
    if str(path) == "-":
        yield _inflated(sys.stdin.buffer)
        return
    with Path(path).open("rb") as file:
        yield _inflated(file)


def _inflated(file: BinaryIO) -> BinaryIO:
    # A buffered reader can peek, so that a pipe is recognised as well as a file.
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast("Any", file))
    if buffered.peek(len(GZIP_MAGIC))[: len(GZIP_MAGIC)] == GZIP_MAGIC:
        return cast("BinaryIO", gzip.GzipFile(fileobj=buffered))
    return buffered


@contextmanager
def _gzip_errors(where: Callable[[], str]) -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise InvalidInput("gzip file is truncated", where()) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InvalidInput(f"gzip file is damaged ({error})", where()) from error


def read_lines(path: Path | str) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, line without its end) of every line that is not blank.

    Raises InvalidInput naming the file when its gzip is truncated or damaged, TooLarge for a line
    above LINE_CAP, OSError when it cannot be opened.
    """
    number = 0
    with opened(path) as file, _gzip_errors(lambda: f"{path}, after line {number}"):
        while line := file.readline(LINE_CAP + 1):
            number += 1
            if len(line) > LINE_CAP:
                raise TooLarge(f"line is longer than {LINE_CAP} bytes", f"{path}, line {number}")
            if stripped := line.strip():
                yield number, stripped


def read_whole(path: Path | str, cap: int) -> bytes:
    """Return the bytes of a plain or gzip file; TooLarge above `cap` bytes once inflated."""
    with opened(path) as file, _gzip_errors(lambda: str(path)):
        data = file.read(cap + 1)
    if len(data) > cap:
        raise TooLarge(f"larger than the cap of {cap} bytes", str(path))
    return data


def read_objects(path: Path | str, tally: Tally) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (where, object) of each line that holds a JSON object; others go to `tally.skip`.

    `where` is "FILE, line N", to be used in errors about the record. Counts `read`; the caller
    counts `taken`.
    """
    for number, line in read_lines(path):
        tally.read += 1
        where = f"{path}, line {number}"
        try:
            yield where, msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            tally.skip(InvalidInput(f"no JSON object ({error})", where))


def write_lines(out: Path | None, records: Iterable[Mapping[str, Any]]) -> int:
    """Write records as JSON Lines to `out`, or to stdout for None; return how many.

    A file appears under its name only when it is complete.
    """
    if out is None:
        return _copy(sys.stdout.buffer, records)
    with whole_file(out) as file:
        return _copy(file, records)


def _copy(file: BinaryIO, records: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    for count, record in enumerate(records, 1):  # noqa: B007 -- the last number is the answer
        file.write(msgspec.json.encode(record) + b"\n")
    file.flush()
    return count
