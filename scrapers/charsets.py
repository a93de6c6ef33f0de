"""In which charset a page is written: what fits its bytes, not what they are said to be.

Savers and shops declare the wrong one often: a byte order mark and strict UTF-8 come first. For the
rest each declared charset (HTTP header, the page's own `<meta>`, the platform's usual one) has to
give a readable text, one with the characters that its language uses most (`charsets.yaml`); if
none does, that which gives the most readable one is taken.
"""

import codecs
import functools
import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

import yaml

_SAMPLE = 60_000
"""Bytes from the first that is no ASCII which are read to judge a charset."""

_READABLE = 0.9
"""Share of common characters at which a declared charset is believed without looking further."""

_DECLARED = 0.12
"""What a declaration counts against other charsets, as a share."""

_PLACES = 128
"""Characters besides ASCII in a charset of one byte: any bytes give some of the common ones."""

_WRONG = 4
"""What one character that cannot be right counts against common ones."""

# Real supersets of the declared names, as browsers map them up (WHATWG Encoding).
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "big5": "big5hkscs",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([a-z0-9_.:-]+)", re.IGNORECASE)
_META_REACH = 4096
_HIGH = re.compile(rb"[\x80-\xff]")
_ODD = {
    True: re.compile(r"[^\W\d_a-zA-Z]{4}"),
    False: re.compile(r"[a-zA-Z][^\x00-\xbf]|[^\x00-\xbf][a-zA-Z]"),
}
"""What no word of a Latin, or of another script looks like."""

_LETTER = re.compile(r"[^\x00-\xa0\u2000-\u206f\u3000-\u3020\uff00-\uff20]")


def charset(label: str | None) -> str | None:
    """Return the codec for a charset label as browsers read it, None for an unknown one."""
    try:
        name = codecs.lookup(label.strip()).name if label else None
    except LookupError:
        return None
    return _SUPERSETS.get(name, name) if name else None


def decode(data: bytes, *, header: str | None = None, usual: str | None = None) -> tuple[str, str]:
    """Return (text, codec) of a page; `header` and `usual` are charset labels or None.

    Never fails: bytes that mean nothing become U+FFFD.
    """
    codec = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if codec is None and _is_utf8(data):
        codec = "utf-8"
    if codec is None:
        declared = [charset(header), _declared(data), charset(usual)]
        codec = _best(data, list(dict.fromkeys(name for name in declared if name)))
    return data.decode(codec, errors="replace").removeprefix("\ufeff"), codec


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in data[:_META_REACH]


def _declared(data: bytes) -> str | None:
    match = _META.search(data, 0, _META_REACH)
    return charset(match[1].decode("ascii")) if match else None


def _best(data: bytes, declared: list[str]) -> str:
    """Return the first declared charset that reads well, else the one that reads best."""
    first = _HIGH.search(data)
    sample = data[first.start() : first.start() + _SAMPLE] if first else data[:_SAMPLE]
    shares: dict[str, float] = {}
    for codec in _candidates(declared):
        shares[codec] = _readable(sample, codec)
        if codec in declared and shares[codec] >= _READABLE:
            return codec
    ranked = sorted(shares, key=lambda name: shares[name] + _DECLARED * (name in declared))
    return ranked[-1] if shares[ranked[-1]] > 0 else next(iter(shares))


def _candidates(declared: list[str]) -> Iterator[str]:
    yield from declared
    yield from (codec for codec in _common() if codec not in declared)


def _readable(sample: bytes, codec: str) -> float:
    """Return the share of common characters among the letters that are no ASCII, 0 for chance."""
    try:
        text = sample.decode(codec, errors="replace")
    except LookupError:
        return -1.0
    letters = _LETTER.findall(text.rstrip("\ufffd"))
    common, latin = _common().get(codec, (_all_common(), None))
    known = sum(letter in common for letter in letters)
    wrong = letters.count("\ufffd") + (len(_ODD[latin].findall(text)) if latin is not None else 0)
    share = (known - _WRONG * wrong) / len(letters) if letters else 0.0
    by_chance = len(common) / _PLACES if latin is not None else 0.0
    return (share - by_chance) / (1 - by_chance)


@functools.cache
def _common() -> dict[str, tuple[frozenset[str], bool | None]]:
    """Return codec -> (common characters, whether they stand among ASCII letters; None for either)."""
    file = resources.files("scrapers").joinpath("charsets.yaml")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        codec: (frozenset("".join(row["common"].split())), row.get("latin"))
        for codec, row in loaded.items()
    }


@functools.cache
def _all_common() -> frozenset[str]:
    return frozenset().union(*(common for common, _ in _common().values()))
