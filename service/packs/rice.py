"""Columns of bits: numbers of a fixed width, and sorted sets in Golomb-Rice code.

A set of 48-bit prefixes is kept as the gaps between its sorted members, each gap cut into a
quotient in unary and a remainder of k bits (Rice, "Some practical universal noiseless coding
techniques", JPL 79-22). Quotients and remainders stand in two columns instead of alternating, so
that both languages decode without a bit-by-bit loop over the remainders. Bits run from the most
significant of each byte; the last byte of a column is filled with zeros.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from service.packs.errors import PackError

Numbers: TypeAlias = NDArray[np.uint64]

PREFIX_BITS = 48
MAX_WIDTH = 48


class RiceSet(NamedTuple):
    """A sorted set in code: the parameter k and the two columns."""

    k: int
    remainders: bytes
    quotients: bytes


def column_bytes(count: int, width: int) -> int:
    """Return how many bytes `count` numbers of `width` bits take."""
    return -(-count * width // 8)


def pack_bits(values: Numbers, width: int) -> bytes:
    """Return the lowest `width` bits of each value, one after the other."""
    bits = np.empty((len(values), width), dtype=np.uint8)
    for column in range(width):
        bits[:, column] = (values >> (width - 1 - column)) & 1
    return np.packbits(bits).tobytes()


def unpack_bits(data: bytes, count: int, width: int, where: str) -> Numbers:
    """Return the numbers of a column; PackError when its size or its filling does not fit."""
    if len(data) != column_bytes(count, width):
        raise PackError(f"{len(data)} bytes do not hold {count} numbers of {width} bits", where)
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8))
    if bits[count * width :].any():
        raise PackError("the last byte is not filled with zeros", where)
    values = np.zeros(count, dtype=np.uint64)
    for column in bits[: count * width].reshape(count, width).T:
        values = (values << np.uint64(1)) | column
    return values


def encode(prefixes: Numbers) -> RiceSet:
    """Encode a strictly rising array of 48-bit prefixes.

    k is the whole part of log2 of the mean gap: within 0.06 bits a member of the best k for hashes.
    """
    k = _parameter(len(prefixes))
    gaps = prefixes.copy()
    gaps[1:] -= prefixes[:-1] + 1
    ends = np.cumsum((gaps >> k) + 1) - 1
    unary = np.zeros(int(ends[-1]) + 1 if len(ends) else 0, dtype=np.uint8)
    unary[ends] = 1
    return RiceSet(k, pack_bits(gaps, k), np.packbits(unary).tobytes())


def decode(code: RiceSet, count: int, where: str) -> Numbers:
    """Return the strictly rising prefixes; PackError when the columns do not hold exactly `count`."""
    ends = np.flatnonzero(np.unpackbits(np.frombuffer(code.quotients, dtype=np.uint8)))
    if len(ends) != count:
        raise PackError(f"holds {len(ends)} prefixes, not {count}", where)
    used = int(ends[-1]) + 1 if count else 0
    if len(code.quotients) != column_bytes(used, 1):
        raise PackError("bytes follow the last prefix", where)
    quotients = (np.diff(ends, prepend=-1) - 1).astype(np.uint64)
    remainders = unpack_bits(code.remainders, count, code.k, where)
    if (quotients >> (PREFIX_BITS - code.k)).any():
        raise PackError("a prefix has more than 48 bits", where)
    steps = ((quotients << code.k) | remainders) + 1
    # Added as floats first: the exact sum of a hostile column would wrap around.
    if float(np.sum(steps, dtype=np.float64)) > 2.0**PREFIX_BITS:
        raise PackError("a prefix has more than 48 bits", where)
    return np.cumsum(steps, dtype=np.uint64) - 1


def _parameter(count: int) -> int:
    mean_gap: int = 2**PREFIX_BITS // max(count, 1)
    return mean_gap.bit_length() - 1
