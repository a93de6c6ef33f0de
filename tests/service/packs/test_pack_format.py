"""The pack format against tests/vectors/pack.json, which extension/src/lookup is judged by as well."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from service.packs import rice, tables
from service.packs.errors import PackError
from service.packs.format import Contents, Issue, decode, encode
from service.packs.header import BANDS, Notice, Publisher, canonical
from service.packs.keys import key_bytes
from service.packs.tables import MerchantEntry, SafetyEntry, prefix48
from tests.conftest import ROOT

VECTORS = json.loads((ROOT / "tests/vectors" / "pack.json").read_bytes())
KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PINNED = key_bytes(VECTORS["public_key"], "public_key")
NEWEST = base64.b64decode(VECTORS["packs"]["8"])

Fields = dict[str, Any]


def code_of(case: Fields) -> rice.RiceSet:
    return rice.RiceSet(
        case["k"], bytes.fromhex(case["remainders"]), bytes.fromhex(case["quotients"])
    )


def issue(version: int = 1, moment: datetime = NOON) -> Issue:
    return Issue(Publisher("test", "Test"), version, moment)


def merchant(number: int, band: str = "A") -> MerchantEntry:
    return MerchantEntry(
        f"web:domain:shop{number}.example", "web", band, warning=False, reason=None
    )


@pytest.mark.parametrize("case", VECTORS["keys"], ids=lambda case: case["key"])
def test_the_prefix_of_a_key(case: Fields) -> None:
    assert f"{prefix48(case['key']):012x}" == case["prefix"]
    assert hashlib.sha256(case["key"].encode()).hexdigest().startswith(case["prefix"])
    assert int(case["rest"], 36) == int(case["prefix"][3:], 16)


@pytest.mark.parametrize("case", VECTORS["rice"])
def test_rice_decodes(case: Fields) -> None:
    decoded = rice.decode(code_of(case), len(case["prefixes"]), "here")
    assert decoded.tolist() == case["prefixes"]


@pytest.mark.parametrize("case", VECTORS["rice_refused"], ids=lambda case: case["name"])
def test_rice_refuses(case: Fields) -> None:
    with pytest.raises(PackError, match=r"^here: "):
        rice.decode(code_of(case), case["count"], "here")


@pytest.mark.parametrize("case", VECTORS["lookups"], ids=lambda case: str(case["ask"]))
def test_lookups(case: Fields) -> None:
    pack = decode(NEWEST, public_key=PINNED, minimum_version=8)
    expected = case["verdict"]
    if expected["state"] != "stale":  # how old a copy is only its reader knows
        said = pack.rating(case["ask"]["merchant"] or "")
        assert (said is not None) == expected["listed"]
        neutral = tables.Rating("none", warning=False, reason=None)
        assert (said or neutral)._asdict().items() <= expected.items()
    # A notice that several keys name is shown once, under the most certain of them.
    tiers: dict[str, int] = {}
    for key in case["ask"]["safety"]:
        for match in pack.matches(key):
            line = canonical(match.notice).decode()
            tiers[line] = min(match.tier, tiers.get(line, match.tier))
    assert tiers == {
        json.dumps(
            match["notice"], sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ): match["tier"]
        for match in expected["safety"]
    }


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_refused_packs(case: Fields) -> None:
    bad = NEWEST
    for start, end, insert in case["pack"]:
        bad = bad[:start] + base64.b64decode(insert) + bad[end:]
    with pytest.raises(PackError) as caught:
        decode(bad, public_key=PINNED, minimum_version=case["minimum_version"])
    assert caught.value.where == case["where"], caught.value.what


def test_every_single_changed_byte_is_noticed() -> None:
    for at in range(len(NEWEST)):
        changed = NEWEST[:at] + bytes([NEWEST[at] ^ 0x10]) + NEWEST[at + 1 :]
        with pytest.raises(PackError):
            decode(changed)


def test_every_truncation_is_noticed() -> None:
    for size in range(len(NEWEST)):
        with pytest.raises(PackError):
            decode(NEWEST[:size])


def test_what_an_earlier_pack_listed_is_marked_as_withdrawn() -> None:
    first, second = (decode(base64.b64decode(VECTORS["packs"][name])) for name in "78")
    for key in VECTORS["withdrawn"]:
        assert first.rating(key) is not None
        assert not first.withdrawn(key)
        assert second.rating(key) is None
        assert second.withdrawn(key)


def test_a_tombstone_stays_until_the_last_copy_that_lists_it_is_stale() -> None:
    pack = decode(encode(issue(), Contents([merchant(1), merchant(2)]), KEY))
    key = merchant(2).key
    # Many packs a day must not keep a tombstone for ever: its age is counted in whole days.
    for hours in range(6, 15 * 24, 6):
        later = issue(1 + hours, NOON + timedelta(hours=hours))
        pack = decode(encode(later, Contents([merchant(1)]), KEY, pack))
        assert pack.withdrawn(key) == (hours < 14 * 24 + 12), hours


def test_a_merchant_that_comes_back_is_no_longer_withdrawn() -> None:
    first = decode(encode(issue(1), Contents([merchant(1)]), KEY))
    second = decode(encode(issue(2), Contents(), KEY, first))
    third = decode(encode(issue(3), Contents([merchant(1)]), KEY, second))
    assert second.withdrawn(merchant(1).key)
    assert third.rating(merchant(1).key)
    assert not third.withdrawn(merchant(1).key)


def test_two_keys_with_one_prefix_are_both_left_out() -> None:
    # Two real keys that share 48 bits take minutes to find; the rule is tested on numbers.
    prefixes = np.array([1, 5, 5, 9, 11, 11, 11], dtype=np.uint64)
    assert prefixes[tables.unambiguous(prefixes)].tolist() == [1, 9]


def test_only_notices_that_a_key_names_are_carried() -> None:
    notices = [
        Notice(f"n{number}", "Office", date(2026, 1, 1), (), "recall", "x", "https://o.example/")
        for number in range(3)
    ]
    data = encode(issue(), Contents((), [SafetyEntry("gtin:1", 1, "n1")], notices), KEY)
    assert [notice.id for notice in decode(data).safety.notices] == ["n1"]


def test_a_band_that_does_not_exist_cannot_be_published() -> None:
    with pytest.raises(PackError, match="band 'F'"):
        encode(issue(), Contents([merchant(1, "F")]), KEY)


def test_a_reason_that_is_no_code_cannot_be_published() -> None:
    row = merchant(1)._replace(reason="Sold me a broken lamp")
    with pytest.raises(PackError, match=r"header\.reasons\[0\]"):
        encode(issue(), Contents([row]), KEY)


def test_a_pack_holds_no_key_and_no_name_in_clear() -> None:
    rows = [
        MerchantEntry(
            "ebay:user:someones-own-name", "ebay", "B", warning=False, reason="reviews.good"
        )
    ]
    data = encode(issue(), Contents(rows), KEY)
    assert b"someones" not in data


PREFIXES = st.sets(st.integers(0, 2**48 - 1), max_size=60)


@given(PREFIXES)
def test_rice_returns_any_set(prefixes: set[int]) -> None:
    rising = np.array(sorted(prefixes), dtype=np.uint64)
    assert rice.decode(rice.encode(rising), len(rising), "x").tolist() == rising.tolist()


@given(st.integers(0, 48), st.data())
def test_bits_return_any_numbers(width: int, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(0, 2**width - 1), max_size=30))
    packed = rice.pack_bits(np.array(numbers, dtype=np.uint64), width)
    assert len(packed) == (len(numbers) * width + 7) // 8
    assert rice.unpack_bits(packed, len(numbers), width, "x").tolist() == numbers


@given(st.binary(max_size=40), st.integers(0, 48), st.integers(0, 40), st.binary(max_size=40))
def test_rice_takes_hostile_columns_or_refuses_them(
    remainders: bytes, k: int, count: int, quotients: bytes
) -> None:
    try:
        prefixes = rice.decode(rice.RiceSet(k, remainders, quotients), count, "x").tolist()
    except PackError:
        return
    assert len(prefixes) == count
    assert all(
        0 <= one < other < 2**48 for one, other in pairwise([*prefixes, 2**48]) if other < 2**48
    )


MERCHANTS = st.builds(
    MerchantEntry,
    st.text(min_size=1, max_size=20).map(lambda text: f"web:domain:{text}"),
    st.just("web"),
    st.sampled_from(BANDS),
    st.booleans(),
    st.none() | st.from_regex(r"\A[a-z]{1,9}\.[a-z_]{1,9}\Z"),
)
NOTICES = st.builds(
    Notice,
    st.text("abc0123:/", min_size=1, max_size=8),
    st.text(min_size=1, max_size=20),
    st.dates(),
    st.lists(st.sampled_from(["fire", "choking"]), max_size=2).map(tuple),
    st.just("recall"),
    st.text(min_size=1, max_size=500),
    st.just("https://office.example/?a=1"),
)


@st.composite
def contents(draw: st.DrawFn) -> Contents:
    notices = draw(st.lists(NOTICES, max_size=6, unique_by=lambda each: each.id))
    ids = st.sampled_from([each.id for each in notices]) if notices else st.nothing()
    links = st.builds(SafetyEntry, st.text(min_size=1, max_size=9), st.integers(0, 2), ids)
    safety = draw(st.lists(links, max_size=12)) if notices else []
    merchants = draw(st.lists(MERCHANTS, max_size=12, unique_by=lambda each: each.key))
    return Contents(merchants, safety, notices)


@settings(deadline=None)
@given(contents())
def test_a_pack_says_what_was_put_in(said: Contents) -> None:
    pack = decode(encode(issue(), said, KEY), public_key=PUBLIC_KEY)
    for row in said.merchants:
        assert pack.rating(row.key) == (row.band, row.warning, row.reason)
    expected: dict[str, tuple[int, set[str]]] = {}
    for link in said.safety:
        tier, ids = expected.get(link.key, (link.tier, set()))
        expected[link.key] = min(tier, link.tier), ids | {link.notice_id}
    notices = {notice.id: notice for notice in said.notices}
    for key, (tier, ids) in expected.items():
        assert pack.matches(key) == [(tier, notices[each]) for each in sorted(ids)]
    assert pack.rating("web:domain:") is None
    assert pack.matches("gtin:") == []
