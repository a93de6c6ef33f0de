"""Pages of many shop systems and marketplaces, written by us as they write theirs."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scrapers.engine import extract, rule_files
from scrapers.identity import identify, table
from scrapers.sites.pairs import flat

FILES = sorted((Path(__file__).parent / "shops").glob("*.yaml"))
SHOPS = [shop for path in FILES for shop in yaml.safe_load(path.read_text(encoding="utf-8"))]
KEY = b"a key that only this test knows."
WITHOUT_SELLERS = {"craigslist", "olx", "tmon", "yandex-market", "11st", "zalando"}
"""Platforms of which we know no place for a seller's number; no rule guesses one."""


def read(shop: dict[str, Any]) -> dict[str, Any]:
    page = shop["html"].encode(shop.get("encode", "utf-8"))
    return extract(page, shop["url"], kind=shop.get("kind", "raw"), key=KEY).fields


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop["name"])
def test_a_page_is_read_as_it_should_be(shop: dict[str, Any]) -> None:
    found = flat(read(shop))
    assert {name: found.get(name) for name in shop["is"]} == shop["is"]


@pytest.mark.parametrize(
    "shop", [shop for shop in SHOPS if "reviews" in shop], ids=lambda shop: shop["name"]
)
def test_reviews_are_read_without_their_writers(shop: dict[str, Any]) -> None:
    found = read(shop)["reviews"]
    known = [
        {name: review.get(name) for name in wanted}
        for review, wanted in zip(found, shop["reviews"], strict=True)
    ]
    assert known == shop["reviews"]
    for review in found:
        assert len(review["reviewer"]) == 16
        assert len(review["text_id"]) == 16
        assert review.keys() <= {
            "id",
            "reviewer",
            "rating",
            "best",
            "date",
            "verified",
            "incentivised",
            "phase",
            "text_id",
            "topic",
            "aspect",
        }
    said = json.dumps(read(shop)["reviews"], ensure_ascii=False)
    for name in (
        "Ann",
        "Bob",
        "Ingrid",
        "Otto",
        "김*늘",
        "a***b",
        "J***n",
        "A***s",
        "t**1",
        "j***3",
    ):
        assert name not in said


@pytest.mark.parametrize("platform", sorted(table()["platforms"]))
def test_every_platform_has_rules_for_its_sellers_or_is_known_to_have_none(platform: str) -> None:
    fields = rule_files().get(platform, {}).get("fields", {})
    assert ("seller.id" in fields) != (platform in WITHOUT_SELLERS)


@pytest.mark.parametrize("platform", sorted(set(rule_files()) - {"generic"}))
def test_every_rule_file_has_a_page(platform: str) -> None:
    known = {identify(shop["url"]).platform for shop in SHOPS}
    elsewhere = {"alibaba", "ebay", "taobao", "zalando"}
    assert platform in known | elsewhere
