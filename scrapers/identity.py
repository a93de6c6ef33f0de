"""Whose page is this? Answered from the address alone, by a table, without the network.

The table is `platforms.yaml`; the same data drives `extension/src/identity.ts`, and
`tests/vectors/identity.json` judges both.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

import tldextract
import yaml

from scrapers.weburl import WebUrl, is_ip, parse

WEB = "web"
"""Platform of every independent shop; its merchants are registrable domains."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What an address says about itself; None is "not said", never "no".

    `kind` is "product", "shop" or None. `region` is an ISO 3166 country code. `platform` is "web"
    for an independent shop and None for what is no web page at all.
    """

    url: str
    platform: str | None = None
    region: str | None = None
    kind: str | None = None
    item_id: str | None = None
    seller_id: str | None = None
    merchant_key: str | None = None
    canonical_url: str | None = None

    @property
    def listing_key(self) -> str | None:
        """`platform:item:id`; for an independent shop host, path and identity query."""
        if self.platform == WEB and self.canonical_url:
            url = parse(self.canonical_url)
            query = f"?{url.query}" if url.query else ""
            return f"{WEB}:item:{url.host}{url.path}{query}"
        return f"{self.platform}:item:{self.item_id}" if self.item_id else None

    def as_dict(self) -> dict[str, str | None]:
        """Return the fields of `caveat identify`, in its order."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Page:
    """One row of a platform's `pages`, compiled."""

    kind: str
    names: tuple[str, ...]
    sub: re.Pattern[str] | None
    path: re.Pattern[str] | None
    query: tuple[tuple[str, str, re.Pattern[str]], ...]
    item: str
    url: str
    upper: bool

    def match(self, sub: str, url: WebUrl) -> dict[str, str] | None:
        """Return the named parts of an address of this form, else None."""
        groups: list[str] = []
        for pattern, text, whole in ((self.sub, sub, True), (self.path, url.path, False)):
            if pattern is None:
                continue
            found = pattern.fullmatch(text) if whole else pattern.match(text)
            if not found:
                return None
            groups += found.groups()
        named = dict(zip(self.names, groups, strict=True))
        return self._with_query(named, url)

    def _with_query(self, named: dict[str, str], url: WebUrl) -> dict[str, str] | None:
        values = {name.lower(): value for name, value in reversed(url.params())}
        for parameter, name, pattern in self.query:
            value = values.get(parameter, "")
            if not pattern.fullmatch(value):
                return None
            named[name] = value
        return {k: v.upper() for k, v in named.items()} if self.upper else named


def _regex(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text, re.IGNORECASE | re.ASCII) if text is not None else None


def _page(row: Mapping[str, Any]) -> _Page:
    query = tuple(
        (parameter, name, re.compile(pattern, re.IGNORECASE | re.ASCII))
        for parameter, (name, pattern) in row.get("query", {}).items()
    )
    return _Page(
        kind=row["kind"],
        names=tuple(row.get("names", ())),
        sub=_regex(row.get("sub")),
        path=_regex(row.get("path")),
        query=query,
        item=row.get("item", "{item}"),
        url=row["url"],
        upper=row.get("upper", False),
    )


