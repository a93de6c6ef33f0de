"""Runs of neighbouring characters, so that a slip of the pen or a missing space costs little."""

from collections.abc import Sequence

import numpy as np

from scoring.matching.corpus import Ids, Rows

BUCKETS = 1 << 18
"""Runs are told apart by a hash of this many values; a rare collision costs a little likeness."""
_PRIMES = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], dtype=np.uint64)
_SIZES = (3, 4)
_BREAK = ord("\n")


def grams(titles: Sequence[str]) -> Rows:
    """Return the runs of three and four characters of each title as rows without fields."""
    joined = "\n".join(f" {title} ".replace("\n", " ") for title in titles)
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    row = np.cumsum(codes == _BREAK)
    parts = [_runs(codes, row, size) for size in _SIZES if len(codes) >= size]
    key = np.sort(np.concatenate([np.zeros(0, np.int64), *parts]))
    key = key[np.concatenate([np.ones(min(1, len(key)), bool), key[1:] != key[:-1]])]
    count = np.bincount(key // BUCKETS, minlength=len(titles))
    start = np.concatenate([[0], count.cumsum()]).astype(np.int64)
    ids: Ids = (key % BUCKETS).astype(np.int32)
    return Rows(start, ids, np.ones(len(ids), np.uint8))


def _runs(codes: np.ndarray, row: np.ndarray, size: int) -> np.ndarray:
    """Return row * BUCKETS + hash of every run of `size` characters that stays inside a title."""
    last = len(codes) - size + 1
    mixed = np.zeros(last, dtype=np.uint64)
    for at in range(size):
        mixed = (mixed + codes[at : last + at]) * _PRIMES[at]
    # A break counts to the title behind it.
    inside = (row[:last] == row[size - 1 :]) & (codes[:last] != _BREAK)
    bucket = ((mixed >> np.uint64(16)) % np.uint64(BUCKETS)).astype(np.int64)
    return np.asarray((row[:last] * BUCKETS + bucket)[inside])
