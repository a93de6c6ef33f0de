"""How much of an answer is read: never more than asked for, inflated or not.

The raw stream is inflated step by step under both caps. A counter behind the client library's own
inflating would come too late: 48 kB on the wire become one chunk of 50 MB there.
"""

import zlib
from collections.abc import Iterable, Iterator

from scrapers.errors import TooLarge
from scrapers.fetching.errors import BadAnswer

STEP = 64 * 1024
"""Bytes that are inflated at a time."""

RATIO_CAP = 100
"""Bytes that one byte on the wire may become. Pages become 4 to 20, a bomb of zeros 1,000."""

RATIO_FREE = 1024 * 1024
"""Bytes below which the ratio is not looked at: small pages may repeat themselves."""

_MAGIC = b"\x1f"
_GZIP = 16 + zlib.MAX_WBITS
_PLAIN = ("", "identity")
_GZIPPED = ("gzip", "x-gzip")


def read_body(chunks: Iterable[bytes], encoding: str, *, cap: int, where: str) -> bytes:
    """Return a body from its raw chunks; `encoding` is the Content-Encoding header.

    Raises TooLarge above `cap` bytes or RATIO_CAP, BadAnswer for another encoding than gzip and
    for damaged data. Nothing beyond the cap is held.
    """
    name = encoding.strip().lower()
    if name in _GZIPPED:
        chunks = _inflated(chunks, where)
    elif name not in _PLAIN:
        raise BadAnswer(f"body in an encoding nobody asked for: {name[:40]}", where)
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > cap:
            raise TooLarge(f"body is larger than the cap of {cap} bytes", where)
    return bytes(body)


def _inflated(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    """Yield the inflated steps of all members of a gzip stream."""
    inflater = zlib.decompressobj(_GZIP)
    taken = given = 0
    for chunk in chunks:
        rest = chunk
        while rest:
            if inflater.eof:
                if rest[:1] != _MAGIC:
                    return  # padding after the end, which browsers pass over too
                inflater = zlib.decompressobj(_GZIP)
            piece, after = _step(inflater, rest, where)
            taken += len(rest) - len(after)
            given += len(piece)
            if given > max(RATIO_FREE, taken * RATIO_CAP):
                raise TooLarge(f"body inflates more than {RATIO_CAP} times", where)
            yield piece
            rest = after
    if taken and not inflater.eof:
        raise BadAnswer("gzip body is broken off", where)


def _step(inflater: "zlib._Decompress", data: bytes, where: str) -> tuple[bytes, bytes]:
    """Return (inflated, still to be read)."""
    try:
        piece = inflater.decompress(data, STEP)
    except zlib.error as error:
        raise BadAnswer(f"gzip body is damaged ({error})", where) from error
    return piece, inflater.unconsumed_tail or inflater.unused_data
