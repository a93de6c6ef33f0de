"""Addresses as they come, hostile ones included; the vectors also judge the extension."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import InvalidInput
from scrapers.identity import identify, merchant_key, registrable_domain, table
from scrapers.weburl import parse

ROOT = Path(__file__).resolve().parents[2]
LISTED = (ROOT / "tests/scrapers/other_hosts.txt").read_text(encoding="utf-8").splitlines()
OTHER_HOSTS = [line for line in LISTED if not line.startswith("#")]
PRODUCT_PATHS = [
    "/dp/B082XMFJW4",
    "/item/1005001234567890.html?id=500000000001",
    "/itm/lamp/123456789012",
    "/products/lamp-i4412330-s8812.html",
    "/listing/812934551/lamp",
]
VECTORS = json.loads((ROOT / "tests/vectors/identity.json").read_text(encoding="utf-8"))
DOMAINS = [domain for row in table()["platforms"].values() for domain in row["domains"]]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["url"])
def test_vectors(case: dict[str, Any]) -> None:
    identity = identify(case["url"])
    said = {**identity.as_dict(), "listing_key": identity.listing_key}
    assert said.pop("url") == case["url"]
    assert {key: value for key, value in said.items() if value is not None} == case["is"]


@pytest.mark.parametrize("url", VECTORS["refused"])
def test_what_is_no_absolute_url_is_refused_and_named(url: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(repr(url)[:40])):
        identify(url)


@given(st.sampled_from(DOMAINS), st.from_regex(r"[a-z]{1,8}", fullmatch=True))
def test_a_shop_name_inside_another_domain_is_never_that_shop(domain: str, word: str) -> None:
    for host in (f"{domain}.{word}.example", f"{word}-{domain}.example", f"{word}{domain}"):
        assert identify(f"https://{host}/dp/B082XMFJW4").platform == "web"


@given(st.text(max_size=60))
def test_any_text_is_identified_or_refused(text: str) -> None:
    for url in (
        text,
        f"https://{text}",
        f"https://shop.example/{text}",
        f"https://a.example?{text}",
    ):
        try:
            identity = identify(url)
        except InvalidInput:
            continue
        assert identity.url == url
        if identity.canonical_url:
            again = identify(identity.canonical_url)
            assert again.merchant_key == identity.merchant_key
            assert again.listing_key == identity.listing_key


def test_canonical_addresses_lead_to_the_same_listing() -> None:
    for case in VECTORS["cases"]:
        if canonical := case["is"].get("canonical_url"):
            assert identify(canonical).listing_key == case["is"].get("listing_key")


def test_every_domain_of_the_table_is_recognised_and_belongs_to_one_platform() -> None:
    assert len(DOMAINS) == len(set(DOMAINS))
    for platform, row in table()["platforms"].items():
        for domain in row["domains"]:
            assert identify(f"https://www.{domain}/").platform == platform


def test_regions_are_countries_whatever_the_domain_looks_like() -> None:
    assert identify("https://www.amazon.co.uk/").region == "GB"
    assert identify("https://www.amazon.com.mx/").region == "MX"
    assert identify("https://www.amazon.com/").region == "US"
    assert identify("https://www.aliexpress.com/").region is None


def test_unknown_platforms_have_no_merchant_keys() -> None:
    assert merchant_key("web", "Example.COM") == "web:domain:example.com"
    with pytest.raises(KeyError):
        merchant_key("nowhere", "1")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("shop.example.co.uk", "example.co.uk"),
        ("a.b.lamps.myshopify.com", "lamps.myshopify.com"),
        ("myshopify.com", "myshopify.com"),
        ("www.ck", "www.ck"),
        ("x.www.ck", "www.ck"),
        ("deep.lantern.localhost", "lantern.localhost"),
        ("10.0.0.1", "10.0.0.1"),
        ("intranet", "intranet"),
    ],
)
def test_registrable_domains(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_an_endless_address_is_refused() -> None:
    with pytest.raises(InvalidInput, match="longer than 8192"):
        identify("https://shop.example/" + "a" * 9000)


@pytest.mark.parametrize("path", PRODUCT_PATHS)
def test_no_other_host_is_taken_for_a_platform(path: str) -> None:
    assert len(OTHER_HOSTS) * len(PRODUCT_PATHS) > 500
    for host in OTHER_HOSTS:
        found = identify(f"https://{host}{path}")
        assert (found.platform, found.kind, found.item_id) == ("web", None, None), host


SPELLINGS = [
    "https://{host}{path}",
    "HTTPS://{upper}{path}",
    "https://{host}.{path}",
    "https://{host}:443{path}",
    "http://{host}:80{path}",
    "https://{host}:8443{path}",
    "https://someone:secret@{host}{path}",
    "https://{host}{path}{mark}utm_source=x&gclid=y&fbclid=z",
    "https://{host}{path}#reviews",
    "  https://{host}{path} ",
    "https://{wide}{path}",
]
"""All of these are the shop's own page."""

HOSTILE = [
    "https://{host}.evil.example{path}",
    "https://evil-{domain}{path}",
    "https://evil{domain}{path}",
    "https://{bare}.co{path}",
    "https://evil.example/{host}{path}",
    "https://evil.example/?u=https://{host}{path}",
    "https://evil.example#@{host}{path}",
    "https://{host}@evil.example{path}",
    "https://{host}%2eevil.example{path}",
    "https://{host}\u3002evil.example{path}",
]
"""None of these is."""


def places(host: str, path: str) -> dict[str, str]:
    bare = host.removeprefix("www.").partition(".")[0] + "-shop"
    domain = next(each for each in DOMAINS if f".{host}".endswith(f".{each}"))
    mark = "&" if "?" in path else "?"
    named = {"bare": bare, "mark": mark, "wide": host.replace(".", "\u3002"), "domain": domain}
    return {"host": host, "upper": host.upper(), "path": path, **named}


ONE_EACH = {
    case["is"]["platform"]: parse(case["url"])
    for case in VECTORS["cases"]
    if case["is"].get("kind") == "product" and case["is"]["platform"] != "web"
}


def test_every_platform_of_the_table_has_a_product_page_among_the_vectors() -> None:
    assert ONE_EACH.keys() == table()["platforms"].keys()


@pytest.mark.parametrize("platform", sorted(ONE_EACH))
def test_spellings_are_one_page_and_look_alikes_are_none(platform: str) -> None:
    url = ONE_EACH[platform]
    path = url.path + (f"?{url.query}" if url.query else "")
    parts = places(url.host, path)
    right = identify(f"https://{url.host}{path}")
    for spelling in SPELLINGS:
        found = identify(spelling.format(**parts))
        assert (found.platform, found.kind, found.item_id) == (platform, "product", right.item_id)
        assert found.merchant_key == right.merchant_key
    for spelling in HOSTILE:
        try:
            found = identify(spelling.format(**parts))
        except InvalidInput:
            continue
        assert found.platform in ("web", None), spelling
        assert found.item_id is None
