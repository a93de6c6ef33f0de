"""Packs of changes against tests/vectors/pack.json, which extension/src/lookup is judged by as well."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings

from service.packs.changes import Copy, Part, encode
from service.packs.errors import PackError
from service.packs.format import Contents, Issue, Pack, decode
from service.packs.format import encode as encode_pack
from service.packs.header import Publisher
from service.packs.tables import MerchantEntry, Rating
from tests.conftest import ROOT
from tests.service.packs.test_pack_format import KEY, contents

VECTORS = json.loads((ROOT / "tests/vectors" / "pack.json").read_bytes())
CHANGES = VECTORS["changes"]
BASE = decode(base64.b64decode(VECTORS["packs"][str(CHANGES["since"])]))
FILES = {name: base64.b64decode(data) for name, data in CHANGES["files"].items()}
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

Fields = dict[str, Any]


def issue(version: int) -> Issue:
    return Issue(Publisher("test", "Test"), version, NOON)


def changed(base: Pack, newest: Pack, part: Part, version: int = 9) -> Pack:
    return decode(encode(issue(version), base, newest, part, KEY))


@pytest.mark.parametrize("case", CHANGES["lookups"], ids=lambda case: str(case["ask"]))
def test_lookups(case: Fields) -> None:
    copy = Copy(BASE).take(decode(FILES["merchants"])).take(decode(FILES["safety"]))
    said = copy.rating(case["ask"]["merchant"] or "")
    expected = case["band"] and Rating(case["band"], case["warning"], case["reason"])
    assert said == expected
    matches = [match for key in case["ask"]["safety"] for match in copy.matches(key)]
    assert [(match.tier, match.notice.id) for match in matches] == [
        (match["tier"], match["notice"]["id"]) for match in case["safety"]
    ]


@pytest.mark.parametrize("case", CHANGES["refused"], ids=lambda case: case["name"])
def test_refused_changes(case: Fields) -> None:
    bad = FILES["merchants"]
    for start, end, insert in case["pack"]:
        bad = bad[:start] + base64.b64decode(insert) + bad[end:]
    with pytest.raises(PackError) as caught:
        Copy(BASE).take(decode(bad))
    assert caught.value.where == case["where"], caught.value.what


def test_older_changes_are_refused_after_newer_ones() -> None:
    newest = decode(encode_pack(issue(8), Contents(), KEY))
    base = decode(encode_pack(issue(7), Contents(), KEY))
    copy = Copy(base).take(changed(base, newest, "merchants", version=12))
    with pytest.raises(PackError, match="11 is older than 12"):
        copy.take(changed(base, newest, "merchants", version=11))
    assert copy.take(changed(base, newest, "safety", version=11)).safety


def test_changes_by_another_key_are_refused() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
    base = decode(encode_pack(issue(7), Contents(), KEY))
    other = decode(encode(issue(9), base, base, "merchants", stranger))
    with pytest.raises(PackError) as caught:
        Copy(base).take(other)
    assert caught.value.where == "public_key"


def test_equal_packs_have_no_changes_whatever_their_reasons_are_called_by() -> None:
    rows = [
        MerchantEntry(f"web:domain:{name}", "web", "B", warning=False, reason=reason)
        for name, reason in (("one", "reviews.good"), ("two", "reviews.bad"))
    ]
    base, newest = (
        decode(encode_pack(issue(version), Contents(listed), KEY))
        for version, listed in ((7, rows), (8, rows[::-1]))
    )
    assert base.header.reasons != newest.header.reasons
    made = changed(base, newest, "merchants")
    assert made.merchants == {}
    assert len(made.tombstones.prefixes) == 0


@settings(deadline=None)
@given(contents(), contents())
def test_a_copy_with_its_changes_says_what_the_newest_pack_says(
    one: Contents, two: Contents
) -> None:
    base, newest = (
        decode(encode_pack(issue(version), said, KEY)) for version, said in ((7, one), (8, two))
    )
    copy = Copy(base).take(changed(base, newest, "merchants")).take(changed(base, newest, "safety"))
    for row in (*one.merchants, *two.merchants):
        assert copy.rating(row.key) == newest.rating(row.key)
    for link in (*one.safety, *two.safety):
        assert set(copy.matches(link.key)) == set(newest.matches(link.key))
