"""An immutable index over the products of notices: exact keys, and sparse TF-IDF over their words.

Built once, read by any number of threads, replaced as a whole. A query reads the postings of its rarest
tokens first and stops at POSTINGS, so that a common word costs no more in a million notices.
"""

import gc
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import msgspec
import numpy as np

from scoring.matching import corpus
from scoring.matching.corpus import BATCH, TEXT, Floats, Ids, Rows, Vocabulary
from scoring.matching.described import plain_lines, rarity, title
from scoring.matching.grams import BUCKETS, grams
from scoring.matching.products import Product
from scoring.matching.tiers import exact_keys

POSTINGS = 100_000
"""Postings read for one query at most; the rarest tokens' come first."""
CANDIDATES = 50
LENGTH = 0.4
"""How much a long text counts less: by the length of its weights to this power. The cosine's 1 prefers
notices that say nothing but a brand."""
SAMPLE = 20_000
"""Products from which the weights of character runs are estimated."""
INDEXED = 255 & ~(TEXT | BATCH)


class Entry(NamedTuple):
    """A product of a notice as the index takes it; a notice may have several."""

    notice_id: str
    product: Product


class CandidateSource(Protocol):
    """Where candidates for a listing come from; pictures and vectors may join the words one day."""

    def candidates(self, listing: Product, limit: int) -> Sequence[int]:
        """Return at most `limit` rows of the index that may be the listing's product, likeliest first."""
        ...


class Index:
    """Products of notices by key and by word; never changed after `build`."""

    def __init__(self, packed: "_Packed", rows: Rows, vocabulary: Vocabulary) -> None:
        self.rows = rows
        self.numbers = vocabulary.numbers
        self.words = list(vocabulary.numbers)
        self._packed = packed
        seen = np.bincount(rows.ids, minlength=len(self.words))
        self.weight: Floats = rarity(seen, len(rows)).astype(np.float32)
        self._start = np.concatenate([[0], seen.cumsum()]).astype(np.int64)
        self._rows, norm = _postings(rows, self.weight)
        self._inverse: Floats = (np.maximum(norm, 1e-6) ** -LENGTH).astype(np.float32)
        self.gram_weight = _gram_weight([one.product for one in map(self.entry, self._sample())])

    def __len__(self) -> int:
        return len(self.rows)

    def entry(self, row: int) -> Entry:
        """Return the notice id and product of a row."""
        return self._packed.entry(row)

    def by_key(self, key: str) -> list[int]:
        """Return the rows that have an exact key."""
        return self._packed.rows_of(key)

    def candidates(self, listing: Product, limit: int = CANDIDATES) -> Sequence[int]:
        """Return the rows whose words are most like the listing's."""
        words = corpus.tokens(listing, INDEXED)
        tokens = [number for word in words if (number := self.numbers.get(word)) is not None]
        return self._best(tokens, limit)

    def _best(self, tokens: list[int], limit: int) -> Sequence[int]:
        spans = sorted((int(self._start[one + 1] - self._start[one]), one) for one in tokens)
        score, left = np.zeros(len(self), np.float32), POSTINGS
        met: list[Ids] = []
        for count, token in spans:
            left -= count
            if left < 0 and met:
                break
            docs = self._rows[self._start[token] : self._start[token + 1]]
            score[docs] += self.weight[token] ** 2
            met.append(docs)
        if not met:
            return []
        docs = np.concatenate(met)
        value = score[docs] * self._inverse[docs]
        wanted = min(len(docs), limit * len(met))
        if wanted < len(docs):
            docs = docs[np.argpartition(-value, wanted - 1)[:wanted]]
        docs = _distinct(docs)
        value = score[docs] * self._inverse[docs]
        found: list[int] = docs[np.lexsort((docs, -value))[:limit]].tolist()
        return found

    def _sample(self) -> list[int]:
        step = max(1, len(self) // SAMPLE)
        return list(range(0, len(self), step))


def build(entries: Iterable[Entry]) -> Index:
    """Return the index of the entries; their order decides only between equals."""
    packed, vocabulary = _Packed(), Vocabulary()
    with _uncollected():
        rows = corpus.rows(packed.taking(entries), vocabulary, INDEXED)
    vocabulary.close()
    packed.close()
    return Index(packed, rows, vocabulary)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector out: what is gathered has no cycles and would be walked again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Packed:
    """Entries as bytes, decoded when asked for, and the sorted hashes of their exact keys.

    A hash says where to look; who asks compares the keys themselves.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends: list[int] = []
        self._hashes: list[int] = []
        self._owners: list[int] = []
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Entry)

    def taking(self, entries: Iterable[Entry]) -> Iterator[Product]:
        """Keep each entry and hand its product on."""
        for row, entry in enumerate(entries):
            self._encoder.encode_into(entry, self._bytes, len(self._bytes))
            self._ends.append(len(self._bytes))
            for key in exact_keys(entry.product):
                self._hashes.append(hash(key))
                self._owners.append(row)
            yield entry.product

    def close(self) -> None:
        """Turn what was gathered into arrays."""
        # An array of Python's own hands out plain numbers at a fifth of numpy's price.
        self._start = array("q", [0, *self._ends])
        self._view = memoryview(self._bytes)
        hashes = np.array(self._hashes, dtype=np.int64)
        order = np.argsort(hashes, kind="stable")
        self.hashes, self.owners = hashes[order], np.array(self._owners, dtype=np.int32)[order]
        self._ends, self._hashes, self._owners = [], [], []

    def entry(self, row: int) -> Entry:
        """Decode one entry."""
        entry: Entry = self._decoder.decode(self._view[self._start[row] : self._start[row + 1]])
        return entry

    def rows_of(self, key: str) -> list[int]:
        """Return the rows that may have a key."""
        wanted = hash(key)
        low = np.searchsorted(self.hashes, wanted, side="left")
        high = np.searchsorted(self.hashes, wanted, side="right")
        found: list[int] = self.owners[low:high].tolist()
        return found


def _distinct(docs: Ids) -> Ids:
    # np.unique hashes, which costs more than sorting a few hundred.
    docs = np.sort(docs)
    return np.asarray(
        docs[np.concatenate([np.ones(min(1, len(docs)), bool), docs[1:] != docs[:-1]])]
    )


def _postings(rows: Rows, weight: Floats) -> tuple[Ids, Floats]:
    """Return the rows of each token, tokens in order, and the length of each row's weight vector."""
    row = np.repeat(np.arange(len(rows), dtype=np.int32), np.diff(rows.start))
    norm = np.sqrt(np.bincount(row, weight[rows.ids] ** 2, minlength=len(rows)))
    return row[np.argsort(rows.ids, kind="stable")], norm.astype(np.float32)


def _gram_weight(products: Sequence[Product]) -> Floats:
    runs = grams(plain_lines([title(one) for one in products]))
    return rarity(np.bincount(runs.ids, minlength=BUCKETS), len(products)).astype(np.float32)
