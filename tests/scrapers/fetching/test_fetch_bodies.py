"""Nothing is read beyond its cap, on the wire or inflated."""

import gzip
import itertools
import random
import struct
import time
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from scrapers.errors import TooLarge
from scrapers.fetching import BadAnswer, Unreachable
from scrapers.fetching.bodies import RATIO_CAP, STEP, read_body

from .conftest import Answer, Fetch, Serve

MEGA = 1024 * 1024
GIGA = 1024 * MEGA


def bomb(size: int) -> bytes:
    """Zeros, gzipped to a thousandth of `size`: one deflated block, again and again."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = packer.compress(bytes(MEGA)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(size // MEGA):
        checksum = zlib.crc32(bytes(MEGA), checksum)
    header = gzip.compress(b"")[:10]
    trailer = struct.pack("<II", checksum, size % 2**32)
    return header + block * (size // MEGA) + packer.flush() + trailer


def test_the_bomb_is_a_real_one() -> None:
    assert gzip.decompress(bomb(8 * MEGA)) == bytes(8 * MEGA)


def pieces(data: bytes, size: int = 1000) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def read(chunks: Iterable[bytes], encoding: str = "gzip", cap: int = 4 * MEGA) -> bytes:
    return read_body(chunks, encoding, cap=cap, where="https://shop.example/")


@pytest.mark.enable_socket
def test_a_bomb_of_a_gigabyte_is_stopped_below_five_megabytes(serve: Serve, fetch: Fetch) -> None:
    page = (200, {"Content-Encoding": "gzip", "Content-Type": "text/html"}, bomb(GIGA))
    with serve({"/": page}) as site, fetch(site) as fetcher:
        fetcher.fetch(site.url("/missing"))  # what is loaded once is no part of the answer
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        with pytest.raises(TooLarge, match="inflates more than 100 times"):
            fetcher.fetch(site.url("/"))
        peak = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
    assert peak < 5 * MEGA


@pytest.mark.enable_socket
def test_an_endless_body_is_stopped_at_the_cap(serve: Serve, fetch: Fetch) -> None:
    sent = []

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(bytes(MEGA))
            sent.append(MEGA)

    with serve({"/": endless}) as site, fetch(site) as fetcher:
        with pytest.raises(TooLarge, match="cap of 4194304 bytes"):
            fetcher.fetch(site.url("/"))
        with pytest.raises(TooLarge, match="cap of 1000 bytes"):
            fetcher.fetch(site.url("/"), cap=1000)
    assert sum(sent) < 100 * MEGA


def test_a_bomb_just_under_the_ratio_meets_the_cap_in_bytes() -> None:
    step = random.Random(4).randbytes(800) + bytes(60_000)  # noqa: S311 -- about 70 times
    data = gzip.compress(step * 500)
    assert len(step) * 500 / len(data) < RATIO_CAP
    with pytest.raises(TooLarge, match="cap of 4194304 bytes"):
        read(pieces(data))


def test_a_bomb_is_not_read_to_its_end() -> None:
    taken = itertools.count()
    chunks = (chunk for chunk in pieces(bomb(64 * MEGA)) if next(taken) >= 0)
    with pytest.raises(TooLarge):
        read(chunks)
    assert next(taken) * 1000 < 4 * STEP


def test_gzip_of_several_members_and_with_padding_is_read_like_in_browsers() -> None:
    data = gzip.compress(b"one ") + gzip.compress(b"two")
    for size in (1, 7, 1000):
        assert read(pieces(data, size)) == b"one two"
        assert read(pieces(data + bytes(50), size)) == b"one two"


def test_a_page_that_repeats_itself_is_no_bomb() -> None:
    page = b"<tr><td>lamp</td></tr>" * 30_000
    assert len(page) / len(gzip.compress(page)) > RATIO_CAP
    assert read([gzip.compress(page)]) == page


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_plain_body_is_taken_as_it_is(encoding: str) -> None:
    assert read([b"a", b"b"], encoding) == b"ab"
    assert read([], encoding) == b""


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "x"])
def test_encodings_that_nobody_asked_for_are_refused(encoding: str) -> None:
    with pytest.raises(BadAnswer, match="nobody asked for"):
        read([b"abc"], encoding)


def test_damaged_and_broken_off_gzip_is_refused() -> None:
    whole = gzip.compress(random.Random(1).randbytes(5000))  # noqa: S311 -- the same each time
    with pytest.raises(BadAnswer, match="broken off"):
        read([whole[:-5]])
    with pytest.raises(BadAnswer, match="damaged"):
        read([b"no gzip at all"])
    with pytest.raises(BadAnswer, match="damaged"):
        read([whole[:-8] + bytes(8)])


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A body of one byte in 50 ms, which no timeout between two reads would ever end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b".")
        time.sleep(0.05)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(200):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def hang(_: BaseHTTPRequestHandler) -> None:
    time.sleep(7)


@pytest.mark.enable_socket
@pytest.mark.parametrize("slow", [drip, drip_headers, hang])
def test_a_server_that_drips_or_hangs_is_left_when_time_is_up(
    slow: Answer, serve: Serve, fetch: Fetch
) -> None:
    with serve({"/": slow}) as site, fetch(site, time_cap=0.6) as fetcher:
        start = time.monotonic()
        with pytest.raises(Unreachable, match="no answer in time"):
            fetcher.fetch(site.url("/"))
        assert time.monotonic() - start < 5  # of the 10 that it drips


@pytest.mark.enable_socket
def test_a_body_that_ends_early_is_not_taken_for_a_page(serve: Serve, fetch: Fetch) -> None:
    def short(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"half")
        handler.close_connection = True

    with serve({"/": short}) as site, fetch(site, attempts=2) as fetcher:
        with pytest.raises(Unreachable):
            fetcher.fetch(site.url("/"))
        assert site.count("/") == 2
