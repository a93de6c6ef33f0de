"""Where a listing stands on the web, from its platform and item id, by the table of platforms."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from scrapers.errors import ScrapersError
from scrapers.identity import Identity, identify, table

_GENERIC_SUFFIXES = ("com",)


def is_platform(name: str) -> bool:
    """Tell whether a platform is in the table."""
    return name in table()["platforms"]


def platform_name(platform: str) -> str:
    """Return a platform as people write it."""
    row = table()["platforms"].get(platform)
    return str(row["name"]) if row else platform


def listing_of(url: str) -> Identity | None:
    """Return what an address says when it is one of a listing, else None."""
    try:
        found = identify(url)
    except ScrapersError:
        return None
    return found if found.item_id and found.kind == "product" else None


@lru_cache(maxsize=20_000)
def address_of(platform: str, item_id: str, country: str) -> str | None:
    """Return the address of a listing, in a country where the platform has a site there.

    None where the id alone makes no address, or is none of this platform.
    """
    row = table()["platforms"].get(platform)
    if row is None:
        return None
    for url in _candidates(row, item_id, country):
        found = listing_of(url)
        if found and found.platform == platform and found.item_id == item_id:
            return url
    return None


def _candidates(row: dict[str, Any], item_id: str, country: str) -> Iterator[str]:
    for page in row["pages"]:
        if page["kind"] != "product":
            continue
        for domain in sorted(row["domains"], key=lambda one: _rank(one, country)):
            parts = {"domain": domain, "item": item_id}
            try:
                yield page["url"].format(**parts)
            except KeyError:
                break  # this form needs more than an item id


def _rank(domain: str, country: str) -> tuple[bool, bool]:
    suffix = domain.rpartition(".")[2].replace("uk", "gb").upper()
    return suffix != country, suffix.lower() not in _GENERIC_SUFFIXES
