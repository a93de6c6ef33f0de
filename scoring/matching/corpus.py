"""Many products as columns of token numbers, so that thousands of pairs are compared at once.

A row holds each of its tokens once, in ascending order, with a bit for every field the token stands in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoring.matching import keys, text
from scoring.matching.products import Product

Whole = NDArray[np.int64]
Ids = NDArray[np.int32]
Bits = NDArray[np.uint8]
Floats = NDArray[np.float32]

NAME, BRAND, MODEL, KIND, TEXT, BATCH = 1, 2, 4, 8, 16, 32
FIELDS = {"name": NAME, "brand": BRAND, "model": MODEL, "kind": KIND, "text": TEXT, "batch": BATCH}
TITLE = NAME | BRAND | MODEL | KIND
"""Bits of the fields that name a product; prose and lots come on top."""
CHUNK = 100_000
"""Products whose texts are folded together."""

PLAIN, NUMBER, CODE, MODEL_CODE = 0, 1, 2, 3
"""What a token is: a word, a number or quantity, a short code, a model number."""


class Vocabulary:
    """Token numbers in the order of their first appearance, and what each token is."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.known: dict[str, tuple[int, ...]] = {}
        """Numbers of the rough tokens seen so far."""

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, rough: str) -> tuple[int, ...]:
        """Return the numbers of a rough token's words, new ones added."""
        numbers = self.numbers
        found = tuple(numbers.setdefault(word, len(numbers)) for word in text.words(rough))
        self.known[rough] = found
        return found

    def close(self) -> None:
        """Forget what only adding needs."""
        self.known = {}


@lru_cache(maxsize=65536)
def token_kind(word: str) -> int:
    """Return what a token is: PLAIN, NUMBER, CODE or MODEL_CODE."""
    if word.isalpha() or not any(map(str.isdigit, word)):
        return PLAIN
    if keys.model_key(word.upper()):
        return MODEL_CODE
    return NUMBER if word[0].isdigit() else CODE


@dataclass(frozen=True, slots=True)
class Rows:
    """CSR rows: the tokens of row r are `ids[start[r]:start[r + 1]]`, their fields `bits` likewise."""

    start: Whole
    ids: Ids
    bits: Bits

    def __len__(self) -> int:
        return len(self.start) - 1

    def gather(self, wanted: Whole) -> tuple[Whole, Ids, Bits]:
        """Return (position in `wanted`, token, fields) of the tokens of the wanted rows."""
        begin = self.start[wanted]
        count = self.start[wanted + 1] - begin
        position = np.repeat(np.arange(len(wanted)), count)
        at = np.arange(len(position)) + np.repeat(begin - (count.cumsum() - count), count)
        return position, self.ids[at], self.bits[at]

    def take(self, wanted: Whole) -> "Rows":
        """Return some rows as rows of their own."""
        position, ids, bits = self.gather(wanted)
        count = np.bincount(position, minlength=len(wanted))
        return Rows(np.concatenate([[0], count.cumsum()]), ids, bits)

    def having(self, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell of each row whether one of its tokens is among `which` (one answer a token)."""
        row = np.repeat(np.arange(len(self)), np.diff(self.start))
        return np.bincount(row, which, minlength=len(self)) > 0

    def renumbered(self, tokens: Ids) -> "Rows":
        """Return the same rows with each token given as its place among sorted `tokens`."""
        return Rows(self.start, np.searchsorted(tokens, self.ids).astype(np.int32), self.bits)


def rows(products: Iterable[Product], vocabulary: Vocabulary, fields: int = 255) -> Rows:
    """Return the rows of products; only the `fields` given as bits are read."""
    counts: list[Whole] = []
    ids: list[Ids] = []
    bits: list[Bits] = []
    for chunk in _chunks(products):
        count, number, bit = _chunk_rows(chunk, vocabulary, fields)
        counts.append(count)
        ids.append(number)
        bits.append(bit)
    start = np.concatenate([np.zeros(1, np.int64), *counts]).cumsum()
    return Rows(
        start,
        np.concatenate([np.zeros(0, np.int32), *ids]),
        np.concatenate([np.zeros(0, np.uint8), *bits]),
    )


def tokens(product: Product, fields: int) -> tuple[str, ...]:
    """Return the distinct tokens of some fields of one product, sorted."""
    return tuple(sorted({word for _, words in _field_words(product, fields) for word in words}))


def one_row(product: Product, number: Callable[[str], int], fields: int = 255) -> Rows:
    """Return one product as rows, its tokens numbered by `number`."""
    bits: dict[int, int] = {}
    for bit, words in _field_words(product, fields):
        for token in map(number, words):
            bits[token] = bits.get(token, 0) | bit
    order = sorted(bits)
    ids = np.array(order, dtype=np.int32)
    start = np.array([0, len(order)], dtype=np.int64)
    return Rows(start, ids, np.array([bits[one] for one in order], dtype=np.uint8))


def _field_words(product: Product, fields: int) -> Iterator[tuple[int, list[str]]]:
    for name, bit in FIELDS.items():
        line = getattr(product, name) if bit & fields else ""
        if line:
            rough = text.rough_tokens(text.folded(text.unescaped(line)))
            yield bit, [word for one in rough for word in text.words(one)]


def _chunks(products: Iterable[Product]) -> Iterator[list[Product]]:
    chunk: list[Product] = []
    for one in products:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _chunk_rows(
    chunk: Sequence[Product], vocabulary: Vocabulary, fields: int
) -> tuple[Whole, Ids, Bits]:
    parts = [
        (_field_ids([getattr(one, name) for one in chunk], vocabulary), bit)
        for name, bit in FIELDS.items()
        if bit & fields
    ]
    width = max(len(vocabulary), 1)
    key = np.concatenate([row * width + number for (row, number), _ in parts])
    bit = np.concatenate([np.full(len(row), bit, np.uint8) for (row, _), bit in parts])
    order = np.argsort(key, kind="stable")
    key, bit = key[order], bit[order]
    first = np.flatnonzero(np.concatenate([np.ones(min(1, len(key)), bool), key[1:] != key[:-1]]))
    if len(key):
        bit = np.bitwise_or.reduceat(bit, first)
    row, number = np.divmod(key[first], width)
    return np.bincount(row, minlength=len(chunk)), number.astype(np.int32), bit


def _field_ids(texts: list[str], vocabulary: Vocabulary) -> tuple[Whole, Whole]:
    """Return (row, token number) of every token of one field, repeats included."""
    # Kinds and brands repeat: each text is read once a chunk.
    distinct = list(dict.fromkeys(texts))
    lines = text.folded_lines(distinct)
    read = {one: _line_ids(line, vocabulary) for one, line in zip(distinct, lines, strict=True)}
    numbers: list[int] = []
    for one in texts:
        numbers += read[one]
    lengths = [len(read[one]) for one in texts]
    row = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    return row, np.array(numbers, dtype=np.int64)


def _line_ids(line: str, vocabulary: Vocabulary) -> list[int]:
    known, add = vocabulary.known.get, vocabulary.add
    roughs = text.rough_tokens(line) if line else ()
    return [number for rough in roughs for number in known(rough) or add(rough)]
