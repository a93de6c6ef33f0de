"""Judges a value against the label of a saved page, as ../shared/data/pages/README.md lays down."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

KNOWN = {"amazon", "ebay", "aliexpress", "taobao", "tmall", "etsy", "alibaba", "made-in-china"}
"""Platforms with rules of their own among the saved pages."""

_ALIKE = 0.9


def normal(value: object) -> str:
    """Return a value so that white space, width and case do not count."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(value))).strip().casefold()


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", normal(text)))


def _same_title(got: object, right: object) -> bool:
    ours, theirs = _words(str(got)), _words(str(right))
    alike = 2 * len(ours & theirs) / max(1, len(ours) + len(theirs))
    return normal(got) == normal(right) or alike >= _ALIKE


def _same_number(got: object, right: object) -> bool:
    try:
        return Decimal(str(got)) == Decimal(str(right))
    except InvalidOperation:
        return False


def _same_gtin(got: object, right: object) -> bool:
    return str(got).zfill(14) == str(right).zfill(14)


def _same_text(got: object, right: object) -> bool:
    return normal(got) == normal(right)


_SAME: dict[str, Callable[[object, object], bool]] = {
    "title": _same_title,
    "price": _same_number,
    "price_high": _same_number,
    "list_price": _same_number,
    "rating.value": _same_number,
    "rating.count": _same_number,
    "gtin": _same_gtin,
}


def value(fields: dict[str, Any], name: str) -> Any:
    """Return a field by its dotted name, None when it is absent."""
    group, _, last = name.rpartition(".")
    inner = fields.get(group) if group else fields
    return inner.get(last) if inner else None


def is_assessed(expected: dict[str, Any], name: str) -> bool:
    """Tell whether a label says anything about a field; null says that the page has none."""
    group, _, last = name.rpartition(".")
    if group and expected.get(group, ...) is None:
        return True
    return last in (expected.get(group) or {}) if group else last in expected


def outcome(expected: dict[str, Any], fields: dict[str, Any], name: str) -> str:
    """Return right, wrong, missed, or absent when there rightly is none."""
    right, got = value(expected, name), value(fields, name)
    if got is None:
        return "absent" if right is None else "missed"
    accepted = [right, *expected.get(f"{name}_accept", [])]
    same = _SAME.get(name, _same_text)
    return "right" if any(a is not None and same(got, a) for a in accepted) else "wrong"
