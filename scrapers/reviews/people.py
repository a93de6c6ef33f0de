"""Who wrote a review, as a pseudonym that only a secret key reproduces."""

import hashlib
import hmac
import unicodedata

from scrapers.html import clean

SHORTEST_KEY = 16
"""Bytes of a key."""

_DIGITS = 16


def pseudonym(place: str, name: str, key: bytes) -> str:
    """Return 16 hexadecimal digits for a reviewer of a platform or shop; HMAC-SHA256 under a secret key."""
    said = f"{place}\0{clean(unicodedata.normalize('NFKC', name)).casefold()}"
    return hmac.new(key, said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_DIGITS]