@functools.cache
def table() -> dict[str, Any]:
    """Return `platforms.yaml` as it stands; its head says what is in it."""
    text = resources.files("scrapers").joinpath("platforms.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@functools.cache
def _pages() -> dict[str, tuple[_Page, ...]]:
    return {key: tuple(map(_page, row["pages"])) for key, row in table()["platforms"].items()}


@functools.cache
def _domains() -> dict[str, str]:
    platforms = table()["platforms"].items()
    return {domain: key for key, row in platforms for domain in row["domains"]}


@functools.cache
def shared_hosts() -> frozenset[str]:
    """Return the hosts below which a domain is no merchant, because many sell there."""
    return frozenset(host for group in table()["shared_hosts"].values() for host in group)


@functools.cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(
        suffix_list_urls=(),
        include_psl_private_domains=True,
        cache_dir=None,
        extra_suffixes=table()["shop_suffixes"],
    )


def merchant_key(platform: str, seller_id: str) -> str:
    """Return `platform:kind:id`, with the platform's own word for a seller.

    Raises KeyError for a platform that is not in the table.
    """
    word = "domain" if platform == WEB else table()["platforms"][platform]["shop"]
    return f"{platform}:{word}:{seller_id.lower() if word in ('domain', 'user') else seller_id}"


def seller_on_page(platform: str | None, fields: Mapping[str, Any]) -> str | None:
    """Return the merchant key of the seller that a platform's page names, None where it names none."""
    seller_id = (fields.get("seller") or {}).get("id")
    if not seller_id or platform not in table()["platforms"]:
        return None
    return merchant_key(str(platform), str(seller_id))


def identify(url: str) -> Identity:
    """Tell platform, item and seller of an address.

    Raises InvalidInput when `url` is not an absolute URL. Another scheme than http and https is
    a valid question with an empty answer.
    """
    parsed = parse(url)
    if not parsed.host:
        return Identity(url)
    for domain in _parents(parsed.host):
        if platform := _domains().get(domain):
            return _on_platform(url, parsed, platform, domain)
    return Identity(
        url,
        platform=WEB,
        merchant_key=_independent(parsed.host),
        canonical_url=_cleaned(parsed),
    )


def _independent(host: str) -> str | None:
    """Return the merchant that a host of its own stands for, None where many share the host."""
    front_page = host.removeprefix("www.") in table()["shop_suffixes"]
    if front_page or not shared_hosts().isdisjoint(_parents(host)):
        return None
    return merchant_key(WEB, registrable_domain(host))


def _parents(host: str) -> Iterator[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(len(labels) - 1))


def _on_platform(url: str, parsed: WebUrl, platform: str, domain: str) -> Identity:
    sub = parsed.host[: -len(domain)].rstrip(".")
    region = _region(domain, table()["platforms"][platform].get("region"))
    for page in _pages()[platform]:
        if (named := page.match(sub, parsed)) is not None:
            places = {**named, "domain": domain, "host": parsed.host, "path": parsed.path}
            seller = named.get("seller")
            return Identity(
                url,
                platform,
                region,
                page.kind,
                item_id=_filled(page.item, named) if page.kind == "product" else None,
                seller_id=seller,
                merchant_key=merchant_key(platform, seller) if seller else None,
                canonical_url=_filled(page.url, places),
            )
    return Identity(url, platform, region, canonical_url=_cleaned(parsed))


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], template)


def _region(domain: str, default: str | None) -> str | None:
    """Country of a domain: its country code, else the platform's own for .com and the like."""
    last = domain.rsplit(".", 1)[-1]
    if len(last) != 2:  # noqa: PLR2004 -- country code domains have two letters, others more
        return default
    return "GB" if last == "uk" else last.upper()


def _cleaned(url: WebUrl) -> str:
    """Return the address without tracking parameters and fragment."""
    exact = {name for name in table()["tracking"] if not name.endswith("*")}
    prefixes = tuple(name[:-1] for name in table()["tracking"] if name.endswith("*"))
    kept = [
        raw
        for raw, (name, _) in zip(url.raw_params(), url.params(), strict=True)
        if name.lower() not in exact and not name.lower().startswith(prefixes)
    ]
    query = "?" + "&".join(kept) if kept else ""
    return f"{url.scheme}://{url.authority}{url.path}{query}"


def registrable_domain(host: str) -> str:
    """Return the part of a host that one owner registers, by the bundled public-suffix list and our own.

    `host` is lower case ASCII. An IP address, a single label and a public suffix are returned
    whole; an unknown top-level name counts as a suffix, as the list's own algorithm says.
    """
    if is_ip(host) or "." not in host:
        return host
    found = _suffixes().extract_str(host, include_psl_private_domains=True)
    if found.suffix:
        return found.top_domain_under_public_suffix if found.domain else host
    return ".".join(host.split(".")[-2:])
